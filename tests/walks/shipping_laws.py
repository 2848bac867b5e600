"""What must hold of shipping bills and export manifests after every act; and their trails, told again."""

from __future__ import annotations

from typing import Any

from eccs.workflow import Document
from exports.models import (
    CourierExportManifest,
    CourierShippingBill,
    ExportAmendment,
    ExportBag,
    ExportCancellation,
    ExportDemand,
    ExportDeparture,
    ExportDetention,
    ExportExamination,
    ExportItem,
    ExportManifestLine,
    ExportQuery,
    ExportShipment,
    GoodsScan,
    LetExportOrder,
    ShipmentShutOut,
)
from rms.models import RiskDecision
from tests.walks.state import Row, State, changed, examined_enough
from tests.walks.trails import Steps, Trails, Values, same

TOLERANCE = 5  # percent, of the dated rule
LET_GO = ("LET_EXPORT", "MANIFESTED", "EXPORTED", "BACK_TO_TOWN")
UNFILED = ("DRAFT", "DISCARDED")
CLOSED = ("EXPORTED", "BACK_TO_TOWN", "CONFISCATED", "CANCELLED", "DISCARDED")
OPEN_REQUEST = ("CALLED_FOR", "REQUESTED", "PROCESSED", "VERIFIED")
HEARD = ("hear_rms", "hear_rms_again")
CHANGING = ("amend", "assess")  # an amendment that was approved, an alteration by the officer
DECLARED = (
    "ad_code", "account_number", "fob_value", "fob_foreign", "igst_paid", "goods", "first_cth", "gross_weight_kg", "reopened_at",
)  # fmt: skip
BY_STEPS: dict[str, tuple[str, ...]] = {
    "registered_at": ("register_goods", "amend"),
    "risk_decision_id": ("register_goods", *HEARD, *CHANGING),
    "risk_pending": ("register_goods", *HEARD, *CHANGING),
    "facilitated": ("register_goods", *HEARD, "adjudicate", "assess_again", *CHANGING),
    **dict.fromkeys(
        ("assessment_required", "examination_prescribed"), ("register_goods", *HEARD, "depart_from_rms", *CHANGING)
    ),
    "documents_required": ("register_goods", *HEARD, *CHANGING),
    "documents_complete": ("register_goods", *HEARD, *CHANGING, "submit_compulsory_documents"),
    "assessment_due": ("amend", "assess", "adjudicate", "assess_again"),
    "assessed_at": (*CHANGING, "assess_again"),
    **dict.fromkeys(DECLARED, CHANGING),
    "reopened_at": (*CHANGING, "adjudicate", "assess_again"),
    **dict.fromkeys(("xray_result", "xray_at"), ("clear_xray", "mark_suspicious")),
    "examined_at": ("report_examination", "order_re_examination", "mark_suspicious", "hear_rms_again"),
    "examination_mandated": ("assess", "order_re_examination"),
    "let_export_at": ("give_let_export_order", "clear_xray"),
    **dict.fromkeys(("exported_at", "egm_number"), ("export", "back_to_town")),
    "discarded_at": ("discard", "cancel"),
    "stage": (),
}  # fmt: skip
AT_THE_TERMINAL = {"packages_in", "actual_weight_kg"}  # change by no step
OF_SHIPMENTS = {"packages_arrived", "arrived_at", "actual_weight_kg", "gross_weight_kg", "left_with_id", "ended_at"}
MOVES = {
    "stage", "stage_since", "trail_length", "trail_head", "holds", "returns_to", "detained_from", "stopped_from",
    "xray_remarks", "assessment_remarks", *BY_STEPS, *AT_THE_TERMINAL,
}  # fmt: skip


def _called_for(bill: Row) -> bool:
    return bool(bill["examination_prescribed"] or bill["examination_mandated"] or bill["xray_result"] == "SUSPICIOUS")


