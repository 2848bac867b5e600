"""The tricks of `make attack ARGS="headers"` that need no socket: each is answered as it should be."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tools.attack import headers
from tools.attack.headers import EVIL, Answer, Trick

pytestmark = pytest.mark.django_db


def within(trick: Trick) -> Answer:
    """A trick sent within this process, with forms checked as a browser's are."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    answer: Any = client.generic(
        trick.method, trick.target, trick.body, "", headers={"Host": trick.host or headers.GOOD, **dict(trick.headers)}
    )
    cookies = [("Set-Cookie", one.OutputString()) for one in answer.cookies.values()]
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return Answer(answer.status_code, (*answer.headers.items(), *cookies), body.decode("utf-8", "replace"))


def test_tricks_of_headers_hosts_paths_and_forms_are_answered_as_they_should_be() -> None:
    tricks = [one for one in headers.tricks() if not one.target.startswith("//")]
    assert len(tricks) > 150
    assert list(headers.faults(within, iter(tricks))) == []


def test_a_wrong_answer_would_be_found() -> None:
    wrong = {
        "answers 500": Answer(500, (), ""), "another site by a header": Answer(302, (("Location", f"https://{EVIL}/"),), ""),
        "from the page": Answer(200, (), f'<a href="//{EVIL}">'), "smuggled": Answer(200, (("X-Smuggled", "yes"),), ""), "file of": Answer(200, (), "root:x:0:0"),
    }  # fmt: skip
    for words, answer in wrong.items():
        (found,) = headers.faults(lambda _trick, answer=answer: answer, iter([Trick("any", "/")]))  # type: ignore[misc]
        assert words in found
    assert headers.always(Answer(422, (), f'<input value="{EVIL}">')) == ""
