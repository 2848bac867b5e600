"""Every address, walked by everybody: a stranger, another firm, another station, and those whose it is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from accounts import cast
from accounts.models import Importer, User
from bills.models import CourierBillOfEntry
from eccs.audit import TABLES as AUDIT_TABLES
from eccs.models import Upload
from eccs.pages import as_verb
from eccs.workflow import Document
from tests.every_step.declared import MODELS
from tests.walk import addresses
from tests.walk.addresses import PUBLIC
from tests.walk.hindi import Judge
from tests.walk.words import words_of
from tests.walk.world import World

pytestmark = pytest.mark.django_db

FIRM = ["signatory.metro", "courieradmin.metro", "importer.kaveri"]
STATION = [
    "ao.del", "xray.del", "superintendent.del", "scan.del", "commissioner.bom", "portadmin.del", "customsadmin.del",
    "sysadmin", "auditor.del",
]  # fmt: skip
OTHERS = FIRM + STATION  # each address is asked for by somebody of another firm and by somebody of another station
OWN = [
    "signatory.swift", "courier.swift", "courieradmin.swift", "ao.blr", "dcac.blr", "xray.blr", "inspector.blr",
    "superintendent.blr", "scan.blr", "warehouse.blr", "portadmin.blr", "customsadmin.blr", "custodianadmin.blr",
    "auditor.blr",
]  # fmt: skip
STEP_ROLES: dict[str, set[str]] = defaultdict(set)
for _step in (one for kind in MODELS for one in kind.steps().values()):
    STEP_ROLES[as_verb(_step.name)].update(_step.roles)
UNTOLD = ["signatory.swift", "importer.kaveri", "warehouse.blr"]  # those who read nothing of risk
OF_THE_PUBLIC = (
    "/public/tariff/?q=85", "/public/tariff/98049000/", "/public/exchange-rates/USD/", "/public/forms/cbe-xiii/", "/public/forms/cem/",
    "/public/track/?hawb=SWF%25&courier=", "/bills/estimate/?cth=98049000&value=x", "/public/exchange-rates/?on=yesterday",
)  # fmt: skip
FOR_PROGRAMS = "api-reference"  # what the API calls its fields and answers is the same in every language
OF_EVERY_DESK = ("queue", "clearance", "steps", "find", "work-next", "work-priority", "work-many")
PUT_TO_RMS = ("/bills/imports/queue/", "/exports/bills/queue/")
SECRETS = ("secret compartment", "N-0099", "Asha Rao", "Facilitated", "FACILITATED", "lane--", "Officers only")
WRITES = re.compile(
    r"^\s*(INSERT|UPDATE|DELETE|COPY|TRUNCATE|WITH\b.*\b(INSERT|UPDATE|DELETE)\b)", re.IGNORECASE | re.DOTALL
)
MAY_GROW = re.compile(rf'^\s*(INSERT INTO|UPDATE) "({"|".join((*AUDIT_TABLES, "django_session"))})"')
"""Reading must leave a line in the audit log, on a page as on a file: these two tables, by name, and the session's own."""


_judge = Judge()


