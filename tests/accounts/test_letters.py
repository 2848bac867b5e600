"""A person is written to about what was done to the own sign-in: after the commit, in the background, without a secret."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import letters, lockout, reset_links, second_factor, tasks
from accounts.credentials import LiveSession
from accounts.entry import mail_password_link
from accounts.grants import Offer
from accounts.models import User
from accounts.roles import label_of
from eccs.workflow import take
from tests.accounts.conftest import NEW, WHY, acting
from tests.conftest import PASSWORD
from tests.factories import people as made

pytestmark = pytest.mark.django_db

People = Callable[[str], User]


@pytest.fixture
def worker(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> Callable[[Callable[[], Any]], Any]:
    """What a deed has sent: nothing before its commit, then each letter once, as (to, subject, body)."""
    for task in (tasks.security_letter, tasks.locked_letter):
        monkeypatch.setattr(task, "delay", task)

    def after(deed: Callable[[], Any]) -> list[tuple[str, str, str]]:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            deed()
            assert not mail.outbox
        return [(one.to[0], str(one.subject), str(one.body)) for one in mail.outbox]

    return after


def test_what_an_administrator_does_is_told_to_the_person(worker: Any) -> None:
    person, by = made.officer(), acting("customsadmin.blr")
    made.open_role("XRAY_OFFICER")
    today = timezone.localdate()

    def subjects(step: str, **given: Any) -> list[tuple[str, str]]:
        sent = worker(lambda: take(User.objects.get(pk=person.pk), step, by, reason=WHY, **given))
        assert all(person.username in body and WHY not in body for _to, _subject, body in sent)
        return [(to, subject) for to, subject, _body in sent]

    assert subjects("change_details", full_name="Kavya Rao", email=person.email) == []
    assert subjects("change_details", full_name="Kavya Rao", email="rao@eccs.example") == [
        ("kavya@eccs.example", "ECCS: e-mail address changed"), ("rao@eccs.example", "ECCS: e-mail address changed"),
    ]  # fmt: skip
    assert subjects("give_role", role=Offer("XRAY_OFFICER", "BLR"), since=today) == [
        ("rao@eccs.example", "ECCS: role given")
    ]
    assert subjects("reset_second_factor") == [("rao@eccs.example", "ECCS: second factor reset")]
    assert subjects("suspend") == [("rao@eccs.example", "ECCS: account suspended")]


def test_a_password_changed_or_reset_and_browsers_signed_out_are_told(
    worker: Any, people: People, browser: Any
) -> None:
    client, other = browser("ao.blr"), browser("ao.blr")
    given = {"present": PASSWORD, "new": NEW, "again": NEW}
    changed = worker(lambda: client.post("/password/", given))
    assert [one[1] for one in changed] == ["ECCS: password changed"]
    assert NEW not in str(changed) and PASSWORD not in str(changed)
    assert other.get("/account/").status_code == 302
    browser("ao.blr", NEW)
    out = worker(lambda: client.post("/account/sessions/end-others/"))
    assert [one[:2] for one in out] == [("ao.blr@eccs.example", "ECCS: signed out everywhere")]
    user = people("ao.blr")
    token = reset_links.address_for(user).rstrip("/").rsplit("/", 1)[1]
    reset = worker(lambda: reset_links.use(user, token, "Another-monsoon-over-Delhi-9"))
    assert [one[1] for one in reset] == ["ECCS: password changed"] and token not in str(reset)


def test_a_wait_is_told_once_an_hour_and_a_name_that_nobody_has_to_nobody(
    worker: Any, people: People, noon: Any
) -> None:
    people("ao.blr")

    def guess(name: str) -> Callable[[], Any]:
        return lambda: [lockout.begin(name, "192.0.2.7") for _n in range(6)]

    assert [one[:2] for one in worker(guess("ao.blr"))] == [("ao.blr@eccs.example", "ECCS: sign-in waits")]
    assert worker(guess("code:ao.blr")) == [] == worker(guess("nobody.there"))


def test_an_authenticator_taken_off_is_told_and_nobody_without_an_address_is_written_to(
    worker: Any, people: People
) -> None:
    user = people("ao.blr")
    assert [one[1] for one in worker(lambda: second_factor.reset(user, by=user))] == ["ECCS: second factor reset"]
    User.objects.filter(pk=user.pk).update(email="")
    assert worker(lambda: second_factor.reset(people("ao.blr"), by=user)) == []


def test_the_end_of_one_browsers_session_and_of_a_role_is_told(worker: Any, people: People, browser: Any) -> None:
    client, other = browser("ao.blr"), browser("ao.blr")
    ended = LiveSession.objects.get(key=other.session.session_key)
    out = worker(lambda: client.post(f"/account/sessions/{ended.pk}/end/"))
    assert [one[:2] for one in out] == [("ao.blr@eccs.example", "ECCS: signed out in a browser")]
    assert ended.address in out[0][2] and other.get("/account/").status_code == 302

    person, today = User.objects.get(username="ao.blr"), timezone.localdate()
    posting = person.postings.get()
    given: Any = {"posting": posting, "on": today, "reason": WHY}
    lost = worker(lambda: take(person, "end_posting", acting("customsadmin.blr"), **given))
    assert [one[1] for one in lost] == ["ECCS: role ended"]
    assert "Assessing Officer, BLR" in lost[0][2] and f"{today - timedelta(days=1):%d/%m/%Y}" in lost[0][2]


def test_a_person_is_written_to_in_the_language_last_chosen(worker: Any, people: People, sign_in: Any) -> None:
    def letters_of(username: str) -> list[str]:
        return [one[1] for one in worker(lambda: letters.tell(people(username), "password"))]

    english = "ECCS: password changed"
    with translation.override("hi"):
        hindi, link = str(letters.EVENTS["password"][0]), gettext("ECCS: choose your password")
        role = str(label_of("XRAY_OFFICER"))
    assert hindi != english

    client = Client()
    sign_in("ao.blr", client=client)
    assert letters_of("ao.blr") == [english]
    client.post("/language/", {"language": "hi", "next": "/"})
    assert letters_of("ao.blr") == [hindi]
    mail.outbox.clear()
    mail_password_link(people("ao.blr"))
    assert str(mail.outbox[0].subject) == link
    made.open_role("XRAY_OFFICER")
    offer: Any = {
        "role": Offer("XRAY_OFFICER", "BLR"),
        "since": timezone.localdate(),
        "reason": WHY,
        "despite_conflict": True,
    }
    told = worker(lambda: take(people("ao.blr"), "give_role", acting("customsadmin.blr"), **offer))
    assert role in told[0][2]  # the admin reads English
    client.post("/language/", {"language": "en", "next": "/"})
    assert letters_of("ao.blr") == [english]

    fresh = Client()
    sign_in("xray.blr", client=fresh)
    assert people("xray.blr").language == ""  # nobody chose anything
    again = Client()
    again.cookies["django_language"] = "hi"
    sign_in("xray.blr", client=again)
    assert letters_of("xray.blr") == [hindi]


def test_the_language_of_a_person_goes_along_to_another_browser(people: People) -> None:
    people("ao.blr")
    User.objects.filter(username="ao.blr").update(language="hi")
    client = Client()
    client.force_login(people("ao.blr"))
    first = client.get("/", headers={"Accept-Language": "en"})
    assert '<html lang="hi"' in first.content.decode() and first.cookies["django_language"].value == "hi"
    assert '<html lang="hi"' in client.get("/public/", headers={"Accept-Language": "en"}).content.decode()
    client.post("/language/", {"language": "en", "next": "/"})
    assert '<html lang="en"' in client.get("/", headers={"Accept-Language": "hi"}).content.decode()
    assert people("ao.blr").language == "en"
