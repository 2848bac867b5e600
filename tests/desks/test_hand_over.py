"""The note at the end of a shift."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from bills.stages import Stage
from eccs.hand_over import HandOver, HandOverRead
from eccs.in_hand import InHand
from tests.desks.conftest import SignedIn
from tests.desks.test_in_hand import act, later
from tests.factories.bills import bill
from tests.factories.people import courier_person, posted

pytestmark = pytest.mark.django_db


def test_a_shift_is_handed_over_and_read_by_the_next(signed_in: SignedIn, colleague: User) -> None:
    mine, theirs = signed_in("ao.blr"), signed_in(colleague.username)
    old = bill(Stage.ASSESSMENT, stage_since=timezone.now() - timedelta(hours=9))
    hand, aside = bill(Stage.ASSESSMENT), bill(Stage.ASSESSMENT)
    mine.post(act(hand, "take-up"))
    mine.post(act(aside, "set-aside"), {"why": "Original licence", "until": later()})
    page = mine.get("/hand-over/").content.decode()
    for one in (old, hand, aside):
        assert str(one) in page
    assert "Original licence" in page and not HandOver.objects.exists()
    refused = mine.post("/hand-over/", {"desk": "ASSESSING_OFFICER@DEL", "text": ""})
    assert refused.status_code == 422

    sent = {"desk": "ASSESSING_OFFICER@BLR", "text": "The courier brings the licence at ten.", "back": "on"}
    elsewhere = InHand.objects.create(
        kind="courierbillofentry", document_id=old.pk, stage=Stage.EXAMINATION, station="BLR", role="INSPECTOR",
        by=InHand.objects.get(document_id=hand.pk).by, steps=["report_examination"], since=timezone.now(),
    )  # fmt: skip
    assert mine.post("/hand-over/", sent).status_code == 302
    note = HandOver.objects.get()
    assert {(line["state"], line["number"]) for line in note.lines} == {
        ("HAND", str(hand)), ("ASIDE", str(aside)), ("LATE", str(old)),
    }  # fmt: skip
    assert list(InHand.objects.all()) == [elsewhere]  # all of it went back, but not what is in hand in another role
    assert "brings the licence" not in mine.get("/").content.decode()  # one's own is no news

    assert "brings the licence" in theirs.get("/").content.decode()
    for username in ("inspector.blr", "ao.del", "scan.blr", "signatory.swift"):
        stranger = signed_in(username)
        assert "brings the licence" not in stranger.get("/").content.decode()
        assert stranger.get(f"/hand-over/{note.pk}/").status_code in (403, 404), username
    printed = theirs.get(f"/hand-over/{note.pk}/").content.decode()
    assert "Original licence" in printed and "nobody yet" in printed
    theirs.post(f"/hand-over/{note.pk}/read/")
    theirs.post(f"/hand-over/{note.pk}/read/")
    assert HandOverRead.objects.get().by_id == colleague.pk
    assert "brings the licence" not in theirs.get("/").content.decode()
    assert "Farid Khan" in mine.get(f"/hand-over/{note.pk}/").content.decode()


def test_a_couriers_shift_is_handed_over_within_the_firm(signed_in: SignedIn, people: Callable[[str], User]) -> None:
    mine, hand = signed_in("signatory.swift"), bill(Stage.QUERY)
    mine.post(act(hand, "take-up"))
    page = mine.get("/hand-over/").content.decode()
    assert str(hand) in page and "Courier Signatory" in page
    sent = {"desk": "COURIER_SIGNATORY@", "text": "The consignee calls back at ten.", "back": "on"}
    assert mine.post("/hand-over/", sent).status_code == 302
    note = HandOver.objects.get()
    assert (note.firm, note.station) == (f"courier:{hand.courier_id}", "")
    assert [(line["state"], line["number"]) for line in note.lines] == [("HAND", str(hand))]
    assert not InHand.objects.exists()
    next_shift = courier_person()
    posted(next_shift, "COURIER_SIGNATORY")
    for who, reads in (
        (next_shift.username, True),
        ("signatory.metro", False),
        ("courier.swift", False),
        ("ao.blr", False),
    ):
        reader = signed_in(who)
        assert ("calls back at ten" in reader.get("/").content.decode()) == reads, who
        assert (reader.get(f"/hand-over/{note.pk}/").status_code == 200) == reads, who
    signed_in(next_shift.username).post(f"/hand-over/{note.pk}/read/")
    assert "calls back at ten" not in signed_in(next_shift.username).get("/").content.decode()
