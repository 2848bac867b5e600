"""The statement of an Electronic Cash Ledger as it is printed."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from eccs.money import grouped, rupees
from eccs.papers import Column, Field, Head, Paper, footing, moment
from payments.cash.statement import Statement


def printed(told: Statement, printed_by: str) -> bytes:
    """The statement as PDF."""
    account, number = told.account, f"ECL-{told.account.firm_number}"
    sheet = Paper(
        Head(
            title=_("Electronic Cash Ledger"), subtitle=_("Statement in rupees, Customs Act 1962, section 51A"),
            number=number, token=account.firm_number, place=account.firm.name,
            address=f"{settings.PUBLIC_URL}/payments/ledger/", foot=footing(printed_by, number),
        )
    )  # fmt: skip
    span = f"{told.since:%d/%m/%Y} – {told.until:%d/%m/%Y}"
    sheet.boxes(
        [
            [Field(_("Firm"), f"{account.firm.name}, {account.firm_number}", 2), Field(_("Days"), span, 2)],
            [Field(_("Balance before"), _sum(told.opening)), Field(_("Credits"), rupees(told.credits, 2)),
             Field(_("Debits"), rupees(told.debits, 2)), Field(_("Balance after"), _sum(told.closing), strong=True)],
            *([[Field(_("Stations"), ", ".join(told.stations), 4)]] if told.stations else []),
        ]
    )  # fmt: skip
    sheet.title(_("Entries"))
    table = sheet.table(
        [
            Column(_("When"), 0.17), Column(_("Entry"), 0.29), Column(_("Challan"), 0.14),
            Column(_("Debit (Rs.)"), 0.13, right=True), Column(_("Credit (Rs.)"), 0.13, right=True),
            Column(_("Balance (Rs.)"), 0.14, right=True),
        ]
    )  # fmt: skip
    for one in told.lines:
        challan = str(one.entry.challan.number) if one.entry.challan else "–"
        debit, credit = (grouped(value, 2) if value else "" for value in (one.debit, one.credit))
        balance = "" if one.balance is None else grouped(one.balance, 2)
        table.row([moment(one.entry.at), one.words, challan, debit, credit, balance])
    if told.more:
        sheet.text(_("There are more entries than are printed: choose fewer days."))
    return sheet.close()


def _sum(amount: Decimal | None) -> str:
    """A balance, where one is told."""
    return "–" if amount is None else rupees(amount, 2)
