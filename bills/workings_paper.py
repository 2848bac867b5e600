"""The working of every figure of a bill's value, duty and interest, as it is printed: the same as on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from bills import final_assessment
from bills.duty.heads import head_label
from bills.duty.levies import HEADS
from eccs.money import grouped
from eccs.papers import Column, Paper

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry, Item


@dataclass(frozen=True)
class WorkingLine:
    """One figure: of what it is, its name, how it was reached, what it comes to."""

    of: str
    figure: str
    working: str
    amount: str


def workings_of(bill: CourierBillOfEntry, items: list[Item]) -> tuple[WorkingLine, ...]:
    """Value, each head of each item, interest: how each figure was reached; nothing where it cannot be shown any more."""
    from bills import dues
    from bills.summary import reckoning

    told = reckoning(bill, items)
    lines = [WorkingLine(_("Value"), one["label"], one["note"], one["amount"]) for one in told["value_lines"]]
    for row in told["lines"]:
        of = _("Item %(number)s") % {"number": row["item"].item_no}
        if row.get("share"):
            lines.append(WorkingLine(of, _("AV"), row["share"], grouped(row["item"].assessable_value, 2)))
        lines += of_item(of, row.get("workings", ()))
    lines += decided(bill, items)
    shown = dues.shown(bill)
    for of, name in ((_("Interest"), "interest_working"), (_("Late charge"), "late_working")):
        lines += [WorkingLine(of, one["days"], one["sum"], one["amount"]) for one in shown[name]]
    return tuple(lines)


def decided(bill: CourierBillOfEntry, items: list[Item]) -> list[WorkingLine]:
    """The heads that an officer has set: by an order that revises the duty, and by the final assessment, with what stood before."""
    return [*_by_order(bill, items), *_finally(bill)]


def _by_order(bill: CourierBillOfEntry, items: list[Item]) -> list[WorkingLine]:
    """An order sets the duty as one sum: it is spread over the heads as they were assessed, to the rupee."""
    order = bill.adjudications.exclude(revised_duty=None).order_by("pk").last() if bill.returned_on else None
    if order is None or order.revised_duty is None:
        return []
    columns = zip(*((item.bcd, item.aidc, item.sws, item.igst, item.cess) for item in items), strict=True)
    assessed = dict(zip(HEADS, map(sum, columns), strict=True))
    told = {
        "duty": grouped(order.revised_duty), "before": grouped(order.duty_before), "total": grouped(sum(assessed.values())),
        "day": f"{order.order_date:%d/%m/%Y}",
    }  # fmt: skip
    words = _(
        "the order of %(day)s sets the duty at %(duty)s in place of %(before)s: as %(part)s is of %(total)s assessed"
    )
    of = _("Order %(number)s") % {"number": order.order_number}
    return [
        WorkingLine(of, head_label(head), words % {**told, "part": grouped(assessed.get(head, 0))}, grouped(Decimal(amount)))
        for head, amount in bill.duty_heads.items()
        if head in HEADS and (Decimal(amount) or assessed.get(head))
    ]  # fmt: skip


def _finally(bill: CourierBillOfEntry) -> list[WorkingLine]:
    """The heads as finally assessed, on which value, with what was assessed provisionally (section 18(2))."""
    if not bill.assessed_at:
        return []
    lines: list[WorkingLine] = []
    for one in bill.provisional_assessments.exclude(finalised_at=None).order_by("pk"):
        words = _(
            "finally assessed by the officer on a value of %(value)s: %(final)s − %(before)s provisionally = %(more)s"
        )
        value = grouped(one.final_value or bill.assessable_value, 2)
        for row in final_assessment.rows(one):
            if row["final"] or row["provisional"]:
                told = {
                    "value": value,
                    "final": grouped(row["final"]),
                    "before": grouped(row["provisional"]),
                    "more": grouped(row["difference"]),
                }
                lines.append(WorkingLine(str(one.number), row["label"], words % told, grouped(row["final"])))
    return lines


def of_item(of: str, workings: Iterable[Any]) -> list[WorkingLine]:
    """The heads of one item that bear something; beside each what an exemption forgoes."""
    lines = []
    for one in workings:
        if one.amount or one.forgone:
            lines.append(WorkingLine(of, one.head, one.sum, grouped(one.amount)))
        if one.forgone:
            words = _("without the exemption %(sum)s, forgone") % {"sum": one.without}
            lines.append(WorkingLine(of, one.head, words, grouped(one.forgone)))
    return lines


def draw_workings(sheet: Paper, lines: tuple[WorkingLine, ...]) -> None:
    """A table of the workings; nothing where there are none."""
    if not lines:
        return
    sheet.title(_("How the value and the duty were worked out"))
    table = sheet.table(
        [
            Column(_("Of"), 0.12), Column(_("Figure"), 0.16), Column(_("Working"), 0.56),
            Column(_("Amount"), 0.16, right=True),
        ]
    )  # fmt: skip
    for one in lines:
        table.row([one.of, one.figure, one.working, one.amount])
    sheet.space(2)
    sheet.text(
        _(
            "Valuation Rules 2007, rule 10(2). Each head is rounded to the rupee, the next one reckoned on what is not rounded."
        )
    )
