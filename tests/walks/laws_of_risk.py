"""What must hold of the RMS, of interventions and of assessment whatever the RMS says, whoever acted: read from the rows and the trail, not from the code's own flags."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bills.models import BillInvoice, BillTrail, CourierBillOfEntry, Examination, RiskDeparture
from eccs.dated_rules import DatedRule
from rms.models import RiskDecision, RuleVersion
from tests.walks.state import Row, State

if TYPE_CHECKING:
    from tests.walks.trails import Steps

CALLS = {
    "amend": "amended",
    "send_back_for_assessment": "in doubt",
    "carry_pieces": "of a piece more",
    "file": "filed with related parties",
    "return_to_assessing_officer": "returned",
}
LOOKED_AT = ("assess", "adjudicate")  # the Assessing Officer decides on the bill as it then stands


def assessed_since(before: State, after: State, steps: Steps) -> None:
    """No goods are Out of Charge on a bill that was amended, in doubt, or has a piece more, and that nobody has assessed since."""
    for bill in after.all(CourierBillOfEntry, stage="OUT_OF_CHARGE"):
        assert not (bill["facilitated"] and bill["assessment_due"]), "facilitated, and an officer is to assess it"
        if (
            bill["kind"] == "CBE-XI"
            or before.rows[CourierBillOfEntry].get(bill["id"], {}).get("stage") == bill["stage"]
        ):
            continue  # a CBE-XI is never assessed, and what has left is judged once
        related = any(invoice["related"] for invoice in after.all(BillInvoice, bill_id=bill["id"]))
        lines = BillTrail.objects.filter(document_id=bill["id"], step__in=(*CALLS, *LOOKED_AT)).order_by("seq")
        why = ""
        for step, answers in lines.values_list("step", "answers"):
            if step in LOOKED_AT:
                why = ""
            elif (step != "carry_pieces" or answers["excess"]) and (step != "file" or related):
                why = CALLS[step]
        assert not why, f"Out of Charge, {why}, and not assessed since"


def nothing_is_facilitated_while_the_rms_is_away(before: State, after: State, steps: Steps) -> None:
    """No bill becomes facilitated while the RMS is out of service, and none is on which it has not decided."""
    away = bool(before.all(DatedRule, value="off"))
    for bill in after.all(CourierBillOfEntry):
        if not bill["facilitated"]:
            continue
        decision = after.rows[RiskDecision].get(bill["risk_decision_id"])
        assert decision is None or decision["lane"] != "PENDING", "facilitated, and the RMS has not decided"
        then = before.rows[CourierBillOfEntry].get(bill["id"])
        assert not away or (then is not None and then["facilitated"]), "facilitated while the RMS was away"


def interventions_are_obeyed(before: State, after: State, steps: Steps) -> None:
    """No goods are Out of Charge on which an officer intervened, and that were not looked at so, unless a departure was approved."""
    for bill in after.all(CourierBillOfEntry, stage="OUT_OF_CHARGE"):
        if before.rows[CourierBillOfEntry].get(bill["id"], bill)["stage"] == "OUT_OF_CHARGE":
            continue
        numbers = {hawb["number"] for hawb in after.goods(bill)}
        for version in RuleVersion.objects.filter(rule__kind="INTERVENTION", rule__stage="ACTIVE", no=1):
            if version.condition["all"][0]["value"] in numbers:
                _obeyed(after, bill, version)


def _obeyed(after: State, bill: Row, version: RuleVersion) -> None:
    """An examination is reported after the intervention; an assessment made whenever, as a bill is assessed once."""
    since, wanted = version.written_at, version.outcome
    departed = {
        one["what"]
        for one in after.all(RiskDeparture, bill_id=bill["id"], stage="APPROVED")
        if datetime.fromisoformat(one["decided_at"]) > since
    }
    reports = [one["at"] for one in after.all(Examination, bill_id=bill["id"])]
    examined = any(datetime.fromisoformat(at) > since for at in reports)
    if wanted in ("EXAMINATION", "BOTH"):
        assert examined or "EXAMINATION" in departed, f"Out of Charge past an intervention: {wanted}, not examined"
    if wanted in ("ASSESSMENT", "BOTH") and bill["kind"] != "CBE-XI":
        assessed = BillTrail.objects.filter(document_id=bill["id"], step__in=LOOKED_AT).exists()
        assert assessed or "ASSESSMENT" in departed, f"Out of Charge past an intervention: {wanted}, not assessed"