def let_go_by_right(before: State, after: State, steps: Steps) -> None:
    """No Let Export Order before goods are registered and X-rayed, nor with an examination, a query, a detention or a stop open."""
    for bill in after.all(CourierShippingBill):
        pk = bill["id"]
        orders = after.all(LetExportOrder, bill_id=pk)
        assert len(orders) == (bill["let_export_at"] is not None), "let go without an order, or with two"
        if bill["stage"] not in LET_GO:
            continue
        assert orders, "let go without an order"
        assert bill["registered_at"], "let go before the goods were registered"
        assert bill["xray_result"], "let go without X-ray"
        assert bill["documents_complete"], "let go with documents missing"
        assert not _called_for(bill) or bill["examined_at"], "let go with an examination outstanding"
        assert examined_enough(after, bill, after.all(ExportExamination, bill_id=pk)), "let go, too little examined"
        assert not after.all(ExportQuery, bill_id=pk, replied_at=None), "let go with an open query"
        assert not after.all(ExportDetention, bill_id=pk, ended_at=None), "let go while detained"
        assert "STOP" not in bill["holds"], "let go while stopped"
        assert not after.all(ExportDemand, bill_id=pk, stage="DUE"), "let go with a fine unpaid"
        if before.rows[CourierShippingBill][pk]["stage"] not in LET_GO:
            _given(before, after, bill, orders[0])


def _given(before: State, after: State, bill: Row, order: Row) -> None:
    """As the bill stood when the order was given: by an officer who did not examine, or by the two rules of the circulars."""
    lane = after.rows[RiskDecision][bill["risk_decision_id"]]["lane"]
    assert lane != "PENDING", "let go before the RMS decided"
    assert bill["packages_in"] == bill["packages"], "let go with packages missing"
    assert not before.all(ExportCancellation, bill_id=bill["id"], stage="REQUESTED"), "let go, cancellation requested"
    asked = [row for row in before.all(ExportAmendment, bill_id=bill["id"]) if row["stage"] in OPEN_REQUEST]
    assert not asked, "let go, amendment requested"
    for declared, kg in _weighed(after, bill):
        assert abs(kg - declared) * 100 <= declared * TOLERANCE, "let go, and weighs otherwise than declared"
    if order["automatic"]:
        assert not bill["reopened_at"], "let go by itself, changed since"
        assert bill["xray_result"] == "CLEAR" and not _called_for(bill), "let go by itself, to be examined"
        assessed = lane == "ASSESSMENT" and bill["assessed_at"]
        assert lane == "FACILITATED" or assessed, "let go by itself, not facilitated"
        assert order["by_id"] is None and not bill["holds"]
    else:
        reports = after.all(ExportExamination, bill_id=bill["id"])
        assert order["by_id"] and order["by_id"] not in [report["by_id"] for report in reports], "examined by the same"


def _weighed(state: State, bill: Row) -> list[tuple[Any, Any]]:
    """What was declared and found of goods, or of each bag and loose shipment of documents that was weighed."""
    told = [(bill["gross_weight_kg"], bill["actual_weight_kg"])]
    if bill["kind"] == "CSB-III":
        inside = state.all(ExportShipment, bill_id=bill["id"])
        told = [(one["gross_weight_kg"], one["actual_weight_kg"]) for one in inside if not one["bag_id"]]
        for bag in state.all(ExportBag, bill_id=bill["id"]):
            declared = sum(one["gross_weight_kg"] for one in inside if one["bag_id"] == bag["id"])
            told.append((declared, bag["actual_weight_kg"]))
    return [(declared, kg) for declared, kg in told if kg is not None]


def held_by_what_is_open(before: State, after: State, steps: Steps) -> None:
    """What holds a shipping bill is what is open on it: a query, a detention, a stop, a request; at most one of each."""
    for bill in after.all(CourierShippingBill):
        pk, holds = bill["id"], bill["holds"].split()
        asked = [row for row in after.all(ExportCancellation, bill_id=pk) if row["stage"] in OPEN_REQUEST]
        amending = [row for row in after.all(ExportAmendment, bill_id=pk) if row["stage"] in OPEN_REQUEST]
        wanted = {
            "QUERY": len(after.all(ExportQuery, bill_id=pk, replied_at=None)),
            "DETENTION": len(after.all(ExportDetention, bill_id=pk, ended_at=None)),
            "REPLY": len(after.all(ExportDetention, bill_id=pk, ended_at=None, replied_at=None)),
            "STOP": int(bill["stage"] == "STOPPED"),
            "CANCELLATION": len(asked),
            "AMENDMENT": len(amending),
            "FINE": int(bool(bill["stage"] != "CONFISCATED" and after.all(ExportDemand, bill_id=pk, stage="DUE"))),
        }
        found = {name: holds.count(name) for name in wanted}
        assert found == wanted, (bill["stage"], found, wanted)


