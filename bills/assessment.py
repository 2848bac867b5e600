"""Reckoning a filed bill again: the Assessing Officer's alterations, and the rates of the day the aircraft arrived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bills import claims, rates
from bills.duty.exchange import Exchange
from bills.duty.exemptions import Exemption, Exemptions
from bills.duty.heads import spread
from bills.duty.levies import HEADS
from bills.duty.tariff import Tariff
from bills.duty.valuation import WorthNothing
from bills.kinds import Kind
from bills.models import BillInvoice, CourierBillOfEntry, Item
from bills.reckoning import Line, Priced, Reckoned, heads_of_duty, reckon, why_not_counted
from eccs.workflow import Refused


def reckon_again(
    bill: CourierBillOfEntry,
    items: Sequence[Item],
    tariff: Tariff,
    rates_on: date,
    invoices: Sequence[BillInvoice] = (),
    exemptions: Exemptions | None = None,
) -> Reckoned:
    """Value by the day of presentation, duty by the day whose rates apply; an exemption counts unless it was denied.

    Raises Refused for an unknown tariff item, and for an exemption that is not in force on the day or does not fit,
    for goods not counted in the unit of their specific duty, and for an invoice whose discount leaves nothing.
    """
    assert bill.presented_on is not None
    claimed = claims.of_items(items)
    book = rates.exemptions(claimed) if exemptions is None else exemptions
    whom = claims.whose_bill(bill) if claimed else frozenset()
    lines = []
    for item in items:
        rate = tariff.rate(item.cth, rates_on)
        if rate is None:
            raise Refused(
                [_("Item %(no)d: %(cth)s is not in the tariff.") % {"no": item.item_no, "cth": item.cth}], bill
            )
        if reason := why_not_counted(rate, item.uom):
            raise Refused([_("Item %(no)d: %(why)s.") % {"no": item.item_no, "why": reason}], bill)
        relief = _exemption(bill, item, book, rates_on, whom) if claimed else None
        lines.append(
            Line(
                item.invoice_place - 1, item.quantity * item.unit_price, item.quantity, item.uom, rate, item.nature,
                item.gift_kind, relief,
            )
        )  # fmt: skip
    rules = rates.duty_rules(bill.presented_on, rates_on, bill.station_id)
    try:
        return reckon(bill.kind, priced(bill, invoices), lines, rules, always_xiv=bill.eou or bill.repair_and_return)
    except WorthNothing as nothing:
        raise Refused([_why_nothing(bill, nothing, invoices)], bill) from nothing


def _why_nothing(bill: CourierBillOfEntry, nothing: WorthNothing, invoices: Sequence[BillInvoice]) -> str:
    """The invoice that comes to nothing, and why."""
    several = list(invoices or bill.invoices.all()) if bill.kind == Kind.XIV else []
    named = {"number": several[nothing.invoice].invoice_number if several else bill.invoice_number}
    if nothing.discounted:
        return _("Invoice %(number)s: the discount is not less than the invoice value.") % named
    return _("Invoice %(number)s: the goods come to no value in rupees.") % named


def _exemption(
    bill: CourierBillOfEntry, item: Item, book: Exemptions, on: date, whom: frozenset[str]
) -> Exemption | None:
    """The exemption that an item claims and no officer has denied. Raises Refused where it does not stand."""
    if item.claim == claims.Decision.DENIED or not item.claims:
        return None
    try:
        return claims.exemption(book, item.notification, item.notification_sl_no, item.cth, on, whom)
    except claims.NotExempt as fault:
        named = (
            item.notification if fault.field == "notification" else _("serial %(no)s") % {"no": item.notification_sl_no}
        )
        told = {"no": item.item_no, "claim": named, "why": fault}
        raise Refused([_("Item %(no)d: the exemption claimed, %(claim)s, %(why)s.") % told], bill) from fault


def priced(bill: CourierBillOfEntry, invoices: Sequence[BillInvoice] = ()) -> list[Priced]:
    """The invoices of a bill as they are valued: of a CBE-XIV each of them, of the others the one on the bill."""
    if bill.kind == Kind.XIV and (several := list(invoices or bill.invoices.all())):
        return [_priced(bill, one, one.charges) for one in several]
    return [_priced(bill, bill)]


def _priced(bill: CourierBillOfEntry, one: Any, charges: Decimal | None = None) -> Priced:
    assert bill.presented_on is not None and one.exchange_rate is not None
    exchange = Exchange(one.currency, one.exchange_unit, one.exchange_rate, bill.presented_on, one.exchange_source)
    discount = one.discount
    if one.discount_currency:
        if discount is None:
            raise Refused([_("A currency of the discount is given without a discount.")], bill)
        told = {"discount": discount, "discount_currency": one.discount_currency}
        try:
            discount = rates.exchange_rates().discount(told, exchange, bill.presented_on)
        except LookupError as unknown:
            raise Refused(
                [_("%(currency)s has no rate of exchange in force.") % {"currency": unknown}], bill
            ) from unknown
    return Priced(
        one.invoice_terms, exchange, one.freight, one.insurance, one.inland_charges, discount, charges
    )  # fmt: skip


def put(bill: CourierBillOfEntry, items: Sequence[Item], found: Reckoned) -> None:
    """Write a reckoning on the bill and its items."""
    bill.assessable_value, bill.total_duty = found.assessable_value, found.duty.total
    bill.duty_heads = heads(found)
    for item, share, duty in zip(items, found.shares, found.duty.items, strict=True):
        item.assessable_value = share
        item.bcd, item.aidc, item.sws, item.igst, item.cess = duty.heads
        item.duty_forgone, item.total_duty = duty.forgone, duty.total


VALUED = ("assessable_value", "total_duty", "fine", "penalty")


def valued(bill: CourierBillOfEntry) -> dict[str, Any]:
    """What is demanded on a bill as it stands, for the trail."""
    return {**{name: f"{getattr(bill, name):.2f}" for name in VALUED}, "duty_heads": dict(bill.duty_heads)}


def tell_change(bill: CourierBillOfEntry, before: dict[str, Any]) -> None:
    """The trail keeps what was demanded before the step, and after it, where that differs."""
    after = valued(bill)
    if after != before:
        bill.snapshot_for_trail = {"before": before, "after": after}


def heads(found: Reckoned) -> dict[str, str]:
    """The duty by head as the bill keeps it."""
    return heads_of_duty(found.duty)


def revise(bill: CourierBillOfEntry, duty: Decimal) -> None:
    """An order sets the duty of the bill: it is spread over the heads as they stood, to the rupee."""
    shares = {head: Decimal(amount) for head, amount in bill.duty_heads.items() if head in HEADS}
    bill.total_duty, bill.duty_heads = duty, {head: f"{part:.2f}" for head, part in spread(duty, shares).items()}


def stand_by_order(bill: CourierBillOfEntry) -> None:
    """The duty that an order set stands, whatever is altered beneath it, until another order says otherwise."""
    order = bill.adjudications.filter(revised_duty__isnull=False).last()
    if order is not None:
        assert order.revised_duty is not None
        revise(bill, order.revised_duty)
