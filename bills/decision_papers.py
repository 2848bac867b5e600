"""What desks asked, found and ordered on a bill of entry or a shipping bill, as it is printed; officers are named by office alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from bills.documents import head_of
from eccs import paper_making
from eccs.money import grouped, rupees
from eccs.paper_labels import Label, Sheets
from eccs.papers import Column, Field, Kind, Paper, day, moment


@dataclass(frozen=True)
class Decided:
    """A kind of paper on a bill: where its rows are, the letter in its number, who reads it, how it is drawn."""

    kind: Kind
    rows: str
    letter: str
    officers_only: bool
    draw: Callable[[Paper, Any], None]
    subtitle: str


def number_of(sort: str, row: Any) -> str:
    """`CBE-XIII_BLR_2026-2027_01_01/Q2`: the bill and which of its papers of this kind it is."""
    before = getattr(row.bill, SORTS[sort].rows).filter(pk__lte=row.pk).count()
    return f"{row.bill.number}/{SORTS[sort].letter}{before}"


def print_of(sort: str, row: Any, printed_by: str = "") -> bytes:
    """The paper as PDF."""
    how, bill = SORTS[sort], row.bill
    head = head_of(bill, str(how.kind.label), _(how.subtitle), printed_by, how.kind)
    sheet = Paper(replace(head, number=number_of(sort, row)))
    how.draw(sheet, row)
    _about(sheet, bill)
    return sheet.close()


def _about(sheet: Paper, bill: Any) -> None:
    """Of which bill and goods it is."""
    sheet.title(_("The goods"))
    sheet.boxes(
        [
            [Field(_("Bill"), bill.number or "", 2, strong=True), Field(_("Filed"), moment(bill.filed_at), 2)],
            [Field(_("Authorised Courier"), f"{bill.courier.name}, {bill.courier.number}", 2), Field(_("HAWB"), bill.consignment, 2, strong=True)],
            [Field(_("Goods"), bill.goods, 4)],
        ]
    )  # fmt: skip


def _query(sheet: Paper, row: Any) -> None:
    sheet.text(
        _("The proper officer asks the question below. It is answered in ECCS, with the documents asked for."), 10
    )
    sheet.boxes([
        [Field(_("Raised"), moment(row.raised_at), 4, strong=True)], [Field(_("Question"), row.question, 4)],
        [Field(_("Documents asked for"), row.documents_wanted or _("None"), 4)],
    ])  # fmt: skip


def _examination(sheet: Paper, row: Any) -> None:
    sheet.boxes([
        [
            Field(_("Examined"), moment(row.at), 2, strong=True), Field(_("Packages opened"), grouped(row.packages_opened), strong=True),
            Field(_("Share examined"), f"{row.percent} %", strong=True),
        ],
        [Field(_("Findings"), row.findings, 4)], [Field(_("Recommended"), str(row.get_recommendation_display()), 4)],
    ])  # fmt: skip


def _release(sheet: Paper, row: Any) -> None:
    sheet.text(_("The detained goods described here are released provisionally against the bond and the bank guarantee below. The final order follows."), 10)  # fmt: skip
    sheet.boxes([
        [Field(_("Released"), moment(row.at), 4, strong=True)],
        [
            Field(_("Bond"), row.bond_number, strong=True), Field(_("Dated"), day(row.bond_date)),
            Field(_("Bond amount"), rupees(row.bond_amount, 2), 2, strong=True),
        ],
        [
            Field(_("Bank guarantee"), row.guarantee_number, strong=True), Field(_("Valid until"), day(row.guarantee_valid_until)),
            Field(_("Guarantee amount"), rupees(row.guarantee_amount, 2), 2, strong=True),
        ],
    ])  # fmt: skip


def _adjudication(sheet: Paper, row: Any) -> None:
    duty = getattr(row, "revised_duty", None)
    sheet.boxes([
        [Field(_("Order"), row.order_number, 2, strong=True), Field(_("Dated"), day(row.order_date)), Field(_("Outcome"), str(row.get_outcome_display()), strong=True)],
        [
            Field(_("Fine in lieu of confiscation"), rupees(row.fine, 2), 2, strong=True), Field(_("Penalty"), rupees(row.penalty, 2), strong=True),
            Field(_("Duty, revised"), "-" if duty is None else rupees(duty, 2)),
        ],
        [Field(_("Remarks"), row.remarks, 4)],
    ])  # fmt: skip


SORTS = {
    "query": Decided(Kind.QUERY, "queries", "Q", False, _query, "PN17 7(d), 7(j)"),
    "examination": Decided(Kind.EXAMINATION, "examinations", "X", True, _examination, "PN17 7(i)"),
    "release": Decided(Kind.RELEASE, "releases", "P", False, _release, "PN17 7(n)"),
    "adjudication": Decided(Kind.ADJUDICATION, "adjudications", "A", False, _adjudication, "PN17 7(k)"),
}


def found(sort: str, bills: Any, number: str) -> Any:
    """The row behind the number of such a paper, or nothing."""
    how = SORTS[sort]
    of, _slash, place = number.rpartition("/")
    bill = bills.filter(number=of).first()
    if bill is None or not hasattr(bill, how.rows) or not place[1:].isdigit() or place[:1] != how.letter:
        return None
    return (
        next(iter(getattr(bill, how.rows).order_by("pk")[int(place[1:]) - 1 : int(place[1:])]), None)
        if place != f"{how.letter}0"
        else None
    )


def gate_pass(bill: Any, printed_by: str = "") -> bytes:
    """The gate pass: with it the goods of an Out of Charge leave the terminal; it names each package, and no value."""
    order, pieces = bill.order, list(bill.hawb.pieces.order_by("part").values_list("crn", "part")) if bill.hawb else []
    head = head_of(
        bill, str(Kind.GATE_PASS.label), _("For goods out of Customs charge"), printed_by, Kind.GATE_PASS, order.number
    )
    sheet = Paper(replace(head, number=f"{order.number}/G"))
    sheet.boxes(
        [
            [Field(_("Out of Charge"), order.number, 2, strong=True), Field(_("Given"), moment(order.given_at), 2, strong=True)],
            [Field(_("Bill"), bill.number, 2, strong=True), Field(_("HAWB"), bill.consignment, strong=True), Field(_("Packages"), grouped(len(pieces)) if pieces else "-", strong=True)],
            [Field(_("Authorised Courier"), f"{bill.courier.name}, {bill.courier.number}", 4)],
        ]
    )  # fmt: skip
    if pieces:
        sheet.title(_("Packages"))
        table = sheet.table([Column(_("No."), 0.1, right=True), Column(_("CRN"), 0.4), Column(_("Handed over"), 0.5)])
        for crn, part in pieces:
            table.row([str(part), crn, ""])
    sheet.title(_("Handed over"), 60)
    signed = sheet.table(
        [
            Column(_("For the custodian: name, date, time"), 0.5),
            Column(_("Received for the courier: name, date, time"), 0.5),
        ]
    )
    signed.row([" \n \n ", ""])
    return sheet.close()


def labels(bill: Any) -> bytes:
    """A label for each package of a bill of entry, or of a shipping bill: its own number where it has one, else its HAWB."""
    inward = not isinstance(bill.hawb, str)
    number, count = (bill.hawb.number, bill.hawb.packages) if inward else (bill.hawb, bill.packages)
    codes = (
        list(bill.hawb.pieces.order_by("part").values_list("crn", "part"))
        if inward
        else [(number, n + 1) for n in range(count)]
    )
    made = (
        Label(
            code, number,
            (_("Package %(n)d of %(count)d") % {"n": part, "count": count}, f"{bill.number}", f"{bill.station}, {bill.courier.short_name}"),
            f"{number}/{part}",
        )
        for code, part in codes
    )  # fmt: skip
    return paper_making.pdf(Sheets(tuple(made), number))
