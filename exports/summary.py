"""All of one shipping bill for its page: parties, goods, papers, decisions; for officers the risk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from bills.altered import altered
from bills.summary import courier_words, papers_for, sees_declaration
from bills.xi.shown import FIRST, sums_of
from eccs.moments import moment
from exports import returns
from exports.drafts import check
from exports.forms.words import LABELS
from exports.iii.reading import standing
from exports.models import CourierShippingBill, permission
from exports.stages import UNFILED, Stage

AT_CUSTOMS = (
    Stage.DOCUMENTS,
    Stage.ASSESSMENT,
    Stage.QUERY,
    Stage.ADJUDICATION,
    Stage.FINE,
    Stage.DETAINED,
    Stage.STOPPED,
)
AT_XRAY = (Stage.XRAY, Stage.EXAMINATION, Stage.FOR_LET_EXPORT)


def summary(bill: CourierShippingBill, actor: Any) -> dict[str, Any]:
    """What the page of a shipping bill shows to this person."""
    told: dict[str, Any] = {"bill": bill, "order": getattr(bill, "order", None)}
    if bill.stage in UNFILED:
        found = check(bill) if bill.stage == Stage.DRAFT else None
        return {**told, "page": "exports/draft.html", "check": found}
    told |= {
        "detentions": bill.detentions.select_related("issued_by", "ended_by"),
        "back": bill.stage_labels().get(bill.goes_back_to, ""),
        "declaration": sees_declaration(actor, bill),
    }
    page = "exports/documents.html" if bill.is_documents else "exports/bill.html"
    if bill.is_documents:
        first = standing(bill)[:FIRST]
        told |= {
            "sums": sums_of(bill.shipments.all()),
            "shipments": [{"hawb": one} for one in first],
            "flight": bill.form_g,
        }
    if not told["declaration"]:
        return {**told, "page": page}
    told |= {
        "items": list(bill.items.all()), "papers": papers_for(bill, actor), "requests": [*bill.amendments.all(), *bill.cancellations.all()],
        "adjudications": bill.adjudications.select_related("by"), "penalty_demands": bill.penalty_demands.all(),
        "pay_penalties": "fine-challan",
        "altered": altered(bill, LABELS, ("assess", "amend")),
        "permitted": permission.of_bill(bill),
        "came_back": returns.came_back(bill, actor) if bill.exported_at else [],
        "queries": bill.queries.select_related("raised_by"), "examinations": bill.examinations.select_related("by"),
    }  # fmt: skip
    if actor.is_trade:
        page = "exports/documents_courier.html" if bill.is_documents else "exports/bill_courier.html"
        return {**told, "page": page, "stepper": stepper(bill), "courier_words": courier_words(bill)}
    if actor.is_officer:  # what the RMS decided never leaves Customs
        told["decision"] = bill.risk_decision
    return {**told, "page": page}


def stepper(bill: CourierShippingBill) -> list[dict[str, str]]:
    """The way of the shipping bill in five words, for the courier."""
    stage = bill.stage
    let = bill.let_export_at is not None
    customs = "here" if stage in AT_CUSTOMS else "done" if bill.xray_at or stage in AT_XRAY or let else ""
    parts = (
        (_("Filed"), "done", moment(bill.filed_at)),
        (
            _("Goods at the terminal"),
            "done" if bill.registered_at else "here",
            moment(bill.registered_at) or _("awaited"),
        ),
        (_("Customs"), customs, _("with Customs") if customs == "here" else ""),
        (_("X-ray"), "done" if let else "here" if stage in AT_XRAY else "", moment(bill.xray_at)),
        (_("Let Export Order"), "done" if let else "", moment(bill.let_export_at) or _("to come")),
    )
    return [{"label": label, "state": state, "note": note} for label, state, note in parts]
