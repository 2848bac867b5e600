"""Reckoning a filed bill again: the Assessing Officer's alterations, and the rates of the day the aircraft arrived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from bills import rates
from bills.duty.exchange import Exchange
from bills.duty.levies import HEADS
from bills.duty.statement import DutyStatement, Goods, statement
from bills.duty.tariff import Tariff
from bills.duty.valuation import Invoice, Valuation, apportion, value
from bills.models import CourierBillOfEntry, Item
from eccs.workflow import Refused

ALTERABLE = ("cth", "unit_price", "quantity")


@dataclass(frozen=True)
class Reckoned:
    """A bill's value and duty, worked out afresh from what stands on it."""

    valuation: Valuation
    duty: DutyStatement
    shares: list[Decimal]
    goods: list[Goods]


def reckon_again(bill: CourierBillOfEntry, items: Sequence[Item], tariff: Tariff, rates_on: date) -> Reckoned:
    """Value and duty with the exchange rate kept from the day of presentation. Raises Refused for an unknown tariff item."""
    assert bill.presented_on is not None and bill.exchange_rate is not None
    rules = rates.duty_rules(bill.presented_on, bill.station_id)
    worth = [item.quantity * item.unit_price for item in items]
    exchange = Exchange(bill.currency, bill.exchange_unit, bill.exchange_rate, bill.presented_on, bill.exchange_source)
    invoice = Invoice(
        bill.invoice_terms, sum(worth, Decimal(0)), bill.freight, bill.insurance, bill.inland_charges, bill.discount
    )
    valuation = value(invoice, exchange, rules.valuation)
    shares = apportion(valuation.assessable_value, worth)
    goods = []
    for item, share in zip(items, shares, strict=True):
        rate = tariff.rate(item.cth, rates_on)
        if rate is None:
            raise Refused(
                [_("Item %(no)d: %(cth)s is not in the tariff.") % {"no": item.item_no, "cth": item.cth}], bill
            )
        goods.append(Goods(share, item.quantity, item.uom, rate))
    duty = statement(goods, sws_percent=rules.sws_percent, waived_up_to=rules.waived_up_to)
    return Reckoned(valuation, duty, shares, goods)


def put(bill: CourierBillOfEntry, items: Sequence[Item], found: Reckoned) -> None:
    """Write a reckoning on the bill and its items."""
    bill.assessable_value, bill.total_duty = found.valuation.assessable_value, found.duty.total
    bill.duty_heads = heads(found)
    for item, share, duty in zip(items, found.shares, found.duty.items, strict=True):
        item.assessable_value = share
        item.bcd, item.aidc, item.sws, item.igst, item.cess = duty.heads
        item.duty_forgone, item.total_duty = duty.forgone, duty.total


def heads(found: Reckoned) -> dict[str, str]:
    """The duty by head as the bill keeps it."""
    told = {head: str(amount) for head, amount in found.duty.heads.items()}
    return {**told, "WAIVED": str(found.duty.waived)} if found.duty.waived else told


def revise(bill: CourierBillOfEntry, duty: Decimal) -> None:
    """An order sets the duty of the bill: it is spread over the heads as they stood, to the rupee."""
    shares = {head: Decimal(amount) for head, amount in bill.duty_heads.items() if head in HEADS}
    whole = duty == duty.to_integral_value()
    if not sum(shares.values()):
        shares = {HEADS[0]: Decimal(1)}
    parts = apportion(duty, list(shares.values()))
    if whole:
        parts = [part.to_integral_value() for part in parts]
        parts[parts.index(max(parts))] += duty - sum(parts)
    bill.total_duty, bill.duty_heads = duty, {head: f"{part:.2f}" for head, part in zip(shares, parts, strict=True)}


def reassess(bill: CourierBillOfEntry, alterations: list[dict[str, Any]]) -> Iterable[models.Model]:
    """Apply the officer's alterations by item, reckon again, and return the items to be written (PN17 7.1).

    An alteration is `{"item_no": 1, "cth": "85183000", "unit_price": "14.00"}`, each value only where it changes.
    """
    assert bill.rates_on is not None
    items = list(bill.items.all())
    by_number = {item.item_no: item for item in items}
    for change in alterations:
        item = by_number.get(int(change["item_no"]))
        if item is None:
            raise Refused([_("There is no item %(no)s on this bill.") % {"no": change["item_no"]}], bill)
        for name in ALTERABLE:
            if change.get(name):
                setattr(item, name, change[name] if name == "cth" else Decimal(str(change[name])))
        item.altered = True
    put(bill, items, reckon_again(bill, items, rates.tariff(), bill.rates_on))
    bill.first_cth = items[0].cth
    return items
