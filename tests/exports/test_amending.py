"""Amending a filed export manifest: before departure flight and goods, afterwards EGM number and what stayed behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from eccs.trail import broken_lines
from eccs.workflow import Refused, take
from exports import warehouse
from exports.models import (
    CourierShippingBill,
    ExportGoods,
    ExportManifestAmendment,
    ExportManifestAmendmentTrail,
    ExportManifestTrail,
)
from exports.stages import Stage
from tests.bills.conftest import SignedIn
from tests.exports.test_manifest import stage_of
from tests.factories.firms import actor
from tests.factories.shipping import documents, export_manifest, manifest_amendment, shipping_bill

pytestmark = pytest.mark.django_db


def typed(**given: str) -> dict[str, str]:
    """The amendment form of a filed manifest as it is typed."""
    soon = timezone.localtime(timezone.now() + timedelta(hours=3))
    told = {
        "airline": "Zephyr Air", "flight_number": "ZZ901", "mawb": "899-44172063", "airport_of_destination": "FRA",
        "scheduled_departure": f"{soon:%d/%m/%Y %H:%M}", "add": "", "off": "", "reason": "Another aircraft.",
    }  # fmt: skip
    return {f"request_amendment-{name}": value for name, value in {**told, **given}.items()} | {"confirm": "1"}


def test_a_manifest_is_amended_before_departure_with_before_and_after(signed_in: SignedIn) -> None:
    manifest = export_manifest("FILED")
    off = manifest.lines.get().bill
    add, waiting = shipping_bill(Stage.LET_EXPORT), shipping_bill(Stage.FOR_LET_EXPORT)
    signatory, officer = signed_in("signatory.swift"), signed_in("dcac.blr")
    address = manifest.step_url("request_amendment")
    for given, words in (
        ({"add": waiting.hawb}, "have no Let Export Order"),
        ({"off": add.hawb}, "Not on this manifest"),
        ({"mawb": "899-44172064"}, "The MAWB"),
    ):
        refused = signatory.post(address, typed(**given)).content.decode()
        assert words in refused, refused
    signatory.post(address, typed(flight_number="ZZ955", add=add.hawb, off=off.hawb))
    asked = ExportManifestAmendment.objects.get()
    assert str(asked.number).startswith("CMA_BLR_")
    assert [(one["name"], one["old"], one["new"]) for one in asked.changes if one["name"] != "scheduled_departure"] == [
        ("flight_number", "ZZ901", "ZZ955"), ("hawb", "", add.hawb), ("hawb", off.hawb, ""),
    ]  # fmt: skip
    assert (stage_of(add), stage_of(off)) == (Stage.LET_EXPORT, Stage.MANIFESTED)
    with pytest.raises(Refused, match="decided or withdrawn first"):
        take(manifest, "feed_egm", actor("COURIER_OPERATOR"), egm_number="7710042", departed_at=timezone.now())
    page = officer.get(asked.get_absolute_url()).content.decode()
    assert "ZZ955" in page
    assert off.hawb in page
    officer.post(asked.step_url("approve"), {"confirm": "1"})
    manifest.refresh_from_db()
    asked.refresh_from_db()
    assert (manifest.flight_number, manifest.version, manifest.bill_count) == ("ZZ955", 2, 1)
    assert (asked.stage, asked.version, asked.earlier["flight"]) == ("APPROVED", 1, "ZZ901")
    assert asked.earlier["shipping_bills"] == [off.number]
    assert (stage_of(add), stage_of(off)) == (Stage.MANIFESTED, Stage.LET_EXPORT)
    courier = signed_in("courier.swift")
    assert "ended version 1" in courier.get(manifest.get_absolute_url()).content.decode()
    assert courier.get(reverse("cem-print", args=[manifest.number])).content[:4] == b"%PDF"
    assert courier.get(asked.get_absolute_url()).status_code == 200
    assert signed_in("courier.metro").get(asked.get_absolute_url()).status_code == 404
    assert not list(broken_lines(ExportManifestTrail)) and not list(broken_lines(ExportManifestAmendmentTrail))


def test_after_departure_the_egm_is_corrected_and_what_stayed_behind_leaves_with_the_next(signed_in: SignedIn) -> None:
    manifest = export_manifest("EXPORTED", departed_at=timezone.now() - timedelta(hours=1))
    manifest.filed_at = timezone.now() - timedelta(hours=5)
    manifest.save()
    stayed = manifest.lines.get().bill
    gone = shipping_bill(Stage.EXPORTED)
    manifest.lines.create(bill=gone)
    left = timezone.localtime(timezone.now() - timedelta(hours=2))
    told = {
        "egm_number": "7710050", "departed_at": f"{left:%d/%m/%Y %H:%M}", "off": stayed.hawb, "reason": "Found in the shed.",
        "flight_number": "ZZ999", "add": "SWXNONE",
    }  # fmt: skip
    form = {f"request_amendment-{name}": value for name, value in told.items()} | {"confirm": "1"}
    signed_in("signatory.swift").post(manifest.step_url("request_amendment"), form)
    asked = ExportManifestAmendment.objects.get()
    assert {one["name"] for one in asked.changes} == {"egm_number", "departed_at", "hawb"}  # the flight is over
    signed_in("dcac.blr").post(asked.step_url("approve"), {"confirm": "1"})
    manifest.refresh_from_db()
    assert (manifest.stage, manifest.egm_number, manifest.flight_number) == ("EXPORTED", "7710050", "ZZ901")
    assert manifest.departed_at is not None and timezone.localtime(manifest.departed_at).minute == left.minute
    egm = dict(CourierShippingBill.objects.values_list("pk", "egm_number"))
    assert (egm[gone.pk], egm[stayed.pk]) == ("7710050", "")
    assert (stage_of(gone), stage_of(stayed)) == (Stage.EXPORTED, Stage.LET_EXPORT)
    leo = signed_in("leo.blr")
    assert "short-shipped" in leo.get(manifest.get_absolute_url()).content.decode()
    assert leo.get(reverse("shut-out-print", args=[manifest.number])).content[:4] == b"%PDF"
    following = export_manifest("DRAFT", of=CourierShippingBill.objects.get(pk=stayed.pk))
    take(following, "file", actor("COURIER_SIGNATORY", name="Om Shah"))
    assert stage_of(stayed) == Stage.MANIFESTED


def test_an_amendment_that_fits_no_more_is_refused_and_may_be_withdrawn() -> None:
    asked = manifest_amendment()
    add = shipping_bill(Stage.LET_EXPORT)
    asked.changes = [{"name": "hawb", "old": "", "new": add.hawb}]
    asked.save()
    take(add, "back_to_town", actor("COURIER_SIGNATORY"), reason="The buyer withdrew.")
    with pytest.raises(Refused, match=f"may not leave with it any more: {add.hawb}"):
        take(asked, "approve", actor("DCAC"))
    take(asked, "withdraw", actor("COURIER_OPERATOR"))
    take(asked.manifest, "feed_egm", actor("COURIER_OPERATOR"), egm_number="7710042", departed_at=timezone.now())


def test_documents_come_by_their_bill_and_stay_behind_by_the_bag(signed_in: SignedIn) -> None:
    """A CSB-III has no house airway bill of its own: its number, its bags and its shipments stand for it."""
    manifest, some, all_of_it = export_manifest("FILED"), documents(Stage.LET_EXPORT), documents(Stage.LET_EXPORT)
    signatory, officer = signed_in("signatory.swift"), signed_in("dcac.blr")
    soon = timezone.localtime(manifest.scheduled_departure)

    def amend(**given: str) -> None:
        told = typed(scheduled_departure=f"{soon:%d/%m/%Y %H:%M}", **given)
        refused = signatory.post(manifest.step_url("request_amendment"), told)
        assert refused.status_code == 302, refused.content.decode()
        officer.post(ExportManifestAmendment.objects.get(stage="REQUESTED").step_url("approve"), {"confirm": "1"})
        manifest.refresh_from_db()

    amend(add=f"{some.number}, {all_of_it.number}")
    assert (stage_of(some), stage_of(all_of_it), manifest.bill_count) == (Stage.MANIFESTED, Stage.MANIFESTED, 3)
    bag, loose = some.bags.order_by("number")[0], some.shipments.get(bag=None)
    warehouse.take_in([some], timezone.now())
    amend(off=f"{bag.number}, {all_of_it.number}")
    assert (stage_of(some), stage_of(all_of_it), manifest.bill_count) == (Stage.MANIFESTED, Stage.LET_EXPORT, 2)
    take(manifest, "feed_egm", actor("COURIER_OPERATOR"), egm_number="7710042", departed_at=timezone.now())
    assert some.shipments.filter(left_with__isnull=False).count() == 2
    assert ExportGoods.objects.get(bill=some).packages == "1/4"  # the bag that was shut out
    amend(off=loose.number, egm_number="7710042", departed_at=f"{timezone.localtime(timezone.now()):%d/%m/%Y %H:%M}")
    assert list(some.shipments.filter(left_with__isnull=False).values_list("bag__number", flat=True)) == [
        some.bags.order_by("number")[1].number
    ]
    assert stage_of(some) == Stage.LET_EXPORT
    entry = ExportGoods.objects.get(bill=some)
    assert (entry.out_at, entry.packages) == (None, "3/4")  # with it the two loose pieces that were found
    page = signed_in("warehouse.blr").get(reverse("export-goods-entry", args=[entry.pk])).content.decode()
    assert "3/4" in page and f"1 house airway bill left with {manifest.number}" in page
    following = export_manifest("DRAFT", of=CourierShippingBill.objects.get(pk=some.pk))
    take(following, "file", actor("COURIER_SIGNATORY", name="Om Shah"))
    take(following, "feed_egm", actor("COURIER_OPERATOR"), egm_number="7710043", departed_at=timezone.now())
    assert stage_of(some) == Stage.EXPORTED
    assert not some.shipments.filter(left_with=None).exists()
    assert ExportGoods.objects.get(bill=some).out_on == "EXPORTED"
