"""The report of a reconciliation as it is printed."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from eccs.money import grouped, rupees
from eccs.papers import Column, Field, Head, Paper, footing
from payments import banks
from payments.reconciling.report import Report, stations_of


def printed(found: Report, actor: Actor) -> bytes:
    """The report as PDF: the counts, then everything that does not agree."""
    scroll = found.scroll
    number = f"REC-{scroll.bank}-{scroll.day:%Y%m%d}"
    sheet = Paper(
        Head(
            title=_("Reconciliation with the bank"), subtitle=_("The bank's scroll beside the books of ECCS"),
            number=number, token=f"{scroll.day:%Y%m%d}", place=", ".join(sorted(stations_of(actor))),
            address=f"{settings.PUBLIC_URL}/payments/reconciliation/scrolls/{scroll.bank}/{scroll.day:%Y-%m-%d}/",
            foot=footing(actor.name, number),
        )
    )  # fmt: skip
    sealed = _("Sealed by the bank") if scroll.sealed else _("Loaded by hand")
    sheet.boxes(
        [
            [Field(_("Bank"), banks.name_of(scroll.bank), 2), Field(_("Day"), f"{scroll.day:%d/%m/%Y}"), Field(_("Scroll"), sealed)],
            [Field(words, f"{count} · {rupees(amount, 2)}") for words, count, amount in found.counts],
        ]
    )  # fmt: skip
    sheet.title(_("What does not agree"))
    table = sheet.table(
        [
            Column(_("Finding"), 0.15), Column(_("Challan or withdrawal"), 0.17), Column(_("Bank's transaction number"), 0.2),
            Column(_("Bank (Rs.)"), 0.13, right=True), Column(_("ECCS (Rs.)"), 0.13, right=True), Column(_("Then"), 0.22),
        ]
    )  # fmt: skip
    for line in found.differing:
        then = f"{line.difference.get_stage_display()}: {line.difference.remarks or '–'}" if line.difference else "–"
        table.row([line.label, line.number, line.transaction, grouped(line.there, 2), grouped(line.here, 2), then])
    if not found.differing:
        sheet.text(_("Everything agrees."))
    return sheet.close()
