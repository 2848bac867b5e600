"""The TR-6 challan on paper: what is to be paid, under which heads, at which bank, for which bills."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from bills.duty.heads import head_label
from eccs.money import grouped, rupees
from eccs.papers import Column, Field, Head, Kind, Paper, footing, moment
from eccs.words import rupees_in_words
from payments.listing import heads_of
from payments.models import Challan


@dataclass(frozen=True)
class ChallanPaper:
    """A TR-6 challan as it is printed (PN17 8.0), in rupees."""

    head: Head
    challan: str
    status: str
    payer: str
    station: str
    bank: str  # or the cash ledger
    transaction: str
    paid: str
    heads: tuple[tuple[str, Decimal], ...]
    total: Decimal
    bills: tuple[tuple[str, str, str, Decimal], ...]  # number, HAWB, what by head, rupees


def challan_print(challan: Challan, printed_by: str = "") -> bytes:
    """The TR-6 challan as PDF, whether it is paid or not."""
    return draw_challan(challan_paper(challan, printed_by))


def challan_paper(challan: Challan, printed_by: str = "") -> ChallanPaper:
    """What stands on the challan."""
    number = challan.number or ""
    lines = challan.lines.select_related("bill__hawb", "transfer__destination", "demand__bill").order_by("pk")
    return ChallanPaper(
        head=Head(
            title=_("TR-6 challan"), subtitle=_("Customs duty, courier mode"), number=number, token=number,
            place=_("Courier Terminal, %(station)s") % {"station": challan.station},
            address=f"{settings.PUBLIC_URL}{challan.get_absolute_url()}", foot=footing(printed_by, number, challan.trail_head), kind=Kind.CHALLAN,
        ),
        challan=f"{number}, {moment(challan.created_at)}", status=str(challan.get_stage_display()),
        payer="\n".join(filter(None, (f"{challan.payer.name}, {challan.payer_number}", challan.payer.address))), station=str(challan.station),
        bank=_("Electronic Cash Ledger") if challan.paid_from_ledger else challan.bank_name, transaction=challan.bank_transaction,
        paid=moment(challan.paid_at),
        heads=tuple((head_label(head), Decimal(challan.heads[head])) for head in heads_of(challan)), total=challan.amount,
        bills=tuple((line.paid_for.number or "", line.consignment, _by_head(line.heads), line.amount) for line in lines),
    )  # fmt: skip


def _by_head(heads: dict[str, str]) -> str:
    """The heads of a line in a few words."""
    return ", ".join(f"{head_label(head)} {grouped(Decimal(amount))}" for head, amount in heads.items())


def draw_challan(paper: ChallanPaper) -> bytes:
    """The challan as PDF: the sum, payer and bank, the heads each by itself, and every bill; a deposit has none."""
    sheet = Paper(paper.head)
    sheet.boxes(
        [
            [Field(_("To pay"), rupees(paper.total, 2), 1, strong=True), Field(_("In words"), rupees_in_words(paper.total), 3)],
            [Field(_("TR-6 challan"), paper.challan, 2, strong=True), Field(_("Stage"), paper.status, 2)],
            [Field(_("Payer"), paper.payer, 2), Field(_("Station"), paper.station, 2)],
            [Field(_("Bank"), paper.bank), Field(_("Bank's transaction number"), paper.transaction), Field(_("Confirmed"), paper.paid, 2)],
        ]
    )  # fmt: skip
    sheet.title(_("By head of account"))
    heads = sheet.table([Column(_("Head"), 0.5), Column(_("Amount (Rs.)"), 0.25, right=True)])
    for name, amount in paper.heads:
        heads.row([name, grouped(amount, 2)], keep=16)
    heads.row([_("Total"), grouped(paper.total, 2)], strong=True)
    if not paper.bills:  # a deposit
        return sheet.close()
    sheet.title(_("What is paid"))
    bills = sheet.table(
        [Column(_("Bill"), 0.3), Column(_("HAWB"), 0.18), Column(_("By head (Rs.)"), 0.34), Column(_("Amount (Rs.)"), 0.18, right=True)]
    )  # fmt: skip
    for number, hawb, by_head, amount in paper.bills:
        bills.row([number, hawb, by_head, grouped(amount, 2)])
    bills.row([_("Total"), "", "", grouped(paper.total, 2)], strong=True)
    return sheet.close()
