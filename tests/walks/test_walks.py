"""Random walks hold the laws, and each law finds what is broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import Phase

from accounts.permissions import SYSTEM
from bills import asking, routing
from bills.clearance import guards
from bills.models import (
    CourierBillOfEntry,
    CoveredShipment,
    Examination,
    ManualForm,
    QueryMemo,
)
from bills.stages import Stage
from bills.uncleared import clearance as uncleared
from eccs import dated_rules
from eccs.workflow import take
from manifests import amendments, arrival, holds, warehouse
from manifests.locks import Locks
from manifests.models import Difference, ExpressCargoManifest, HouseAirwayBill
from tests.factories.amendments import amendment
from tests.factories.bills import bill, decision, detention_memo, examined_too_little, hawb_of
from tests.factories.documents import bill_of_documents
from tests.factories.firms import actor, person
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.manual import manual_form
from tests.factories.requests import amendment as bill_amendment
from tests.factories.requests import cancellation, provisional_assessment
from tests.factories.uncleared import disposal, lying, return_to_origin
from tests.walks import laws, laws_of_risk, machine, walker
from tests.walks.machine import OFTEN, Walk
from tests.walks.money import money_is_conserved
from tests.walks.replay import Replay
from tests.walks.risk_acts import intervene, switch
from tests.walks.state import IMPORTS
from tests.walks.walker import ACTS, walk, walks

pytestmark = pytest.mark.django_db

Break = Callable[[pytest.MonkeyPatch], object]


def test_the_laws_hold_on_every_walk() -> None:
    with walks(IMPORTS):
        walk(Walk, 6)
        assert Walk.acts >= 6 * ACTS
        assert Walk.moved > Walk.acts / 4


def _says_nothing(document: Any, actor: Any) -> str:
    return ""


def _never(function: Any) -> Break:
    """A guard that has no objection any more, in every step where it stands."""
    return lambda monkeypatch: monkeypatch.setattr(function, "__code__", _says_nothing.__code__)


def test_what_is_broken_is_found_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    _never(guards.duty_paid)(monkeypatch)
    monkeypatch.setattr(Walk, "starts", (Stage.FOR_OUT_OF_CHARGE,))
    monkeypatch.setattr(Walk, "given", {"duty_paid": 0})
    monkeypatch.setattr(Walk, "often", OFTEN)
    with walks(IMPORTS):
        _without_constraints()
        with pytest.raises(AssertionError, match="duty unpaid"):
            walk(Walk, 60, phases=(Phase.generate,))


def _without_constraints() -> None:
    """What the database would refuse by itself, the laws are to find."""
    table = CourierBillOfEntry._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for one in CourierBillOfEntry._meta.constraints:
            if one.name.startswith("bill_out_of_charge"):
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {one.name}")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Walk]]:
    """A walk that begins where a test says, with one law alone in force."""
    monkeypatch.setattr(walker, "note", lambda _words: None)

    def begun(law: Any, on: ExpressCargoManifest, order: int = 0, forms: tuple[int, ...] = ()) -> Walk:
        monkeypatch.setattr(machine, "LAWS", (law,) if law is not Replay else ())
        if law is not Replay:
            monkeypatch.setattr(Replay, "_compare", lambda _replay, _state: None)
        one = Walk()
        one.start(on, order, forms)
        return one

    with walks(IMPORTS, peopled=False):
        yield begun
    dated_rules.forget()


# ── each guard of Out of Charge ──────────────────────────────────────────────


def _asked(one: CourierBillOfEntry) -> object:
    return QueryMemo.objects.create(bill=one, raised_from=Stage.ASSESSMENT, question="Why?", raised_by=person())


def _nothing(_one: CourierBillOfEntry) -> None:
    pass


WITHOUT: dict[Any, tuple[dict[str, Any], Callable[[CourierBillOfEntry], object], str]] = {
    guards.documents_complete: ({"documents_complete": False}, _nothing, "documents missing"),
    guards.duty_paid: ({"duty_paid": 0}, _nothing, "duty unpaid"),
    guards.duty_not_in_doubt: ({"unreckoned": "Not in the tariff."}, _nothing, "duty in doubt"),
    guards.all_packages_arrived: ({"arrived": False}, _nothing, "packages missing"),
    guards.xray_recorded: ({"xray_result": ""}, _nothing, "without X-ray"),
    guards.examination_reported: ({"examination_prescribed": True}, _nothing, "without the examination"),
    guards.examined_as_prescribed: ({}, examined_too_little, "too little examined"),
    guards.no_open_query: ({"holds": "QUERY"}, _asked, "an open query"),
    guards.no_detention: ({"holds": "DETENTION REPLY"}, detention_memo, "while detained"),
    guards.no_stop: ({"holds": "STOP"}, _nothing, "while stopped"),
    guards.rms_has_decided_on_goods: ({"risk_pending": True}, _nothing, "RMS has not decided"),
    guards.no_open_amendment: ({"holds": "AMENDMENT"}, lambda one: bill_amendment(of=one), "request undecided"),
    guards.no_open_cancellation: ({"holds": "CANCELLATION"}, lambda one: cancellation(of=one), "request undecided"),
    guards.no_open_manifest_amendment: ({}, lambda one: amendment(hawb=hawb_of(one)), "manifest to be amended"),
}


@pytest.mark.parametrize("guard", guards.OUT_OF_CHARGE, ids=lambda guard: guard.__name__)
def test_a_guard_of_out_of_charge_that_is_deleted_is_missed(
    guard: Any, alone: Callable[..., Walk], monkeypatch: pytest.MonkeyPatch
) -> None:
    given, bring, words = WITHOUT[guard]
    one = bill(Stage.FOR_OUT_OF_CHARGE, **given)
    bring(one)
    _without_constraints()
    begun = alone(laws.ready_to_leave, one.manifest)
    assert not begun._act(lambda: take(one, "give_out_of_charge", actor("SHED_SUPERINTENDENT")), "with the guard")
    _never(guard)(monkeypatch)
    with pytest.raises(AssertionError, match=words):
        begun._act(lambda: take(one, "give_out_of_charge", actor("SHED_SUPERINTENDENT")), "without it")


# ── each law ─────────────────────────────────────────────────────────────────

Scene = tuple[ExpressCargoManifest, Callable[[], object], str]


def _a_hold_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = bill(Stage.QUERY)
    monkeypatch.setattr(CourierBillOfEntry, "end_hold", lambda _bill, *_why: None)
    return one.manifest, lambda: take(one, "reply_to_query", actor("COURIER_SIGNATORY"), reply="Yes."), "QUERY"


def _a_query_left_behind(monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = bill(Stage.QUERY)
    take(one, "stop", actor("DCAC"), remarks="Wait.")
    CourierBillOfEntry.objects.filter(pk=one.pk).update(documents_complete=False)
    monkeypatch.setattr(routing, "OTHERS_DECIDE", ())
    return one.manifest, lambda: take(one, "clear_stop", actor("DCAC"), remarks="Go on."), "open, and its bill at DOC"


def _a_penalty_by_a_stop(monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = bill(Stage.ASSESSMENT)
    monkeypatch.setattr(CourierBillOfEntry, "hold", lambda bill, *_why: setattr(bill, "penalty", 5))
    return one.manifest, lambda: take(one, "stop", actor("DCAC"), remarks="Wait."), "penalty changed by"


def _a_lock_that_does_not_lock(monkeypatch: pytest.MonkeyPatch) -> Scene:
    on = manifest("ARRIVAL_SCAN")
    hawb, scanned = house_airway_bill(on), house_airway_bill(on)
    _never(Locks.why_cell)(monkeypatch)
    hawb = HouseAirwayBill.objects.select_related("master", "bag", "manifest").get(pk=hawb.pk)
    asked = amendments.propose_change(
        on, hawb.number, amendments.row_of(hawb) | {"hawb": "NEW1", "crn_numbers": ""}, actor("COURIER_OPERATOR")
    )
    arrival.record(on.pk, [arrival.Scan(UUID(int=1), scanned.number, timezone.now())], actor("ARRIVAL_SCANNER"))
    asked = take(asked, "request_amendment", actor("COURIER_SIGNATORY"), reason="x")
    return on, lambda: take(asked, "approve_amendment", actor("DCAC", name="Ila Nair")), "after the first scan"


def _a_place_changed_past_the_bill(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = bill(Stage.DUTY)
    rows = HouseAirwayBill.objects.filter(pk=hawb_of(one).pk)
    return one.manifest, lambda: rows.update(consignee_city="Mysuru"), "changed past its lock"


def _a_draft_with_a_number(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    rows = ExpressCargoManifest.objects.filter(pk=(on := manifest("DRAFT")).pk)
    return on, lambda: rows.update(number="ECM_BLR_2026-2027_99"), "a draft has a number"


def _a_flight_put_away_and_changed(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    on = manifest("DISCARDED")
    rows = ExpressCargoManifest.objects.filter(pk=on.pk)
    return on, lambda: rows.update(airline="Other Air"), "after it was put away"


def _final_before_it_is_final(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = provisional_assessment().bill
    rows = CourierBillOfEntry.objects.filter(pk=one.pk)
    return one.manifest, lambda: rows.update(provisional=False), "before it is final"


def _money_from_nowhere(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = bill(Stage.DUTY)
    rows = CourierBillOfEntry.objects.filter(pk=one.pk)
    return one.manifest, lambda: rows.update(duty_paid=31), "not by a challan"


def _a_report_taken_away(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = bill(Stage.FOR_OUT_OF_CHARGE)
    report = {"packages_opened": 1, "percent": 9, "findings": "Nothing.", "recommendation": "RELEASE", "by": person()}
    made = Examination.objects.create(bill=one, **report)
    return one.manifest, made.delete, "a report is gone"


def _a_return_before_its_days(monkeypatch: pytest.MonkeyPatch) -> Scene:
    asked = return_to_origin("ON_FLIGHT", entry=lying(14.9))
    _never(uncleared.return_is_open)(monkeypatch)
    left: dict[str, Any] = {"airway_bill": "899-44172063", "flight": "ZZ319", "returned_on": f"{timezone.localdate()}"}
    return (
        asked.hawb.manifest,
        lambda: take(asked, "record_return", actor("WAREHOUSE_KEEPER"), **left),
        "before its days",
    )


def _a_disposal_without_its_notice(monkeypatch: pytest.MonkeyPatch) -> Scene:
    asked = disposal("PERMITTED", entry=lying(31))
    _never(uncleared.disposal_is_open)(monkeypatch)
    done: dict[str, Any] = {
        "disposed_on": f"{timezone.localdate()}", "reference": "Lot 7", "taken_over_by": "Banyan Traders", "proceeds": "9",
        "present": "K. Sethi",
    }  # fmt: skip
    return (
        asked.hawb.manifest,
        lambda: take(asked, "record_disposal", actor("WAREHOUSE_KEEPER"), **done),
        "without the notice",
    )


def _a_detention_that_stays_in_the_register(monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = bill(Stage.DETAINED)
    warehouse.detain(one.shipments(), timezone.now(), str(one.detentions.get()))
    monkeypatch.setattr(warehouse, "end_detention", lambda *_given: None)
    return (
        one.manifest,
        lambda: take(one, "lift_detention", actor("ASSESSING_OFFICER"), remarks="Fine."),
        "the register says",
    )


def _a_hold_on_what_is_filed(monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = bill(Stage.ASSESSMENT)
    monkeypatch.setattr(holds, "why_not_held", lambda _hawb: "")
    by = actor("COURIER_SIGNATORY")
    return one.manifest, lambda: holds.put_on_hold(hawb_of(one).pk, "x", by), "filed while on hold"


def _a_shipment_let_go(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = bill_of_documents(Stage.XRAY)
    rows = CoveredShipment.objects.filter(pk=one.covered.order_by("pk").values("pk")[:1])
    return one.manifest, lambda: rows.update(ended_at=timezone.now()), "covers another number"


def _a_difference_explained_again(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    on, now = manifest("ARRIVED"), timezone.now()
    given = {"opened_at": now, "settled_at": now, "settlement": "Offloaded."}
    made = Difference.objects.create(manifest=on, kind="SHORT", code="C1", **given)
    return on, lambda: Difference.objects.filter(pk=made.pk).update(settlement="Lost."), "has changed"


def _goods_left_twice(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    entry = lying(40, out_at=timezone.now() - timedelta(days=1), out_on="OUT_OF_CHARGE")
    bill(Stage.OUT_OF_CHARGE, hawb=entry.hawb)
    rows = type(entry).objects.filter(pk=entry.pk)
    return entry.hawb.manifest, lambda: rows.update(out_on="DISPOSED"), "left on OUT_OF_CHARGE, then on DISPOSED"


def _let_out_unassessed(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    doubt: dict[str, Any] = {"reason": "Not in the tariff.", "rates_on": f"{timezone.localdate()}"}
    one = take(bill(Stage.FOR_OUT_OF_CHARGE), "send_back_for_assessment", SYSTEM, **doubt)
    rows = CourierBillOfEntry.objects.filter(pk=one.pk)
    rows.update(stage=Stage.FOR_OUT_OF_CHARGE.value, unreckoned="", assessment_due=False)
    by = actor("SHED_SUPERINTENDENT")
    return one.manifest, lambda: take(rows.get(), "give_out_of_charge", by), "in doubt, and not assessed since"


def _facilitated_while_the_rms_is_away(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    switch("off")
    rows = CourierBillOfEntry.objects.filter(pk=(one := bill(Stage.ASSESSMENT, facilitated=False)).pk)
    return one.manifest, lambda: rows.update(facilitated=True), "facilitated while the RMS was away"


def _past_an_intervention(monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = bill(Stage.FOR_OUT_OF_CHARGE, risk_decision=decision("FACILITATED"))
    monkeypatch.setattr(asking, "take_many", lambda *_given, **_each: None)
    intervene(hawb_of(one).number, "EXAMINATION")
    by = actor("SHED_SUPERINTENDENT")
    return one.manifest, lambda: take(one, "give_out_of_charge", by), "EXAMINATION, not examined"


def _a_step_past_the_trail(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    rows = CourierBillOfEntry.objects.filter(pk=(one := bill(Stage.ASSESSMENT)).pk)
    return one.manifest, lambda: rows.update(stage=Stage.XRAY.value), "its trail leads to ASSESSMENT"


def _a_value_past_the_trail(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    rows = CourierBillOfEntry.objects.filter(pk=(one := bill(Stage.ASSESSMENT)).pk)
    return one.manifest, lambda: rows.update(penalty=5), "the trail tells of a bill that penalty"


def _a_weight_past_the_trail(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    hawb = house_airway_bill()
    rows = HouseAirwayBill.objects.filter(pk=hawb.pk)
    return (
        hawb.manifest,
        lambda: rows.update(gross_weight_kg=9),
        f"the trail tells of {hawb.number} that gross_weight_kg",
    )


BROKEN: tuple[tuple[Any, Callable[[pytest.MonkeyPatch], Scene]], ...] = (
    (laws.held_by_what_is_open, _a_hold_that_never_ends), (laws.open_at_its_desk, _a_query_left_behind),
    (laws.bills_change_by_their_steps, _a_penalty_by_a_stop),
    (laws.manifests_keep_what_is_locked, _a_lock_that_does_not_lock), (money_is_conserved, _money_from_nowhere),
    (laws.manifests_keep_what_is_locked, _a_place_changed_past_the_bill),
    (laws.manifests_keep_what_is_locked, _a_draft_with_a_number),
    (laws.manifests_keep_what_is_locked, _a_flight_put_away_and_changed), (money_is_conserved, _final_before_it_is_final),
    (laws.examined_as_reported, _a_report_taken_away), (laws.goods_leave_once_and_by_right, _a_return_before_its_days),
    (laws.goods_leave_once_and_by_right, _a_disposal_without_its_notice),
    (laws.goods_leave_once_and_by_right, _goods_left_twice),
    (laws.register_tells_what_is_held, _a_detention_that_stays_in_the_register),
    (laws.register_tells_what_is_held, _a_hold_on_what_is_filed),
    (laws.documents_are_covered_once, _a_shipment_let_go),
    (laws_of_risk.assessed_since, _let_out_unassessed),
    (laws_of_risk.nothing_is_facilitated_while_the_rms_is_away, _facilitated_while_the_rms_is_away),
    (laws_of_risk.interventions_are_obeyed, _past_an_intervention), (laws.differences_stay_settled, _a_difference_explained_again),
    (Replay, _a_step_past_the_trail), (Replay, _a_value_past_the_trail), (Replay, _a_weight_past_the_trail),
)  # fmt: skip


@pytest.mark.parametrize(("law", "scene"), BROKEN, ids=lambda one: one.__name__)
def test_a_law_finds_what_is_broken(
    law: Any, scene: Callable[[pytest.MonkeyPatch], Scene], alone: Callable[..., Walk], monkeypatch: pytest.MonkeyPatch
) -> None:
    on, act, words = scene(monkeypatch)
    begun = alone(law, on)
    with pytest.raises(AssertionError, match=words):
        begun._act(act, "broken on purpose")


def test_a_paper_form_of_two_numbers_is_found(alone: Callable[..., Walk]) -> None:
    form = manual_form("USED")
    assert form.order_id is not None
    begun = alone(laws.paper_forms_are_used_once, manifest(), form.order_id, (form.pk,))
    with pytest.raises(AssertionError, match="has another number"):
        begun._act(
            lambda: ManualForm.objects.filter(pk=form.pk).update(number="MCF_BLR_2026-2027_999999"), "renumbered"
        )


def test_each_law_is_tried() -> None:
    tried = {law for law, _scene in BROKEN} | {laws.ready_to_leave, laws.paper_forms_are_used_once}
    assert tried == {*laws.LAWS, Replay}
    assert set(WITHOUT) == set(guards.OUT_OF_CHARGE)
