"""What must hold after every act, whoever acted and whatever was answered. Each law reads the rows, not the code's own guards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from bills.models import (
    BillAmendment,
    BillCancellation,
    CourierBillOfEntry,
    CoveredShipment,
    DetentionMemo,
    Disposal,
    Examination,
    Item,
    ManualClearance,
    ManualForm,
    OutOfCharge,
    QueryMemo,
    ReturnToOrigin,
    UnclearedNotice,
)
from eccs.workflow import Document
from manifests.models import (
    AmendmentLine,
    ArrivalScan,
    Bag,
    Difference,
    ExpressCargoManifest,
    Hold,
    HouseAirwayBill,
    ManifestAmendment,
    Package,
    WarehouseDetention,
    WarehouseEntry,
)
from tests.walks.laws_of_risk import (
    assessed_since,
    interventions_are_obeyed,
    nothing_is_facilitated_while_the_rms_is_away,
)
from tests.walks.money import money_is_conserved
from tests.walks.state import Row, State, changed, examined_enough, labels, landed_anew
from tests.walks.trails import Steps

UNFILED = ("DRAFT", "DISCARDED")
OPEN_REQUEST = ("REQUESTED", "PROCESSED", "VERIFIED")
EXAMINED = ("report_examination", "report_first_check_examination")
DECLARED = (
    "government", "eou", "repair_and_return", "ecommerce", "iec", "iec_branch", "gstin", "state_code", "ad_code",
    "invoice_number", "invoice_date", "landing_charges",
)  # fmt: skip
ALTERABLE = (
    "invoice_terms", "currency", "freight", "insurance", "inland_charges", "discount", "discount_currency", "exchange_rate",
)  # fmt: skip
REVALUED = ("file", "assess", "amend", "recompute_duty", "adjudicate", "finalise")
ASKED_AGAIN = (
    "assess",
    "amend",
    "carry_pieces",
    "carry_details",
    "hear_rms",
    "hear_rms_again",
)  # the RMS has decided anew
BY_STEPS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(DECLARED, ("file", "amend")),
    **dict.fromkeys(ALTERABLE, ("file", "amend", "assess")),
    **dict.fromkeys(("kyc_type", "kyc_number", "filed_at", "presented_on"), ("file",)),
    "risk_decision_id": ("file", *ASKED_AGAIN),
    **dict.fromkeys(("shipment_count", "bag_count"), ("file", "amend")),  # of a CBE-XI
    "facilitated": ("file", "send_back_for_assessment", "return_to_assessing_officer", *ASKED_AGAIN),
    **dict.fromkeys(("assessable_value",), ("file", "assess", "amend", "recompute_duty")),
    **dict.fromkeys(("total_duty", "duty_heads"), REVALUED),
    **dict.fromkeys(("fine", "penalty"), ("adjudicate", "finalise", "clear_manually")),
    "duty_paid": ("confirm_payment", "credit_payment", "clear_manually"),
    **dict.fromkeys(("paid_at", "paid_heads", "interest"), ("confirm_payment", "credit_payment")),
    "late_charge": ("file", "assess", "recompute_duty"),
    "returned_on": ("assess", "approve_appraisal", "adjudicate", "finalise"),
    **dict.fromkeys(("xray_result", "xray_at"), ("clear_xray", "mark_suspicious", "amend", "carry_pieces")),
    "examined_at": (*EXAMINED, "order_re_examination", "hear_rms_again", "mark_suspicious", "amend", "carry_pieces"),
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
FOLLOWED = {"master_id", "ucr", "packages", "invoice_value", "invoice_currency"}
DETAILS = (
    "description", "consignor_name", "consignor_address", "consignor_country", "consignee_name", "consignee_address",
    "consignee_city", "consignee_state", "consignee_pin",
)  # fmt: skip


def ready_to_leave(before: State, after: State, steps: Steps) -> None:
    """No goods are Out of Charge but X-rayed, paid, arrived, examined where called for, with nothing open against them."""
    for bill in after.all(CourierBillOfEntry, stage="OUT_OF_CHARGE"):
        pk, goods = bill["id"], after.goods(bill)
        owed = bill["total_duty"] + bill["interest"] + bill["fine"] + bill["penalty"] + bill["late_charge"]
        assert bill["xray_result"], "Out of Charge without X-ray"
        assert bill["duty_paid"] >= owed, "Out of Charge with duty unpaid"
        assert goods, "Out of Charge without goods"
        for hawb in goods:
            assert hawb["packages_arrived"] == hawb["packages"], "Out of Charge with packages missing"
            assert all(p["arrived_at"] for p in after.all(Package, hawb_id=hawb["id"])), (
                "Out of Charge, packages missing"
            )
        if before.rows[CourierBillOfEntry].get(pk, bill)["stage"] != "OUT_OF_CHARGE":
            assert not {hawb["number"] for hawb in goods} & _amended(before), (
                "Out of Charge with the manifest to be amended"
            )
        assert bill["documents_complete"], "Out of Charge with documents missing"
        assert not bill["unreckoned"], "Out of Charge with the duty in doubt"
        assert not after.all(QueryMemo, bill_id=pk, replied_at=None), "Out of Charge with an open query"
        assert not after.all(DetentionMemo, bill_id=pk, ended_at=None), "Out of Charge while detained"
        assert not _open_requests(after, pk), "Out of Charge with a request undecided"
        assert "STOP" not in bill["holds"], "Out of Charge while stopped"
        assert bill["kind"] == "CBE-XI" or not bill["risk_pending"], "Out of Charge, and the RMS has not decided"
        called_for = (
            bill["examination_prescribed"] or bill["examination_mandated"] or bill["xray_result"] == "SUSPICIOUS"
        )
        assert not called_for or bill["examined_at"], "Out of Charge without the examination called for"
        assert examined_enough(after, bill, after.all(Examination, bill_id=pk)), "Out of Charge, too little examined"
        assert len(after.all(OutOfCharge, bill_id=pk)) == 1, "Out of Charge without an order"


def _amended(state: State) -> set[str]:
    """The shipments that an amendment of the manifest is open on: asked for, or called for by the scale."""
    rows = state.all(ManifestAmendment)
    wanted = {a["id"] for a in rows if a["stage"] == "REQUESTED" or (a["stage"] == "DRAFT" and a["of_weight"])}
    return {line["hawb"] for line in state.all(AmendmentLine) if line["amendment_id"] in wanted and line["hawb"]}


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


def open_at_its_desk(before: State, after: State, steps: Steps) -> None:
    """An open query is answered at Query raised, an open detention ends at Detained; a stop alone comes between."""
    for model, stage, end in ((QueryMemo, "QUERY", "replied_at"), (DetentionMemo, "DETAINED", "ended_at")):
        for memo in after.all(model, **{end: None}):
            found = after.rows[CourierBillOfEntry][memo["bill_id"]]["stage"]
            assert found in (stage, "STOPPED"), f"{model.__name__} is open, and its bill at {found}"


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
        others = now["kind"] == "CBE-XI" and "amend" in taken  # a bill of documents covers others now, or fewer
        if "arrived_at" in names and not others and "carry_pieces" not in taken:  # or a piece more is still to come
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
    if now["stage"] in ("DRAFT", "DISCARDED"):
        assert not now["number"] and not _filed(after), "a draft has a number, or a bill was filed on it"
    if manifest["stage"] == "DRAFT":
        return
    assert manifest["stage"] != "DISCARDED" or manifest == now, "changed after it was put away"
    amended = "amend" in steps.get((ExpressCargoManifest, manifest["id"]), [])
    flight = {name for name in FLIGHT if manifest[name] != now[name]}
    assert not flight or (amended and not manifest["igm_number"]), f"the flight's {flight} changed past its lock"
    fed = [name for name in ("igm_number", "actual_arrival") if manifest["igm_number"] and manifest[name] != now[name]]
    assert not fed or amended, f"{fed} changed after they were fed, and by no amendment"
    scanned, filed, landed = bool(before.all(ArrivalScan)), _filed(before), landed_anew(before, steps)
    bags = {bag["id"] for bag in before.all(Bag) if bag["arrived_at"]}
    for pk, hawb in before.rows[HouseAirwayBill].items():
        found = after.rows[HouseAirwayBill].get(pk)
        if found is None:
            here = hawb["packages_arrived"] and hawb["bag_id"] not in bags  # what was in a bag is seen after its scan
            assert amended and pk not in filed and not here, "a shipment is gone past its lock"
            continue
        names = {name for name in OF_THE_GOODS if hawb[name] != found[name]}
        if hawb["number"] in landed:  # counts as it landed: what came stays, whatever else its pieces were
            assert amended and scanned, "pieces changed by no amendment, or before the first scan"
            assert labels(before, pk, came=True) <= labels(after, pk), "a piece that came is gone"
            continue
        if pk in _carried_by(
            before, after
        ):  # the details of its consignee, with its bill whose amendment the DC/AC approved
            assert amended, "carried with the bill, and by no amendment"
            names -= set(DETAILS)
        if manifest["kind"] == "DOCUMENTS":  # a CBE-XI declares its documents as the manifest has them
            names -= (
                {name for name in names if name == "description" or name.startswith(("consignor", "consignee"))}
                if amended
                else set()
            )
        assert not scanned or not names & {"number", "packages", "bag_id"}, f"{names} changed after the first scan"
        if amended and not scanned:  # a bill filed in advance follows
            names -= FOLLOWED
        assert not names or (amended and pk not in filed), f"the shipment's {names} changed past its lock"
        if scanned:
            assert labels(before, pk) == labels(after, pk), "a label changed after the first scan"


def _carried_by(before: State, after: State) -> set[int | None]:
    """The shipments whose details this act amended with their bill."""
    now = after.all(BillAmendment, stage="APPROVED")
    fresh = [row for row in now if before.rows[BillAmendment].get(row["id"], {}).get("stage") != "APPROVED"]
    told = [row for row in fresh if any(one.get("hawb") for one in row["changes"])]
    return {after.rows[CourierBillOfEntry][row["bill_id"]]["hawb_id"] for row in told}


def _filed(state: State) -> set[int]:
    filed = {
        bill["id"]: bill["hawb_id"]
        for bill in state.all(CourierBillOfEntry)
        if bill["stage"] not in (*UNFILED, "CANCELLED")
    }
    covered = {one["hawb_id"] for one in state.all(CoveredShipment, ended_at=None) if one["bill_id"] in filed}
    return {hawb for hawb in filed.values() if hawb is not None} | covered


def examined_as_reported(before: State, after: State, steps: Steps) -> None:
    """A report of an examination is never taken away."""
    assert set(before.rows[Examination]) <= set(after.rows[Examination]), "a report is gone"


LEAVES = {
    "OUT_OF_CHARGE": ("OUT_OF_CHARGE",), "MANUAL": ("CLEARED_MANUALLY",), "CONFISCATED": ("CONFISCATED",),
    "RELEASED": ("PROVISIONALLY_RELEASED", "DUTY", "FINALISED"), "RETURNED": ("RETURNED",), "DISPOSED": ("DISPOSED",),
}  # fmt: skip


def goods_leave_once_and_by_right(before: State, after: State, steps: Steps) -> None:
    """Goods leave the register once, on what happened to their bill; uncleared ones after their days, notified and free."""
    left = {"RETURNED": ReturnToOrigin, "DISPOSED": Disposal}
    for entry in after.all(WarehouseEntry):
        then, out, hawb = before.rows[WarehouseEntry].get(entry["id"]), entry["out_on"], entry["hawb_id"]
        assert then is None or not then["out_on"] or then["out_on"] == out, f"left on {then['out_on']}, then on {out}"
        stages = [bill["stage"] for bill in after.bills_of(hawb)]
        if out == "TRANSSHIPPED":  # sent on to another station, and cleared there
            assert not stages, f"sent on, and filed here: {stages}"
        elif out:
            permitted = out in left and after.all(left[out], hawb_id=hawb, stage=out)
            by_bill = stages and set(stages) <= set(LEAVES[out])
            assert by_bill if out not in left else permitted and (by_bill or not stages), (
                f"left on {out}, bill at {stages}"
            )
        else:
            assert "OUT_OF_CHARGE" not in stages, "Out of Charge, and still in the register"
    for stage, model in left.items():
        for done in after.all(model, stage=stage):
            if before.rows[model].get(done["id"], done)["stage"] != stage:
                _left_uncleared(before, done, stage)
    for hawb in after.rows[HouseAirwayBill]:
        asked = [*after.all(ReturnToOrigin, hawb_id=hawb), *after.all(Disposal, hawb_id=hawb)]
        assert sum(one["stage"] in ("REQUESTED", "PROPOSED", "PERMITTED") for one in asked) <= 2, "asked for twice"


def _left_uncleared(before: State, done: Row, stage: str) -> None:
    """As the goods stood before they were returned or disposed of."""
    (entry,) = before.all(WarehouseEntry, hawb_id=done["hawb_id"])
    days = 15 if stage == "RETURNED" else 30
    landed = before.manifest["actual_arrival"]
    assert entry["in_at"] and landed and _moment(landed) <= timezone.now() - timedelta(days=days), (
        f"{stage} before its days"
    )
    assert not entry["out_on"], f"{stage}, and had left before"
    assert not entry["detained_since"], f"{stage} while detained"
    told = before.all(UnclearedNotice, hawb_id=done["hawb_id"], after="DISPOSAL")
    reached = any(notice["importer_id"] or notice["posted_on"] for notice in told)
    assert stage == "RETURNED" or reached, "disposed of without the notice to the importer"
    for bill in before.bills_of(done["hawb_id"]):
        assert bill["stage"] not in ("DETAINED", "STOPPED", "ADJUDICATION", "CONFISCATED"), (
            f"{stage} against proceedings"
        )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def register_tells_what_is_held(before: State, after: State, steps: Steps) -> None:
    """What is detained by a memo stands so in the register, and what the courier holds is not filed."""
    detained = {memo["bill_id"] for memo in after.all(DetentionMemo, ended_at=None)}
    for entry in after.all(WarehouseEntry):
        is_open = bool(after.all(WarehouseDetention, entry_id=entry["id"], until=None))
        by_memo = any(bill["id"] in detained for bill in after.bills_of(entry["hawb_id"]))
        assert bool(entry["detained_since"]) == is_open == by_memo, f"detained {by_memo}, the register says {is_open}"
    for hawb in after.all(HouseAirwayBill):
        is_open = bool(after.all(Hold, hawb_id=hawb["id"], released_at=None))
        assert bool(hawb["held_since"]) == is_open, "on hold, and nobody holds it"
        assert not (hawb["held_since"] and after.bills_of(hawb["id"])), "filed while on hold"


def documents_are_covered_once(before: State, after: State, steps: Steps) -> None:
    """A CBE-XI covers as many shipments as it says, and no shipment is on two bills."""
    for bill in after.all(CourierBillOfEntry, kind="CBE-XI"):
        if bill["stage"] not in (*UNFILED, "CANCELLED"):
            covered = after.all(CoveredShipment, bill_id=bill["id"], ended_at=None)
            assert len(covered) == bill["shipment_count"], "covers another number than it says"
    for hawb in after.rows[HouseAirwayBill]:
        assert len(after.bills_of(hawb)) <= 1, "a shipment is on two bills"


def differences_stay_settled(before: State, after: State, steps: Steps) -> None:
    """What was short or in excess is settled once, and what was explained stays explained."""
    assert set(before.rows[Difference]) <= set(after.rows[Difference]), "a difference is gone"
    for then, _now, names in changed(before, after, Difference):
        assert not then["settled_at"], f"a settled difference has changed: {names}"
    if after.manifest["stage"] == "ARRIVED" != before.manifest["stage"]:
        listed = {one["code"] for one in after.all(Difference, kind="SHORT")}
        missing = {one["crn"] for one in after.all(Package, arrived_at=None)}
        assert missing <= listed, "short, and not listed"


def paper_forms_are_used_once(before: State, after: State, steps: Steps) -> None:
    """A number stands for one shipment under one approval; a regularised one has its bill cleared so, and no other."""
    forms = after.all(ManualForm)
    used = [form for form in forms if form["stage"] in ("USED", "ENTERED", "REGULARISED")]
    assert len({(form["courier_id"], form["hawb"]) for form in used}) == len(used), "a shipment is on two forms"
    for form in forms:
        then = before.rows[ManualForm].get(form["id"], form)
        assert form["number"] == then["number"], "a form has another number"
        assert (form in used) == bool(form["hawb"] and form["order_id"]), f"{form['stage']}, and says otherwise"
    regularised = {form["bill_id"] for form in forms if form["stage"] == "REGULARISED"}
    assert {bill["id"] for bill in after.all(CourierBillOfEntry, stage="CLEARED_MANUALLY")} == regularised
    for order in after.all(ManualClearance, stage="RECONCILED"):
        open_forms = [form for form in used if form["order_id"] == order["id"] and form["stage"] != "REGULARISED"]
        assert not open_forms, "reconciled, and a form is not regularised"


LAWS: tuple[Callable[[State, State, Steps], None], ...] = (
    ready_to_leave, held_by_what_is_open, open_at_its_desk, bills_change_by_their_steps, manifests_keep_what_is_locked, money_is_conserved,
    examined_as_reported, goods_leave_once_and_by_right, register_tells_what_is_held, documents_are_covered_once,
    differences_stay_settled, paper_forms_are_used_once, assessed_since,
    nothing_is_facilitated_while_the_rms_is_away, interventions_are_obeyed,
)  # fmt: skip
