"""What the head of every page, a fragment and a page of error must hold."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError
from django.template.loader import get_template
from django.test import Client, RequestFactory

from accounts.models import User
from bills.stages import Stage
from eccs import errors
from tests.factories.bills import bill

People = Callable[[str], User]


@pytest.fixture
def signed_in(people: People) -> Callable[[str], Client]:
    """A browser in which somebody has signed in."""

    def sign(username: str) -> Client:
        client = Client()
        client.force_login(people(username))
        return client

    return sign


def text(answer: Any) -> str:
    """The page as text."""
    return str(answer.content.decode())


def test_the_head_names_the_person_the_role_and_the_station(signed_in: Callable[[str], Client]) -> None:
    page = text(signed_in("ao.blr").get("/"))
    assert "Assessing Officer" in page and "Bengaluru (BLR)" in page
    assert "page--officer" in page


def test_every_answer_forbids_what_was_not_sent_from_here(signed_in: Callable[[str], Client]) -> None:
    for answer in (Client().get("/sign-in/"), signed_in("ao.blr").get("/"), signed_in("ao.blr").get("/nowhere/")):
        policy = dict(
            part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";") if " " in part.strip()
        )
        assert policy["default-src"] == "'self'" and policy["frame-ancestors"] == "'none'"
        assert not any(
            word in sources
            for word in ("unsafe", "*", "http:")
            for sources in policy.values()
            if "127.0.0.1" not in sources
        )
        assert not {"script-src", "style-src", "script-src-elem"} & set(policy)  # as strict as the default


def test_an_officer_sees_the_own_desks_only(signed_in: Callable[[str], Client]) -> None:
    page = text(signed_in("ao.blr").get("/"))
    assert "For assessment" in page
    assert "For Out of Charge" not in page and "For X-ray" not in page


def test_a_courier_is_told_to_pay_where_only_the_bank_can_answer(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("signatory.swift")
    waiting = bill(Stage.DUTY)
    page = text(client.get(waiting.get_absolute_url()))
    assert "Pay the duty" in page and "strip__you" in page
    assert "Awaiting duty" in text(client.get("/"))
    assert client.get("/bills/imports/queue/duty/").status_code == 200


def test_the_trade_never_sees_the_lane_or_the_name_of_an_officer(signed_in: Callable[[str], Client]) -> None:
    page = text(signed_in("signatory.swift").get(bill(Stage.ASSESSMENT).get_absolute_url()))
    assert "secret compartment" not in page
    assert "RMS" not in page and "lane--" not in page


def test_no_page_has_style_or_script_of_its_own(signed_in: Callable[[str], Client]) -> None:
    one = bill(Stage.ASSESSMENT)
    for username, path in (
        ("ao.blr", "/"), ("ao.blr", "/bills/imports/queue/assessment/"), ("ao.blr", one.get_absolute_url()),
        ("signatory.swift", one.get_absolute_url()), ("ao.blr", "/clearance/bills/imports/"),
    ):  # fmt: skip
        page = text(signed_in(username).get(path))
        assert " style=" not in page and "<style" not in page
        assert page.count("<script") == page.count("<script src=") and " onclick=" not in page


def test_the_page_is_in_hindi_when_it_is_asked_for(people: People) -> None:
    client = Client()
    answer = client.post("/language/", {"language": "hi", "next": "/sign-in/"})
    assert answer["Location"] == "/sign-in/"
    page = text(client.get("/sign-in/"))
    assert '<html lang="hi"' in page and "साइन इन करें" in page


def test_the_size_of_text_is_kept_for_the_person(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("ao.blr")
    client.post("/text-size/", {"size": "large"})
    assert "text-large" in text(client.get("/"))


def test_a_fragment_of_an_expired_session_sends_the_whole_page_to_sign_in(people: People) -> None:
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/bills/imports/queue/xray/?late=1"}
    answer = Client().get("/counts/?path=/", headers=asked)
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/sign-in/?next=%2Fbills%2Fimports%2Fqueue%2Fxray%2F"


def test_the_counts_alone_mark_the_page_they_stand_on(signed_in: Callable[[str], Client]) -> None:
    bill(Stage.ASSESSMENT)
    page = text(signed_in("ao.blr").get("/counts/?path=/bills/imports/queue/assessment/"))
    assert page.count("aria-current") == 1 and "<html" not in page
    assert '<span class="mast__count">1' in page


def test_the_page_of_a_broken_system_needs_no_database(django_assert_num_queries: Any) -> None:
    page = get_template("500.html").render()
    assert "Something failed here" in page and "Express Cargo Clearance System" in page


@pytest.mark.parametrize(
    ("fault", "status", "again"),
    [
        (OperationalError, 503, "5"),
        (InterfaceError, 503, "5"),
        (DatabaseError, 503, "5"),
        (ValueError, 500, None),
        (ProgrammingError, 500, None),
    ],
    ids=["no answer", "cut off", "in the middle of an answer", "a fault of ours", "a wrong statement"],
)
def test_a_host_that_lost_the_database_says_so_and_another_is_asked(
    fault: type[Exception], status: int, again: str | None
) -> None:
    for address in ("/payments/", "/api/v1/bills"):
        try:
            raise fault
        except fault:
            answer = errors.broken(RequestFactory().get(address))
        assert (answer.status_code, answer.get("Retry-After")) == (status, again)
        assert str(status) in answer.content.decode()


@pytest.mark.parametrize("where", ["here", "database"])
def test_a_full_disk_is_told_as_such_and_that_nothing_was_saved(where: str) -> None:
    fault: Exception = OSError(errno.ENOSPC, "No space left on device")
    if where == "database":
        fault = OperationalError()
        fault.__cause__ = type("DiskFull", (Exception,), {"pgcode": "53100"})()
    for address in ("/payments/", "/api/v1/bills"):
        try:
            raise fault
        except (OSError, OperationalError):
            answer = errors.broken(RequestFactory().get(address))
        assert (answer.status_code, answer["Retry-After"]) == (507, "60")
        assert "A disk of ECCS is full" in answer.content.decode()


def test_an_unknown_address_is_answered_in_words(signed_in: Callable[[str], Client]) -> None:
    answer = signed_in("ao.blr").get("/nothing/here/")
    assert answer.status_code == 404 and "There is no such page" in text(answer)


def test_a_form_without_its_token_says_that_nothing_has_changed(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/sign-in/", {"username": "ao.blr", "password": "x"})
    assert answer.status_code == 403 and "This form is out of date" in text(answer)


def test_every_file_the_style_sheets_name_is_there(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }  # fmt: skip
    call_command("collectstatic", interactive=False, verbosity=0)
    assert list((tmp_path / "vendor" / "fonts").glob("noto-sans-latin-400-normal.*.woff2"))
    assert "@font-face" not in (tmp_path / "vendor" / "govuk-frontend.min.css").read_text()


def test_the_count_of_a_desk_is_taken_anew_after_a_step(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("xray.blr")
    here = "/bills/imports/queue/xray/"
    ticked = [bill(Stage.XRAY).pk, bill(Stage.XRAY).pk]
    assert "2 of 2" in text(client.get(here))
    page = text(client.post(f"{here}clear-xray/", {"document": ticked}, follow=True))
    assert "Clear X-ray done on 2 documents." in page
    assert "<b>0</b>" in page and "Nothing waits here now." in page


def test_the_reader_of_a_query_is_told_where_the_answer_goes(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("signatory.swift")
    page = text(client.get(bill(Stage.QUERY, returns_to=Stage.ASSESSMENT).get_absolute_url()))
    comes_next = page.split("What comes next")[1][:200]
    assert "For assessment" in comes_next and "For Out of Charge" not in comes_next
