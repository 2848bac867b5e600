"""A manifest submitted after the landing of its aircraft is flagged: list, queue, page, trail and notice (PN17 5.0(i), 5.1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from eccs.models import Notice
from eccs.workflow import take
from manifests import amendments, lateness
from manifests.clearance import Stage
from manifests.igm import igm_of
from manifests.models import ExpressCargoManifest, ManifestTrail
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.manifests.conftest import SignedIn

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_a_second_after_the_landing_is_late_and_the_landing_itself_is_not() -> None:
    now = timezone.now()
    late = manifest(Stage.IGM_FED, submitted_at=now + SECOND, actual_arrival=now)
    manifest(Stage.IGM_FED, submitted_at=now, actual_arrival=now)
    unfed = manifest(Stage.SUBMITTED, submitted_at=now + SECOND, scheduled_arrival=now)
    manifest(Stage.SUBMITTED, submitted_at=now, scheduled_arrival=now)
    manifest(Stage.DRAFT, scheduled_arrival=now - timedelta(days=1))
    assert set(ExpressCargoManifest.objects.filter(lateness.LATE)) == {late, unfed}
    assert ExpressCargoManifest.objects.filter(lateness.of_choice("before")).count() == 2
    assert "after the aircraft landed" in lateness.words(late) and "after the scheduled" in lateness.words(unfed)


def test_5_1_a_late_manifest_is_flagged_wherever_it_is_seen(signed_in: SignedIn) -> None:
    client = signed_in("courier.swift")
    now = timezone.now()
    late = manifest(
        Stage.SUBMITTED, submitted_at=now - timedelta(minutes=5), scheduled_arrival=now - timedelta(hours=2)
    )
    manifest(Stage.SUBMITTED, flight_number="ZZ999")
    landed = timezone.localtime(now - timedelta(minutes=130))
    fed = {"feed_igm-igm_number": "2914407", "feed_igm-actual_arrival": landed.strftime("%d/%m/%Y %H:%M")}
    assert client.post(late.step_url("feed_igm"), fed).status_code == 302
    told = ManifestTrail.objects.get(document=late, step="feed_igm").answers["submitted_after_landing"]
    assert told.startswith("2 h ")
    assert (
        Notice.objects.get(subject=f"{late}: submitted after the aircraft landed").audience
        == f"courier:{late.courier_id}"
    )
    late = ExpressCargoManifest.objects.get(pk=late.pk)
    bill(hawb=house_airway_bill(late))
    for username in ("courier.swift", "dcac.blr"):
        page = signed_in(username).get(late.get_absolute_url()).content.decode()
        assert f"Submitted {told} after the aircraft landed" in page
        listed = signed_in(username).get(reverse("manifests"), {"submitted": "late"}).content.decode()
        assert f"late by {told}" in listed and "ZZ999" not in listed
        assert "ZZ999" in signed_in(username).get(reverse("manifests"), {"submitted": "before"}).content.decode()
    queue = signed_in("scan.blr").get("/manifests/queue/igm-fed/", {"submitted": "late"}).content.decode()
    assert f"late by {told}" in queue
    shown = signed_in("ao.blr").get(late.bills.get().get_absolute_url()).content.decode()
    assert f"Submitted {told} after the aircraft landed" in shown


def test_whoever_submits_late_is_told_before_and_the_trail_keeps_it(signed_in: SignedIn) -> None:
    client = signed_in("signatory.swift")
    on = manifest(Stage.DRAFT, scheduled_arrival=timezone.now() - timedelta(minutes=61), number=None)
    house_airway_bill(on)
    page = client.get(on.step_url("submit")).content.decode()
    assert "this one will be flagged as late" in page
    client.post(on.step_url("submit"), {"confirm": "yes", "submit-complete": "on", "submit-true": "on"})
    line = ManifestTrail.objects.get(document=on, step="submit")
    assert line.answers == {"after_scheduled_arrival": "1 h 1 min"}


def test_a_corrected_landing_may_make_it_late() -> None:
    now = timezone.now()
    on = manifest(Stage.IGM_FED, submitted_at=now - timedelta(minutes=30), actual_arrival=now, scheduled_arrival=now)
    assert lateness.words(on) == ""
    landed = timezone.localtime(now - timedelta(hours=1)).isoformat(timespec="minutes")
    asked = amendments.propose_igm(on, igm_of(on) | {"actual_arrival": landed}, actor("COURIER_OPERATOR"))
    asked = take(asked, "request_amendment", actor("COURIER_SIGNATORY"), reason="Misread")
    take(asked, "approve_amendment", actor("DCAC", name="Ila Nair"))
    assert ManifestTrail.objects.get(document=on, step="amend").answers["submitted_after_landing"].startswith("0 h 3")
    assert lateness.words(ExpressCargoManifest.objects.get(pk=on.pk))
