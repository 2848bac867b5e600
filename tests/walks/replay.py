"""The trails read again from their beginnings: where they lead, and with which values, is how the documents stand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bills.models import CourierBillOfEntry, Disposal, Item, ReturnToOrigin
from bills.stages import HELD, TO_ASSESSMENT
from eccs.workflow import Document
from manifests.models import ExpressCargoManifest, HouseAirwayBill, ManifestAmendment
from tests.walks.state import Row, State
from tests.walks.trails import Trails, Values, alike, same

REPLAYED = (
    "assessable_value", "total_duty", "duty_heads", "fine", "penalty", "duty_paid", "paid_at", "xray_result", "xray_at",
    "examined_at", "examination_mandated", "assessed_at", "approved_at", "assessment_remarks", "out_of_charge_at", "released_at",
    "discarded_at", "documents_complete", "unreckoned", "returns_to", "detained_from", "stopped_from", "iec", "iec_branch",
    "gstin", "state_code", "ad_code", "government", "ecommerce", "invoice_number", "invoice_terms", "freight", "insurance",
    "inland_charges", "discount",
)  # fmt: skip
"""What the trail of a bill tells, so that it can be rebuilt from any line on."""
OF_ITEMS = ("cth", "unit_price", "quantity", "description")
OF_SHIPMENTS = (
    "ucr", "description", "consignor_name", "consignor_address", "consignor_country", "consignee_name", "consignee_address",
    "consignee_city", "consignee_state", "consignee_pin", "invoice_currency", "packages", "gross_weight_kg", "invoice_value",
)  # fmt: skip
FLIGHT = (
    "airline",
    "flight_number",
    "airport_of_shipment",
    "country_of_exportation",
    "first_port_of_arrival",
    "on_board_courier",
)
ANSWERED = (ReturnToOrigin, Disposal, ManifestAmendment)
RENAMED = {"remarks": {ReturnToOrigin: "decision", Disposal: "decision", ManifestAmendment: "decision_remarks"}}


def _as_told(values: Values, line: Any) -> None:
    if line.snapshot:
        values.update(line.snapshot["after"])


def _paid(values: Values, line: Any) -> None:
    values["duty_paid"] = Decimal(str(values["duty_paid"])) + Decimal(str(line.answers["amount"]))
    values["paid_at"] = line.at


def _assessed(values: Values, line: Any) -> None:
    told = line.answers
    values |= {
        "assessed_at": line.at, "examination_mandated": told.get("mandate_examination", False), "unreckoned": "",
        "assessment_remarks": told.get("remarks", ""),
    }  # fmt: skip
    _as_told(values, line)


def _recomputed(values: Values, line: Any) -> None:
    values |= {"total_duty": line.answers["total_duty"], "duty_heads": line.answers["heads"]}


def _doubted(values: Values, line: Any) -> None:
    values |= {"unreckoned": line.answers["reason"][:300], "assessed_at": None, "approved_at": None}
    if line.from_stage in HELD:
        for name in ("returns_to", "detained_from", "stopped_from"):
            values[name] = "ASSESSMENT" if values[name] in TO_ASSESSMENT else values[name]


def _heard_again(values: Values, line: Any) -> None:
    if line.answers.get("examine_again"):
        values["examined_at"] = None
    assessed = values["assessed_at"]
    if line.from_stage in HELD and line.answers["lane"] in ("ASSESSMENT", "BOTH") and assessed in (None, ...):
        for name in ("returns_to", "detained_from", "stopped_from"):
            if values[name] in TO_ASSESSMENT:
                values[name] = "ASSESSMENT" if assessed is None else ...


def _seen(values: Values, line: Any) -> None:
    suspicious = line.step == "mark_suspicious"
    values |= {"xray_result": "SUSPICIOUS" if suspicious else "CLEAR", "xray_at": line.at}
    if suspicious:
        values["examined_at"] = None
    if line.to_stage == "OUT_OF_CHARGE":
        values["out_of_charge_at"] = line.at


def _detained(values: Values, line: Any) -> None:
    stopped = values["returns_to"] if values["stopped_from"] == "QUERY" else values["stopped_from"]
    values["detained_from"] = stopped if line.from_stage == "STOPPED" else line.from_stage


def _ordered(values: Values, line: Any) -> None:
    _as_told(values, line)
    if line.answers.get("outcome") != "CONFISCATE" and line.answers.get("revised_duty") is not None:
        values["unreckoned"] = ""


def _amended(values: Values, line: Any) -> None:
    values |= {"assessed_at": None, "approved_at": None, "unreckoned": ""}
    _as_told(values, line)
    for change in line.answers["changes"]:
        if not change["item"] and change["name"] in values:
            values[change["name"]] = change["new"]
        if change["name"] == "put_on":
            values |= {"xray_result": "", "xray_at": None, "examined_at": None, "examination_mandated": ...}


def _carried(values: Values, line: Any) -> None:
    if line.answers["excess"]:
        values |= {"xray_result": "", "xray_at": None, "examined_at": None}
        led = ("examination_mandated", "assessed_at", "approved_at", "returns_to", "detained_from", "stopped_from")
        values |= dict.fromkeys(led, ...)


def _sets(**given: Callable[[Any], Any]) -> Callable[[Values, Any], None]:
    return lambda values, line: values.update({name: of(line) for name, of in given.items()})


def _at(line: Any) -> Any:
    return line.at


TELLS: dict[str, Callable[[Values, Any], None]] = {
    "submit_compulsory_documents": _sets(documents_complete=lambda _line: True),
    "assess": _assessed,
    **dict.fromkeys(("report_examination", "report_first_check_examination"), _sets(examined_at=_at)),
    "raise_query": _sets(returns_to=lambda line: line.from_stage),
    "approve_appraisal": _sets(approved_at=_at),
    "return_to_assessing_officer": _sets(assessed_at=lambda _line: None),
    **dict.fromkeys(("confirm_payment", "credit_payment"), _paid),
    "recompute_duty": _recomputed,
    "send_back_for_assessment": _doubted,
    **dict.fromkeys(("clear_xray", "mark_suspicious"), _seen),
    "order_re_examination": _sets(examined_at=lambda _line: None, examination_mandated=lambda _line: True),
    "hear_rms_again": _heard_again,
    "give_out_of_charge": _sets(out_of_charge_at=_at),
    **dict.fromkeys(("detain", "issue_detention_memo"), _detained),
    "stop": _sets(stopped_from=lambda line: line.from_stage),
    "release_provisionally": _sets(released_at=_at),
    **dict.fromkeys(("adjudicate", "finalise"), _ordered),
    "amend": _amended,
    "carry_pieces": _carried,
    **dict.fromkeys(("cancel", "discard"), _sets(discarded_at=_at)),
    "clear_manually": lambda values, line: values.update(
        duty_paid=Decimal(str(values["duty_paid"]))
        + sum(Decimal(line.answers.get(name, 0)) for name in ("collected", "fine", "penalty")),
        **{name: Decimal(str(values[name])) + Decimal(line.answers.get(name, 0)) for name in ("fine", "penalty")},
    ),
}  # fmt: skip


class Replay(Trails):
    """The trails read again from their beginnings: where they lead is where the documents are, and how."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._bills = {row["id"]: _of(row, REPLAYED) for row in state.all(CourierBillOfEntry)}
        self._items = {(row["bill_id"], row["item_no"]): _of(row, OF_ITEMS) for row in state.all(Item)}
        self._shipments = {row["number"]: _of(row, OF_SHIPMENTS) for row in state.all(HouseAirwayBill)}
        self._flight = _of(state.manifest, FLIGHT)
        self._answers: dict[tuple[type[Document], int], Values] = {}

    # ── values ────────────────────────────────────────────────────────────────

    def _retell(self, model: type[Document], row: Row, line: Any, state: State) -> None:
        """Put what a line tells on the values rebuilt so far."""
        if model is CourierBillOfEntry:
            self._retell_bill(row, line, state)
        elif model is ExpressCargoManifest and line.step == "amend":
            for told in line.snapshot["lines"]:
                self._retell_manifest(told)
        elif model in ANSWERED:
            values = self._answers.setdefault((model, row["id"]), {})
            named = {RENAMED.get(name, {}).get(model, name): value for name, value in line.answers.items()}
            values |= {name: value for name, value in named.items() if name in row and name != "hawb"}

    def _retell_bill(self, row: Row, line: Any, state: State) -> None:
        values = self._bills.setdefault(row["id"], {})
        if line.step == "file":  # from here on the bill is what was declared, and the RMS said
            declared = {name: line.snapshot[name] for name in REPLAYED if name in line.snapshot}
            assert all(alike(value, row[name]) for name, value in declared.items()), f"filed otherwise: {declared}"
            values.update(_of(row, REPLAYED))
            items = {(i["bill_id"], i["item_no"]): _of(i, OF_ITEMS) for i in state.all(Item, bill_id=row["id"])}
            self._items |= items
            return
        if tell := TELLS.get(line.step):
            tell(values, line)
        told = line.answers
        for change in (line.snapshot or {}).get("changes", ()) if line.step == "assess" else ():
            target = self._items[row["id"], change["item"]] if change["item"] else values
            if change["name"] in (OF_ITEMS if change["item"] else REPLAYED) and "invoice" not in change:
                target[change["name"]] = change["new"]
        for change in told["changes"] if line.step == "amend" else ():
            if change["name"] == "item_off":
                del self._items[row["id"], change["item"]]
            if change["name"] == "item_on":
                said = {name: value for name, value in change["values"].items() if name in OF_ITEMS}
                self._items[row["id"], change["item"]] = said
            if change["item"] and change["name"] in OF_ITEMS:
                self._items[row["id"], change["item"]][change["name"]] = change["new"]

    def _retell_manifest(self, told: dict[str, Any]) -> None:
        kind, number, after = told["kind"], told["hawb"], told["after"]
        cells = {("packages" if name == "pieces" else name): value for name, value in after.items()}
        if kind in ("HEADER", "IGM"):
            self._flight.update({name: value for name, value in cells.items() if name in FLIGHT})
        elif kind == "DELETE":
            del self._shipments[number]
        else:
            known = self._shipments.pop(number, {})
            known.update({name: value for name, value in cells.items() if name in OF_SHIPMENTS})
            self._shipments[cells.get("hawb", number)] = known

    def _compare(self, state: State) -> None:
        """Every value rebuilt from the trails is the value of its row."""
        for pk, values in self._bills.items():
            same(values, state.rows[CourierBillOfEntry][pk], "a bill")
        items = {(row["bill_id"], row["item_no"]): row for row in state.rows[Item].values()}
        for key, values in self._items.items():
            same(values, items[key], "an item")
        rows = {row["number"]: row for row in state.rows[HouseAirwayBill].values()}
        assert set(self._shipments) == set(rows), "the trail tells of other shipments"
        for number, values in self._shipments.items():
            same(values, rows[number], number)
        same(self._flight, state.manifest, "the flight")
        for (model, pk), values in self._answers.items():
            same(values, state.rows[model][pk], model.__name__)


def _of(row: Row, names: tuple[str, ...]) -> Values:
    return {name: row[name] for name in names}
