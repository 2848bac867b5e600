"""What must hold of money after every act: what the bank paid, what stands on bills, what was demanded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bills.models import Adjudication, CourierBillOfEntry, ManualForm, PenaltyDemand, ProvisionalAssessment
from payments.models import BankMessage, Challan, ChallanLine
from tests.walks.state import Row, State
from tests.walks.trails import Steps

UNFILED = ("DRAFT", "DISCARDED")


def money_is_conserved(before: State, after: State, steps: Steps) -> None:
    """What the bank has paid stands on bills or waits for reconciliation, to the paisa; nothing is paid twice."""
    for challan in after.all(Challan):
        lines = after.all(ChallanLine, challan_id=challan["id"])
        assert sum(line["amount"] for line in lines) == challan["amount"] == _sum(challan["heads"])
        for line in lines:
            assert _sum(line["heads"]) == line["amount"]
            settled = [bool(line["credited_at"]), bool(line["refusal"])]
            assert sum(settled) == (challan["stage"] == "PAID"), f"a line of a {challan['stage']} challan: {settled}"
        told = [m for m in after.all(BankMessage, challan_id=challan["id"]) if _moved_money(m, challan)]
        assert bool(told) == (challan["stage"] == "PAID"), f"{challan['stage']}, and the bank paid {len(told)} times"
        assert all(Decimal(message["amount_paise"]) / 100 == challan["amount"] for message in told)
    for bill in after.all(CourierBillOfEntry):
        then = before.rows[CourierBillOfEntry].get(bill["id"], bill)
        gained = _credited(after, bill["id"]) - _credited(before, bill["id"])
        gained += _collected(after, bill["id"]) - _collected(before, bill["id"])
        assert bill["duty_paid"] - then["duty_paid"] == gained, "paid, and not by a challan"
        _finally_assessed(after, bill)
        _penalised(after, bill)
        if bill["stage"] not in UNFILED:
            charged = {
                head: amount for head, amount in bill["duty_heads"].items() if head not in ("WAIVED", "EXEMPTED")
            }
            waived = Decimal(bill["duty_heads"].get("WAIVED", 0))
            assert _sum(charged) - waived in (bill["total_duty"], 0), "the heads do not add up to the duty"


def _collected(state: State, bill: int) -> Decimal:
    """What was collected on paper for a bill that was cleared so."""
    forms = state.all(ManualForm, bill_id=bill, stage="REGULARISED")
    return sum((form["collected"] + form["fine"] + form["penalty"] for form in forms), Decimal(0))


def _finally_assessed(state: State, bill: Row) -> None:
    """What a final assessment asks for was paid by a challan, no more and no less, before it was closed."""
    for made in state.all(ProvisionalAssessment, bill_id=bill["id"]):
        if made["stage"] in ("PROVISIONAL", "APPROVAL"):
            assert bill["provisional"] and not _credited(state, bill["id"], made["id"]), "paid before it is final"
        if made["stage"] in ("EXTRA_DUTY", "FINAL"):
            assert made["final_duty"] == bill["total_duty"] + made["extra_duty"] - made["refund"]
            wanted = made["extra_duty"] if made["stage"] == "FINAL" else 0
            assert _credited(state, bill["id"], made["id"]) == wanted, "the extra duty is not what was paid"
            assert bill["provisional"] == (made["stage"] == "EXTRA_DUTY")


def _penalised(state: State, bill: Row) -> None:
    """A penalty beside a confiscation is demanded as the order says, and closed by a challan of its amount alone."""
    for made in state.all(PenaltyDemand, bill_id=bill["id"]):
        lines = state.all(ChallanLine, penalty_id=made["id"])
        paid = sum((line["amount"] for line in lines if line["credited_at"]), Decimal(0))
        assert paid == (made["amount"] if made["stage"] == "PAID" else 0), "the penalty is not what was paid"
        orders = state.all(Adjudication, bill_id=bill["id"], outcome="CONFISCATE")
        assert bill["stage"] == "CONFISCATED" and [order["penalty"] for order in orders] == [made["amount"]]


def _credited(state: State, bill: int, assessment: int | None = None) -> Decimal:
    lines = state.all(ChallanLine, bill_id=bill, assessment_id=assessment, penalty_id=None)
    return sum((line["amount"] for line in lines if line["credited_at"]), Decimal(0))


def _moved_money(message: Row, challan: Row) -> bool:
    paid = message["status"] == "PAID" and message["bank_transaction"] == challan["bank_transaction"] != ""
    return paid and message["outcome"] in ("CREDITED", "LATE")


def _sum(heads: dict[str, Any]) -> Decimal:
    return sum((Decimal(amount) for amount in heads.values()), Decimal(0))