def shipping_bills_change_by_their_steps(before: State, after: State, steps: Steps) -> None:
    """What is declared stays as it was filed; each other value changes by the steps that may change it, at the end none."""
    for then, now, names in changed(before, after, CourierShippingBill):
        if then["stage"] == "DRAFT":
            continue
        taken = set(steps.get((CourierShippingBill, now["id"]), []))
        assert then["stage"] not in CLOSED, f"changed after the end: {names}"
        assert names <= MOVES, f"changed after filing: {names - MOVES}"
        for name in names - {"stage"}:
            assert name not in BY_STEPS or taken & set(BY_STEPS[name]), f"{name} changed by {taken}"
    for then, _now, names in changed(before, after, ExportItem):
        taken = set(steps.get((CourierShippingBill, then["bill_id"]), []))
        assert taken & set(CHANGING), f"an item of {then['bill_id']} changed after filing: {names}"
    for then, now, names in changed(before, after, ExportDeparture):
        assert then["stage"] == "REQUESTED" != now["stage"], f"a departure that is decided changed: {names}"
    for _then, _now, names in changed(before, after, ExportShipment):
        assert names <= OF_SHIPMENTS, f"a shipment of documents changed after filing: {names - OF_SHIPMENTS}"
    for kind in (ExportExamination, LetExportOrder, GoodsScan):
        kept = {pk: after.rows[kind].get(pk) for pk in before.rows[kind]}
        assert kept == before.rows[kind], f"{kind.__name__}: taken away or written over"


def registered_when_whole(before: State, after: State, steps: Steps) -> None:
    """Each piece counts once; goods are registered when all pieces are there, and the RMS decides only then."""
    for bill in after.all(CourierShippingBill):
        then, scans = before.rows[CourierShippingBill][bill["id"]], len(_counted(after, bill["id"]))
        came = scans - len(_counted(before, bill["id"]))
        assert bill["packages_in"] - then["packages_in"] == came, "pieces counted otherwise than scanned"
        assert bill["packages_in"] <= bill["packages"] or bill["stage"] in UNFILED, "more pieces than declared"
        if bill["registered_at"] and not then["registered_at"]:
            assert bill["packages_in"] == bill["packages"], "registered with packages missing"
        assert bool(bill["registered_at"]) == (bill["risk_decision_id"] is not None), (
            "the RMS decided before the goods came"
        )


def bags_bring_what_is_in_them(before: State, after: State, steps: Steps) -> None:
    """Documents are at the terminal when their bag is, or all pieces of a loose shipment; the bill counts bags and loose pieces."""
    for bill in after.all(CourierShippingBill, kind="CSB-III"):
        if bill["stage"] in UNFILED:
            continue
        bags, seen = {bag["id"]: bag for bag in after.all(ExportBag, bill_id=bill["id"])}, 0
        for one in after.all(ExportShipment, bill_id=bill["id"]):
            there = one["packages_arrived"] == one["packages"]
            assert there == (one["arrived_at"] is not None), "arrived with pieces missing"
            if one["bag_id"]:
                assert there == (bags[one["bag_id"]]["arrived_at"] is not None), "not where its bag is"
            else:
                seen += one["packages_arrived"]
        assert bill["packages_in"] == seen + sum(1 for bag in bags.values() if bag["arrived_at"]), (
            "bags counted wrongly"
        )


def _counted(state: State, bill: int) -> list[Row]:
    return state.all(GoodsScan, bill_id=bill, verdict="ARRIVED")


def exported_with_an_order_and_a_manifest(before: State, after: State, steps: Steps) -> None:
    """Goods are exported with their order, on the manifest of the flight that left; whoever stands on it left with it."""
    stage_of = {"FILED": "MANIFESTED", "EXPORTED": "EXPORTED"}
    for flight in after.all(CourierExportManifest):
        lines = after.all(ExportManifestLine, manifest_id=flight["id"], live=True)
        bills = [after.rows[CourierShippingBill][line["bill_id"]] for line in lines if not line["in_part"]]
        if flight["stage"] in stage_of:
            assert {bill["stage"] for bill in bills} <= {stage_of[flight["stage"]]}, (
                f"on a manifest that is {flight['stage']}"
            )
            assert all(after.all(LetExportOrder, bill_id=bill["id"]) for bill in bills), (
                "on a manifest without an order"
            )
            goods = sum(bill["packages"] for bill in bills if bill["kind"] != "CSB-III")
            assert flight["bill_count"] == len(lines), "other shipping bills than it counts"
            assert flight["package_count"] == goods + _labels(aboard(after, flight)), "other packages than it counts"
            assert flight["number"], "filed without a number"
        if flight["stage"] == "EXPORTED":
            assert lines and flight["egm_number"], "left with nothing, or without an EGM number"
            assert {bill["egm_number"] for bill in bills} <= {flight["egm_number"]}, "left with another EGM number"
            assert {one["left_with_id"] for one in aboard(after, flight)} <= {line["id"] for line in lines}, "not left"
        assert flight["stage"] != "DISCARDED" or not lines, "on a manifest that was put away"
    for bill in after.all(CourierShippingBill, stage="EXPORTED"):
        lines = after.all(ExportManifestLine, bill_id=bill["id"], live=True)
        on = {after.rows[CourierExportManifest][line["manifest_id"]]["stage"] for line in lines}
        assert on == {"EXPORTED"}, "exported without a manifest"
        for one in after.all(ExportShipment, bill_id=bill["id"], left_with_id=None):
            assert not _standing(after, bill), f"{one['number']} is exported without a flight"


