"""The statement of a bond as it is printed."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from bonds.models import Bond
from eccs import barcodes
from eccs.money import grouped, rupees
from eccs.papers import Column, Field, Head, Kind, Paper, moment


def statement(bond: Bond, printed_by: str) -> bytes:
    """The bond, its bank guarantees and every entry of its ledger, as PDF."""
    number = bond.number or ""
    printed = _("printed %(at)s by %(who)s") % {"at": moment(timezone.now()), "who": printed_by}
    sheet = Paper(
        Head(
            title=_("Statement of a bond"), subtitle=_("Debits and credits, in rupees"), number=number,
            token=barcodes.token(number), place=_("Courier Terminal, %(station)s") % {"station": bond.station},
            address=f"{settings.PUBLIC_URL}{bond.get_absolute_url()}", foot=f"{number}   {printed}", kind=Kind.BOND_STATEMENT,
        )
    )  # fmt: skip
    until = f"{bond.valid_until:%d/%m/%Y}" if bond.valid_until else "–"
    executed = f"{bond.executed_on:%d/%m/%Y}" if bond.executed_on else "–"
    sheet.boxes(
        [
            [Field(_("Firm"), bond.firm.name, 2), Field(_("Bond type"), bond.master.words, 2)],
            [Field(_("Amount"), rupees(bond.amount or 0, 2), strong=True), Field(_("Secured now"), rupees(bond.secured, 2)),
             Field(_("Balance"), rupees(bond.balance, 2), strong=True), Field(_("Stage"), str(bond.get_stage_display()))],
            [Field(_("Executed on"), executed), Field(_("Valid until"), until),
             Field(_("Registered"), moment(bond.registered_at)), Field(_("House airway bill"), bond.about or "–")],
        ]
    )  # fmt: skip
    _guarantees(sheet, bond)
    sheet.title(_("Ledger"))
    table = sheet.table(
        [
            Column(_("When"), 0.18), Column(_("Entry"), 0.14), Column(_("For"), 0.29), Column(_("Debit (Rs.)"), 0.13, right=True),
            Column(_("Credit (Rs.)"), 0.13, right=True), Column(_("Balance (Rs.)"), 0.13, right=True),
        ]
    )  # fmt: skip
    for entry in bond.entries.order_by("pk"):
        amount = grouped(abs(entry.change), 2)
        debit, credit = (amount, "") if entry.change < 0 else ("", amount)
        row = [moment(entry.at), str(entry.get_sort_display()), entry.document or "–", debit, credit]
        table.row([*row, grouped(entry.balance_after, 2)])
    return sheet.close()


def _guarantees(sheet: Paper, bond: Bond) -> None:
    live = bond.guarantees.filter(registered_at__isnull=False, ended_at=None)
    if not live:
        return
    sheet.title(_("Bank guarantees"))
    table = sheet.table(
        [
            Column(_("Number"), 0.25), Column(_("Bank and branch"), 0.4), Column(_("Valid until"), 0.15),
            Column(_("Amount (Rs.)"), 0.2, right=True),
        ]
    )  # fmt: skip
    for one in live:
        table.row([one.number, one.bank, f"{one.valid_until:%d/%m/%Y}", grouped(one.amount, 2)])
