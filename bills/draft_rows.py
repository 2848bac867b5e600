"""A draft as the rows of a file, so that what is typed is judged by the very rules of an upload."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bills import drafts
from bills.columns import COLUMNS, SAME
from bills.flight import Flight
from bills.kinds import Kind
from bills.models import CourierBillOfEntry
from bills.reading import Prepared, judge
from eccs.uploads import Fault, Sheet, Table, check


def table_of_draft(bill: CourierBillOfEntry) -> Table:
    """A draft as the rows of a file, every cell checked."""
    header, items, invoices = drafts.header(bill), drafts.items(bill) or [{}], drafts.invoices(bill)
    assert bill.hawb is not None  # a CBE-XI has no items
    names = [column.name for column in COLUMNS]
    rows, begun = [], set[int]()
    for n, item in enumerate(items, 1):
        place = drafts.place_of(item)
        invoice = invoices[place - 1] if place <= len(invoices) else {}
        given = {name: invoice.get(name, "") for name in SAME}
        if place not in begun:  # charges and parties of an invoice stand on its first row
            given |= invoice
        if n == 1:
            given |= header
        begun.add(place)
        given |= {**item, "form": bill.kind, "hawb": bill.hawb.number, "item_no": str(n)}
        rows.append([str(given.get(name, "") or "").strip() for name in names])
    table = check(Sheet(names, rows, list(range(1, len(rows) + 1)), False), COLUMNS)
    for place in range(1, len(invoices) + 1):
        if place not in begun and bill.kind == Kind.XIV:
            table.faults.append(Fault(place, "invoice", "", _("%(number)d has no item") % {"number": place}))
    return table


def judge_draft(bill: CourierBillOfEntry, *, lock: bool = False) -> tuple[Flight, Table, list[Prepared]]:
    """Check a draft by the very rules of a file. The row of a fault is the item's number."""
    table = table_of_draft(bill)
    assert bill.hawb is not None
    flight = Flight.load(bill.manifest, lock=lock, draft=bill)
    prepared, iec = judge(flight, table), table.values["iec"][0]
    if bill.importer is not None and iec and iec != bill.importer.iec:
        table.fault(0, "iec", iec, _("is not your own: an importer files for its own goods"))
        prepared = []
    return flight, table, prepared
