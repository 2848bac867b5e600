"""Random walks of shipping bills hold the laws of exports, and each law finds what is broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from bills.clearance import guards as common
from bills.stages import Hold
from eccs.workflow import take
from exports import registering, routing
from exports.clearance import guards, leaving
from exports.iii import labels as of_labels
from exports.iii import leaving as of_documents
from exports.models import (
    CourierExportManifest,
    CourierShippingBill,
    ExportExamination,
    ExportManifestLine,
    ExportQuery,
    LetExportOrder,
)
from exports.stages import Stage
from manifests.arrival import Scan
from tests.factories.bills import decision, examined_too_little
from tests.factories.firms import actor, person
from tests.factories.shipping import (
    documents,
    export_amendment,
    export_cancellation,
    export_demand,
    export_manifest,
    shipping_bill,
)
from tests.walks import shipping, shipping_laws, walker
from tests.walks.shipping import EXPORTS, ShippingWalk, last_manifest, ordered
from tests.walks.shipping_laws import ShippingReplay
from tests.walks.walker import ACTS, walk, walks

pytestmark = pytest.mark.django_db


def test_the_laws_of_exports_hold_on_every_walk() -> None:
    with walks(EXPORTS):
        walk(ShippingWalk, 3)
        assert walker.Walker.acts >= 3 * ACTS
        assert walker.Walker.moved > walker.Walker.acts / 4


def _says_nothing(document: Any, actor: Any) -> str:
    return ""


def _never(monkeypatch: pytest.MonkeyPatch, function: Any) -> None:
    monkeypatch.setattr(function, "__code__", _says_nothing.__code__)


def _without_constraints() -> None:
    """What the database would refuse by itself, the laws are to find."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model in (CourierShippingBill, ExportManifestLine, CourierExportManifest):
            for one in model._meta.constraints:
                if not one.name.endswith(("hawb", "seq")):
                    kind = "INDEX" if one.name.endswith("one_live_for_a_bill") else ""
                    drop = (
                        f"DROP INDEX {one.name}"
                        if kind
                        else f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {one.name}"
                    )
                    cursor.execute(drop)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ShippingWalk]]:
    """A walk that begins where a test says, with one law alone in force."""
    monkeypatch.setattr(walker, "note", lambda _words: None)
    after = last_manifest()

    def begun(law: Any, *bills: CourierShippingBill) -> ShippingWalk:
        monkeypatch.setattr(shipping, "LAWS", (law,) if law is not ShippingReplay else ())
        if law is not ShippingReplay:
            monkeypatch.setattr(ShippingReplay, "_compare", lambda _replay, _state: None)
        one = ShippingWalk()
        one.start(tuple(bill.pk for bill in bills), after)
        return one

    with walks(EXPORTS, peopled=False):
        yield begun


# ── each guard of the Let Export Order ───────────────────────────────────────


def _nothing(_one: CourierShippingBill) -> None:
    pass


def _asked(one: CourierShippingBill) -> object:
    return ExportQuery.objects.create(bill=one, raised_from=Stage.ASSESSMENT, question="Why?", raised_by=person())


def _memo(one: CourierShippingBill) -> object:
    other = shipping_bill(Stage.DETAINED)
    return other.detentions.update(bill=one)


def _cancelling(one: CourierShippingBill) -> object:
    other = export_cancellation()
    return type(other).objects.filter(pk=other.pk).update(bill=one)


def _amending(one: CourierShippingBill) -> object:
    return export_amendment(of=one)


def _undecided(one: CourierShippingBill) -> object:
    return CourierShippingBill.objects.filter(pk=one.pk).update(risk_decision=decision("PENDING"), risk_pending=True)


WITHOUT: dict[Any, tuple[dict[str, Any], Callable[[CourierShippingBill], object], str]] = {
    guards.goods_registered: ({"registered_at": None}, _nothing, "before the goods were registered"),
    common.documents_complete: ({"documents_complete": False}, _nothing, "documents missing"),
    guards.rms_decided: ({}, _undecided, "before the RMS decided"),
    common.xray_recorded: ({"xray_result": ""}, _nothing, "without X-ray"),
    common.examination_reported: ({"examination_prescribed": True}, _nothing, "examination outstanding"),
    common.examined_as_prescribed: ({}, examined_too_little, "too little examined"),
    common.no_open_query: ({"holds": Hold.QUERY}, _asked, "an open query"),
    common.no_detention: ({"holds": f"{Hold.DETENTION} {Hold.REPLY}"}, _memo, "while detained"),
    common.no_stop: ({"holds": Hold.STOP}, _nothing, "while stopped"),
    common.no_open_amendment: ({"holds": Hold.AMENDMENT}, _amending, "amendment requested"),
    guards.fine_paid: ({"holds": Hold.FINE}, lambda one: export_demand(of=one), "a fine unpaid"),
    guards.weighs_as_declared: ({"actual_weight_kg": 20}, _nothing, "weighs otherwise than declared"),
    common.no_open_cancellation: ({"holds": Hold.CANCELLATION}, _cancelling, "cancellation requested"),
}


