"""Second check and reassessment: the Assessing Officer alters what the duty hangs on, and what was declared stays on record (PN17 7.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from bills import claims, rates
from bills.assessment import put, reckon_again, stand_by_order, valued
from bills.kinds import Kind
from bills.models import CourierBillOfEntry, Item
from bills.requests import Change, apply_changes, text_of
from eccs.workflow import Refused

OF_ITEM = ("cth", "quantity", "uom", "unit_price", "notification", "notification_sl_no")
OF_INVOICE = ("invoice_terms", "currency", "freight", "insurance", "inland_charges", "discount")
CLAIM = ("claim", "claim_reason")
NUMBERS = ("quantity", "unit_price", *OF_INVOICE[2:])

Alteration = dict[
    str, Any
]  # {"item_no": 1, "cth": "85183000"}, {"item_no": 1, "claim": "DENIED", "claim_reason": "…"} or
# {"invoice": 1, "freight": "12.00"}: each value only where it changes; the invoice of a bill with one is its first


def reassess(bill: CourierBillOfEntry, alterations: Sequence[Alteration]) -> Iterable[models.Model]:
    """Apply the officer's alterations, reckon again, and return what is to be written; the trail keeps before and after.

    What is left as declared is accepted, the exemptions claimed with it. Raises Refused.
    """
    before = valued(bill)
    changes = list(_changes(bill, alterations))
    if changes:
        records: list[Any] = list(apply_changes(bill, changes, altered=True))
    else:
        assert bill.rates_on is not None
        records = list(bill.items.all())
        found = reckon_again(bill, records, rates.tariff(item.cth for item in records), bill.rates_on)
        put(bill, records, found)
        stand_by_order(bill)
    accept_claims(record for record in records if isinstance(record, Item))
    bill.snapshot_for_trail = {"changes": changes, "before": before, "after": valued(bill)}
    return records


def accept_claims(items: Iterable[Item]) -> list[Item]:
    """The claims that the officer leaves as they are stand; returns the items of which this is new."""
    accepted = [item for item in items if item.claims and item.claim == claims.Decision.UNDECIDED]
    for item in accepted:
        item.claim = claims.Decision.ACCEPTED
    return accepted


def _changes(bill: CourierBillOfEntry, alterations: Sequence[Alteration]) -> Iterator[Change]:
    """Each alteration with what stood there before."""
    items = {item.item_no: item for item in bill.items.all()}
    invoices = {one.place: one for one in bill.invoices.all()} if bill.kind == Kind.XIV else {}
    for given in alterations:
        number, place = given.get("item_no"), given.get("invoice")
        if number is not None:
            target: Any = items.get(int(number))
            names: tuple[str, ...] = (*OF_ITEM, *CLAIM)
        else:
            target, names = invoices.get(int(place or 1)) if invoices else bill, OF_INVOICE
        if target is None:
            raise Refused([_("There is no item %(no)s on this bill.") % {"no": number or place}], bill)
        for name in names:
            if name not in given:
                continue
            old, new = text_of(getattr(target, name)), _plain(name, given[name])
            if old != new:
                change: Change = {"name": name, "item": int(number or 0), "old": old, "new": new}
                yield change | {"invoice": int(place or 1)} if invoices and number is None else change


def _plain(name: str, value: Any) -> str:
    """A new value as the change keeps it: 14, whether 14 or 14.00 was typed."""
    text = text_of(value)
    return text_of(Decimal(text)) if name in NUMBERS and text else text
