"""Opening requests on a bill, and changing what it declares when an amendment is approved."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bills import adding, fitting, rates
from bills.assessment import put, reckon_again, stand_by_order
from bills.claims import Decision
from bills.drafts import OF_INVOICE
from bills.kinds import Kind
from bills.models import BillInvoice, CourierBillOfEntry, FormE, Item
from bills.models.clearable import Clearable
from bills.reckoning import Reckoned
from eccs.beginning import begin_as
from eccs.workflow import Document, Refused

HEADER = (
    "iec", "iec_branch", "gstin", "state_code", "ad_code", "government", "ecommerce", "invoice_number", "invoice_date",
    "invoice_terms", "currency", "freight", "insurance", "inland_charges", "discount", "discount_currency", "landing_charges",
)  # fmt: skip

Change = dict[str, Any]  # {"name": "freight", "item": 0, "old": "10.00", "new": "12.00"}; item 0 is the bill itself, or
# with "invoice": 2 the second invoice of a CBE-XIV, with "form_e": True its blocks, with "hawb": True the shipment


def open_amendment(bill: Clearable, changes: list[Change], reason: str) -> None:
    """An amendment is requested: old and new value of each field go to the Assessing Officer."""
    made = bill.amendments.model(
        bill_id=bill.pk, station_id=bill.station_id, courier_id=bill.courier_id, requested_by_id=bill.taken_by.user_id,
        requested_at=bill.taken_at, stage_since=bill.taken_at, reason=reason, changes=changes,
    )  # fmt: skip
    _open(made, bill, "request_amendment")


def open_cancellation(bill: Clearable, reason: str) -> None:
    """A cancellation is requested: the reason goes to the Assessing Officer."""
    made = bill.cancellations.model(
        bill_id=bill.pk, station_id=bill.station_id, courier_id=bill.courier_id, requested_by_id=bill.taken_by.user_id,
        requested_at=bill.taken_at, stage_since=bill.taken_at, reason=reason,
    )  # fmt: skip
    _open(made, bill, "request_cancellation")


def _open(made: Document, bill: Clearable, step: str) -> None:
    """The request begins in the role in which the step is taken on the bill."""
    role = bill.taken_by.acts_as(type(bill).steps()[step].activity_at(bill.stage), bill)
    begin_as(role, [made], "request", bill.taken_by, reason=made.reason)  # type: ignore[attr-defined]


def text_of(value: Any) -> str:
    """A declared value as it is typed and shown."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def header_names(bill: CourierBillOfEntry) -> list[str]:
    """What may be amended on the bill as a whole; of a CBE-XIV the invoices are amended by themselves."""
    return [name for name in HEADER if bill.kind != Kind.XIV or name not in OF_INVOICE]


def apply_changes(
    bill: CourierBillOfEntry, changes: Sequence[Change], *, altered: bool = False
) -> list[Item | BillInvoice | FormE]:
    """Put the new values on a bill, its items, invoices and blocks, and work out value and duty again; these are to be written.

    `altered` is said of the items that an officer alters. Another claim than the one decided on is to be decided anew.
    """
    if bill.is_documents:
        from bills.xi import amending

        amending.apply(bill, changes)
        return []
    made = _apply(bill, changes, altered=altered)
    if made.off_items or made.off_invoices:
        adding.take_off(made.off_items, made.off_invoices, made.invoices)
    return made.records


@dataclass
class _Amended:
    """A bill as it is with its changes, and what is no longer on it; nothing of it is written."""

    records: list[Item | BillInvoice | FormE]
    found: Reckoned
    invoices: list[BillInvoice]
    off_items: list[Item]
    off_invoices: list[BillInvoice]


def _apply(bill: CourierBillOfEntry, changes: Sequence[Change], *, altered: bool = False) -> _Amended:
    assert bill.rates_on is not None and bill.presented_on is not None
    before, held = list(bill.items.all()), list(bill.invoices.all()) if bill.kind == Kind.XIV else []
    off_items, off_invoices = adding.gone(changes)
    new_items, new_invoices = adding.come(bill, changes)
    items = [one for one in before if one.item_no not in off_items] + new_items
    invoices = [one for one in held if one.place not in off_invoices] + new_invoices
    for one in new_invoices:
        _exchange(bill, one)
    by_number, by_place = {item.item_no: item for item in items}, {one.place: one for one in invoices}
    blocks = [FormE.objects.get(bill=bill.pk)] if any(change.get("form_e") for change in changes) else []
    for change in changes:
        if change.get("hawb"):
            continue  # of the shipment: it stands on the manifest (see bills.parties)
        if change["name"] in adding.WHOLE:
            continue
        place = change.get("invoice")
        target: Any = by_number[change["item"]] if change["item"] else by_place[place] if place else bill
        if change.get("form_e"):
            target = blocks[0]
        if isinstance(target, Item):
            target.altered = target.altered or altered
            if change["name"] in ("notification", "notification_sl_no"):
                target.claim, target.claim_reason = Decision.UNDECIDED.value, ""
        setattr(target, change["name"], value_of(target, change["name"], change["new"]))
        if change["name"] == "currency":
            _exchange(bill, target)
    adding.close_ranks(bill, invoices, items)
    if invoices:
        for name in (*OF_INVOICE, "exchange_rate", "exchange_unit", "exchange_source"):
            setattr(bill, name, getattr(invoices[0], name))
    found = reckon_again(bill, items, rates.tariff(item.cth for item in items), bill.rates_on, invoices)
    put(bill, items, found)
    adding.claim_as_filed(new_items, found)
    stand_by_order(bill)
    bill.goods, bill.first_cth, bill.item_count = items[0].description, items[0].cth, len(items)
    off = [one for one in before if one.item_no in off_items], [one for one in held if one.place in off_invoices]
    return _Amended([*items, *invoices, *blocks], found, invoices, *off)


def _exchange(bill: CourierBillOfEntry, target: Any) -> None:
    """The rate of the new currency, of the day of presentation."""
    assert bill.presented_on is not None
    exchange = rates.exchange_rates().rate(target.currency, bill.presented_on)
    if exchange is None:
        raise Refused([_("%(currency)s has no rate of exchange in force.") % {"currency": target.currency}], bill)
    target.exchange_rate, target.exchange_unit = exchange.rate, exchange.unit
    target.exchange_source = exchange.notification


def value_of(target: Document | Item | BillInvoice | FormE, name: str, text: str) -> Any:
    """A declared value from its text."""
    field: Any = target._meta.get_field(name)
    if field.get_internal_type() == "BooleanField":
        return text == "Y"
    return field.to_python(text) if text else None if field.null else ""


def as_amended(bill: CourierBillOfEntry, changes: Sequence[Change]) -> CourierBillOfEntry:
    """The bill as it would be after these changes; nothing is written. Raises Refused where it cannot be reckoned."""
    shown = copy.copy(bill)
    _apply(shown, changes)
    return shown


def misfit_as_amended(bill: CourierBillOfEntry, changes: Sequence[Change]) -> str:
    """Why the form would not fit the goods after these changes, or nothing. Raises Refused where it cannot be reckoned."""
    assert bill.presented_on is not None
    found = _apply(copy.copy(bill), changes).found
    return fitting.why_not(bill.kind, found.facts, rates.limits(bill.presented_on, bill.station_id))
