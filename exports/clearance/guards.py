"""What must hold before a step of a shipping bill; what is the same for a bill of entry stands there (see bills.clearance.guards)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bills.clearance.guards import (
    NO_OPEN_REQUEST,
    documents_complete,
    examination_reported,
    examined_as_prescribed,
    no_detention,
    no_open_query,
    no_stop,
    xray_recorded,
)
from bills.stages import Hold
from eccs.workflow import Actor
from exports.weighing import off_when_judged


def every_piece_scanned(bill: Any, actor: Actor) -> str:
    """Every package or bag of the shipping bill was scanned at the terminal."""
    if bill.packages_in >= bill.packages:
        return ""
    told = {"seen": bill.packages_in, "all": bill.packages}
    return _("Missing: %(seen)s of %(all)s packages are scanned at the terminal.") % told


def on_no_manifest(bill: Any, actor: Actor) -> str:
    """The goods stand on no export manifest that may still leave with them."""
    live = bill.manifest_lines.filter(live=True, in_part=False).select_related("manifest").first()
    return (
        ""
        if live is None
        else _("The goods stand on %(manifest)s: take them off it first.") % {"manifest": live.manifest}
    )


def nothing_has_left(bill: Any, actor: Actor) -> str:
    """No bag of the documents has left already."""
    gone = bill.manifest_lines.filter(live=True, in_part=True).select_related("manifest").first()
    return "" if gone is None else _("Some of the documents have left with %(manifest)s.") % {"manifest": gone.manifest}


def goods_registered(bill: Any, actor: Actor) -> str:
    """The custodian has registered the goods."""
    return "" if bill.registered_at else _("Missing: the goods are not registered at the terminal.")


def of_goods(bill: Any, actor: Actor) -> str:
    """Documents are not assessed: what is wrong with their shipping bill is amended."""
    if not bill.is_documents:
        return ""
    return _("A shipping bill of documents is not assessed: the courier has it amended.")


def fine_paid(bill: Any, actor: Actor) -> str:
    """The redemption fine and the penalty of an order are paid."""
    return _("Missing: the fine or penalty of the order is not paid.") if Hold.FINE in bill.held_by else ""


def weighs_as_declared(bill: Any, actor: Actor) -> str:
    """What was weighed weighs what was declared, within the tolerance: else the courier has the weight amended first (PN17 5.2)."""
    off = off_when_judged(bill)
    if not off:
        return ""
    told = {"number": off[0].number, "kg": off[0].actual, "declared": off[0].declared, "more": len(off) - 1}
    if bill.is_documents:
        words = ngettext(
            "Missing: %(number)s weighs %(kg)s kg, declared %(declared)s kg: the courier requests the amendment of the weight first.",
            "Missing: %(number)s weighs %(kg)s kg, declared %(declared)s kg, and %(more)d more: the courier requests the amendment of the weights first.",
            len(off),
        )
        return words % told
    words = _(
        "Missing: the goods weigh %(kg)s kg, declared %(declared)s kg: the courier requests the amendment of the weight first."
    )
    return words % told


def rms_decided(bill: Any, actor: Actor) -> str:
    """The RMS has decided on the goods."""
    waits = _(
        "The Risk Management System was away when the goods were registered: the bill waits until it has decided."
    )
    return waits if bill.risk_pending else ""


LET_EXPORT = (
    goods_registered, rms_decided, documents_complete, xray_recorded, examination_reported, examined_as_prescribed, no_open_query, no_detention, no_stop,
    *NO_OPEN_REQUEST, fine_paid, weighs_as_declared,
)  # fmt: skip
