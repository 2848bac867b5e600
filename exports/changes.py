"""Changing what a filed shipping bill declares: by an amendment that is approved, or by the officer who assesses it (PN17 7.1, 11.0).

What is changed is checked by the very rules of filing, of the day on which the bill was presented.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bills import adding
from bills.requests import Change, text_of
from eccs.uploads import Fault, Sheet, Table, check
from eccs.workflow import Refused
from exports import risk
from exports.amendable import SETTLED, as_typed, reasons_locked
from exports.columns import COLUMNS
from exports.filing import put, put_item
from exports.forms.words import LABELS
from exports.iii import amending
from exports.models import CourierShippingBill, ExportItem, FormG
from exports.reading import Lodging, Prepared, judge
from exports.weighing import weighs_otherwise

FIGURES = ("fob_value", "igst_paid")


def refuse_locked(bill: CourierShippingBill, changes: Sequence[Change]) -> None:
    """Raises Refused where a change touches what the stage of the bill has locked."""
    if reasons := reasons_locked(bill, changes):
        raise Refused(reasons, bill)


def judged(
    bill: CourierShippingBill, items: Sequence[ExportItem], changes: Sequence[Change]
) -> tuple[Table, list[Prepared]]:
    """The bill as it would be declared after these changes, checked as filing would. The row of a fault is the item's number."""
    off, _invoices = adding.gone(changes)
    stay = [item for item in items if item.item_no not in off]
    come = {one["item"]: one["values"] for one in changes if one["name"] == adding.ITEM_ON}
    if not stay and not come:
        raise Refused([_("No item would be left: ask for a cancellation.")], bill)
    rows = as_typed(bill, stay, come)
    numbers = [*(item.item_no for item in stay), *come]
    place = {number: n for n, number in enumerate(numbers)}
    for change in changes:
        if change["name"] in adding.WHOLE:
            continue
        if change["item"]:
            if change["item"] not in place:
                raise Refused([_("There is no item %(no)s on this bill.") % {"no": change["item"]}], bill)
            rows[place[change["item"]]][change["name"]] = change["new"]
            continue
        for n, one in enumerate(rows):
            if n == 0 or change["name"] in one:
                one[change["name"]] = change["new"]
    names = [column.name for column in COLUMNS]
    cells = [[one.get(name, "") for name in names] for one in rows]
    table = check(Sheet(names, cells, numbers, False), COLUMNS)
    lodging = Lodging.of_filed(bill, rows[0]["currency"], [one["cth"] for one in rows])
    prepared = judge(lodging, table)
    _check_terminal(bill, table)
    table.faults = [fault for fault in table.faults if fault.column not in SETTLED or fault.column == "form"]
    return table, prepared


def _check_terminal(bill: CourierShippingBill, table: Table) -> None:
    """Packages and weight agree with what came to the terminal."""
    packages, weight = table.values["packages"][0], table.values["gross_weight_kg"][0]
    if packages is not None and packages != "" and packages < bill.packages_in:
        words = _("is less than the %(seen)s packages scanned at the terminal")
        table.fault(0, "packages", packages, words % {"seen": bill.packages_in})
    is_new = weight not in (None, "", bill.gross_weight_kg)
    if bill.registered_at and is_new and weighs_otherwise(bill, weight):
        words = _("is not what the goods weigh at the terminal: %(kg)s kg")
        table.fault(0, "gross_weight_kg", weight, words % {"kg": bill.actual_weight_kg})


def in_words(fault: Fault) -> str:
    """A fault as people read it."""
    return f"{LABELS.get(fault.column, fault.column)} {fault.reason}"


def apply_changes(bill: CourierShippingBill, changes: Sequence[Change], cause: str) -> Sequence[ExportItem | FormG]:
    """Put the new values on a bill and its items and value it again; these are to be written. Raises Refused.

    Once the goods are registered the RMS looks at what is declared now; what it prescribes is added to what it prescribed. Auto
    LEO is for what was declared and not changed since. The trail keeps before and after.
    """
    if bill.is_documents:
        return amending.apply(bill, changes)
    items = list(bill.items.all())
    before = figures(bill)
    table, prepared = judged(bill, items, changes)
    if table.faults:
        raise Refused(
            [_("Item %(row)d: %(words)s.") % {"row": f.row, "words": in_words(f)} for f in table.faults], bill
        )
    one = prepared[0]
    put(bill, one)
    by_number = {item.item_no: item for item in items}
    changed = [
        put_item(by_number.get(given["item_no"], ExportItem(bill_id=bill.pk)), given, value)
        for given, value in zip(one.items, one.values, strict=True)
    ]
    off = {*by_number} - {given["item_no"] for given in one.items}
    ExportItem.objects.filter(bill=bill, item_no__in=off).delete()
    bill.snapshot_for_trail = {"changes": list(changes), "before": before, "after": figures(bill)}
    if bill.registered_at and not bill.let_export_at:
        bill.reopened_at = bill.taken_at
        risk.ask_again(bill, changed, cause)
    return changed


def figures(bill: CourierShippingBill) -> dict[str, Any]:
    """What the bill comes to, for the trail."""
    return {name: text_of(getattr(bill, name)) for name in FIGURES}


def as_amended(bill: CourierShippingBill, changes: Sequence[Change]) -> tuple[Decimal, list[str]]:
    """The FOB value after these changes, and what stands against them; nothing is written."""
    if bill.is_documents:
        return bill.fob_value, amending.judged(bill, changes)[2] or reasons_locked(bill, changes)
    table, prepared = judged(bill, list(bill.items.all()), changes)
    told = [in_words(fault) for fault in table.faults] or reasons_locked(bill, changes)
    return prepared[0].fob_value if prepared else bill.fob_value, told
