"""Work in hand: who has a document at its desk, and how it goes from one to another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import SYSTEM, Actor
from accounts.tasks import end_after_the_last_day
from bills.listing import BILLS
from bills.stages import Stage
from eccs import desk_work
from eccs.audit import AuditLine
from eccs.in_hand import InHand, Priority
from eccs.models import Notice
from eccs.queues import AtDesk
from eccs.workflow import take, take_many
from manifests.clearance import Stage as ManifestStage
from tests.bills.desks import arrive
from tests.desks.conftest import SignedIn
from tests.factories.bills import bill, hawb_of
from tests.factories.manifests import manifest
from tests.factories.people import posted

pytestmark = pytest.mark.django_db

QUEUE = "/bills/imports/queue/assessment/"


def act(one: Any, verb: str) -> str:
    """Where something is done with a bill at its desk."""
    return reverse("work-act", args=["bills/imports", one.key, verb])


def holder(one: Any) -> str:
    """Who has a bill in hand."""
    row = InHand.objects.live().filter(document_id=one.pk).first()
    return row.by.username if row else ""


def later(hours: int = 2) -> str:
    return timezone.localtime(timezone.now() + timedelta(hours=hours)).strftime("%d/%m/%Y %H:%M")


def test_a_bill_taken_up_is_seen_by_colleagues_who_must_take_it_over(signed_in: SignedIn, colleague: User) -> None:
    mine, theirs = signed_in("ao.blr"), signed_in(colleague.username)
    one, free = bill(Stage.ASSESSMENT), bill(Stage.ASSESSMENT)
    assert mine.post(act(one, "take-up")).status_code == 302
    assert holder(one) == "ao.blr"
    assert "In your hands" in mine.get(QUEUE).content.decode()
    assert str(one) in mine.get("/").content.decode().split('id="mine"')[1]

    name = User.objects.get(username="ao.blr").full_name
    page = theirs.get(QUEUE).content.decode()
    assert f"{name} has it" in page and "row--taken" in page
    refused = theirs.post(act(one, "take-up"))
    assert refused.status_code == 409 and f"{name} has it in hand since" in refused.content.decode()
    step = theirs.post(one.step_url("raise_query"), {"raise_query-question": "Why 8518?"})
    assert step.status_code == 409 and "take it over first" in step.content.decode()
    assert type(one).objects.get(pk=one.pk).stage == Stage.ASSESSMENT
    opened = theirs.post(reverse("work-next", args=["bills/imports", "assessment"]))
    assert opened["Location"] == free.get_absolute_url()  # what a colleague has is nobody else's next bill

    assert theirs.post(act(one, "take-over"), {"reason": ""}).status_code == 422
    assert theirs.post(act(one, "take-over"), {"reason": "Shift ends at two."}).status_code == 302
    assert holder(one) == colleague.username
    desk = mine.get("/").content.decode()
    assert "Farid Khan took over" in desk and "Shift ends at two." in desk
    line = AuditLine.objects.get(event="work.taken-over")
    assert (line.about, line.username, line.why, line.details["from"]) == (
        one.number, colleague.username, "Shift ends at two.", "ao.blr",
    )  # fmt: skip
    assert theirs.post(one.step_url("raise_query"), {"raise_query-question": "Why?"}).status_code == 302
    assert not InHand.objects.filter(document_id=one.pk).exists()  # it left the stage and everybody's hands


def test_what_is_set_aside_leaves_the_queue_and_comes_back_by_itself(signed_in: SignedIn, colleague: User) -> None:
    mine, one = signed_in("ao.blr"), bill(Stage.ASSESSMENT)
    for until, words in (
        ("", "Enter a day and a time"), ("yesterday", "DD/MM/YYYY HH:MM"), (later(-1), "Enter a moment to come"),
        (later(15 * 24), "within the next 14 days"),
    ):  # fmt: skip
        answer = mine.post(act(one, "set-aside"), {"why": "Opinion of the group", "until": until})
        assert answer.status_code == 422 and words in answer.content.decode()
    assert mine.post(act(one, "set-aside"), {"why": "Opinion of the group", "until": later()}).status_code == 302
    assert hawb_of(one).number not in mine.get(QUEUE).content.decode().split("<tbody>")[1]
    page = signed_in(colleague.username).get(f"{QUEUE}?work=aside").content.decode()
    assert "Set aside by" in page and "?work=aside" in page
    assert "Opinion of the group" in mine.get("/").content.decode()
    assert mine.post(reverse("work-next", args=["bills/imports", "assessment"]))["Location"] == QUEUE

    InHand.objects.update(aside_until=timezone.now() - timedelta(seconds=1))
    assert hawb_of(one).number in mine.get(QUEUE).content.decode().split("<tbody>")[1]
    assert "Opinion of the group" not in mine.get("/").content.decode()
    assert signed_in(colleague.username).post(act(one, "take-up")).status_code == 302
    assert holder(one) == colleague.username


def test_given_back_it_is_everybody_s(signed_in: SignedIn) -> None:
    mine, one = signed_in("ao.blr"), bill(Stage.ASSESSMENT)
    mine.post(act(one, "take-up"))
    assert mine.post(act(one, "give-back")).status_code == 302
    assert holder(one) == ""
    assert mine.post(act(one, "give-back")).status_code == 409


def test_a_supervisor_allocates_the_work_of_the_own_group(signed_in: SignedIn, colleague: User) -> None:
    mine, chief, one = signed_in("ao.blr"), signed_in("superintendent.blr"), bill(Stage.ASSESSMENT)
    mine.post(act(one, "take-up"))
    assert str(one) in chief.get("/work/").content.decode()
    assert "Farid Khan" in chief.get(act(one, "re-allocate")).content.decode()
    inspector = User.objects.get(username="inspector.blr")
    for person, status in ((inspector.pk, 422), (colleague.pk, 302)):  # an Inspector does not sit at this desk
        answer = chief.post(act(one, "re-allocate"), {"person": person, "reason": "Leave of the officer"})
        assert answer.status_code == status
    assert holder(one) == colleague.username
    assert set(Notice.objects.values_list("audience", flat=True)) == {
        f"person:{User.objects.get(username='ao.blr').pk}", f"person:{colleague.pk}",
    }  # fmt: skip
    chief.post(act(one, "re-allocate"), {"person": "", "reason": "Anybody may have it"})
    assert holder(one) == ""
    for username in (
        "ao.blr",
        "inspector.blr",
        "signatory.swift",
        "courieradmin.swift",
        "ao.del",
        "custodianadmin.blr",
    ):
        assert signed_in(username).get(act(one, "re-allocate")).status_code == 404, username
    assert mine.get("/work/").status_code == 403


def test_the_firm_allocates_its_own_work_and_learns_nothing_of_customs(signed_in: SignedIn) -> None:
    admin, signatory = signed_in("courieradmin.swift"), signed_in("signatory.swift")
    asked, assessed = bill(Stage.QUERY), bill(Stage.ASSESSMENT)
    signatory.post(act(asked, "take-up"))
    signed_in("ao.blr").post(act(assessed, "take-up"))
    Priority.objects.create(
        kind="courierbillofentry", document_id=assessed.pk, station="BLR", reason="MEDICAL", by_name="Kavya Sethi",
        by=User.objects.get(username="dcac.blr"),
    )  # fmt: skip
    assert holder(asked) == "signatory.swift" and holder(assessed) == "ao.blr"
    page = admin.get("/work/").content.decode()
    assert str(asked) in page and str(assessed) not in page
    assert "My work" in signatory.get("/").content.decode()
    officer = User.objects.get(username="ao.blr").full_name
    pages = [assessed.get_absolute_url(), "/", "/bills/imports/queue/query/", "/find/?q=CBE"]
    for address in pages:
        shown = signatory.get(address).content.decode()
        for word in (officer, "Priority", "Over target", " target ", "Target", " over<"):
            assert word not in shown.split("<main", 1)[-1], (address, word)
    assert admin.get(act(assessed, "re-allocate")).status_code == 404


def test_ended_postings_and_suspensions_give_the_work_back(signed_in: SignedIn, colleague: User) -> None:
    one, person = bill(Stage.ASSESSMENT), Actor.of(colleague)
    admin = Actor.of(User.objects.get(username="portadmin.blr"))

    desk_work.take_up(BILLS, one, person)
    take(colleague, "suspend", admin, reason="Inquiry 4 of 2026")
    assert holder(one) == ""
    take(colleague, "reactivate", admin, reason="Inquiry ended")

    desk_work.take_up(BILLS, one, person)
    own = colleague.postings.get()
    take(
        colleague, "end_posting", admin, posting=own, on=timezone.localdate() + timedelta(days=1), reason="Office order"
    )
    assert holder(one) == colleague.username  # until the day
    own.refresh_from_db()
    own.since, own.until = own.since - timedelta(days=5), timezone.localdate() - timedelta(days=1)
    own.save()
    end_after_the_last_day()
    assert holder(one) == ""

    again = posted(colleague, "ASSESSING_OFFICER", "BLR")
    desk_work.take_up(BILLS, one, Actor.of(colleague))
    take(colleague, "end_posting", admin, posting=again, on=timezone.localdate(), reason="Office order")
    assert holder(one) == ""


def test_work_goes_back_though_nights_were_missed_and_what_another_role_suffices_for_stays(
    colleague: User, django_capture_on_commit_callbacks: Any
) -> None:
    today, desk = timezone.localdate(), colleague.postings.get()
    kept = posted(colleague, "XRAY_OFFICER", "BLR")
    assessed, xrayed = bill(Stage.ASSESSMENT), bill(Stage.XRAY)
    for one in (assessed, xrayed):
        desk_work.take_up(BILLS, one, Actor.of(colleague))
    type(desk).objects.filter(pk=desk.pk).update(since=today - timedelta(days=9), until=today - timedelta(days=4))
    with django_capture_on_commit_callbacks(execute=True):
        end_after_the_last_day()  # the first night since in which it ran
        assert end_after_the_last_day() == 0
    assert (holder(assessed), holder(xrayed)) == ("", colleague.username)
    line = AuditLine.objects.get(event="work.given-back")
    assert (line.about, line.details["documents"]) == (colleague.username, [f"courierbillofentry {assessed.pk}"])

    admin = Actor.of(User.objects.get(username="portadmin.blr"))
    again = posted(colleague, "ASSESSING_OFFICER", "BLR")
    desk_work.take_up(BILLS, assessed, Actor.of(colleague))
    take(colleague, "end_posting", admin, posting=again, on=today, reason="Office order")
    assert (holder(assessed), holder(xrayed)) == ("", colleague.username)
    take(colleague, "end_posting", admin, posting=kept, on=today, reason="Office order")
    assert not InHand.objects.exists()


def test_the_work_of_another_station_stays_where_one_station_is_left(colleague: User) -> None:
    posted(colleague, "ASSESSING_OFFICER", "DEL")
    here, there = bill(Stage.ASSESSMENT), bill(Stage.ASSESSMENT, station="DEL")
    for one in (here, there):
        desk_work.take_up(BILLS, one, Actor.of(colleague))
    admin = Actor.of(User.objects.get(username="portadmin.blr"))
    own = colleague.postings.get(station="BLR")
    take(colleague, "end_posting", admin, posting=own, on=timezone.localdate(), reason="Office order")
    assert (holder(here), holder(there)) == ("", colleague.username)


def test_the_system_and_other_desks_are_not_held_up(signed_in: SignedIn, colleague: User) -> None:
    officer = Actor.of(User.objects.get(username="ao.blr"))
    one = bill(Stage.ASSESSMENT)
    desk_work.take_up(BILLS, one, officer)
    chief = Actor.of(User.objects.get(username="dcac.blr"))
    assert take(one, "stop", chief, remarks="Intelligence of the day").stage == Stage.STOPPED
    assert holder(one) == ""
    awaited = bill(Stage.ARRIVAL)
    desk_work.take_up(BILLS, awaited, Actor.of(User.objects.get(username="scan.blr")))
    assert arrive(awaited).stage == Stage.XRAY  # whoever scans the last package
    assert holder(awaited) == ""
    paid = bill(Stage.DUTY)
    outcome = take_many(type(paid), [paid.pk], "confirm_payment", SYSTEM, amount=paid.amount_due, challan="C1")
    assert outcome.moved and not outcome.refused


def test_priority_goes_first_with_its_reason_until_it_is_finished(signed_in: SignedIn) -> None:
    mine, chief = signed_in("ao.blr"), signed_in("dcac.blr")
    old, new = bill(Stage.ASSESSMENT), bill(Stage.ASSESSMENT)
    type(old).objects.filter(pk=old.pk).update(stage_since=timezone.now() - timedelta(hours=5))
    put = reverse("work-priority", args=["bills/imports", new.key])
    assert mine.get(put).status_code == 403
    assert chief.post(put, {"reason": "OTHER", "remarks": ""}).status_code == 422
    assert chief.post(put, {"reason": "LIFE_SAVING", "remarks": "Vaccines, two days"}).status_code == 302
    page = mine.get(QUEUE).content.decode().split("<tbody>")[1]
    assert page.index(hawb_of(new).number) < page.index(hawb_of(old).number)
    assert "Life-saving" in page and page.count(hawb_of(new).number) == 1
    assert hawb_of(old).number not in mine.get(f"{QUEUE}?work=first").content.decode().split("<tbody>")[1]
    assert "Vaccines, two days" in mine.get(new.get_absolute_url()).content.decode()
    opened = mine.post(reverse("work-next", args=["bills/imports", "assessment"]))
    assert opened["Location"] == new.get_absolute_url()
    chief.post(put, {"reason": "", "remarks": "Left by another flight"})
    assert not Priority.objects.exists()
    assert AuditLine.objects.filter(event="work.priority").count() == 2


def test_a_queue_costs_the_same_however_much_of_it_is_in_hand(signed_in: SignedIn, colleague: User) -> None:
    mine = signed_in("ao.blr")
    officers = [Actor.of(User.objects.get(username="ao.blr")), Actor.of(colleague)]

    def cost() -> int:
        cache.clear()  # the counts are asked anew
        with CaptureQueriesContext(connection) as queries:
            assert mine.get(QUEUE).status_code == 200
        return sum(
            "bills_" in one["sql"] or "eccs_inhand" in one["sql"] or "eccs_priority" in one["sql"] for one in queries
        )

    flight = manifest(ManifestStage.ARRIVAL_SCAN)
    for n in range(2):
        desk_work.take_up(BILLS, bill(Stage.ASSESSMENT, on=flight), officers[n])
    mine.get(QUEUE)  # what is known once for all
    few = cost()
    for n in range(8):
        desk_work.take_up(BILLS, bill(Stage.ASSESSMENT, on=flight), officers[n % 2])
    assert cost() == few


def test_the_next_page_of_a_queue_is_walked_by_its_index(people: object) -> None:
    """Even with what is set aside left out and priority before it: no sort, no walk over the whole table."""
    officer = Actor.of(User.objects.get(username="ao.blr"))
    flight = manifest(ManifestStage.ARRIVAL_SCAN)
    for _n in range(3):
        desk_work.set_aside(
            BILLS, bill(Stage.ASSESSMENT, on=flight), officer, until=timezone.now() + timedelta(hours=1), why="Opinion"
        )
    rows = BILLS.visible_to(officer).filter(stage=Stage.ASSESSMENT)
    rows = AtDesk(BILLS, Stage.ASSESSMENT, officer).viewed(rows, "").order_by("stage_since", "pk")[:26]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        plan = rows.explain()
    assert "bill_station_queue" in plan and "Sort" not in plan, plan
