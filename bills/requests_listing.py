"""How requests on bills and provisional assessments are listed and shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bills import final_assessment, parties
from bills.amendable import where
from bills.clearance.penalties import PenaltyStage
from bills.clearance.provisional import ProvisionalStage
from bills.clearance.risk import assessed_all_the_same
from bills.forms.words import LABELS, in_words
from bills.models import BillAmendment, BillCancellation, PenaltyDemand, ProvisionalAssessment, RiskDeparture
from bills.models.requests import AmendmentRequest
from bills.provisional import due_days
from bills.requests import as_amended
from eccs import pages
from eccs.money import rupees
from eccs.pages import Column, Elsewhere, Listing, by_own_number
from eccs.workflow import Refused
from eccs.written import brief, tail


def about(asked: Any) -> str:
    """What a request is about: so many values to change, its reason, or the bond of a provisional assessment."""
    changes = getattr(asked, "changes", None)
    if changes:
        words = ngettext("%(n)s value to change", "%(n)s values to change", len(changes))
        return words % {"n": len(changes)}
    reason: str = getattr(asked, "reason", "")
    if hasattr(asked, "order_number"):
        return _("%(amount)s by order %(order)s") % {"amount": rupees(asked.amount), "order": asked.order_number}
    return brief(reason, 60) if reason else getattr(asked, "bond_number", "")


COLUMNS = (
    Column("number", _("Number"), "number__icontains", hint=_("contains")),
    Column(
        "bill",
        _("Bill"),
        "bill__number__icontains",
        hint=_("contains"),
        cell=lambda asked: tail(asked.bill),
        css="nowrap",
    ),
    Column(
        "hawb",
        _("HAWB"),
        "bill__hawb__number__istartswith",
        hint=_("starts with"),
        cell=lambda asked: asked.bill.consignment,
        css="nowrap",
    ),
    Column(
        "courier",
        _("Courier"),
        "courier__name__icontains",
        officers_only=True,
        hint=_("contains"),
        cell=lambda asked: asked.courier.short_name,
    ),
    Column("about", _("About"), cell=about),
)


def changes_of(amendment: AmendmentRequest, labels: Mapping[str, Any] = LABELS) -> list[dict[str, Any]]:
    """What is to change, field by field, in words."""
    return [
        {
            **change, "label": _label(change, labels), "where": where(change),
            "old": _told(change, "old"), "new": _told(change, "new"),
        }
        for change in amendment.changes
    ]  # fmt: skip


def _label(change: dict[str, Any], labels: Mapping[str, Any]) -> Any:
    name = change["name"]
    return parties.label(name) if change.get("hawb") else labels.get(name, name)


def _told(change: dict[str, Any], which: str) -> Any:
    text = change.get(which)
    return in_words(change["name"], text) if text and isinstance(text, str) else text


def amendment_context(amendment: BillAmendment, actor: Any) -> dict[str, Any]:
    """Before and after of each field; before the decision also what the duty would be."""
    told: dict[str, Any] = {"bill": amendment.bill, "changes": changes_of(amendment)}
    if amendment.decided_at is None and not amendment.bill.is_documents:
        try:
            told["amended"] = as_amended(amendment.bill, amendment.changes)
        except Refused as refusal:
            told["cannot"] = refusal.reasons
    return told


def cancellation_context(cancellation: BillCancellation, actor: Any) -> dict[str, Any]:
    """The bill that is to be cancelled."""
    return {"bill": cancellation.bill}


def provisional_context(assessment: ProvisionalAssessment, actor: Any) -> dict[str, Any]:
    """The bill, its bond and the days by which what is due."""
    bill = assessment.bill
    decided = assessment.stage in (ProvisionalStage.EXTRA_DUTY, ProvisionalStage.FINAL)
    proposed = assessment.stage == ProvisionalStage.APPROVAL and actor.is_officer
    told: dict[str, Any] = {
        "bill": bill,
        "due_days": due_days(assessment),
        "pays": _pays(bill, actor),
        "decided": decided,
    }
    return told | {"final": final_assessment.words_of(assessment) if decided or proposed else None}


def penalty_context(demand: PenaltyDemand, actor: Any) -> dict[str, Any]:
    """The bill whose goods were confiscated, and whether the person may pay."""
    return {"bill": demand.bill, "pays": _pays(demand.bill, actor), "penalty": demand}


def _pays(bill: Any, actor: Any) -> bool:
    """Whether the person may put the bill on a challan."""
    mine = actor.is_trade and actor.importer_id == bill.importer_id
    return bool(mine and actor.may(pages.activity_of("new-challan")))


RELATED = ("bill", "bill__hawb", "courier", "station")
PAGES: dict[str, Any] = {
    "columns": COLUMNS, "page_template": "bills/request.html",
    "trade_template": "bills/request_courier.html", "related": RELATED, "search": by_own_number,
    "targets": dict.fromkeys(("REQUESTED", "PROCESSED", "VERIFIED"), "target_requests"),
}  # fmt: skip
AMENDMENTS = Listing(
    model=BillAmendment,
    slug="bills/amendments",
    label=_("Amendments of bills"),
    context=amendment_context,
    dated_by="requested_at",
    **PAGES,
)
CANCELLATIONS = Listing(
    model=BillCancellation, slug="bills/cancellations", label=_("Cancellations of bills"), context=cancellation_context,
    dated_by="requested_at", **PAGES,
)  # fmt: skip
PROVISIONAL = Listing(
    model=ProvisionalAssessment, slug="bills/provisional-assessments", label=_("Provisional assessments"),
    context=provisional_context, elsewhere={ProvisionalStage.EXTRA_DUTY: Elsewhere(_("Pay the extra duty"), "new-challan")},
    **PAGES | {"targets": {ProvisionalStage.PROVISIONAL: "target_final_assessment", ProvisionalStage.APPROVAL: "target_approval"}, "related": (*RELATED, "bond")},
)  # fmt: skip
PENALTIES = Listing(
    model=PenaltyDemand, slug="bills/penalties", label=_("Penalties on confiscated goods"),
    context=penalty_context, elsewhere={PenaltyStage.DUE: Elsewhere(_("Pay the penalty"), "new-challan")},
    dated_by="demanded_at", **PAGES | {"targets": {PenaltyStage.DUE: "target_of_days"}},
)  # fmt: skip
DEPARTING: dict[str, Any] = {
    "columns": (
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("bill", _("Bill"), "bill__number__icontains", hint=_("contains"), cell=lambda asked: tail(asked.bill), css="nowrap"),
        Column("what", _("Left out"), cell=lambda asked: asked.get_what_display()),
        Column("reason", _("Reason"), "reason__icontains", hint=_("contains"), cell=lambda asked: brief(asked.reason, 60)),
    ),
    "page_template": "bills/departure.html", "search": by_own_number,
    "context": lambda asked, _actor: {
        "bill": asked.bill, "decision": asked.bill.risk_decision, "assessed_all_the_same": assessed_all_the_same(asked),
    },
}  # fmt: skip
DEPARTURES = Listing(
    model=RiskDeparture, slug="bills/departures", label=_("Departures from the RMS"),
    related=("bill", "bill__hawb", "bill__risk_decision", "station", "requested_by"), **DEPARTING,
)  # fmt: skip
