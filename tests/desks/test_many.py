"""Many documents of a queue are taken up, or allocated by a supervisor, together: set-wise, each judged by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Actor
from bills.listing import BILLS
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs import desk_many
from eccs.audit import AuditLine
from eccs.in_hand import InHand
from eccs.models import Notice
from tests.desks.conftest import SignedIn
from tests.factories.bills import bill

pytestmark = pytest.mark.django_db

QUEUE = "/bills/imports/queue/assessment/"


def many(verb: str, stage: str = "assessment") -> str:
    """Where the ticked bills of a desk go."""
    return reverse("work-many", args=["bills/imports", stage, verb])


def holders() -> dict[int, str]:
    """Who has which bill in hand."""
    return {row.document_id: row.by.username for row in InHand.objects.select_related("by")}


def test_the_ticked_bills_are_taken_up_but_for_those_of_a_colleague(signed_in: SignedIn, colleague: User) -> None:
    mine, theirs = signed_in("ao.blr"), signed_in(colleague.username)
    ours, taken, gone = [bill(Stage.ASSESSMENT) for _n in range(2)], bill(Stage.ASSESSMENT), bill(Stage.ASSESSMENT)
    page = mine.get(QUEUE).content.decode()
    assert "Take these up" in page and many("take-up") in page and "Re-allocate" not in page.split("<main")[1]
    theirs.post(many("take-up"), {"document": [taken.pk]})
    CourierBillOfEntry.objects.filter(pk=gone.pk).update(stage=Stage.APPROVAL)
    ticked = {"document": [*(one.pk for one in ours), taken.pk, gone.pk, 999999, "x"]}
    said = mine.post(many("take-up"), ticked, follow=True).content.decode()
    assert holders() == {**dict.fromkeys((one.pk for one in ours), "ao.blr"), taken.pk: colleague.username}
    assert "Done: 2 documents." in said and "Farid Khan has it in hand" in said and "has left this desk" in said
    line = AuditLine.objects.filter(event="work.taken-up").latest("pk")
    assert (line.about, line.details["count"], line.details["documents"]) == (
        "bills/imports/assessment", 2, [one.number for one in ours],
    )  # fmt: skip
    assert "Tick the documents first" in mine.post(many("take-up"), follow=True).content.decode()
    for stranger in ("signatory.swift", "xray.blr"):
        assert signed_in(stranger).post(many("take-up"), ticked).status_code == 404
    assert mine.get(many("take-up")).status_code == 405


def test_a_hundred_are_taken_up_in_the_statements_of_one(signed_in: SignedIn) -> None:
    signed_in("ao.blr")
    officer = Actor.of(User.objects.get(username="ao.blr"))

    def statements(count: int) -> int:
        made = [bill(Stage.ASSESSMENT).pk for _n in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert len(desk_many.take_up(BILLS, made, Stage.ASSESSMENT, officer).moved) == count
            done = desk_many.allocate(BILLS, made, Stage.ASSESSMENT, officer, person=None, reason="Shift ends.")
        assert len(done.refused) == count  # an officer who is no supervisor allocates nothing
        return len(captured)

    assert statements(1) == statements(8)


def test_a_supervisor_allocates_the_ticked_work_of_the_own_group(signed_in: SignedIn, colleague: User) -> None:
    mine, chief = signed_in("ao.blr"), signed_in("superintendent.blr")
    made = [bill(Stage.ASSESSMENT) for _n in range(3)]
    mine.post(many("take-up"), {"document": [one.pk for one in made]})
    page = chief.get("/work/").content.decode()
    assert many("re-allocate") in page and all(f'value="{one.pk}"' in page for one in made)
    ticked: dict[str, Any] = {"document": [one.pk for one in made[:2]]}
    form = chief.post(many("re-allocate"), ticked).content.decode()
    assert "Re-allocate: 2 documents?" in form and "Farid Khan" in form
    inspector = User.objects.get(username="inspector.blr") if User.objects.filter(username="inspector.blr") else None
    assert inspector is None or inspector.full_name not in form
    sent = ticked | {"confirm": "yes", "person": colleague.pk}
    assert chief.post(many("re-allocate"), sent | {"reason": ""}).status_code == 422
    assert mine.post(many("re-allocate"), sent | {"reason": "Leave."}).status_code == 404  # no supervisor
    assert signed_in("superintendent.del").post(many("re-allocate"), sent).status_code == 404
    said = chief.post(many("re-allocate"), sent | {"reason": "Leave from Monday."}, follow=True).content.decode()
    assert "Done: 2 documents." in said
    assert holders() == {made[0].pk: colleague.username, made[1].pk: colleague.username, made[2].pk: "ao.blr"}
    line = AuditLine.objects.get(event="work.allocated")
    assert (line.why, line.details["to"], line.details["count"]) == ("Leave from Monday.", colleague.username, 2)
    told = {notice.audience: notice for notice in Notice.objects.filter(subject__contains="allocated")}
    owner = User.objects.get(username="ao.blr")
    assert set(told) == {f"person:{owner.pk}", f"person:{colleague.pk}"}
    assert all("2 documents" in one.subject and str(made[1]) in one.body for one in told.values())
    chief.post(
        many("re-allocate"), {"document": made[0].pk, "confirm": "yes", "person": "", "reason": "Nobody is free."}
    )
    assert made[0].pk not in holders()
