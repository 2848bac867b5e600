"""What Form E adds to the print of a bill: its blocks and its invoices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from eccs.money import grouped
from eccs.papers import Column, Field, Paper


@dataclass(frozen=True)
class InvoiceLine:
    """One invoice of a CBE-XIV: its number and day, its items, its value, and what is declared with it."""

    invoice: str
    items: str
    value: str
    assessable_value: Decimal
    declared: str


def draw_form_e(sheet: Paper, blocks: Sequence[tuple[str, str]], invoices: Sequence[InvoiceLine]) -> None:
    """The blocks of Form E, four to a row, and its invoices."""
    sheet.title(_("Form E: importer, bill and special requests"))
    fields = [Field(label, value) for label, value in blocks]
    sheet.boxes([fields[first : first + 4] for first in range(0, len(fields), 4)])
    sheet.title(_("Invoices"))
    table = sheet.table(
        [
            Column(_("Invoice"), 0.2), Column(_("Items"), 0.1), Column(_("Declared with it"), 0.37),
            Column(_("Value"), 0.2, right=True), Column(_("AV (Rs.)"), 0.13, right=True),
        ]
    )  # fmt: skip
    for one in invoices:
        table.row([one.invoice, one.items, one.declared, one.value, grouped(one.assessable_value, 2)])
