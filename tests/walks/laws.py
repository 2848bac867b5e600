"""What must hold after every act, whoever acted and whatever was answered. Each law reads the rows, not the code's own guards."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bills.models import (
    BillAmendment,
    BillCancellation,
    CourierBillOfEntry,
    DetentionMemo,
    Examination,
    Item,
    OutOfCharge,
    ProvisionalAssessment,
    QueryMemo,
)
from eccs.trail import START, seal
from eccs.workflow import Document
from manifests.models import ArrivalScan, ExpressCargoManifest, HouseAirwayBill, Package
from payments.models import BankMessage, Challan, ChallanLine
from tests.walks.state import Row, State, changed

UNFILED = ("DRAFT", "DISCARDED")
OPEN_REQUEST = ("REQUESTED", "PROCESSED", "VERIFIED")
EXAMINED = ("report_examination", "report_first_check_examination")
DECLARED = (
    "government", "eou", "repair_and_return", "ecommerce", "iec", "iec_branch", "gstin", "state_code", "ad_code",
    "invoice_number", "invoice_date", "invoice_terms", "currency", "freight", "insurance", "inland_charges", "discount",
    "exchange_rate",
)  # fmt: skip
REVALUED = ("file", "assess", "amend", "recompute_duty", "adjudicate", "finalise")
ASKED_AGAIN = ("assess", "amend", "hear_rms", "hear_rms_again")  # the RMS has decided anew
BY_STEPS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(DECLARED, ("file", "amend")),
    **dict.fromkeys(("kyc_type", "kyc_number", "filed_at", "presented_on"), ("file",)),
    "risk_decision_id": ("file", *ASKED_AGAIN),
    "facilitated": ("file", "send_back_for_assessment", *ASKED_AGAIN),
    **dict.fromkeys(("assessable_value",), ("file", "assess", "amend", "recompute_duty")),
    **dict.fromkeys(("total_duty", "duty_heads"), REVALUED),
    **dict.fromkeys(("fine", "penalty"), ("adjudicate", "finalise")),
    **dict.fromkeys(("duty_paid", "paid_at"), ("confirm_payment", "credit_payment")),
    **dict.fromkeys(("xray_result", "xray_at"), ("clear_xray", "mark_suspicious")),
    "examined_at": (*EXAMINED, "order_re_examination", "mark_suspicious"),
    "out_of_charge_at": ("clear_xray", "give_out_of_charge"),
    "released_at": ("release_provisionally",),
    "documents_complete": ("file", "submit_compulsory_documents"),
}  # fmt: skip
ITEM_BY_STEPS = ("file", "assess", "amend", "recompute_duty")
AFTER_THE_END = {"provisional", "arrived_at"}  # a final assessment is told, and a package may still come
FLIGHT = (
    "airline", "flight_number", "airport_of_shipment", "country_of_exportation", "first_port_of_arrival",
    "scheduled_arrival", "on_board_courier",
)  # fmt: skip
OF_THE_GOODS = (
    "number", "master_id", "bag_id", "ucr", "packages", "description", "consignor_name", "consignor_address",
    "consignor_country", "consignee_name", "consignee_address", "consignee_city", "consignee_state", "consignee_pin",
    "invoice_value", "invoice_currency", "transshipment", "transshipment_to",
)  # fmt: skip

Steps = dict[tuple[type[Document], int], list[str]]  # the steps that one act wrote into each trail


def ready_to_leave(before: State, after: State, steps: Steps) -> None:
    """No goods are Out of Charge but X-rayed, paid, arrived, examined where called for, with nothing open against them."""
    for bill in after.all(CourierBillOfEntry, stage="OUT_OF_CHARGE"):
        pk, hawb = bill["id"], after.rows[HouseAirwayBill][bill["hawb_id"]]
        owed = bill["total_duty"] + bill["interest"] + bill["fine"] + bill["penalty"]
        assert bill["xray_result"], "Out of Charge without X-ray"
        assert bill["duty_paid"] >= owed, "Out of Charge with duty unpaid"
        assert hawb["packages_arrived"] == hawb["packages"], "Out of Charge with packages missing"
        assert all(p["arrived_at"] for p in after.all(Package, hawb_id=hawb["id"])), "Out of Charge, packages missing"
        assert bill["documents_complete"], "Out of Charge with documents missing"
        assert not after.all(QueryMemo, bill_id=pk, replied_at=None), "Out of Charge with an open query"
        assert not after.all(DetentionMemo, bill_id=pk, ended_at=None), "Out of Charge while detained"
        assert not _open_requests(after, pk), "Out of Charge with a request undecided"
        assert "STOP" not in bill["holds"], "Out of Charge while stopped"
        called_for = (
            bill["examination_prescribed"] or bill["examination_mandated"] or bill["xray_result"] == "SUSPICIOUS"
        )
        assert not called_for or bill["examined_at"], "Out of Charge without the examination called for"
        assert len(after.all(OutOfCharge, bill_id=pk)) == 1, "Out of Charge without an order"


def _open_requests(state: State, bill: int) -> list[Row]:
    every = state.all(BillAmendment, bill_id=bill) + state.all(BillCancellation, bill_id=bill)
    return [row for row in every if row["stage"] in OPEN_REQUEST]


def held_by_what_is_open(before: State, after: State, steps: Steps) -> None:
    """What holds a bill is what is open on it: a query, a detention, a stop, a request; at most one of each."""
    for bill in after.all(CourierBillOfEntry):
        pk, holds = bill["id"], bill["holds"].split()
        wanted = {
            "QUERY": len(after.all(QueryMemo, bill_id=pk, replied_at=None)),
            "DETENTION": len(after.all(DetentionMemo, bill_id=pk, ended_at=None)),
            "REPLY": len(after.all(DetentionMemo, bill_id=pk, ended_at=None, replied_at=None)),
            "STOP": int(bill["stage"] == "STOPPED"),
            "AMENDMENT": sum(r["stage"] in OPEN_REQUEST for r in after.all(BillAmendment, bill_id=pk)),
            "CANCELLATION": sum(r["stage"] in OPEN_REQUEST for r in after.all(BillCancellation, bill_id=pk)),
        }
        found = {name: holds.count(name) for name in wanted}
        assert found == wanted, (bill["stage"], found, wanted)


def bills_change_by_their_steps(before: State, after: State, steps: Steps) -> None:
    """Each value of a bill changes by the steps that may change it, and after the end not at all."""
    for then, now, names in changed(before, after, CourierBillOfEntry):
        if then["stage"] == "DRAFT":
            continue
        taken = steps.get((CourierBillOfEntry, now["id"]), [])
        if then["stage"] in _ended(CourierBillOfEntry):
            assert names <= AFTER_THE_END, f"changed after the end: {names}"
        for name in names:
            assert name not in BY_STEPS or set(taken) & set(BY_STEPS[name]), f"{name} changed by {taken}"
        if "arrived_at" in names:
            assert then["arrived_at"] is None
            assert now["arrived_at"], "an arrival is taken back"
    for then, _now, names in changed(before, after, Item):
        taken = steps.get((CourierBillOfEntry, then["bill_id"]), [])
        assert set(taken) & set(ITEM_BY_STEPS), f"an item's {names} changed by {taken}"


def _ended(model: type[Document]) -> set[str]:
    return set(model.stage_order()) - set(model.open_stages())


def manifests_keep_what_is_locked(before: State, after: State, steps: Steps) -> None:
    """A submitted manifest changes by approved amendments alone, and not where feeding, scanning or a bill has locked it."""
    manifest, now = before.manifest, after.manifest
    if manifest["stage"] == "DRAFT":
        return
    amended = "amend" in steps.get((ExpressCargoManifest, manifest["id"]), [])
    flight = {name for name in FLIGHT if manifest[name] != now[name]}
    assert not flight or (amended and not manifest["igm_number"]), f"the flight's {flight} changed past its lock"
    scanned, filed = bool(before.all(ArrivalScan)), _filed(before)
    for pk, hawb in before.rows[HouseAirwayBill].items():
        found = after.rows[HouseAirwayBill].get(pk)
        if found is None:
            assert amended and pk not in filed and not hawb["packages_arrived"], "a shipment is gone past its lock"
            continue
        names = {name for name in OF_THE_GOODS if hawb[name] != found[name]}
        assert not names or (amended and pk not in filed), f"the shipment's {names} changed past its lock"
        assert not scanned or not names & {"number", "packages", "bag_id"}, f"{names} changed after the first scan"
        if scanned:
            assert _labels(before, pk) == _labels(after, pk), "a label changed after the first scan"


def _labels(state: State, hawb: int) -> list[str]:
    return [package["crn"] for package in state.all(Package, hawb_id=hawb)]


def _filed(state: State) -> set[int]:
    return {bill["hawb_id"] for bill in state.all(CourierBillOfEntry) if bill["stage"] not in UNFILED}


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
        assert bill["duty_paid"] - then["duty_paid"] == gained, "paid, and not by a challan"
        _finally_assessed(after, bill)
        if bill["stage"] not in UNFILED:
            assert _sum(bill["duty_heads"]) == bill["total_duty"], "the heads do not add up to the duty"


def _finally_assessed(state: State, bill: Row) -> None:
    """What a final assessment asks for was paid by a challan, no more and no less, before it was closed."""
    for made in state.all(ProvisionalAssessment, bill_id=bill["id"]):
        if made["stage"] in ("EXTRA_DUTY", "FINAL"):
            assert made["final_duty"] == bill["total_duty"] + made["extra_duty"] - made["refund"]
            wanted = made["extra_duty"] if made["stage"] == "FINAL" else 0
            assert _credited(state, bill["id"], made["id"]) == wanted, "the extra duty is not what was paid"
            assert bill["provisional"] == (made["stage"] == "EXTRA_DUTY")


def _credited(state: State, bill: int, assessment: int | None = None) -> Decimal:
    lines = state.all(ChallanLine, bill_id=bill, assessment_id=assessment)
    return sum((line["amount"] for line in lines if line["credited_at"]), Decimal(0))


def _moved_money(message: Row, challan: Row) -> bool:
    paid = message["status"] == "PAID" and message["bank_transaction"] == challan["bank_transaction"] != ""
    return paid and message["outcome"] in ("CREDITED", "LATE")


def _sum(heads: dict[str, Any]) -> Decimal:
    return sum((Decimal(amount) for amount in heads.values()), Decimal(0))


def examined_as_reported(before: State, after: State, steps: Steps) -> None:
    """A report of an examination is never taken away."""
    assert set(before.rows[Examination]) <= set(after.rows[Examination])


LAWS: tuple[Callable[[State, State, Steps], None], ...] = (
    ready_to_leave, held_by_what_is_open, bills_change_by_their_steps, manifests_keep_what_is_locked, money_is_conserved,
    examined_as_reported,
)  # fmt: skip


class Replay:
    """The trails read again from their beginnings: where they lead is where the documents are."""

    def __init__(self, state: State) -> None:
        self._known: dict[tuple[type[Document], int], tuple[int, str, str]] = {
            (model, row["id"]): (row["trail_length"], row["trail_head"], row["stage"])
            for model, row in state.documents()
        }

    def go_on(self, state: State) -> Steps:
        """Read the lines written since, hold them against the documents, and tell which steps were taken on each."""
        steps: Steps = {}
        for model, row in state.documents():
            key = (model, row["id"])
            length, head, stage = self._known.get(key, (0, START, ""))
            if row["trail_length"] != length:
                rows: Any = model.trail_model
                for line in rows.objects.filter(document_id=row["id"], seq__gt=length).order_by("seq"):
                    length += 1
                    first = stage == "" and line.from_stage in ("", model.stage_order()[0])
                    assert line.seq == length, f"{row['number']}: line {line.seq} comes after {length - 1}"
                    assert first or line.from_stage == stage, f"{row['number']}: from {line.from_stage}, not {stage}"
                    assert line.previous == head and line.seal == seal(head, line.facts()), "the chain is broken"
                    head, stage = line.seal, line.to_stage
                    steps.setdefault(key, []).append(line.step)
            stage = stage or model.stage_order()[0]
            assert (row["trail_length"], row["trail_head"], row["stage"]) == (length, head, stage), (
                f"{row['number']} is at {row['stage']}, its trail leads to {stage}"
            )
            self._known[key] = (length, head, stage)
        return steps
