"""Export manifests: built from what Customs has let go, shut out, exported when the EGM number is fed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from eccs.trail import broken_lines
from eccs.workflow import Refused, take
from exports.models import CourierExportManifest, CourierShippingBill, ExportManifestTrail, ShippingBillTrail
from exports.stages import Stage
from tests.bills.conftest import SignedIn
from tests.factories.firms import actor
from tests.factories.shipping import export_cancellation, export_manifest, shipping_bill

pytestmark = pytest.mark.django_db


def stage_of(bill: CourierShippingBill) -> str:
    """Where a shipping bill stands now."""
    found: str = CourierShippingBill.objects.values_list("stage", flat=True).get(pk=bill.pk)
    return found


def flight(**given: Any) -> dict[str, Any]:
    """What is told of a flight."""
    soon = timezone.localtime(timezone.now() + timedelta(hours=5))
    told = {
        "station": "BLR", "airline": "Zephyr Air", "flight_number": "ZZ901", "mawb": "899-44172063",
        "airport_of_destination": "fra", "scheduled_departure": f"{soon:%d/%m/%Y %H:%M}",
    }  # fmt: skip
    return told | given


def test_what_is_let_go_leaves_and_what_is_shut_out_leaves_with_the_next(signed_in: SignedIn) -> None:
    one, two, elsewhere = (shipping_bill(Stage.LET_EXPORT, station=at) for at in ("BLR", "BLR", "DEL"))
    waiting = shipping_bill(Stage.FOR_LET_EXPORT)
    courier, signatory = signed_in("courier.swift"), signed_in("signatory.swift")
    assert (
        courier.post(reverse("cem-new"), flight(mawb="899-44172064")).status_code == 422
    )  # its last digit proves nothing
    begun = courier.post(reverse("cem-new"), flight())
    manifest = CourierExportManifest.objects.get()
    assert begun["Location"] == reverse("cem-lines", args=[manifest.pk])
    assert (manifest.bill_count, manifest.airport_of_destination) == (2, "FRA")
    assert {line.bill_id for line in manifest.lines.all()} == {one.pk, two.pk} - {elsewhere.pk, waiting.pk}
    line = manifest.lines.get(bill=two)
    courier.post(begun["Location"], {"shown": [line.pk]})
    assert two.hawb in courier.get(begun["Location"]).content.decode()
    courier.post(begun["Location"], {"all": "yes"})
    assert manifest.live_lines().count() == 2

    signatory.post(manifest.step_url("file"), {"confirm": "1"})
    manifest.refresh_from_db()
    assert (manifest.stage, str(manifest.number)[:8]) == ("FILED", "CEM_BLR_")
    assert {stage_of(one), stage_of(two)} == {Stage.MANIFESTED}
    with pytest.raises(Refused, match="not possible there"):
        take(one, "request_cancellation", actor("COURIER_SIGNATORY"), reason="Not sold.")
    missing = courier.post(
        manifest.step_url("shut_out"), {"shut_out-hawbs": "SWXNONE1", "shut_out-reason": "-", "confirm": "1"}
    )
    assert "Not on this manifest: SWXNONE1" in missing.content.decode()
    courier.post(
        manifest.step_url("shut_out"), {"shut_out-hawbs": two.hawb, "shut_out-reason": "No room.", "confirm": "1"}
    )
    assert (stage_of(one), stage_of(two)) == (Stage.MANIFESTED, Stage.LET_EXPORT)
    later = timezone.localtime(timezone.now() + timedelta(hours=1))
    egm = {"feed_egm-egm_number": "7710042", "feed_egm-departed_at": f"{later:%d/%m/%Y %H:%M}"}
    assert "cannot be in the future" in courier.post(manifest.step_url("feed_egm"), egm).content.decode()
    now = timezone.localtime(timezone.now())
    courier.post(manifest.step_url("feed_egm"), egm | {"feed_egm-departed_at": f"{now:%d/%m/%Y %H:%M}"})
    manifest.refresh_from_db()
    assert (manifest.stage, manifest.bill_count, manifest.egm_number) == ("EXPORTED", 1, "7710042")
    gone = CourierShippingBill.objects.get(pk=one.pk)
    assert (gone.stage, gone.egm_number, stage_of(two)) == (Stage.EXPORTED, "7710042", Stage.LET_EXPORT)
    for page in ("cem-print", "shut-out-print"):
        assert courier.get(reverse(page, args=[manifest.number]))["Content-Type"] == "application/pdf"

    courier.post(reverse("cem-new"), flight(flight_number="ZZ903"))
    following = CourierExportManifest.objects.get(stage="DRAFT")
    assert [line.bill_id for line in following.live_lines()] == [two.pk]
    assert two.hawb in courier.get(following.get_absolute_url()).content.decode()
    assert "No room." in signed_in("leo.blr").get(manifest.get_absolute_url()).content.decode()
    assert signed_in("courier.metro").get(manifest.get_absolute_url()).status_code == 404
    assert not list(broken_lines(ShippingBillTrail)) and not list(broken_lines(ExportManifestTrail))


def test_nothing_leaves_without_an_order() -> None:
    manifest = export_manifest("DRAFT")
    asked = manifest.lines.get().bill
    take(asked, "request_cancellation", actor("COURIER_SIGNATORY"), reason="Not sold.")
    with pytest.raises(Refused, match=asked.hawb):
        take(manifest, "file", actor("COURIER_SIGNATORY", name="Om Shah"))
    assert stage_of(asked) == Stage.LET_EXPORT


def test_a_cancelled_shipping_bill_leaves_the_draft_that_it_stood_on() -> None:
    other = shipping_bill(Stage.LET_EXPORT)
    manifest = export_manifest("DRAFT", of=other)
    asked = export_cancellation("VERIFIED", of=shipping_bill(Stage.LET_EXPORT, holds="CANCELLATION"))
    manifest.lines.create(bill=asked.bill)
    take(asked, "approve", actor("DCAC"))
    assert stage_of(asked.bill) == Stage.CANCELLED
    manifest.refresh_from_db()
    assert (manifest.bill_count, [line.bill_id for line in manifest.lines.all()]) == (1, [other.pk])
    take(manifest, "file", actor("COURIER_SIGNATORY", name="Om Shah"))
    assert stage_of(other) == Stage.MANIFESTED


def test_a_discarded_draft_frees_its_shipping_bills_and_goods_may_go_back_to_town() -> None:
    manifest = export_manifest("DRAFT")
    bill = manifest.lines.get().bill
    with pytest.raises(Refused, match="take them off it first"):
        take(bill, "back_to_town", actor("COURIER_SIGNATORY"), reason="The buyer withdrew.")
    take(manifest, "discard", actor("COURIER_OPERATOR"))
    assert (
        take(bill, "back_to_town", actor("COURIER_SIGNATORY"), reason="The buyer withdrew.").stage == Stage.BACK_TO_TOWN
    )


def test_the_pages_of_exports_open_for_their_desks(signed_in: SignedIn) -> None:
    shipping_bill(Stage.FOR_LET_EXPORT)
    free = shipping_bill(Stage.LET_EXPORT)
    leo, courier = signed_in("leo.blr"), signed_in("courier.swift")
    assert "For Let Export Order" in leo.get(reverse("desk")).content.decode()
    assert "Let Export Order" in courier.get(reverse("desk")).content.decode()
    assert reverse("cem-new") in courier.get(free.get_absolute_url()).content.decode()
    for slug in ("exports/bills", "exports/manifests", "exports/cancellations"):
        assert leo.get(reverse("clearance", args=[slug])).status_code == 200
    queue = reverse("queue", args=["exports/bills", "for-let-export"])
    assert (
        leo.get(queue, {"hawb": "swx", "fob": "1,000", "exporter": "kaveri"}).content.decode().count("Kaveri Looms")
        == 1
    )
    assert leo.get(queue, {"fob": "99999999"}).content.decode().count("Kaveri Looms") == 0
