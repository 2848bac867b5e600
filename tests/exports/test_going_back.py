"""Imports that go back to their sender: a re-export record, a line on an export manifest, and out with the flight (reg. 5(6))."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from bills.models import CourierBillOfEntry, ReExport, ReturnToOrigin
from bills.stages import Stage
from eccs.trail import broken_lines
from eccs.workflow import Refused, take
from exports.models import CourierExportManifest
from tests.bills.conftest import SignedIn
from tests.exports.test_manifest import flight
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.factories.shipping import export_manifest, shipping_bill
from tests.factories.uncleared import lying, return_to_origin

pytestmark = pytest.mark.django_db


def text(browser: Any, document: Any) -> str:
    """The page of a document."""
    return str(browser.get(document.get_absolute_url()).content.decode())


def test_reg_5_6_goods_go_back_on_an_export_manifest_and_the_import_says_so(signed_in: SignedIn) -> None:
    imported = bill(Stage.DUTY, arrived=True)
    goods = imported.hawb
    assert goods is not None
    entry = lying(16, hawb=goods)
    asked = return_to_origin(entry=entry)
    courier, signatory = signed_in("courier.swift"), signed_in("signatory.swift")
    courier.post(reverse("cem-new"), flight())
    first = CourierExportManifest.objects.get()
    assert first.re_exports.count() == 0  # not permitted yet
    asked = take(asked, "permit", actor("DCAC"))
    record = ReExport.objects.get()
    assert (record.origin_id, str(record.number)[:8]) == (asked.pk, "REX_BLR_")
    lines = reverse("cem-lines", args=[first.pk])
    courier.post(lines, {"add_back": [asked.pk]})
    assert str(record.number) in courier.get(lines).content.decode()
    courier.post(lines, {"back_shown": [first.re_exports.get().pk]})
    assert first.re_exports.count() == 0
    courier.post(lines, {"all": "yes"})
    signatory.post(first.step_url("file"), {"confirm": "1"})
    first.refresh_from_db()
    assert (first.stage, first.bill_count, first.package_count) == ("FILED", 0, goods.packages)
    asked = ReturnToOrigin.objects.get()
    assert (asked.stage, asked.manifest) == ("ON_FLIGHT", first.number)
    with pytest.raises(Refused):
        take(asked, "withdraw", actor("COURIER_SIGNATORY"))

    out = {"shut_out-hawbs": goods.number, "shut_out-reason": "No room.", "confirm": "1"}
    courier.post(first.step_url("shut_out"), out)
    assert ReturnToOrigin.objects.get().stage == "PERMITTED"
    assert courier.get(reverse("shut-out-print", args=[first.number]))["Content-Type"] == "application/pdf"
    now = timezone.localtime(timezone.now())
    egm = {"feed_egm-egm_number": "7710042", "feed_egm-departed_at": f"{now:%d/%m/%Y %H:%M}"}
    assert "Everything was shut out" in courier.post(first.step_url("feed_egm"), egm).content.decode()

    courier.post(reverse("cem-new"), flight(flight_number="ZZ903"))
    second = CourierExportManifest.objects.get(stage="DRAFT")
    signatory.post(second.step_url("file"), {"confirm": "1"})
    second.refresh_from_db()
    egm["feed_egm-departed_at"] = f"{timezone.localtime(timezone.now()):%d/%m/%Y %H:%M}"
    courier.post(second.step_url("feed_egm"), egm)
    second.refresh_from_db()
    asked, entry = ReturnToOrigin.objects.get(), type(entry).objects.get()
    assert (second.stage, asked.stage, asked.egm_number, asked.flight) == ("EXPORTED", "RETURNED", "7710042", "ZZ903")
    assert (entry.out_on, entry.out_at) == ("RETURNED", second.stage_since)
    assert CourierBillOfEntry.objects.get().stage == Stage.RETURNED
    assert ReExport.objects.get() == record
    for who, document, words in (
        (courier, imported, asked.number), (signed_in("ao.blr"), imported, asked.number), (courier, asked, record.number),
        (courier, asked, second.number), (signed_in("warehouse.blr"), asked, "7710042"), (courier, second, record.number),
    ):  # fmt: skip
        assert str(words) in text(who, document)
    for page, key in (("re-export-print", record.number), ("cem-print", second.number)):
        assert courier.get(reverse(page, args=[key]))["Content-Type"] == "application/pdf"
    assert signed_in("courier.metro").get(reverse("re-export-print", args=[record.number])).status_code == 404
    for asked_for in (record.number, goods.number):
        assert str(asked.number) in courier.get(reverse("find"), {"q": str(asked_for)}, follow=True).content.decode()
    assert not list(broken_lines(ReturnToOrigin.trail_model))


def test_what_may_not_go_back_any_more_stops_the_manifest_before_it_is_filed() -> None:
    """A return is judged again when the manifest is filed, by its day and by what is on against the goods."""
    entry = lying(16)
    asked, manifest = return_to_origin("PERMITTED", entry=entry), export_manifest(of=shipping_bill("LET_EXPORT"))
    manifest.re_exports.create(origin=asked)
    type(entry).objects.update(detained_since=timezone.now() - timedelta(hours=1))
    with pytest.raises(Refused, match="The goods are detained"):
        take(manifest, "file", actor("COURIER_SIGNATORY", name="Om Shah"))
    assert CourierExportManifest.objects.get().stage == "DRAFT"
    type(entry).objects.update(detained_since=None)
    assert take(manifest, "file", actor("COURIER_SIGNATORY", name="Om Shah")).declared()["re_exports"] == [
        asked.re_export.number
    ]


def test_a_return_found_to_have_stayed_behind_is_in_the_warehouse_again_and_leaves_with_another_flight(
    signed_in: SignedIn,
) -> None:
    """By an amendment of the manifest that has left: the permission holds, and the bill stays closed."""
    imported = bill(Stage.DUTY, arrived=True)
    entry = lying(16, hawb=imported.hawb)
    asked, coming = return_to_origin("PERMITTED", entry=entry), return_to_origin("PERMITTED")
    manifest = export_manifest(of=shipping_bill("LET_EXPORT"))
    manifest.re_exports.create(origin=asked)
    signatory, officer = signed_in("signatory.swift"), signed_in("dcac.blr")

    def amend(**given: str) -> None:
        now = timezone.localtime(timezone.now())
        told = {
            "airline": manifest.airline, "flight_number": manifest.flight_number, "mawb": manifest.mawb,
            "airport_of_destination": manifest.airport_of_destination, "egm_number": "7710042",
            "scheduled_departure": f"{timezone.localtime(manifest.scheduled_departure):%d/%m/%Y %H:%M}",
            "departed_at": f"{now:%d/%m/%Y %H:%M}", "reason": "Seen in the shed.", **given,
        }  # fmt: skip
        form = {f"request_amendment-{name}": value for name, value in told.items()} | {"confirm": "1"}
        answer = signatory.post(manifest.step_url("request_amendment"), form)
        assert answer.status_code == 302, answer.content.decode()
        officer.post(manifest.amendments.get(stage="REQUESTED").step_url("approve"), {"confirm": "1"})
        manifest.refresh_from_db()

    take(manifest, "file", actor("COURIER_SIGNATORY", name="Om Shah"))
    manifest.refresh_from_db()
    amend(add=str(coming.re_export))
    assert manifest.re_exports.filter(live=True).count() == 2
    handed: dict[str, Any] = {"airway_bill": "899-1", "flight": "ZZ1", "returned_on": timezone.localdate().isoformat()}
    take(ReturnToOrigin.objects.get(pk=coming.pk), "record_return", actor("WAREHOUSE_KEEPER"), **handed)
    take(manifest, "feed_egm", actor("COURIER_OPERATOR"), egm_number="7710042", departed_at=timezone.now())
    manifest.refresh_from_db()
    for one in ReturnToOrigin.objects.all():
        assert (one.stage, one.egm_number, one.flight) == ("RETURNED", "7710042", manifest.flight_number)
    amend(egm_number="7710050", off=str(asked.re_export))
    asked, coming = (ReturnToOrigin.objects.get(pk=one.pk) for one in (asked, coming))
    assert (asked.stage, asked.manifest, asked.egm_number, asked.returned_on) == ("PERMITTED", "", "", None)
    assert coming.egm_number == "7710050"
    entry.refresh_from_db()
    assert (entry.out_at, entry.out_on) == (None, "")
    assert "short-shipped" in officer.get(manifest.get_absolute_url()).content.decode()
    assert officer.get(reverse("shut-out-print", args=[manifest.number])).content[:4] == b"%PDF"
    with pytest.raises(Refused, match="may only be sent back"):
        take(asked, "withdraw", actor("COURIER_SIGNATORY"))
    following = export_manifest(of=shipping_bill("LET_EXPORT"))
    following.re_exports.create(origin=asked)
    take(following, "file", actor("COURIER_SIGNATORY", name="Om Shah"))
    take(following, "feed_egm", actor("COURIER_OPERATOR"), egm_number="7710060", departed_at=timezone.now())
    asked, entry = ReturnToOrigin.objects.get(pk=asked.pk), type(entry).objects.get(pk=entry.pk)
    assert (asked.stage, asked.egm_number, entry.out_on) == ("RETURNED", "7710060", "RETURNED")
    assert CourierBillOfEntry.objects.get(pk=imported.pk).stage == Stage.RETURNED
    assert not list(broken_lines(ReturnToOrigin.trail_model))
