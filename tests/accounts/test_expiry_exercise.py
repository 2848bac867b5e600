"""An expiry exercise (Advisory 10/2025): announced, begun, followed, cancelled; a courier in the middle of a draft loses nothing."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import expiry, passwords, tasks
from accounts.credentials import ExerciseAdvice, ExpiryExercise
from accounts.models import CourierStation, CustomsStation, Posting, User
from bills import drafts
from bills.models import CourierBillOfEntry
from tests.accounts.conftest import NEW, SignIn, text
from tests.conftest import PASSWORD
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.people import station_role

pytestmark = pytest.mark.django_db

People = Callable[[str], User]
Browser = Callable[..., Client]
HOUR = timedelta(hours=1)


@pytest.fixture
def named(noon: Any, people: People) -> Callable[..., ExpiryExercise]:
    """An exercise named now, to begin in an hour."""

    def make(scope: str = "ALL", group: str = "", station: str = "") -> ExpiryExercise:
        exercise = ExpiryExercise.objects.create(
            begins_at=timezone.now() + HOUR, scope=scope, group=group, station_id=station or None,
            made_by=people("sysadmin"),
        )  # fmt: skip
        expiry.forget()
        return exercise

    return make


def away(client: Client) -> bool:
    """Whether the desk leads to the page of the password."""
    answer = client.get("/")
    return answer.status_code == 302 and answer["Location"] == "/password/?next=%2F"


def signed_in(user: User) -> Client:
    """A live session."""
    client = Client()
    client.force_login(user)
    return client


# ── before, at the moment, after ─────────────────────────────────────────────


def test_before_it_begins_it_is_announced_and_nothing_is_shut(
    noon: Any, people: People, named: Callable[..., ExpiryExercise]
) -> None:
    client = signed_in(people("signatory.swift"))
    named()
    for address in ("/", "/account/", "/manifests/"):
        page = client.get(address)
        assert page.status_code == 200 and "All passwords expire on 19/11/2026 13:00 IST" in text(page)
    noon.shift(HOUR - timedelta(seconds=1))
    client = signed_in(people("signatory.swift"))
    assert not away(client)
    noon.shift(timedelta(seconds=1))
    assert away(client)
    assert "by order of the Directorate General of Systems" in text(client.get("/password/"))


def test_a_live_session_and_a_new_sign_in_are_led_there_until_it_is_done(
    noon: Any, people: People, named: Callable[..., ExpiryExercise], sign_in: SignIn
) -> None:
    named()
    noon.shift(HOUR)
    client = Client()
    answer = sign_in("ao.blr", client=client, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/password/")
    assert "All passwords expire on" not in text(answer)
    changed = {"present": PASSWORD, "new": NEW, "again": NEW, "next": "/bills/imports/queue/assessment/"}
    assert client.post("/password/", changed)["Location"] == "/bills/imports/queue/assessment/"
    assert not away(client)
    assert sign_in("ao.blr", NEW)["Location"] == "/"


def test_a_password_chosen_before_the_moment_is_not_new_enough(
    noon: Any, people: People, named: Callable[..., ExpiryExercise]
) -> None:
    named()
    user = people("ao.blr")
    noon.shift(HOUR - timedelta(seconds=1))
    passwords.set_new(user, NEW)
    noon.shift(timedelta(seconds=1))
    assert away(signed_in(people("ao.blr")))


@pytest.mark.parametrize(
    ("scope", "group", "station", "concerned"),
    [
        ("ALL", "", "", {"ao.blr", "ao.del", "scan.blr", "courier.swift", "importer.kaveri", "sysadmin"}),
        ("GROUP", "CUSTOMS", "", {"ao.blr", "ao.del"}),
        ("GROUP", "COURIER", "", {"courier.swift"}),
        ("GROUP", "CUSTODIAN", "", {"scan.blr"}),
        ("GROUP", "SYSTEM", "", {"sysadmin"}),
        ("STATION", "", "BLR", {"ao.blr", "scan.blr", "courier.swift"}),
        ("STATION", "", "DEL", {"ao.del", "courier.swift"}),
    ],
)
def test_only_people_in_scope_are_led_away(
    scope: str, group: str, station: str, concerned: set[str], noon: Any, people: People,
    named: Callable[..., ExpiryExercise],
) -> None:  # fmt: skip
    exercise = named(scope, group, station)
    everybody = ("ao.blr", "ao.del", "scan.blr", "courier.swift", "importer.kaveri", "sysadmin")
    told = {u for u in everybody if "All passwords expire" in text(signed_in(people(u)).get("/account/"))}
    noon.shift(HOUR)
    led = {u for u in everybody if away(signed_in(people(u)))}
    listed = set(expiry.people_in(exercise).values_list("username", flat=True)) & set(everybody)
    assert told == led == listed == concerned


def test_a_posting_that_has_ended_puts_nobody_in_scope(
    noon: Any, people: People, named: Callable[..., ExpiryExercise]
) -> None:
    Posting.objects.filter(user=people("ao.blr")).update(until=timezone.localdate() - timedelta(days=1))
    named("STATION", "", "BLR")
    noon.shift(HOUR)
    assert not away(signed_in(people("ao.blr")))


def test_the_scan_station_announces_it_too(noon: Any, people: People, named: Callable[..., ExpiryExercise]) -> None:
    client = signed_in(people("scan.blr"))
    flight = manifest("ARRIVAL_SCAN", courier=people("courier.swift").courier, scan_started_at=timezone.now())
    named()
    page = client.get(reverse("scan-station", args=[flight.key]))
    assert page.status_code == 200 and "All passwords expire on 19/11/2026 13:00 IST" in text(page)


def test_an_exercise_cancelled_before_it_begins_expires_nothing(
    noon: Any, people: People, named: Callable[..., ExpiryExercise]
) -> None:
    exercise = named()
    client = signed_in(people("ao.blr"))
    assert "All passwords expire" in text(client.get("/"))
    assert expiry.cancel(exercise, people("sysadmin"))
    assert "All passwords expire" not in text(client.get("/"))
    noon.shift(HOUR)
    assert not away(signed_in(people("ao.blr")))


def test_an_exercise_that_has_begun_cannot_be_cancelled(
    noon: Any, people: People, named: Callable[..., ExpiryExercise]
) -> None:
    exercise = named()
    noon.shift(HOUR)
    assert not expiry.cancel(exercise, people("sysadmin"))
    assert away(signed_in(people("ao.blr")))


# ── letters ──────────────────────────────────────────────────────────────────


def test_each_person_in_scope_gets_one_letter_before(
    noon: Any, people: People, named: Callable[..., ExpiryExercise]
) -> None:
    exercise = named("GROUP", "COURIER")
    User.objects.filter(username="courier.metro").update(email="")
    assert tasks.advise(exercise.pk) == 5
    assert tasks.advise(exercise.pk) == 0
    assert tasks.advise_of_exercises() == 0
    assert {letter.to[0] for letter in mail.outbox} == {
        "courieradmin.swift@eccs.example", "courier.swift@eccs.example", "signatory.swift@eccs.example",
        "courieradmin.metro@eccs.example", "signatory.metro@eccs.example",
    }  # fmt: skip
    assert "19/11/2026, 13:00 IST" in mail.outbox[0].body


def test_a_worker_that_stopped_goes_on_where_it_was(
    noon: Any, people: People, named: Callable[..., ExpiryExercise]
) -> None:
    exercise = named("GROUP", "SYSTEM")
    for username in ("sysadmin", "sysadmin2"):
        ExerciseAdvice.objects.create(exercise=exercise, user=people(username))
    assert tasks.advise(exercise.pk) == 0
    exercise = named("GROUP", "COURIER")
    ExerciseAdvice.objects.create(exercise=exercise, user=people("courier.swift"))
    assert tasks.advise_of_exercises() == 5
    assert "courier.swift@eccs.example" not in [letter.to[0] for letter in mail.outbox]


def test_no_letter_after_the_moment_or_after_a_cancellation(
    noon: Any, people: People, named: Callable[..., ExpiryExercise]
) -> None:
    late, cancelled = named("GROUP", "SYSTEM"), named("GROUP", "SYSTEM")
    expiry.cancel(cancelled, people("sysadmin"))
    noon.shift(HOUR)
    assert tasks.advise(late.pk) == tasks.advise(cancelled.pk) == tasks.advise(999_999) == 0
    assert not mail.outbox


# ── the pages of the System Admin ────────────────────────────────────────────

GIVEN = {"begins_at": "20/11/2026 12:00", "scope": "STATION", "station": "BLR", "group": "CUSTOMS"}


def test_the_system_admin_names_an_exercise_after_being_asked_twice(
    noon: Any, people: People, browser: Browser, django_capture_on_commit_callbacks: Any
) -> None:
    client = browser("sysadmin")
    asked = client.post("/password-expiry/new/", GIVEN)
    assert "20/11/2026 12:00: Bengaluru (BLR)?" in text(asked) and "people are written to now" in text(asked)
    assert not ExpiryExercise.objects.exists()
    with django_capture_on_commit_callbacks(execute=True) as waiting:
        client.post("/password-expiry/new/", {**GIVEN, "confirm": "yes"})
    exercise = ExpiryExercise.objects.get()
    assert (exercise.scope, exercise.group, exercise.station_id) == ("STATION", "", "BLR")
    assert timezone.localtime(exercise.begins_at).hour == 12
    assert exercise.made_by.username == "sysadmin"
    assert len(waiting) == 3  # the advisory, the letters, and what every process knows
    page = text(client.get(f"/password-expiry/{exercise.pk}/"))
    assert "Cancel this exercise" in page and "ao.blr" in page and "ao.del" not in page
    assert "To come" in text(client.get("/password-expiry/"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"begins_at": "19/11/2026 12:14"}, "at least 15 minutes from now"),
        ({"begins_at": "18/11/2026 12:00"}, "at least 15 minutes from now"),
        ({"begins_at": "tomorrow"}, "Enter a date and a time"),
        ({"scope": ""}, "Choose whose passwords expire"),
        ({"station": ""}, "Choose the station"),
        ({"scope": "GROUP", "group": ""}, "Choose the user group"),
        ({"station": "XXX"}, "valid choice"),
    ],
)
def test_what_cannot_be_an_exercise(change: dict[str, str], words: str, noon: Any, browser: Browser) -> None:
    answer = browser("sysadmin").post("/password-expiry/new/", {**GIVEN, **change, "confirm": "yes"})
    assert answer.status_code == 422 and words in text(answer)
    assert not ExpiryExercise.objects.exists()


def test_nobody_else_reaches_these_pages(noon: Any, people: People, named: Callable[..., ExpiryExercise]) -> None:
    pk = named().pk
    for username in ("portadmin.blr", "customsadmin.blr", "commissioner.blr", "signatory.swift"):
        client = signed_in(people(username))
        for name, args in (
            ("expiry-exercises", []), ("expiry-new", []), ("expiry-exercise", [pk]), ("expiry-cancel", [pk]), ("expiry-people", [pk]),
        ):  # fmt: skip
            assert client.get(reverse(name, args=args)).status_code == 403, (username, name)
        assert client.post(reverse("expiry-cancel", args=[pk])).status_code == 403
    assert ExpiryExercise.objects.get().cancelled_at is None


def test_progress_names_who_has_and_who_has_not(
    noon: Any, browser: Browser, people: People, named: Callable[..., ExpiryExercise], audit: list[Any]
) -> None:
    exercise = named("STATION", "", "BLR")
    User.objects.filter(username="ao.blr").update(full_name="=HYPERLINK(1)")
    noon.shift(HOUR)
    passwords.set_new(people("ao.blr"), NEW)
    admin = signed_in(people("sysadmin"))
    assert expiry.progress(exercise)["done"] == 1
    due = text(admin.get(f"/password-expiry/{exercise.pk}/"))
    done = text(admin.get(f"/password-expiry/{exercise.pk}/?which=done"))
    assert ("ao.blr" in due, "ao.blr" in done) == (False, True)
    assert ("dcac.blr" in due, "dcac.blr" in done) == (True, False)
    answer = admin.get(f"/password-expiry/{exercise.pk}/people.csv")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 1 + expiry.progress(exercise)["people"]
    told = {row[0]: row for row in rows}
    assert (told["ao.blr"][1], told["ao.blr"][-1], told["dcac.blr"][-1]) == ("'=HYPERLINK(1)", "yes", "no")
    assert [event for event, _details in audit if event in ("list.exported", "file.downloaded")] == ["list.exported"]


def test_composed_roles_count_for_their_group_and_withdrawn_couriers_for_no_station(
    noon: Any, people: People, named: Callable[..., ExpiryExercise]
) -> None:
    person = people("ao.blr")
    role = station_role()
    person.postings.all().delete()
    Posting.objects.create(user=person, station_role=role, station_id="BLR")
    assert expiry.people_in(named("GROUP", "CUSTOMS")).filter(pk=person.pk).exists()
    assert not expiry.people_in(named("GROUP", "COURIER")).filter(pk=person.pk).exists()
    swift, today = people("signatory.swift"), timezone.localdate()
    at_bengaluru = named("STATION", "", "BLR")
    stations = CourierStation.objects.filter(courier=swift.courier, station="BLR")
    for until, concerned in ((today, True), (today - timedelta(days=1), False)):
        stations.update(since=today - timedelta(days=90), until=until)
        assert expiry.people_in(at_bengaluru).filter(pk=swift.pk).exists() is concerned


def test_an_exercise_is_cancelled_on_a_page_of_its_own(
    noon: Any, browser: Browser, people: People, named: Callable[..., ExpiryExercise]
) -> None:
    exercise = named()
    client = browser("sysadmin")
    assert "Cancel the exercise of 19/11/2026 13:00" in text(client.get(f"/password-expiry/{exercise.pk}/cancel/"))
    client.post(f"/password-expiry/{exercise.pk}/cancel/")
    held = ExpiryExercise.objects.get()
    assert held.cancelled_at and held.cancelled_by == people("sysadmin")
    again = client.post(f"/password-expiry/{exercise.pk}/cancel/", follow=True)
    assert "Nothing has changed" in text(again)


def test_naming_and_cancelling_ask_for_the_password_again(
    noon: Any, people: People, named: Callable[..., ExpiryExercise]
) -> None:
    client = signed_in(people("sysadmin"))
    exercise = named()
    for address in ("/password-expiry/new/", f"/password-expiry/{exercise.pk}/cancel/"):
        for answer in (client.get(address), client.post(address, {**GIVEN, "confirm": "yes"})):
            assert answer["Location"].startswith("/password/confirm/?next=")
    assert ExpiryExercise.objects.get().cancelled_at is None


@pytest.mark.parametrize(
    "wrong", [{"scope": "GROUP"}, {"scope": "STATION"}, {"scope": "ALL", "group": "CUSTOMS"}, {"scope": "MANY"}]
)
def test_half_a_scope_is_never_kept(wrong: dict[str, str], people: People) -> None:
    by = people("sysadmin")
    with pytest.raises(IntegrityError), transaction.atomic():
        ExpiryExercise.objects.create(begins_at=timezone.now(), made_by=by, **wrong)
    assert CustomsStation.objects.count() == 13


# ── a courier in the middle of a draft ───────────────────────────────────────


@pytest.fixture
def draft(people: People) -> CourierBillOfEntry:
    """A bill that Swift's operator is typing."""
    courier = people("courier.swift")
    return drafts.start(house_airway_bill(manifest(courier=courier.courier)), courier.pk)


