"""What must hold before a step. Each guard says why not, or nothing; its docstring is the rule."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from bills.kinds import Kind
from bills.stages import HELD, Hold, Stage
from eccs.money import rupees
from eccs.papers import moment
from eccs.workflow import Actor
from manifests.clearance import courier_in_force


def importer_files_own_goods(bill: Any, actor: Actor) -> str:
    """An importer in force files CBE-XIV, for its own goods alone; whoever began a bill files it."""
    if bill.importer_id is None:
        return ""
    if getattr(actor, "files_for_importer", None) != bill.importer_id:
        return _("The importer files this bill.")
    if bill.kind != Kind.XIV:
        return _("An importer files CBE-XIV alone: the courier files the other forms.")
    return str(bill.importer.why_not_on())


def discarded_by_whoever_began_it(bill: Any, actor: Actor) -> str:
    """A draft that an importer types is the importer's alone: no courier discards it."""
    theirs = bill.importer_id is not None and getattr(actor, "files_for_importer", None) != bill.importer_id
    return _("The importer began this draft, and discards it.") if theirs else ""


def duty_paid(bill: Any, actor: Actor) -> str:
    """Duty, interest, fine and penalty are paid."""
    if bill.amount_due <= 0:
        return ""
    if bill.fine or bill.penalty:
        return _("Missing: duty, fine or penalty of %(amount)s is not paid.") % {"amount": rupees(bill.amount_due)}
    return _("Missing: duty of %(amount)s is not paid.") % {"amount": rupees(bill.amount_due)}


def duty_not_in_doubt(bill: Any, actor: Actor) -> str:
    """The duty could be worked out with the rates of the day of arrival, or an officer has assessed it since (PN17 5.1; section 15)."""
    return _("Missing: the assessment. %(reason)s") % {"reason": bill.unreckoned} if bill.unreckoned else ""


def all_packages_arrived(bill: Any, actor: Actor) -> str:
    """Every package of the shipment has arrived."""
    return "" if bill.arrived_at else _("Missing: not every package has arrived.")


def xray_recorded(bill: Any, actor: Actor) -> str:
    """The X-ray result is recorded."""
    return "" if bill.xray_result else _("Missing: the X-ray result is not recorded.")


def examination_reported(bill: Any, actor: Actor) -> str:
    """The examination is reported where it was prescribed, mandated or called for by a suspicious X-ray."""
    return _("Missing: the examination report.") if bill.examination_is_due else ""


def examined_as_prescribed(bill: Any, actor: Actor) -> str:
    """As much was examined as the RMS prescribes, or a departure from it was approved (PN17 6.1)."""
    least = bill.percent_to_examine if bill.examined_at else 0
    last = bill.examinations.order_by("-pk").first() if least else None
    if last is None or last.recommendation != "RELEASE" or last.percent >= least:
        return ""
    words = _(
        "Missing: %(done)d percent of the packages were examined, the RMS prescribes %(least)d percent: order the examination again."
    )
    return words % {"done": last.percent, "least": least}


def documents_complete(bill: Any, actor: Actor) -> str:
    """Compulsory documents are complete."""
    return "" if bill.documents_complete else _("Missing: compulsory documents.")


def compulsory_documents_attached(bill: Any, actor: Actor) -> str:
    """What the bill was asked for has been attached: by what the papers are said to be, not by their number.

    A paper that was there before documents were last asked for answers nothing that was asked then.
    """
    since, papers = bill.documents_asked_at(), list(bill.attachments.values_list("kind", "at"))
    early = [at for kind, at in papers if kind == "OTHER" and since is not None and at < since]
    missing = bill.kinds_of_paper_wanted() - {kind for kind, at in papers if kind != "OTHER" or at not in early}
    if "OTHER" in missing and early:
        words = _(
            "Missing: attach the documents asked for on %(at)s, each as “Other document”. What was attached before does not count."
        )
        return words % {"at": moment(since)}
    if "OTHER" in missing:
        return _("Missing: attach the documents asked for first, each as “Other document”.")
    return _("Missing: attach the images of the house airway bill and of the invoice.") if missing else ""


def no_open_query(bill: Any, actor: Actor) -> str:
    """No query is open."""
    return _("Missing: the answer to an open query.") if Hold.QUERY in bill.held_by else ""


def no_detention(bill: Any, actor: Actor) -> str:
    """The goods are not detained."""
    return _("Missing: the detention is not lifted.") if Hold.DETENTION in bill.held_by else ""


def no_stop(bill: Any, actor: Actor) -> str:
    """The clearance is not stopped by the DC/AC."""
    return _("Missing: the stop of the DC/AC is not cleared.") if Hold.STOP in bill.held_by else ""