def _standing(state: State, bill: Row) -> list[Row]:
    """Where it stands whole: not with the flights that took a part of it before."""
    return state.all(ExportManifestLine, bill_id=bill["id"], live=True, in_part=False)


def aboard(state: State, flight: Row) -> list[Row]:
    """The shipments of documents that leave with a flight or have left with it."""
    every = {line["id"] for line in state.all(ExportManifestLine, manifest_id=flight["id"])}
    lines = {line["bill_id"]: line["id"] for line in state.all(ExportManifestLine, manifest_id=flight["id"], live=True)}
    out = {row["shipment_id"] for row in state.all(ShipmentShutOut) if row["line_id"] in every}
    waits = {one["id"] for one in state.all(ExportShipment, left_with_id=None)} - out
    return [
        one
        for one in state.all(ExportShipment)
        if one["bill_id"] in lines and (one["id"] in waits or one["left_with_id"] == lines[one["bill_id"]])
    ]


def _labels(shipments: list[Row]) -> int:
    bags = {one["bag_id"] for one in shipments if one["bag_id"]}
    return len(bags) + sum(int(one["packages"]) for one in shipments if not one["bag_id"])


def nothing_let_go_is_lost(before: State, after: State, steps: Steps) -> None:
    """Whatever has an order waits for a flight, stands on one, has left with it, went back to town or was cancelled."""
    where = {"MANIFESTED": ["FILED"], "EXPORTED": ["EXPORTED"], "BACK_TO_TOWN": []}
    for order in after.all(LetExportOrder):
        bill = after.rows[CourierShippingBill][order["bill_id"]]
        on = [after.rows[CourierExportManifest][line["manifest_id"]]["stage"] for line in _standing(after, bill)]
        assert bill["stage"] in (*LET_GO, "CANCELLED"), f"let go, and now at {bill['stage']}"
        if bill["stage"] == "EXPORTED" and after.all(ExportManifestLine, bill_id=bill["id"], live=True, in_part=True):
            assert on in ([], ["EXPORTED"])  # the rest of the documents went back to town, or left with another flight
        elif bill["stage"] in where:
            assert on == where[bill["stage"]], f"{bill['stage']}, and on a manifest that is {on or 'none'}"
        else:
            assert on in ([], ["DRAFT"]), f"{bill['stage']}, and on a manifest that is {on}"
    for line in after.all(ExportManifestLine, live=False):
        flight = after.rows[CourierExportManifest][line["manifest_id"]]
        assert flight["stage"] == "DISCARDED" or (line["shut_out_at"] and line["reason"]), (
            "off a manifest, and nobody says why"
        )


LAWS = (
    let_go_by_right, held_by_what_is_open, shipping_bills_change_by_their_steps, registered_when_whole, bags_bring_what_is_in_them,
    exported_with_an_order_and_a_manifest, nothing_let_go_is_lost,
)  # fmt: skip
REPLAYED = (
    "registered_at", "assessed_at", "assessment_remarks", "examination_mandated", "xray_result", "xray_at", "examined_at",
    "let_export_at", "exported_at", "egm_number", "discarded_at", "risk_decision_id", "facilitated", "returns_to",
    "detained_from", "stopped_from", "ad_code", "gross_weight_kg", "reopened_at",
)  # fmt: skip
OF_FLIGHTS = ("filed_at", "egm_number", "departed_at")