def kept(draft: CourierBillOfEntry) -> dict[str, str]:
    """What is kept of the bill."""
    return drafts.header(CourierBillOfEntry.objects.get(pk=draft.pk))


def test_an_autosave_after_the_moment_is_kept_and_leads_to_the_password(
    noon: Any, people: People, named: Callable[..., ExpiryExercise], draft: CourierBillOfEntry
) -> None:
    client = signed_in(people("courier.swift"))
    here = reverse("bill-part", args=[draft.pk, "invoice"])
    assert client.get(here).status_code == 200
    named()
    noon.shift(HOUR)
    client = signed_in(people("courier.swift"))
    asked = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{here}"}
    answer = client.post(here, {"invoice_number": "HRB-20791", "invoice_date": "half a da"}, headers=asked)
    assert (kept(draft)["invoice_number"], kept(draft)["invoice_date"]) == ("HRB-20791", "half a da")
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"/password/?next={here.replace('/', '%2F')}")
    done = client.post("/password/", {"present": PASSWORD, "new": NEW, "again": NEW, "next": here})
    assert done["Location"] == here
    page = text(client.get(here))
    assert 'value="HRB-20791"' in page and 'value="half a da"' in page


def test_the_button_under_a_part_keeps_it_too_and_comes_back_to_where_it_led(
    noon: Any, people: People, named: Callable[..., ExpiryExercise], draft: CourierBillOfEntry
) -> None:
    named()
    noon.shift(HOUR)
    client = signed_in(people("courier.swift"))
    right = {"kyc_type": "PAN", "kyc_number": "AQXPN2207R", "state_code": "29"}
    answer = client.post(reverse("bill-part", args=[draft.pk, "importer"]), right)
    assert answer["Location"] == f"/password/?next={draft.get_absolute_url().replace('/', '%2F')}"
    assert kept(draft)["kyc_number"] == "AQXPN2207R"
    client.post(reverse("bill-item", args=[draft.pk, 1]), {"description": "Board game"})
    assert drafts.items(CourierBillOfEntry.objects.get(pk=draft.pk))[0]["description"] == "Board game"


def test_nothing_but_the_keeping_of_a_draft_is_taken(
    noon: Any, people: People, named: Callable[..., ExpiryExercise], draft: CourierBillOfEntry
) -> None:
    named()
    noon.shift(HOUR)
    client = signed_in(people("courier.swift"))
    client.post(reverse("bill-item-remove", args=[draft.pk, 1]))
    assert len(drafts.items(CourierBillOfEntry.objects.get(pk=draft.pk))) == 1
    client.post(draft.step_url("discard"), {"confirm": "yes"})
    assert CourierBillOfEntry.objects.get(pk=draft.pk).stage == "DRAFT"
    stranger = signed_in(people("courier.metro"))
    answer = stranger.post(reverse("bill-part", args=[draft.pk, "invoice"]), {"invoice_number": "STOLEN"})
    assert answer["Location"].startswith("/password/")
    assert "invoice_number" not in kept(draft)