@pytest.mark.parametrize("guard", guards.LET_EXPORT, ids=lambda guard: guard.__name__)
def test_a_guard_of_let_export_that_is_deleted_is_missed(
    guard: Any, alone: Callable[..., ShippingWalk], monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_constraints()
    given, bring, words = WITHOUT[guard]
    one = shipping_bill(Stage.FOR_LET_EXPORT, **given)
    bring(one)
    begun = alone(shipping_laws.let_go_by_right, one)
    assert not begun._act(lambda: take(one, "give_let_export_order", actor("LEO_OFFICER")), "with the guard")
    _never(monkeypatch, guard)
    with pytest.raises(AssertionError, match=words):
        begun._act(lambda: take(one, "give_let_export_order", actor("LEO_OFFICER")), "without it")


# ── each law ─────────────────────────────────────────────────────────────────

Scene = tuple[tuple[CourierShippingBill, ...], Callable[[], object], str]


def _auto_leo_for_all(monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = shipping_bill(Stage.XRAY, lane="BOTH", assessed_at=timezone.now(), examined_at=timezone.now())
    monkeypatch.setattr(routing, "auto_leo", lambda _bill: True)
    return (one,), lambda: take(one, "clear_xray", actor("XRAY_OFFICER")), "by itself, to be examined"


def _an_order_by_the_inspector(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = shipping_bill(Stage.FOR_LET_EXPORT)
    by = actor("LEO_OFFICER")
    report = {
        "packages_opened": 1,
        "percent": 9,
        "findings": "Nothing.",
        "recommendation": "RELEASE",
        "by_id": by.user_id,
    }
    ExportExamination.objects.create(bill=one, **report)
    return (one,), lambda: take(one, "give_let_export_order", by), "examined by the same"


def _a_hold_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = shipping_bill(Stage.QUERY)
    monkeypatch.setattr(CourierShippingBill, "end_hold", lambda _bill, *_why: None)
    return (one,), lambda: take(one, "reply_to_query", actor("COURIER_SIGNATORY"), reply="Yes."), "QUERY"


def _a_weight_after_filing(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = shipping_bill(Stage.XRAY)
    return (one,), lambda: _rows(one).update(gross_weight_kg=1), "gross_weight_kg changed by set"


def _a_consignee_after_filing(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = shipping_bill(Stage.XRAY)
    return (one,), lambda: _rows(one).update(consignee_name="Someone else"), "changed after filing"


def _an_examination_by_a_stop(monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = shipping_bill(Stage.XRAY)
    monkeypatch.setattr(CourierShippingBill, "hold", lambda bill, *_why: setattr(bill, "examined_at", bill.taken_at))
    return (one,), lambda: take(one, "stop", actor("DCAC"), remarks="Wait."), "examined_at changed by"


def _an_order_taken_away(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    ordered(one := shipping_bill(Stage.LET_EXPORT))
    return (one,), lambda: LetExportOrder.objects.filter(bill=one).delete(), "LetExportOrder: taken away"


def _registered_with_one_missing(monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = shipping_bill(Stage.GOODS, packages=2)
    _never(monkeypatch, guards.every_piece_scanned)
    return (one,), lambda: take(one, "register_goods", actor("ARRIVAL_SCANNER")), "registered with packages missing"


def _a_piece_from_nowhere(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = shipping_bill(Stage.GOODS, packages=3)
    return (one,), lambda: _rows(one).update(packages_in=2), "otherwise than scanned"


def _a_bag_that_brings_nothing(monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = documents(Stage.GOODS, packages_in=0)
    bag = one.bags.order_by("pk")[0].number
    monkeypatch.setattr(of_labels, "keep", lambda _came, _at: None)
    scan = Scan(uuid4(), bag, timezone.now())
    return (one,), lambda: registering.record("BLR", [scan], actor("ARRIVAL_SCANNER")), "bags counted wrongly"


def _a_bag_left_behind_and_exported(monkeypatch: pytest.MonkeyPatch) -> Scene:
    ordered(one := documents(Stage.MANIFESTED))
    flight = export_manifest("FILED", of=one, package_count=one.packages)
    by, bag = actor("COURIER_OPERATOR"), one.bags.order_by("pk")[0].number
    flight = take(flight, "shut_out", by, hawbs=[bag], reason="No room.")
    monkeypatch.setattr(of_documents, "in_part", lambda _manifest: [])
    given: dict[str, Any] = {"egm_number": "7710042", "departed_at": timezone.now()}
    return (one,), lambda: take(flight, "feed_egm", by, **given), "is exported without a flight"


def _filed_with_what_is_held(monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = shipping_bill(Stage.FOR_LET_EXPORT)
    flight = export_manifest("DRAFT", of=one)
    _never(monkeypatch, leaving.goods_may_leave)
    monkeypatch.setattr(CourierExportManifest, "move", lambda *_given, **_told: None)
    by = actor("COURIER_SIGNATORY", name="Om Shah")
    return (one,), lambda: take(flight, "file", by), "on a manifest that is FILED"


def _exported_without_a_manifest(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    ordered(one := shipping_bill(Stage.MANIFESTED))
    on = "CEM_BLR_2026-2027_000001"
    return (
        (one,),
        lambda: take(one, "export", actor("SYSTEM"), manifest=on, egm_number="7710042"),
        "exported without a manifest",
    )


def _left_behind_unseen(monkeypatch: pytest.MonkeyPatch) -> Scene:
    ordered(one := shipping_bill(Stage.MANIFESTED))
    ordered(two := shipping_bill(Stage.MANIFESTED))
    flight = export_manifest("FILED", of=one, bill_count=2, package_count=2)
    ExportManifestLine.objects.create(manifest=flight, bill=two)
    monkeypatch.setattr(CourierExportManifest, "move", lambda *_given, **_told: None)
    by = actor("COURIER_OPERATOR")
    return (one, two), lambda: take(flight, "shut_out", by, hawbs=[two.hawb], reason="No room."), "MANIFESTED, and on"


def _put_away_and_still_there(monkeypatch: pytest.MonkeyPatch) -> Scene:
    ordered(one := shipping_bill(Stage.LET_EXPORT))
    flight = export_manifest("FILED", of=one, bill_count=1)
    rows = ExportManifestLine.objects.filter(manifest=flight)
    return (one,), lambda: rows.update(live=False), "nobody says why"


def _a_step_past_the_trail(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = shipping_bill(Stage.ASSESSMENT)
    return (one,), lambda: _rows(one).update(stage=Stage.XRAY.value), "its trail leads to ASSESSMENT"


def _a_value_past_the_trail(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = shipping_bill(Stage.XRAY)
    at = timezone.now() - timedelta(days=1)
    return (one,), lambda: _rows(one).update(assessed_at=at), "the trail tells of a shipping bill that assessed_at"


def _a_weight_past_the_trail(_monkeypatch: pytest.MonkeyPatch) -> Scene:
    one = shipping_bill(Stage.XRAY)
    return (
        (one,),
        lambda: _rows(one).update(gross_weight_kg=1),
        "the trail tells of a shipping bill that gross_weight_kg",
    )


def _rows(one: CourierShippingBill) -> Any:
    return CourierShippingBill.objects.filter(pk=one.pk)


BROKEN: tuple[tuple[Any, Callable[[pytest.MonkeyPatch], Scene]], ...] = (
    (shipping_laws.let_go_by_right, _auto_leo_for_all), (shipping_laws.let_go_by_right, _an_order_by_the_inspector),
    (shipping_laws.held_by_what_is_open, _a_hold_that_never_ends),
    (shipping_laws.shipping_bills_change_by_their_steps, _a_weight_after_filing),
    (shipping_laws.shipping_bills_change_by_their_steps, _a_consignee_after_filing),
    (shipping_laws.shipping_bills_change_by_their_steps, _an_examination_by_a_stop),
    (shipping_laws.shipping_bills_change_by_their_steps, _an_order_taken_away),
    (shipping_laws.registered_when_whole, _registered_with_one_missing),
    (shipping_laws.registered_when_whole, _a_piece_from_nowhere),
    (shipping_laws.exported_with_an_order_and_a_manifest, _filed_with_what_is_held),
    (shipping_laws.bags_bring_what_is_in_them, _a_bag_that_brings_nothing),
    (shipping_laws.exported_with_an_order_and_a_manifest, _a_bag_left_behind_and_exported),
    (shipping_laws.exported_with_an_order_and_a_manifest, _exported_without_a_manifest),
    (shipping_laws.nothing_let_go_is_lost, _left_behind_unseen),
    (shipping_laws.nothing_let_go_is_lost, _put_away_and_still_there),
    (ShippingReplay, _a_step_past_the_trail), (ShippingReplay, _a_value_past_the_trail),
    (ShippingReplay, _a_weight_past_the_trail),
)  # fmt: skip


@pytest.mark.parametrize(("law", "scene"), BROKEN, ids=lambda one: one.__name__)
def test_a_law_of_exports_finds_what_is_broken(
    law: Any,
    scene: Callable[[pytest.MonkeyPatch], Scene],
    alone: Callable[..., ShippingWalk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _without_constraints()
    bills, act, words = scene(monkeypatch)
    begun = alone(law, *bills)
    if scene is _an_order_by_the_inspector:
        monkeypatch.setattr("eccs.workflow.took_before", lambda *_given: {})
    with pytest.raises(AssertionError, match=words):
        begun._act(act, "broken on purpose")


def test_each_law_of_exports_is_tried() -> None:
    assert {law for law, _scene in BROKEN} == {*shipping_laws.LAWS, ShippingReplay}
    assert set(WITHOUT) == set(guards.LET_EXPORT)
