"""Roles composed at a station open exactly their activities; more than the group may have is never opened."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import StationRole
from accounts.grants import Offer
from accounts.models import Posting, User
from accounts.newcomers import compose, open_standard
from accounts.permissions import Actor, of_group
from accounts.roles import GROUP_ADMINS, MANAGERS, standard_roles
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs import trail
from eccs.activities import activities, of_role
from eccs.audit import AuditLine
from eccs.in_hand import InHand
from eccs.workflow import Refused, take
from tests.accounts.conftest import WHY, SignedIn, text
from tests.factories import people
from tests.factories.bills import bill
from tests.factories.firms import actor

pytestmark = pytest.mark.django_db

CLEAR, MARK = "courierbillofentry.clear_xray", "courierbillofentry.mark_suspicious"


@pytest.fixture
def night_desk() -> StationRole:
    """A role that clears X-ray and nothing else."""
    return people.station_role(activities=[CLEAR])


@pytest.fixture
def holder(night_desk: StationRole) -> User:
    """Somebody who holds the night desk."""
    person = people.officer(name="Tara Bose")
    person.postings.all().delete()
    Posting.objects.create(user=person, station_role=night_desk, station_id="BLR")
    return person


def test_a_composed_role_opens_its_activities_in_menus_queues_buttons_and_addresses(
    holder: User, signed_in: SignedIn
) -> None:
    one, other = bill(Stage.XRAY), bill(Stage.ASSESSMENT)
    client = signed_in(holder)
    desk = text(client.get("/"))
    assert "For X-ray" in desk and "For assessment" not in desk and "Night desk" in desk
    queue = "/bills/imports/queue/xray/"
    assert "Clear X-ray" in text(client.get(queue)) and "Mark suspicious" not in text(client.get(queue))
    assert client.get("/bills/imports/queue/assessment/").status_code == 404
    page = text(client.get(one.get_absolute_url()))
    assert one.step_url("clear_xray") in page and one.step_url("mark_suspicious") not in page
    assert client.post(one.step_url("mark_suspicious"), {"mark_suspicious-remarks": "Dense."}).status_code == 404
    assert client.post(other.step_url("assess"), {"confirm": "yes"}).status_code == 404
    for address in ("/payments/reconciliation/", "/people/", "/roles/", "/people/new/"):
        assert client.get(address).status_code == 403, address
    assert client.post(one.step_url("clear_xray")).status_code == 302
    line = CourierBillOfEntry.objects.get(pk=one.pk).trail.get()
    assert (line.step, line.role) == ("clear_xray", "CUSTOMS: Night desk")


def test_the_trade_reads_the_group_of_a_composed_role_and_not_its_name(holder: User, signed_in: SignedIn) -> None:
    one = bill(Stage.XRAY, station="BLR")
    take(one, "clear_xray", Actor.of(holder))
    page = text(signed_in("signatory.swift").get(one.get_absolute_url()))
    assert "Night desk" not in page and "Tara Bose" not in page and "Clear X-ray" in page


def test_a_composed_role_ends_at_its_station(holder: User) -> None:
    with pytest.raises(Refused):
        take(bill(Stage.XRAY, station="DEL"), "clear_xray", Actor.of(holder))


def test_what_the_code_no_longer_declares_is_not_held(night_desk: StationRole, holder: User) -> None:
    StationRole.objects.filter(pk=night_desk.pk).update(
        activities=[CLEAR, "courierbillofentry.wave_through", "user.give_role"]
    )
    assert Actor.of(holder).activities == {CLEAR}


@pytest.mark.parametrize("roles", [1, 30])
def test_the_answer_costs_one_query_however_many_roles(roles: int, django_assert_num_queries: Any) -> None:
    person = people.officer()
    for n in range(roles - 1):
        row = people.station_role(name=f"Desk {n}")
        Posting.objects.create(user=person, station_role=row, station_id="BLR")
    with django_assert_num_queries(1):
        found = Actor.of(person)
        assert len(found.postings) == roles
        assert found.activities


@pytest.mark.parametrize("group", list(GROUP_ADMINS))
def test_a_group_may_have_what_its_standard_roles_have_and_nothing_of_its_admins(group: str) -> None:
    allowed = of_group(group)
    assert allowed == frozenset().union(*(of_role(role) for role in standard_roles(group)))
    admins_alone = {code for code, one in activities().items() if set(one.roles) <= set(MANAGERS)}
    assert admins_alone and not allowed & admins_alone


@pytest.mark.parametrize("code", ["user.give_role", "page.people", "expresscargomanifest.submit", "no.such.activity"])
def test_no_role_is_composed_of_more_than_its_group_may_have(code: str, signed_in: SignedIn) -> None:
    with pytest.raises(Refused, match="never holds more"):
        compose(actor("PORT_ADMIN"), "BLR", "CUSTOMS", "Night desk", "", [CLEAR, code], WHY)
    client = signed_in("portadmin.blr")
    given = {"name": "Night desk", "activities": [CLEAR, code], "reason": WHY}
    assert client.post("/roles/new/customs/", given).status_code == 422
    row = people.station_role(name="Day desk")
    change = {"change-activities": [CLEAR, code], "change-reason": WHY, "confirm": "yes"}
    assert client.post(row.step_url("change"), change).status_code == 422
    with pytest.raises(Refused, match="never holds more"):
        take(row, "change", actor("PORT_ADMIN"), activities=[CLEAR, code], reason=WHY)
    assert StationRole.objects.get(standard="", station="BLR").activities == [CLEAR]


def test_a_port_admin_composes_opens_and_changes_at_the_own_station_only(signed_in: SignedIn) -> None:
    client = signed_in("portadmin.blr")
    given = {"name": "Night desk", "activities": [CLEAR], "reason": WHY}
    assert client.post("/roles/new/customs/", {**given, "station": "DEL"}).status_code == 404
    assert client.post("/roles/open/", {"all": "yes", "reason": WHY, "station": "COK"}).status_code == 404
    with pytest.raises(Refused):
        open_standard(actor("PORT_ADMIN"), "COK", ["XRAY_OFFICER"], WHY)
    with pytest.raises(Refused):
        open_standard(actor("PORT_ADMIN"), "BLR", ["PORT_ADMIN"], WHY)
    foreign = people.station_role(station="DEL")
    assert client.get(foreign.get_absolute_url()).status_code == 404
    assert client.post(foreign.step_url("withdraw"), {"withdraw-reason": WHY, "confirm": "yes"}).status_code == 404
    assert client.post("/roles/new/customs/", given).status_code == 302
    made = StationRole.objects.get(station="BLR", standard="")
    assert (made.name, made.group, made.activities, made.stage) == ("Night desk", "CUSTOMS", [CLEAR], "OPEN")
    assert [line.answers["reason"] for line in made.trail.all()] == [WHY]
    again = text(client.post("/roles/new/customs/", {**given, "name": "NIGHT desk"}))
    assert "has a role of this name" in again


def test_a_change_reaches_whoever_holds_the_role_and_says_so_before(
    night_desk: StationRole, holder: User, signed_in: SignedIn
) -> None:
    client = signed_in("portadmin.blr")
    assert "Tara Bose" in text(client.get(night_desk.step_url("change")))
    given = {"change-activities": [MARK], "change-reason": WHY, "confirm": "yes"}
    assert client.post(night_desk.step_url("change"), given).status_code == 302
    assert Actor.of(holder).activities == {MARK}
    assert not list(trail.broken_lines(StationRole.trail_model))


def test_a_role_is_withdrawn_when_nobody_holds_it_and_then_given_to_nobody(
    night_desk: StationRole, holder: User, signed_in: SignedIn
) -> None:
    client = signed_in("portadmin.blr")
    given = {"withdraw-reason": WHY, "confirm": "yes"}
    refused = client.post(night_desk.step_url("withdraw"), given)
    assert refused.status_code == 409 and "Held by Tara Bose" in text(refused)
    holder.postings.all().delete()
    assert client.post(night_desk.step_url("withdraw"), given).status_code == 302
    offer = Offer(night_desk.code, "BLR", night_desk.pk)
    today = people.posted(people.officer(name="Uma Kaul"), "AUDITOR", "BLR").since
    for by in ("PORT_ADMIN", "CUSTOMS_ADMIN"):
        with pytest.raises(Refused, match="no longer open"):
            take(holder, "give_role", actor(by), role=offer, since=today, reason=WHY)


def test_all_standard_roles_open_at_once_and_once(signed_in: SignedIn) -> None:
    client: Client = signed_in("portadmin.blr")
    StationRole.objects.filter(station="BLR").delete()
    for _again in range(2):
        assert client.post("/roles/open/", {"all": "yes", "reason": WHY}).status_code == 302
    every = [role for group in GROUP_ADMINS for role in standard_roles(group)]
    assert sorted(StationRole.objects.filter(station="BLR").values_list("standard", flat=True)) == sorted(every)
    assert not set(every) & set(MANAGERS)


def test_a_change_that_gives_a_holder_what_is_kept_apart_is_warned_about_by_name(signed_in: SignedIn) -> None:
    report, release = "courierbillofentry.report_examination", "courierbillofentry.give_out_of_charge"
    role = people.station_role(activities=[CLEAR])
    one, other = people.officer(name="Tara Bose"), people.officer(name="Hari Das")
    for person in (one, other):
        Posting.objects.create(user=person, station_role=role, station_id="BLR")
    Posting.objects.create(user=one, role="INSPECTOR", station_id="BLR")
    given: dict[str, Any] = {"activities": sorted([CLEAR, release]), "reason": WHY}
    with pytest.raises(Refused, match=r"Tara Bose: .*kept apart") as refusal:
        take(role, "change", actor("PORT_ADMIN"), **given)
    assert report in activities() and "Hari Das" not in " ".join(refusal.value.reasons)
    client = signed_in("portadmin.blr")
    fields = {f"change-{name}": value for name, value in given.items()}
    warned = client.post(role.step_url("change"), {**fields, "confirm": "yes"})
    assert warned.status_code == 422 and "Tara Bose: " in text(warned)
    answer = client.post(role.step_url("change"), {**fields, "change-despite_conflict": "on", "confirm": "yes"})
    assert answer.status_code == 302
    line: Any = StationRole.objects.get(pk=role.pk).trail.get()
    assert "Tara Bose" in " ".join(line.snapshot["conflicts"])
    take(role, "change", actor("PORT_ADMIN"), activities=[CLEAR, release], reason=WHY)  # nothing new: nothing is asked


def test_work_that_a_changed_role_no_longer_allows_goes_back_to_its_queue(
    night_desk: StationRole, holder: User, signed_in: SignedIn, django_capture_on_commit_callbacks: Any
) -> None:
    one, other, assess = bill(Stage.XRAY), bill(Stage.ASSESSMENT), "courierbillofentry.assess"
    StationRole.objects.filter(pk=night_desk.pk).update(activities=[CLEAR, MARK, assess])
    client = signed_in(holder)
    for document in (one, other):
        assert client.post(reverse("work-act", args=["bills/imports", document.key, "take-up"])).status_code == 302
    assert [set(row.steps) for row in InHand.objects.order_by("pk")] == [{"clear_xray", "mark_suspicious"}, {"assess"}]

    admin = signed_in("portadmin.blr")
    change = {"change-activities": [CLEAR], "change-reason": WHY, "confirm": "yes"}
    asked = text(admin.post(night_desk.step_url("change"), change))
    assert "1 document is in the hands of somebody who could not go on with it" in asked
    assert f"{other}, in the hands of Tara Bose" in asked and str(one) not in asked
    with pytest.raises(Refused, match="would go back to its queue"):
        take(night_desk, "change", actor("PORT_ADMIN"), activities=[CLEAR], reason=WHY)
    assert InHand.objects.count() == 2 and Actor.of(holder).may(assess)

    with django_capture_on_commit_callbacks(execute=True):
        done = admin.post(night_desk.step_url("change"), {**change, "change-work_goes_back": "on"})
    assert done.status_code == 302
    assert [(row.document_id, row.steps) for row in InHand.objects.all()] == [(one.pk, ["clear_xray"])]
    line = night_desk.trail.get()
    assert line.snapshot == {"conflicts": [], "given_back": [str(other)]}
    told = AuditLine.objects.get(event="work.given-back")
    assert (told.about, told.why, told.details["documents"]) == (
        holder.username, WHY, [f"courierbillofentry {other.pk}"],
    )  # fmt: skip
