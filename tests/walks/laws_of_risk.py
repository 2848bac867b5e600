"""What must hold of assessment whatever the RMS says, whoever acted: read from the rows and the trail, not from the code's own flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bills.models import BillInvoice, BillTrail, CourierBillOfEntry
from tests.walks.state import State

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