class ShippingReplay(Trails):
    """The trails of shipping bills and of their flights, told again from where the walk begins."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._bills = {bill["id"]: {name: bill[name] for name in REPLAYED} for bill in state.all(CourierShippingBill)}
        self._flights = {one["id"]: {n: one[n] for n in OF_FLIGHTS} for one in state.all(CourierExportManifest)}

    def _retell(self, model: type[Document], row: Row, line: Any, state: State) -> None:
        if model is CourierExportManifest:
            values = self._flights.setdefault(row["id"], dict.fromkeys(OF_FLIGHTS, ""))
            if line.step == "file":
                values["filed_at"] = line.at
            elif line.step == "feed_egm":
                values |= {"egm_number": line.answers["egm_number"], "departed_at": ...}
        elif model is CourierShippingBill:
            _told(self._bills[row["id"]], line)

    def _compare(self, state: State) -> None:
        for pk, values in self._bills.items():
            same(values, state.rows[CourierShippingBill][pk], "a shipping bill")
        for pk, values in self._flights.items():
            same(values, state.rows[CourierExportManifest][pk], "an export manifest")


def _told(values: Values, line: Any) -> None:
    """What one line of a shipping bill's trail tells."""
    step, said = line.step, line.answers
    if step in ("register_goods", "hear_rms"):
        heard = (
            {"risk_decision_id": said["decision"], "facilitated": said["lane"] == "FACILITATED"}
            if "lane" in said
            else {}
        )
        values |= heard or dict.fromkeys(("risk_decision_id", "facilitated"), ...)
    if step in AT and AT_ONLY.get(step, line.to_stage) == line.to_stage:
        values |= dict.fromkeys(AT[step], line.at)
    if step in ("clear_xray", "mark_suspicious"):
        values |= {"xray_result": "CLEAR" if step == "clear_xray" else "SUSPICIOUS", "xray_at": line.at}
    if step == "assess":
        mandated = said.get("mandate_examination", False) or values["examination_mandated"]
        values |= {"examination_mandated": mandated, "assessment_remarks": said.get("remarks", "")}
    if step == "order_re_examination":
        values["examination_mandated"] = True
    if step in ("order_re_examination", "mark_suspicious"):
        values["examined_at"] = None
    _changed_or_decided(values, line)
    if line.to_stage == "EXPORTED":
        values["egm_number"] = said.get("egm_number", ...)
    if step == "raise_query":
        values["returns_to"] = line.from_stage
    if step == "stop":
        values["stopped_from"] = line.from_stage
    if step == "detain":
        stopped = values["returns_to"] if values["stopped_from"] == "QUERY" else values["stopped_from"]
        values["detained_from"] = stopped if line.from_stage == "STOPPED" else line.from_stage


def _changed_or_decided(values: Values, line: Any) -> None:
    """What an order tells, and an approved amendment: the new values, and with the goods here the RMS and the officer look again."""
    if line.step == "file":
        values |= {"ad_code": line.snapshot.get("ad_code", ""), "gross_weight_kg": ...}
    if line.step == "hear_rms_again":
        _heard_again(values, line.answers)
    if line.step == "assess_again":
        values["assessed_at"] = None
    if line.step in ("adjudicate", "assess_again"):
        values |= {"facilitated": False, "reopened_at": line.at}
    if line.step != "amend":
        return
    for one in line.answers["changes"]:
        if one["name"] in values:
            values[one["name"]] = ... if one.get("number") else one["new"]
    if values["registered_at"] and not values["let_export_at"]:
        values |= {"assessed_at": None, "facilitated": False, "reopened_at": line.at, "risk_decision_id": ...}


def _heard_again(values: Values, said: Any) -> None:
    """What the RMS prescribed beside what it had prescribed; held bills go back to the Assessing Officer."""
    values |= {"risk_decision_id": said["decision"], "facilitated": ...}
    if said.get("examine_again"):
        values["examined_at"] = None
    if said["lane"] in ("ASSESSMENT", "BOTH"):
        values |= dict.fromkeys(("returns_to", "detained_from", "stopped_from"), ...)


AT_ONLY = {"clear_xray": "LET_EXPORT", "back_to_town": "EXPORTED"}  # some documents had left already
AT = {
    "register_goods": ("registered_at",), "assess": ("assessed_at",), "report_examination": ("examined_at",),
    "give_let_export_order": ("let_export_at",), "clear_xray": ("let_export_at",), **dict.fromkeys(("export", "back_to_town"), ("exported_at",)),
    **dict.fromkeys(("discard", "cancel"), ("discarded_at",)),
}  # fmt: skip
