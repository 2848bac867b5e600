"""A year without a filing: warned before, recorded after, days of suspension left out (reg. 10B)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.directory.models import CourierTrail
from accounts.directory.registration import Stage
from accounts.directory.tasks import watch_registrations
from accounts.models import AuthorisedCourier
from bills.models import CourierBillOfEntry
from eccs import letters, notices
from eccs.celery import app
from eccs.dated_rules import DatedRule
from eccs.models import Notice
from eccs.workflow import Refused, take
from manifests.models import ExpressCargoManifest
from tests.every_step.directory import day, order
from tests.factories.bills import bill
from tests.factories.firms import actor, person, registration
from tests.factories.manifests import manifest

pytestmark = pytest.mark.django_db


def after(courier: AuthorisedCourier) -> AuthorisedCourier:
    """The registration after the night's work."""
    watch_registrations()
    return AuthorisedCourier.objects.get(pk=courier.pk)


@pytest.mark.parametrize(("days", "inactive"), [(364, False), (365, False), (366, True), (400, True)])
def test_a_registration_is_invalid_from_the_first_day_after_a_year(days: int, inactive: bool) -> None:
    courier = after(registration(active_from=day(-days)))
    assert (courier.stage == Stage.INACTIVE) is inactive
    if inactive:
        assert courier.inactive_since == day(-days) + timedelta(days=366)
        line = courier.trail.get()
        assert (line.step, line.by_name) == ("record_inactivity", "ECCS")


@pytest.mark.parametrize(("days", "inactive"), [(365, False), (366, True)])
@pytest.mark.parametrize("kind", ["manifest", "bill"])
def test_the_year_runs_from_the_last_filing(kind: str, days: int, inactive: bool) -> None:
    courier = registration(active_from=day(-900))
    then = timezone.now() - timedelta(days=days)
    if kind == "bill":
        CourierBillOfEntry.objects.filter(pk=bill("ASSESSMENT").pk).update(filed_at=then)
        ExpressCargoManifest.objects.update(submitted_at=then - timedelta(days=5))
    else:
        manifest("SUBMITTED", submitted_at=then)
        manifest("DRAFT")
    assert (after(courier).stage == Stage.INACTIVE) is inactive


def test_the_dated_rule_decides() -> None:
    DatedRule.objects.create(name="courier_inactive_after_days", from_date=day(-1), value="100", source="Test")
    assert after(registration(active_from=day(-100))).stage == Stage.REGISTERED
    assert after(registration(active_from=day(-101), name="metro")).stage == Stage.INACTIVE


def test_days_of_suspension_do_not_count() -> None:
    courier = registration(active_from=day(-380))
    courier = take(courier, "suspend", actor("JOINT_COMMISSIONER"), **order())
    assert after(courier).stage == Stage.SUSPENDED
    AuthorisedCourier.objects.filter(pk=courier.pk).update(suspended_on=day(-100))  # a hundred days ago
    courier = take(courier, "restore", actor("JOINT_COMMISSIONER"), **order())
    assert courier.active_from == day(-280)
    assert after(courier).stage == Stage.REGISTERED


def test_a_suspension_keeps_what_was_filed_before_it() -> None:
    courier = registration(active_from=day(-380))
    manifest("SUBMITTED", submitted_at=timezone.now() - timedelta(days=10))
    courier = take(courier, "suspend", actor("JOINT_COMMISSIONER"), **order())
    assert take(courier, "restore", actor("JOINT_COMMISSIONER"), **order()).active_from == day(-10)


@pytest.mark.parametrize(("days", "warned"), [(335, False), (336, True), (365, True)])
def test_the_courier_is_warned_once_by_e_mail_and_on_its_desk(days: int, warned: bool) -> None:
    courier = registration(active_from=day(-days))
    someone = person(firm=courier)
    someone.email = "someone@eccs.example"
    someone.save()
    for _night in range(3):
        courier = after(courier)
    letters.send_unsent()
    assert courier.stage == Stage.REGISTERED
    found = list(Notice.objects.filter(audience=f"courier:{courier.pk}"))
    assert len(found) == len(mail.outbox) == courier.trail.count() == warned
    if warned:
        assert f"{day(-days) + timedelta(days=366):%d/%m/%Y}" in found[0].subject
        standing = courier.standing(day())
        assert standing is not None and "unless you file before" in standing.words


def test_a_filing_after_the_warning_ends_it_and_a_later_year_is_warned_anew() -> None:
    courier = after(registration(active_from=day(-340)))
    manifest("SUBMITTED")
    courier = after(courier)
    assert courier.standing(day()) is None
    ExpressCargoManifest.objects.update(submitted_at=timezone.now() - timedelta(days=338))
    after(courier)
    assert Notice.objects.count() == 2


def test_the_night_s_work_done_twice_does_nothing_twice(django_assert_max_num_queries: Any) -> None:
    registration(active_from=day(-500))
    registration(name="metro", active_from=day(-340))
    assert watch_registrations() == {"record_inactivity": 1, "warn_of_inactivity": 1, "warn_of_end": 0}
    with django_assert_max_num_queries(20):
        assert watch_registrations() == {"record_inactivity": 0, "warn_of_inactivity": 0, "warn_of_end": 0}
    assert CourierTrail.objects.count() == 2


@pytest.mark.parametrize(("last", "warned"), [(-1, 0), (0, 1), (30, 1), (31, 0)])
def test_the_end_of_a_registration_is_told_before(last: int, warned: int) -> None:
    courier = registration(valid_until=day(last))
    for _night in range(2):
        courier = after(courier)
    assert Notice.objects.filter(audience=f"courier:{courier.pk}").count() == warned


@pytest.mark.parametrize(("applied", "in_time"), [(-10, True), (-9, False)])
def test_form_k_is_taken_within_ninety_days(applied: int, in_time: bool) -> None:
    courier = registration(Stage.INACTIVE, inactive_since=day(-100))
    given = {"fee_receipt": "TR/1", "order_number": "RE/1", "order_date": day(), "satisfied": True}
    if not in_time:
        with pytest.raises(Refused, match="the last day for Form K"):
            take(courier, "reactivate", actor("JOINT_COMMISSIONER"), applied_on=day(applied), **given)
        return
    renewed = take(courier, "reactivate", actor("JOINT_COMMISSIONER"), applied_on=day(applied), **given)
    assert (renewed.stage, renewed.active_from, renewed.inactive_since) == (Stage.REGISTERED, day(), None)
    assert not renewed.why_not_at("BLR", day())


def test_the_firm_is_told_of_every_stage_of_its_registration() -> None:
    courier = take(registration(), "suspend", actor("JOINT_COMMISSIONER"), **order())
    notices.gather(CourierTrail)
    notice = Notice.objects.get()
    assert (notice.audience, notice.subject) == (
        f"courier:{courier.pk}", "Swift Consignments Private Limited: Suspended",
    )  # fmt: skip


def test_beat_watches_every_night() -> None:
    app.loader.import_default_modules()
    watched = [entry["task"] for entry in app.conf.beat_schedule.values()]
    assert "accounts.directory.tasks.watch_registrations" in watched
    assert "accounts.directory.tasks.watch_registrations" in app.tasks