def in_hindi(client: Client) -> Client:
    """The same browser, in which Hindi was chosen."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "hi"
    return client


def heard(response: Any, address: str) -> None:
    """What a page says is kept, to be looked through for English."""
    if response.status_code == 200 and response.get("Content-Type", "").startswith("text/html"):
        _judge.read(content(response), address)


def both(client: Client, address: str) -> Iterator[tuple[str, Any]]:
    """The page asked for, and a form sent to it."""
    for method in ("GET", "POST"):
        yield asked(client, method, address)


def asked(client: Client, method: str, address: str) -> tuple[str, Any]:
    """An answer, with the way it was asked for."""
    sent = {"confirm": "1", "document": "1", "bill": "1"}
    return method, client.get(address) if method == "GET" else client.post(address, sent)


def in_turn(found: list[str], username: str) -> Iterator[tuple[str, str]]:
    """Addresses of one name, each to be read or sent a form to: of the two who ask for it one reads, one sends, turn about.

    Where a name has but one address both do both.
    """
    for n, address in enumerate(found):
        for way, method in enumerate(("GET", "POST")):
            if len(found) == 1 or (n + way + (username in FIRM)) % 2:
                yield method, address


def share(found: list[str], username: str, walkers: list[str], least: int) -> list[str]:
    """The addresses of one name that a person walks: so many at least of every name, and all people together leave none out."""
    ways = max(1, min(len(walkers), len(found) // least))
    turn = walkers.index(username) % ways
    return [address for n, address in enumerate(found) if n % ways == turn]


def content(response: Any) -> str:
    """What the answer says, file or page."""
    data = b"".join(response.streaming_content) if response.streaming else response.content
    return str(data, errors="replace")


def state(world: World) -> list[Any]:
    """How all documents stand."""
    found: list[Any] = []
    for kind in {type(one) for one in (*world.documents, *world.directory)}:
        rows: Any = kind._default_manager
        found += list(rows.order_by("pk").values_list("pk", "stage", "trail_length", "number"))
    return [*found, CourierBillOfEntry.objects.count(), list(Upload.objects.order_by("pk").values_list("pk", "state"))]


def test_every_address_is_walked(world: World) -> None:
    assert addresses.names() == {*PUBLIC, *world.addresses, *world.shared}


def test_a_stranger_sees_nothing(world: World) -> None:
    client, before = Client(raise_request_exception=False), state(world)
    for address in [a for kind in (world.addresses, world.shared) for found in kind.values() for a in found]:
        for method, response in both(client, address):
            assert response.status_code == 302, (method, address, response.status_code)
            assert response["Location"].startswith("/sign-in/"), (method, address)
    assert state(world) == before


@pytest.mark.parametrize("username", OTHERS)
def test_nobody_sees_what_is_another_firms_or_stations(
    username: str, world: World, browser: Callable[[str], Client]
) -> None:
    client, before = in_hindi(browser(username)), state(world)
    walkers = FIRM if username in FIRM else STATION
    for found in world.shared.values():  # first, as the audit log then tells what was asked for below
        for address in share(found, username, walkers, least=1):
            response = client.get(address)
            assert response.status_code < 500, address
            given_away(response, world, address)
            heard(response, address)
    for found in world.addresses.values():
        theirs = world.national if username == "sysadmin" else ()
        mine = set(share(found, username, walkers, least=1)).difference(theirs)
        for method, address in in_turn(found, username):
            if address in mine:
                _method, response = asked(client, method, address)
                assert response.status_code in (403, 404, 405), (method, address, response.status_code)
                given_away(response, world, address)
    assert state(world) == before
    assert not _judge.english()


def given_away(response: Any, world: World, address: str) -> None:
    """No word of the documents stands in an answer, but what was typed into the address itself."""
    text = content(response).replace(address, "")
    told = [word for word in world.words() if word in text and word not in address]
    assert not told, (address, told)
    if "?q=" in address:
        assert "/bills/imports/" not in text.split("<main", 1)[-1], address


@pytest.mark.parametrize("username", OWN)
def test_no_page_breaks_and_no_get_writes(username: str, world: World, browser: Callable[[str], Client]) -> None:
    """The site is walked in Hindi: no page leaves anything in English but data and names."""
    client = in_hindi(browser(username))
    trade = username.endswith(".swift")
    client.get("/")  # the session is written once
    seen = 0
    for found in (*world.addresses.values(), *world.shared.values()):
        for address in share(found, username, OWN, least=1):
            with CaptureQueriesContext(connection) as queries:
                response = client.get(address)
            assert response.status_code in (200, 302, 403, 404, 405, 409), (address, response.status_code)
            written = [q["sql"][:120] for q in queries if WRITES.match(q["sql"]) and not MAY_GROW.match(q["sql"])]
            assert not written, (address, written)
            seen += response.status_code == 200
            heard(response, address)
            text = content(response)
            if trade and response.get("Content-Type", "").startswith("text/html"):
                assert not [secret for secret in SECRETS if secret in text], address
    assert seen > 10
    assert not _judge.english()


def test_the_public_window_says_nothing_in_english() -> None:
    client = in_hindi(Client())
    for name in {*PUBLIC} - {FOR_PROGRAMS}:
        with suppress(NoReverseMatch):  # an address of something named is asked for by name below
            heard(client.get(reverse(name)), name)
    for address in OF_THE_PUBLIC:
        heard(client.get(address), address)
    assert not _judge.english()


@pytest.mark.parametrize("username", UNTOLD)
def test_nothing_of_risk_is_told_to_the_trade_or_the_custodian(
    username: str, world: World, browser: Callable[[str], Client]
) -> None:
    """Every page and every file, of bills that rules had hit too: no criterion, no reason, no name of a rule (PN17 6.1).

    Courier, importer and custodian each ask for all of them; what is the same page for every desk, of other documents, in turn.
    """
    client, read = browser(username), 0
    if username.startswith("importer"):  # the importer whose bill rules had hit, and which it may read
        owner = Importer.objects.get(iec=addresses.IMPORTER_IEC)
        User.objects.filter(username=username).update(importer=owner)
        assert CourierBillOfEntry.objects.filter(importer=owner, risk_decision__isnull=False).exists()
        client.force_login(User.objects.get(username=username))
    for kinds in (world.addresses, world.shared):
        for name, found in kinds.items():
            for address in by_turns(name, found, username):
                response = client.get(address)
                if response.status_code == 200:
                    text = written_in(response)
                    assert not [secret for secret in SECRETS if secret in text], address
                    read += 1
    assert read > 40


def by_turns(name: str, found: list[str], username: str) -> list[str]:
    """All addresses of a name; of those that are the same for every desk a part, but each of the queues of bills.

    Of the forms of steps those that the reader's role may take: to all others each of these is refused alike.
    """
    if name == "step":
        roles = next(p.roles for p in cast.people() if p.username == username)
        return [one for one in found if STEP_ROLES[one.rstrip("/").rsplit("/", 1)[-1]].intersection(roles)]
    if name not in OF_EVERY_DESK:
        return found
    mine = found[UNTOLD.index(username) :: len(UNTOLD)]
    return [one for one in found if one in mine or (name == "queue" and one.startswith(PUT_TO_RMS))]


def written_in(response: Any) -> str:
    """The words of a page or of a file."""
    return words_of(b"".join(response.streaming_content) if response.streaming else response.content)


@pytest.mark.parametrize("username", ["signatory.swift", "ao.blr", "superintendent.blr", "xray.blr"])
def test_those_whose_it_is_see_it(username: str, world: World, browser: Callable[[str], Client]) -> None:
    client = browser(username)
    filed = [one for one in world.documents if isinstance(one, CourierBillOfEntry) and one.filed_at]
    for one in filed:
        response = client.get(one.get_absolute_url())
        assert response.status_code == 200
        assert (one.number or "").rsplit("_", 2)[1] in response.content.decode()


@pytest.mark.parametrize("kind", ["document", "step"])
def test_an_officer_sees_no_draft(kind: str, world: World, browser: Callable[[str], Client]) -> None:
    client = browser("ao.blr")
    drafts: list[Document] = [one for one in world.documents if one.number is None]
    assert drafts
    for one in drafts:
        for address in world.addresses[kind]:
            if f"/{one.key}/" in address:
                assert client.get(address).status_code == 404, address