def no_open_amendment(bill: Any, actor: Actor) -> str:
    """No amendment is requested and undecided."""
    return _("Missing: the decision on the requested amendment.") if Hold.AMENDMENT in bill.held_by else ""


def no_open_cancellation(bill: Any, actor: Actor) -> str:
    """No cancellation is requested and undecided."""
    return _("Missing: the decision on the requested cancellation.") if Hold.CANCELLATION in bill.held_by else ""


def not_detained_already(bill: Any, actor: Actor) -> str:
    """Goods that are detained are not detained again."""
    return _("The goods are detained already: clear the stop.") if Hold.DETENTION in bill.held_by else ""


def goods_not_released(bill: Any, actor: Actor) -> str:
    """The goods have not been released."""
    return _("The goods have been released provisionally.") if bill.released_at else ""


def not_examined_yet(bill: Any, actor: Actor) -> str:
    """The goods were not examined yet: a first check is made once."""
    return _("The goods have been examined already.") if bill.examined_at else ""


def memo_not_answered(bill: Any, actor: Actor) -> str:
    """The detention memo still waits for an answer."""
    waits = bill.detentions.filter(ended_at=None, replied_at=None).exists()
    return "" if waits else _("The detention memo is answered already.")


def by_the_desk_that_detained(bill: Any, actor: Actor) -> str:
    """Only the desk that detained the goods lets them go or refers them."""
    memo = bill.detentions.filter(ended_at=None).first()
    if memo is not None and actor.acts_as(memo.activity, bill):
        return ""
    return _("Another desk detained the goods: it decides.")


def not_held(request: Any, actor: Actor) -> str:
    """A query, detention, stop or adjudication of the bill ends before the request is granted."""
    bill = request.bill
    if bill.stage == Stage.ADJUDICATION:
        return _("The bill is at “For adjudication”: reject the request. The courier can ask again after the order.")
    if bill.stage in HELD:
        return _("The bill is at “%(stage)s”: that ends first.") % {"stage": bill.get_stage_display()}
    if Hold.DETENTION in bill.held_by:
        return _("The goods are detained: that ends first.")
    return _("A query is not answered: that ends first.") if Hold.QUERY in bill.held_by else ""


def goods_have_left(assessment: Any, actor: Actor) -> str:
    """The final assessment follows the clearance; before it the bill itself is assessed again."""
    return "" if assessment.bill.out_of_charge_at else _("The bill is not Out of Charge yet.")


def no_open_manifest_amendment(bill: Any, actor: Actor) -> str:
    """No amendment of the manifest is open on the goods: a weight beyond the tolerance is asked for and decided first (PN17 5.2, 12.0)."""
    from bills.models.covered import amended_on_the_manifest

    found = amended_on_the_manifest(bill)
    if found is None:
        return ""
    number, amendment = found
    told = {"hawb": number, "manifest": amendment.manifest, "amendment": amendment.number or ""}
    if amendment.stage == "DRAFT":
        return (
            _(
                "Missing: %(hawb)s weighs more or less than declared: the courier requests the amendment of %(manifest)s first."
            )
            % told
        )
    return _("Missing: the decision of the DC/AC on %(amendment)s, which changes %(hawb)s on the manifest.") % told


def cleared_on_no_paper(bill: Any, actor: Actor) -> str:
    """The goods did not leave in downtime on a numbered paper form that is still to be regularised (PN17 15.0)."""
    from bills.manual.papers_used import form_that_cleared

    form = form_that_cleared(bill)
    return _("It was cleared on paper form %(form)s: it is regularised there.") % {"form": form} if form else ""


def courier_in_force_or_cleared_on_paper(bill: Any, actor: Actor) -> str:
    """The courier is registered at the station on the day of filing, or the goods left before on a numbered paper form that waits for the bill (PN17 15.0)."""
    from bills.manual.papers_used import goods_left_on_paper

    reason = courier_in_force(bill, actor)
    return "" if reason and goods_left_on_paper(bill) else reason


def rms_has_decided_on_goods(bill: Any, actor: Actor) -> str:
    """The Risk Management System has decided on goods, also where an order let them go on meanwhile; documents are examined instead."""
    if bill.is_documents or not bill.risk_pending:
        return ""
    return _("Missing: the Risk Management System was away, and has not decided yet.")


NO_OPEN_REQUEST = (no_open_amendment, no_open_cancellation)
OUT_OF_CHARGE = (
    documents_complete, duty_not_in_doubt, duty_paid, all_packages_arrived, xray_recorded, examination_reported, examined_as_prescribed,
    no_open_query, no_detention, no_stop, rms_has_decided_on_goods, *NO_OPEN_REQUEST, no_open_manifest_amendment,
)  # fmt: skip
