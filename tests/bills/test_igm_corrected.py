"""An IGM number or an arrival that was fed wrongly: corrected in two steps, with the duty of the day and news to the firm (PN17 5.1, 12.0)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.dated_rules import DatedRule
from eccs.models import Notice
from eccs.moments import moment
from eccs.workflow import Refused, take
from manifests import amendments
from manifests.igm import igm_of
from manifests.models import ExpressCargoManifest, ManifestAmendment
from tests.bills.conftest import SignedIn
from tests.bills.test_recompute import FILED, LANDED, again, flown, land, prior, tariff
from tests.factories.bills import bill
from tests.factories.firms import actor

pytestmark = pytest.mark.django_db
TRULY = "2026-03-31T23:40:00+05:30"  # before the rate of 01.04.2026


def corrected(on: ExpressCargoManifest, **after: str) -> ManifestAmendment:
    """Asked for by the signatory, approved by the DC/AC."""
    asked = amendments.propose_igm(on, igm_of(on) | after, actor("COURIER_OPERATOR"))
    asked = take(asked, "request_amendment", actor("COURIER_SIGNATORY"), reason="Misread", adjudication_reference="")
    done: ManifestAmendment = take(asked, "approve_amendment", actor("DCAC", name="Ila Nair"))
    return done


def test_a_corrected_arrival_brings_the_duty_of_its_day_and_tells_the_firm() -> None:
    tariff(20, 10)
    on = flown()
    filed = prior(Stage.DUTY, on)
    gone = bill(Stage.OUT_OF_CHARGE, on=on, presented_on=FILED, rates_on=date(2026, 4, 2))
    land(on)
    on = ExpressCargoManifest.objects.get(pk=on.pk)
    assert again(filed).rates_on == date(2026, 4, 2) and again(filed).total_duty < filed.total_duty
    before = gone.total_duty
    done = corrected(on, igm_number="2914408", actual_arrival=TRULY)
    now, fed = again(filed), ExpressCargoManifest.objects.get(pk=on.pk)
    assert (fed.igm_number, igm_of(fed)["actual_arrival"]) == ("2914408", "2026-03-31T23:40+05:30")
    assert (now.rates_on, now.total_duty) == (date(2026, 3, 31), filed.total_duty)
    assert now.trail.filter(step="recompute_duty").count() == 2
    assert CourierBillOfEntry.objects.get(pk=gone.pk).total_duty == before
    told = Notice.objects.filter(subject__contains="IGM number or arrival corrected").get()
    assert told.audience == f"courier:{on.courier_id}" and str(now) in told.body and str(gone) in told.body
    line = (fed.trail.get(step="amend").snapshot or {})["lines"][0]
    assert line["before"]["igm_number"] == "2914407" and line["after"]["igm_number"] == "2914408"
    kept = done.version.header
    assert (kept["igm_number"], kept["actual_arrival"][:10]) == ("2914407", "2026-04-02")


def test_the_pages_show_what_is_asked_for_and_what_was(signed_in: SignedIn) -> None:
    tariff(20, 10)
    on = flown()
    filed = prior(Stage.DUTY, on)
    courier, officer = signed_in("signatory.swift"), signed_in("dcac.blr")
    address = reverse("amend-igm", args=[on.key])
    assert "feed it first" in courier.get(address).content.decode()
    assert courier.post(address, {"igm_number": "2914408"}).status_code == 409
    land(on)
    assert signed_in("signatory.metro").get(address).status_code == 404
    typed = {"igm_number": "2914408", "actual_arrival": "31/03/2026 23:40"}
    kept = courier.post(address, typed | {"actual_arrival": "31/03/2028 23:40"})
    assert kept.status_code == 422 and "31/03/2028 23:40" in kept.content.decode()
    assert courier.post(address, typed).status_code == 302
    asked = ManifestAmendment.objects.get()
    page = courier.get(reverse("manifest-amend", args=[on.key])).content.decode()
    assert "2914407" in page and "2914408" in page and "Correct IGM and arrival" in page
    asked = take(asked, "request_amendment", actor("COURIER_SIGNATORY", name="Mira Sen"), reason="Misread")
    assert "1 open bill moves" in officer.get(asked.get_absolute_url()).content.decode()
    assert officer.post(asked.step_url("approve_amendment"), {"confirm": "yes"}).status_code == 302
    assert ManifestAmendment.objects.get().stage == "APPROVED" and again(filed).rates_on == date(2026, 3, 31)
    for reader in (courier, officer):
        page = reader.get(on.get_absolute_url()).content.decode()
        assert "2914408" in page and "2914407" in page and moment(datetime.fromisoformat(LANDED)) in page


@pytest.mark.parametrize(("off", "why"), [(timedelta(days=30), ""), (timedelta(days=30, minutes=1), "within 30 days")])
def test_an_arrival_lies_near_its_schedule(off: timedelta, why: str) -> None:
    on = flown()
    land(on)
    on = ExpressCargoManifest.objects.get(pk=on.pk)
    when = timezone.localtime(on.scheduled_arrival - off).isoformat(timespec="minutes")

    def ask() -> Any:
        return amendments.propose_igm(on, igm_of(on) | {"actual_arrival": when}, actor("COURIER_OPERATOR"))

    if not why:
        assert ask().lines.get().after["actual_arrival"] == when
        DatedRule.objects.create(name="arrival_off_schedule_days", from_date=FILED, value="29", source="test")
    with pytest.raises(Refused, match=why or "within 29 days"):
        ask()


def test_no_aircraft_lands_after_its_first_scan() -> None:
    on = flown()
    land(on)
    began = datetime.fromisoformat(LANDED) + timedelta(hours=1)
    ExpressCargoManifest.objects.filter(pk=on.pk).update(stage="ARRIVAL_SCAN", scan_started_at=began)
    on = ExpressCargoManifest.objects.get(pk=on.pk)
    late, in_time = (
        timezone.localtime(began + by).isoformat(timespec="minutes") for by in (timedelta(minutes=1), timedelta())
    )
    with pytest.raises(Refused, match="the aircraft had landed before"):
        amendments.propose_igm(on, igm_of(on) | {"actual_arrival": late}, actor("COURIER_OPERATOR"))
    assert amendments.propose_igm(
        on, igm_of(on) | {"actual_arrival": in_time}, actor("COURIER_OPERATOR")
    ).lines.exists()
