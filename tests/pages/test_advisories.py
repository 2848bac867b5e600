"""Advisories: each reaches the people it is for, on its days, in their language, until they have read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.advisories import Advisory, AdvisoryRead, Audience, Stage, publish_advisory
from accounts.models import AuthorisedCourier, User
from accounts.permissions import Actor
from eccs import trail
from eccs.audit import AuditLine
from eccs.workflow import Refused, take
from tests.factories.advisories import advisory
from tests.factories.firms import actor as somebody

pytestmark = pytest.mark.django_db

SignedIn = Callable[[str], Client]
Cast = Callable[[str], Actor]


@pytest.fixture
def signed_in(people: Callable[[str], User]) -> SignedIn:
    """A browser in which somebody has signed in."""

    def sign(username: str) -> Client:
        client = Client()
        client.force_login(people(username))
        return client

    return sign


def page(client: Client, address: str = "/", status: int = 200) -> str:
    """A page as text."""
    answer = client.get(address)
    assert answer.status_code == status
    return str(answer.content.decode())


def today(days: int = 0) -> date:
    """The day so many days from now, in India."""
    return timezone.localdate() + timedelta(days=days)


AUDIENCES: dict[str, dict[str, Any]] = {
    "all": {},
    "public": {"audience": Audience.PUBLIC},
    "customs": {"audience": Audience.GROUP, "group": "CUSTOMS"},
    "courier": {"audience": Audience.GROUP, "group": "COURIER"},
    "importer": {"audience": Audience.GROUP, "group": "IMPORTER"},
    "custodian": {"audience": Audience.GROUP, "group": "CUSTODIAN"},
    "blr": {"station": "BLR"},
    "del": {"station": "DEL"},
    "nation to del": {"station": "DEL", "desk": ""},
    "couriers at del": {"audience": Audience.GROUP, "group": "COURIER", "station": "DEL"},
}
READ_BY: dict[str, set[str]] = {
    "ao.blr": {"all", "public", "customs", "blr"},
    "auditor.del": {"all", "public", "customs", "del", "nation to del"},
    "scan.blr": {"all", "public", "custodian", "blr"},
    "courier.swift": {"all", "public", "courier", "blr", "del", "nation to del", "couriers at del"},
    "courieradmin.metro": {"all", "public", "courier", "blr"},  # not registered at Delhi here
    "importer.kaveri": {"all", "public", "importer"},  # posted nowhere in particular
    "portadmin.bom": {"all", "public", "customs"},
}


def test_an_advisory_reaches_exactly_those_it_is_for(signed_in: SignedIn) -> None:
    made = {name: advisory(title=f"Said to {name} only", **given) for name, given in AUDIENCES.items()}
    for username, expected in READ_BY.items():
        client = signed_in(username)
        AuthorisedCourier.objects.get(short_name="Metro Parcel Lines").stations.filter(station="DEL").delete()
        desk = page(client)
        listed = page(client, "/advisories/")
        assert {name for name in made if f"Said to {name} only" in listed} == expected, username
        assert {name for name in made if f"Said to {name} only" in desk} == set(
            sorted(expected, key=lambda n: -made[n].pk)[:5]
        )
        for name, one in made.items():
            status = 200 if name in expected else 404
            assert client.get(one.get_absolute_url()).status_code == status, (username, name)
            assert client.post(f"/advisories/{one.key}/mark-read/").status_code == (302 if name in expected else 404)


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [(0, None, True), (0, 0, True), (-3, 0, True), (1, None, False), (-3, -1, False), (-3, 5, True)],
)
def test_its_first_and_its_last_day_count(first: int, last: int | None, shown: bool, signed_in: SignedIn) -> None:
    advisory(
        audience=Audience.PUBLIC,
        from_date=today(first),
        until=None if last is None else today(last),
        title="Mind the days",
    )
    assert ("Mind the days" in page(Client(), "/sign-in/")) is shown
    assert ("Mind the days" in page(signed_in("ao.blr"))) is shown


def test_what_has_not_begun_is_nobodys_yet_and_what_is_over_is_found_as_past(signed_in: SignedIn) -> None:
    coming, past = advisory(from_date=today(1)), advisory(from_date=today(-9), until=today(-1), title="Over by now")
    client = signed_in("ao.blr")
    assert page(client, coming.get_absolute_url(), 404)
    assert "Not in force today" in page(client, past.get_absolute_url())
    assert "Over by now" in page(client, "/advisories/?view=past") and "Over by now" not in page(client, "/advisories/")
    assert "Over by now" in page(client, "/advisories/?view=all")


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.DISCARDED, Stage.WITHDRAWN])
def test_only_what_is_published_is_shown_on_the_desk_and_at_the_sign_in(stage: str, signed_in: SignedIn) -> None:
    one = advisory(stage, audience=Audience.PUBLIC, title="Not for the board")
    for shown in (page(Client(), "/sign-in/"), page(signed_in("ao.blr"))):
        assert "Not for the board" not in shown
    assert signed_in("ao.blr").get(one.get_absolute_url()).status_code == (200 if stage == Stage.WITHDRAWN else 404)


def test_it_stays_on_the_desk_until_each_person_has_read_it(signed_in: SignedIn) -> None:
    one = advisory(title="Read me once")
    ao, dcac = signed_in("ao.blr"), signed_in("dcac.blr")
    assert "Read me once" in page(ao) and "Read me once" in page(dcac)
    for _ in range(2):
        assert ao.post(f"/advisories/{one.key}/mark-read/")["Location"] == "/"
    assert AdvisoryRead.objects.count() == 1
    assert "Read me once" not in page(ao) and "Read me once" in page(dcac)
    assert "Read me once" in page(ao, "/advisories/") and "Read me once" not in page(ao, "/advisories/?view=unread")
    assert "Mark as read" not in page(ao, one.get_absolute_url())


def test_the_sign_in_page_shows_public_advisories_and_the_help_desk(settings: Any) -> None:
    settings.HELPDESK_PHONE, settings.HELPDESK_EMAIL = "1800-000-1111", "help@eccs.example"
    advisory(audience=Audience.PUBLIC, title="For everybody <b>out there</b>")
    advisory(title="For those within")
    shown = page(Client(), "/sign-in/")
    assert "For everybody &lt;b&gt;out there" in shown and "For those within" not in shown
    assert "1800-000-1111" in shown and "help@eccs.example" in shown


def test_hindi_is_shown_where_it_is_asked_for_and_there_and_english_else(signed_in: SignedIn) -> None:
    advisory(title="Two tongues", title_hi="दो भाषाएँ", text_hi="हिन्दी पाठ।")
    advisory(title="One tongue")
    client = signed_in("ao.blr")
    shown = page(client)
    assert "Two tongues" in shown and "दो भाषाएँ" not in shown
    client.post("/language/", {"language": "hi", "next": "/"})
    shown = page(client)
    assert "दो भाषाएँ" in shown and "हिन्दी पाठ।" in shown and "Two tongues" not in shown
    assert '<summary lang="hi">दो भाषाएँ' in shown and '<summary lang="en">One tongue' in shown


# ── writing ──────────────────────────────────────────────────────────────────

GIVEN = {
    "title": "Terminal closed on 26 January",
    "text": "No arrival scan on that day.",
    "title_hi": "",
    "text_hi": "",
}


def typed(**given: str) -> dict[str, str]:
    """The form as it is sent."""
    return {**GIVEN, "audience": "ALL::", "from_date": today().strftime("%d/%m/%Y"), "until": "", **given}


@pytest.mark.parametrize(
    ("username", "may"),
    [
        ("sysadmin", {"ALL::", "PUBLIC::", "GROUP:COURIER:", "GROUP:COURIER:BLR", "STATION::BLR", "STATION::DEL"}),
        ("portadmin.blr", {"STATION::BLR", "GROUP:COURIER:BLR"}),
    ],
)
def test_each_writer_speaks_to_the_own_circle_only(username: str, may: set[str], signed_in: SignedIn) -> None:
    client = signed_in(username)
    for audience in (
        "ALL::", "ALL", "PUBLIC::", "GROUP:COURIER:", "GROUP:COURIER:BLR", "GROUP:SYSTEM:", "STATION::BLR", "STATION::DEL",
        "STATION::", "GROUP::",
    ):  # fmt: skip
        answer = client.post("/advisories/new/", typed(audience=audience))
        assert answer.status_code == (302 if audience in may else 422), audience
    assert set(Advisory.objects.values_list("stage", flat=True)) == {"DRAFT"}


def test_a_draft_is_corrected_confirmed_published_numbered_and_never_changed_again(
    signed_in: SignedIn, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in("portadmin.blr")
    client.post("/advisories/new/", typed(audience="STATION::BLR"))
    draft = Advisory.objects.get()
    assert GIVEN["title"] not in page(signed_in("ao.blr"))
    assert (
        client.post(
            f"/advisories/{draft.key}/edit/", typed(audience="STATION::BLR", title="Closed on 27 January")
        ).status_code
        == 302
    )
    asked = client.post(draft.step_url("publish"))
    assert asked.status_code == 200 and Advisory.objects.get().stage == Stage.DRAFT
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(draft.step_url("publish"), {"confirm": "yes"}, follow=True)
    published = Advisory.objects.get()
    assert f"Advisory 1/{today().year}: Publish done." in done.content.decode()
    assert (published.stage, published.number, published.title) == (
        "PUBLISHED",
        f"ADV_{today().year}_1",
        "Closed on 27 January",
    )
    assert (published.trail.get().snapshot or {})["text"] == GIVEN["text"]
    assert not list(trail.broken_lines(Advisory.trail_model))
    line = AuditLine.objects.get(event="advisory.published")
    assert (line.username, line.about, line.stations) == ("portadmin.blr", published.number, ["BLR"])
    assert (
        client.post(f"/advisories/{published.key}/edit/", typed(audience="STATION::BLR", title="Other")).status_code
        == 404
    )
    assert client.get(f"/advisories/{published.key}/edit/").status_code == 404
    assert Advisory.objects.get().title == "Closed on 27 January"


def test_withdrawing_asks_why_and_says_so_to_whoever_opens_it(
    signed_in: SignedIn, django_capture_on_commit_callbacks: Any
) -> None:
    one, client, reader = advisory(station="BLR", title="Was said"), signed_in("portadmin.blr"), signed_in("ao.blr")
    address = one.step_url("withdraw")
    assert client.post(address, {"confirm": "yes", "withdraw-why": ""}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"confirm": "yes", "withdraw-why": "The machine is repaired."})
    assert Advisory.objects.get().stage == Stage.WITHDRAWN
    assert "Was said" not in page(reader) and "Was said" in page(reader, "/advisories/?view=withdrawn")
    assert "The machine is repaired." in page(reader, one.get_absolute_url())
    assert AuditLine.objects.get(event="advisory.withdrawn").why == "The machine is repaired."


def test_what_was_withdrawn_before_it_began_was_never_said(signed_in: SignedIn) -> None:
    one = advisory(Stage.WITHDRAWN, from_date=today(3), withdrawn_on=today())
    assert signed_in("ao.blr").get(one.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("username", "station", "status"),
    [
        ("portadmin.del", "BLR", 404), ("portadmin.blr", "", 404), ("sysadmin", "BLR", 404), ("ao.blr", "BLR", 404),
        ("courier.swift", "BLR", 404), ("auditor.blr", "BLR", 404),
    ],
)  # fmt: skip
def test_nobody_elses_draft_is_seen_corrected_or_published(
    username: str, station: str, status: int, signed_in: SignedIn
) -> None:
    one, client = advisory(Stage.DRAFT, station=station), signed_in(username)
    assert client.get(one.get_absolute_url()).status_code == status
    for name in ("publish", "discard"):
        assert client.post(one.step_url(name), {"confirm": "yes"}).status_code == status
    assert client.post(f"/advisories/{one.key}/edit/", typed()).status_code in (403, 404)
    assert Advisory.objects.get().stage == Stage.DRAFT


@pytest.mark.parametrize(
    ("username", "station"), [("portadmin.blr", ""), ("sysadmin", "BLR"), ("portadmin.del", "BLR")]
)
def test_the_engine_refuses_another_desks_advisory(username: str, station: str, actor: Cast) -> None:
    one = advisory(station=station)
    with pytest.raises(Refused):
        take(one, "withdraw", actor(username), why="It is not mine.")


@pytest.mark.parametrize("username", ["ao.blr", "auditor.blr", "courier.swift", "customsadmin.blr"])
def test_who_writes_none_opens_no_page_of_writers(username: str, signed_in: SignedIn) -> None:
    client = signed_in(username)
    for address in ("/advisories/written/", "/advisories/new/"):
        assert client.get(address).status_code == 403
    assert client.post("/advisories/new/", typed()).status_code == 403
    assert "/advisories/written/" not in page(client)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"until": "01/01/2020"}, "It would end before it begins."),
        ({"from_date": "01/01/2020", "until": "02/01/2020"}, "The day has passed."),
        ({"title_hi": "केवल शीर्षक"}, "Hindi needs both"),
        ({"from_date": "31/31/2026"}, "Write the day as DD/MM/YYYY."),
    ],
)
def test_what_cannot_be_published_is_said_in_words(given: dict[str, str], words: str, signed_in: SignedIn) -> None:
    answer = signed_in("sysadmin").post("/advisories/new/", typed(**given))
    shown = answer.content.decode()
    assert (
        answer.status_code == 422 and words in shown and "<title>" in shown and "Error:" in shown.split("</title>")[0]
    )
    assert not Advisory.objects.exists()


def test_the_database_keeps_advisories_whole() -> None:
    for wrong in ({"group": "COURIER"}, {"audience": Audience.STATION}, {"until": today(-9)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            advisory(**wrong)


def test_another_part_publishes_at_once(actor: Cast) -> None:
    one = publish_advisory(
        actor("sysadmin"),
        title="Passwords expire",
        text="Reset yours after signing in.",
        audience=Audience.GROUP,
        group="COURIER",
    )
    assert (one.stage, str(one)) == ("PUBLISHED", f"Advisory 1/{today().year}")
    assert Advisory.objects.unread_by(somebody("COURIER_OPERATOR")).get() == one
    with pytest.raises(Refused):
        publish_advisory(actor("ao.blr"), title="Mine", text="Mine")
    assert Advisory.objects.count() == 1
