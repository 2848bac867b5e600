"""A bond and its statement as they are printed."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from accounts.roles import label_of
from bonds.models import Bond, BondEntry
from eccs import barcodes
from eccs.money import grouped, rupees
from eccs.papers import Column, Field, Head, Kind, Paper, day, footing, moment
from eccs.words import rupees_in_words


def statement(bond: Bond, printed_by: str) -> bytes:
    """The bond, its bank guarantees and every entry of its ledger, as PDF."""
    number = bond.number or ""
    sheet = Paper(
        Head(
            title=_("Statement of a bond"), subtitle=_("Debits and credits, in rupees"), number=number,
            token=barcodes.token(number), place=_("Courier Terminal, %(station)s") % {"station": bond.station},
            address=f"{settings.PUBLIC_URL}{bond.get_absolute_url()}", foot=footing(printed_by, number), kind=Kind.BOND_STATEMENT,
        )
    )  # fmt: skip
    until = f"{bond.valid_until:%d/%m/%Y}" if bond.valid_until else "–"
    executed = f"{bond.executed_on:%d/%m/%Y}" if bond.executed_on else "–"
    sheet.boxes(
        [
            [Field(_("Firm"), _firm(bond), 2), Field(_("Bond type"), bond.master.words, 2)],
            [Field(_("Amount"), rupees(bond.amount or 0, 2), strong=True), Field(_("Secured now"), rupees(bond.secured, 2)),
             Field(_("Balance"), rupees(bond.balance, 2), strong=True), Field(_("Stage"), str(bond.get_stage_display()))],
            [Field(_("Executed on"), executed), Field(_("Valid until"), until),
             Field(_("Registered"), moment(bond.registered_at)), Field(_("House airway bill"), bond.about or "–")],
        ]
    )  # fmt: skip
    _guarantees(sheet, bond)
    _ledger(sheet, bond)
    return sheet.close()


def bond_print(bond: Bond, printed_by: str = "") -> bytes:
    """A registered bond as PDF: firm, type, amount, validity, guarantees, who approved and registered it, what is left (PN17 13.2).

    The offices are named and not the officers. What was debited and credited is that of the moment of printing.
    """
    number, amount = bond.number or "", bond.amount or Decimal(0)
    sheet = Paper(
        Head(
            title=str(Kind.BOND.label), subtitle=_("Registered with Customs, PN17 13"), number=number, token=barcodes.token(number),
            place=_("Courier Terminal, %(station)s") % {"station": bond.station},
            address=f"{settings.PUBLIC_URL}{bond.get_absolute_url()}", foot=footing(printed_by, number, bond.trail_head), kind=Kind.BOND,
        )
    )  # fmt: skip
    sheet.boxes(
        [
            [Field(_("Bond"), number, 2, strong=True), Field(_("Stage"), str(bond.get_stage_display()), 2)],
            [Field(_("Firm"), _firm(bond), 4)],
            [Field(_("Bond type"), str(bond.master.get_purpose_display()), 2), Field(_("Category"), str(bond.master.get_category_display())),
             Field(_("House airway bill"), bond.about)],
            [Field(_("Amount"), rupees(amount, 2), strong=True), Field(_("In words"), rupees_in_words(amount), 3)],
            [Field(_("Executed on"), day(bond.executed_on), 2), Field(_("Valid until"), day(bond.valid_until), 2, strong=True)],
        ]
    )  # fmt: skip
    _guarantees(sheet, bond)
    sheet.title(_("Approved and registered"))
    sheet.boxes(
        [
            [Field(_("Approved"), moment(bond.approved_at), 2), Field(_("Approved by"), _office(bond, APPROVED), 2)],
            [Field(_("Registered"), moment(bond.registered_at), 2), Field(_("Registered by"), _office(bond, REGISTERED), 2)],
        ]
    )  # fmt: skip
    moved = bond.entries.aggregate(
        debits=Sum("change", filter=Q(sort=BondEntry.Sort.DEBIT)),
        credits=Sum("change", filter=Q(sort=BondEntry.Sort.CREDIT)),
    )
    _ledger(sheet, bond)
    sheet.boxes(
        [
            [
                Field(_("Debited (Rs.)"), grouped(-(moved["debits"] or Decimal(0)), 2)),
                Field(_("Credited (Rs.)"), grouped(moved["credits"] or Decimal(0), 2)),
                Field(_("Balance (Rs.)"), grouped(bond.balance, 2), 2, strong=True),
            ]
        ]
    )  # fmt: skip
    return sheet.close()


APPROVED, REGISTERED = ("approve", "approve_increase"), ("register", "register_renewal")


def _firm(bond: Bond) -> str:
    """The firm with its registration number or importer's code."""
    number = bond.courier.number if bond.courier else bond.importer and bond.importer.iec
    return f"{bond.firm.name}, {number}"


def _office(bond: Bond, steps: tuple[str, ...]) -> str:
    """The office that took one of these steps last."""
    role = bond.trail.filter(step__in=steps).order_by("-seq").values_list("role", flat=True).first()
    return f"{label_of(role)}, {bond.station}" if role else ""


def _ledger(sheet: Paper, bond: Bond) -> None:
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
