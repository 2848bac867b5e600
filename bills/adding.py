"""Items and invoices that an amendment puts on a bill or takes off it (PN17 11.0).

An item keeps its number for good, so that before and after can be told apart; a new one has the next that is free. The
invoices of a CBE-XIV are counted from 1 without a gap: those after one that is taken off move up, and their items with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from bills.kinds import EXEMPTED_BY, Nature
from bills.models import BillInvoice, CourierBillOfEntry, Item
from bills.reckoning import Reckoned
from eccs.workflow import Refused

Change = dict[str, Any]

ITEM_OFF, ITEM_ON, INVOICE_OFF, INVOICE_ON = WHOLE = "item_off", "item_on", "invoice_off", "invoice_on"
"""What such a change is called; one that puts on keeps all that is declared under `values`."""


def item_words(told: Mapping[str, Any]) -> str:
    """An item in one line, as it is read before and after; goods for export tell no origin."""
    worth = f"{told['quantity']} {told['uom']} × {told['unit_price']}"
    return ", ".join(filter(None, (told["cth"], told["description"], worth, told.get("country_of_origin"))))


def item_off(item: Any) -> Change:
    """An item goes."""
    told = {name: getattr(item, name, "") for name in ("cth", "description", "uom", "country_of_origin")}
    told |= {name: f"{getattr(item, name).normalize():f}" for name in ("quantity", "unit_price")}
    return {"name": ITEM_OFF, "item": item.item_no, "old": item_words(told), "new": ""}


def item_on(number: int, values: dict[str, str]) -> Change:
    """An item comes, with what is declared of it."""
    return {"name": ITEM_ON, "item": number, "old": "", "new": item_words(values), "values": values}


def invoice_off(invoice: BillInvoice) -> Change:
    """An invoice goes; its items go or stand on another."""
    return {"name": INVOICE_OFF, "item": 0, "invoice": invoice.place, "old": _words(vars(invoice)), "new": ""}


def invoice_on(place: int, values: dict[str, str]) -> Change:
    """An invoice comes, with what is declared of it."""
    return {"name": INVOICE_ON, "item": 0, "invoice": place, "old": "", "new": _words(values), "values": values}


def _words(told: Mapping[str, Any]) -> str:
    return f"{told['invoice_number']}, {told['invoice_date']}, {told['invoice_terms']} {told['currency']}"


def gone(changes: Iterable[Change]) -> tuple[set[int], set[int]]:
    """The numbers of the items, and the places of the invoices, that are taken off."""
    told = list(changes)
    items = {one["item"] for one in told if one["name"] == ITEM_OFF}
    return items, {one["invoice"] for one in told if one["name"] == INVOICE_OFF}


def come(bill: CourierBillOfEntry, changes: Iterable[Change]) -> tuple[list[Item], list[BillInvoice]]:
    """The items and invoices that are put on, as they are declared; nothing of them is reckoned or written yet."""
    from bills.requests import value_of

    items: list[Item] = []
    invoices: list[BillInvoice] = []
    for one in changes:
        if one["name"] not in (ITEM_ON, INVOICE_ON):
            continue
        made: Any = Item(item_no=one["item"]) if one["name"] == ITEM_ON else BillInvoice(place=one["invoice"])
        made.bill_id = bill.pk
        for name, text in one["values"].items():
            setattr(made, name, value_of(made, name, text))
        (items if one["name"] == ITEM_ON else invoices).append(made)
    return items, invoices


def close_ranks(bill: CourierBillOfEntry, invoices: Sequence[BillInvoice], items: Sequence[Item]) -> None:
    """Invoices are counted from 1 without a gap. Raises Refused where an item stands on none, or one has no item."""
    if not items:
        raise Refused([_("No item would be left: ask for a cancellation.")], bill)
    places = {one.place: place for place, one in enumerate(invoices, 1)}
    if not invoices:
        return
    for item in items:
        if item.invoice_place not in places:
            raise Refused([_("Item %(no)d stands on an invoice that is taken off.") % {"no": item.item_no}], bill)
        item.invoice_place = places[item.invoice_place]
    for one in invoices:
        one.place = places[one.place]
        if all(item.invoice_place != one.place for item in items):
            raise Refused([_("Invoice %(number)s has no item left.") % {"number": one.invoice_number}], bill)


def claim_as_filed(items: Iterable[Item], found: Reckoned) -> None:
    """A sample or gift that is added and comes free claims its notification, as at filing."""
    for item in items:
        if found.duty.exempted and item.duty_forgone and item.nature and not item.notification:
            item.notification = EXEMPTED_BY[Nature(item.nature)]


def take_off(items: Iterable[Item], invoices: Iterable[BillInvoice], left: Sequence[BillInvoice]) -> None:
    """What is taken off is gone, and the invoices after it have moved up: one by one, so that no two share a place."""
    Item.objects.filter(pk__in=[one.pk for one in items]).delete()
    BillInvoice.objects.filter(pk__in=[one.pk for one in invoices]).delete()
    for one in left:
        if one.pk is not None:
            BillInvoice.objects.filter(pk=one.pk).exclude(place=one.place).update(place=one.place)
