"""The working of every figure of a bill's value, duty and interest, as it is printed: the same as on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

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
        lines += of_item(_("Item %(number)s") % {"number": row["item"].item_no}, row.get("workings", ()))
    interest = dues.shown(bill)["interest_working"]
    lines += [WorkingLine(_("Interest"), one["days"], one["sum"], one["amount"]) for one in interest]
    return tuple(lines)


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
