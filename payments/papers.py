"""What the cyber receipt says and how it is set."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from eccs.money import grouped, rupees
from eccs.papers import Column, Field, Head, Paper
from eccs.words import rupees_in_words


@dataclass(frozen=True)
class ReceiptPaper:
    """A cyber receipt as it is printed (PN17 8.0): one payment for the bills of one challan, in rupees."""

    head: Head
    receipt: str
    challan: str
    paid_by: str
    paid_from: str
    bank_reference: str
    confirmed: str
    station: str
    heads: tuple[tuple[str, Decimal], ...]
    total: Decimal
    bills: tuple[tuple[str, str, Decimal], ...]  # number, HAWB, rupees


def draw_receipt(paper: ReceiptPaper) -> bytes:
    """The cyber receipt as PDF, with every bill it pays."""
    sheet = Paper(paper.head)
    sheet.boxes(
        [
            [Field(_("Received"), rupees(paper.total, 2), 1, strong=True),
             Field(_("In words"), rupees_in_words(paper.total), 3)],
            [Field(_("Cyber receipt"), paper.receipt, 2, strong=True), Field(_("TR-6 challan"), paper.challan, 2)],
            [Field(_("Paid by"), paper.paid_by, 2), Field(_("Station"), paper.station, 2)],
            [Field(_("Paid from"), paper.paid_from), Field(_("Bank's transaction number"), paper.bank_reference),
             Field(_("Confirmed"), paper.confirmed, 2)],
        ]
    )  # fmt: skip
    sheet.title(_("Paid by head"))
    heads = sheet.table([Column(_("Head"), 0.5), Column(_("Amount (Rs.)"), 0.25, right=True)])
    for name, amount in paper.heads:
        heads.row([name, grouped(amount, 2)], keep=16)
    heads.row([_("Total"), grouped(paper.total, 2)], strong=True)
    if not paper.bills:
        return sheet.close()
    sheet.title(_("What is paid"))
    bills = sheet.table([Column(_("Bill"), 0.45), Column(_("HAWB"), 0.3), Column(_("Amount (Rs.)"), 0.25, right=True)])
    for number, hawb, amount in paper.bills:
        bills.row([number, hawb, grouped(amount, 2)])
    bills.row([_("Total"), "", grouped(paper.total, 2)], strong=True)
    return sheet.close()
