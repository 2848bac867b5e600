"""Short and excess after the close of the arrival: listed, explained, settled (PN17 5.2)."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from eccs.workflow import Refused, take
from manifests.clearance import Stage
from manifests.models import Difference, ExpressCargoManifest, ManifestTrail
from manifests.reconciliation import settle
from tests.factories.documents import flight
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.manifests.conftest import SignedIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(signed_in: SignedIn) -> ExpressCargoManifest:
    """An arrival closed with one of two packages missing and one label too many."""
    station = signed_in("scan.blr")
    on = manifest(Stage.ARRIVAL_SCAN, scan_started_at=timezone.now(), hawb_count=2, package_count=2)
    house_airway_bill(on, number="SWF001")
    house_airway_bill(on, number="SWF002")
    sent(signed_in, on, "SWF001", "STRAY9", "STRAY9")
    station.post(on.step_url("close_arrival"), {"confirm": "1"})
    found: ExpressCargoManifest = ExpressCargoManifest.objects.get(pk=on.pk)
    return found


def sent(signed_in: SignedIn, on: ExpressCargoManifest, *codes: str) -> None:
    """Scans from the station."""
    scans = [{"key": str(uuid4()), "code": code, "at": timezone.now().isoformat()} for code in codes]
    signed_in("scan.blr").post(reverse("scans", args=[on.key]), json.dumps({"scans": scans}), "application/json")


def open_ones(on: ExpressCargoManifest) -> set[tuple[str, str]]:
    """What nobody has explained yet."""
    return set(on.differences.filter(settled_at=None).values_list("kind", "code"))


def test_the_close_lists_what_is_short_and_in_excess(closed: ExpressCargoManifest) -> None:
    assert open_ones(closed) == {("SHORT", "SWF002"), ("EXCESS", "STRAY9")}


def test_a_late_scan_settles_the_short_and_a_late_stranger_is_listed(
    signed_in: SignedIn, closed: ExpressCargoManifest
) -> None:
    sent(signed_in, closed, "SWF002", "STRAY8")
    assert open_ones(closed) == {("EXCESS", "STRAY9"), ("EXCESS", "STRAY8")}
    assert closed.differences.get(code="SWF002").settlement == "Scanned after the arrival was closed."


def test_a_piece_that_comes_late_leaves_one_less_missing(signed_in: SignedIn) -> None:
    signed_in("scan.blr")
    on = flight(Stage.ARRIVAL_SCAN, scan_started_at=timezone.now())
    take(on, "close_arrival", actor("ARRIVAL_SCANNER"))
    assert on.differences.get(code="D004").count == 2
    sent(signed_in, on, "D004")
    one = on.differences.get(code="D004")
    assert (one.count, one.settled_at) == (1, None)
    sent(signed_in, on, "D004")
    assert on.differences.get(code="D004").settled_at is not None


def test_an_officer_settles_with_a_reason(signed_in: SignedIn, closed: ExpressCargoManifest) -> None:
    client = signed_in("dcac.blr")
    one = closed.differences.get(kind="SHORT")
    assert "SWF002" in client.get(reverse("differences-open")).content.decode()
    address = reverse("difference-settle", args=[one.pk])
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "Left behind at HKG, comes with ZZ320"}).status_code == 302
    page = client.get(reverse("differences", args=[closed.key])).content.decode()
    assert "Left behind at HKG" in page
    assert client.post(address, {"reason": "Again"}).status_code == 409
    line = ManifestTrail.objects.get(document=closed, step="settle")
    assert (line.answers["code"], line.role) == ("SWF002", "DCAC")
    assert open_ones(closed) == {("EXCESS", "STRAY9")}


@pytest.mark.parametrize(
    ("username", "lists", "settles"),
    [
        ("dcac.blr", True, True), ("superintendent.blr", True, True), ("dcac.del", False, False),
        ("courier.swift", True, False), ("courier.metro", False, False), ("scan.blr", True, False),
    ],
)  # fmt: skip
def test_who_lists_and_who_settles(
    signed_in: SignedIn, closed: ExpressCargoManifest, username: str, *, lists: bool, settles: bool
) -> None:
    client = signed_in(username)
    assert ("SWF002" in client.get(reverse("differences-open")).content.decode()) == lists
    one = closed.differences.get(kind="SHORT")
    status = client.post(reverse("difference-settle", args=[one.pk]), {"reason": "Seen"}).status_code
    assert status == (302 if settles else 404 if username == "dcac.del" else 403)
    assert (Difference.objects.get(pk=one.pk).settled_at is not None) == settles


def test_nobody_settles_past_the_page(closed: ExpressCargoManifest) -> None:
    one = closed.differences.get(kind="SHORT")
    for by in (actor("COURIER_SIGNATORY"), actor("ARRIVAL_SCANNER"), actor("DCAC", station="DEL")):
        with pytest.raises(Refused):
            settle(one.pk, "x", by)
    assert open_ones(closed) == {("SHORT", "SWF002"), ("EXCESS", "STRAY9")}


def test_a_clean_arrival_leaves_nothing_open(signed_in: SignedIn) -> None:
    signed_in("scan.blr")
    on = manifest(Stage.ARRIVAL_SCAN, scan_started_at=timezone.now())
    house_airway_bill(on, arrived=True)
    take(on, "close_arrival", actor("ARRIVAL_SCANNER"))
    assert not on.differences.exists()
    assert "Nothing is open." in signed_in("scan.blr").get(reverse("differences-open")).content.decode()
