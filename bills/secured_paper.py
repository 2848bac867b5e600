"""The bonds and bank guarantees that secure a bill, as its print-out indicates them after the assessment (PN17 13.2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from bills.clearance.provisional import ProvisionalStage
from eccs.money import grouped, rupees
from eccs.papers import Column, Paper, day

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry
    from bonds.models import Bond


@dataclass(frozen=True)
class SecuredLine:
    """One bond of a bill: what it secures, the amount approved and what of it is debited for the bill, and the guarantees behind it."""

    what: str
    bond: str
    approved: Decimal | None  # nothing of a bond executed elsewhere, which no DC/AC approved in ECCS
    secures: Decimal
    guarantees: str


def secured_by(bill: CourierBillOfEntry) -> tuple[SecuredLine, ...]:
    """The bonds of the provisional assessments that stand, and of provisional releases; mostly none."""
    lines = []
    if bill.assessed_at:
        rows = bill.provisional_assessments.exclude(stage=ProvisionalStage.SUPERSEDED).select_related("bond")
        for one in rows.order_by("pk"):
            paper = _("%(number)s of %(day)s") % {"number": one.bond_number, "day": day(one.bond_date)}
            what = _("Provisional assessment %(number)s") % {"number": one}
            lines.append(SecuredLine(what, paper, _approved(one.bond), one.bond_amount, _behind(one.bond)))
    for release in bill.releases.select_related("bond").order_by("pk"):
        paper = _("%(number)s of %(day)s") % {"number": release.bond_number, "day": day(release.bond_date)}
        told = {
            "number": release.guarantee_number, "amount": rupees(release.guarantee_amount, 2),
            "day": day(release.guarantee_valid_until),
        }  # fmt: skip
        guarantee = _("%(number)s, %(amount)s, until %(day)s") % told
        lines.append(
            SecuredLine(_("Provisional release"), paper, _approved(release.bond), release.bond_amount, guarantee)
        )
    return tuple(lines)


def _approved(bond: Bond | None) -> Decimal | None:
    return bond.amount if bond is not None else None


def _behind(bond: Bond | None) -> str:
    """The bank guarantees that stand behind a registered bond."""
    rows = [] if bond is None else bond.guarantees.filter(registered_at__isnull=False, ended_at=None)
    words = _("%(number)s, %(amount)s, until %(day)s")
    return "; ".join(
        words % {"number": one.number, "amount": rupees(one.amount, 2), "day": day(one.valid_until)} for one in rows
    )


def draw_secured(sheet: Paper, lines: tuple[SecuredLine, ...]) -> None:
    """A table of the bonds; nothing where none secures the bill."""
    if not lines:
        return
    sheet.title(_("BOND DETAILS"))
    table = sheet.table(
        [
            Column(_("For"), 0.24), Column(_("Bond, date"), 0.23), Column(_("Approved (Rs.)"), 0.13, right=True),
            Column(_("Secures (Rs.)"), 0.13, right=True), Column(_("Bank guarantee, amount, validity"), 0.27),
        ]
    )  # fmt: skip
    for one in lines:
        approved = "-" if one.approved is None else grouped(one.approved, 2)
        table.row([one.what, one.bond, approved, grouped(one.secures, 2), one.guarantees or "-"], keep=16)
