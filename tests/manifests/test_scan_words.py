"""The scan station's script speaks the language of its page: all its words come from there."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils.translation import override

from manifests.clearance import Stage
from manifests.scan_words import words
from tests.factories.manifests import manifest
from tests.house.source import ROOT
from tests.manifests.conftest import SignedIn

SCRIPTS = [(ROOT / "static" / "js" / name).read_text() for name in ("scan-station.js", "scan-wire.js")]
TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"' + r"|'((?:[^'\\\n]|\\.)*)'" + r"|`((?:[^`\\]|\\.)*)`")
# What a browser, a server or a keyboard calls things; nobody reads it on the screen.
TECHNICAL = frozenset(
    "Accept Asia/Kolkata Content-Type X-CSRFToken POST F2 Enter Escape INPUT BUTTON A UNKNOWN ARRIVED".split()
)


def asked() -> set[str]:
    """The names of the words that the script asks for."""
    return set(re.findall(r'\bsay\("(\w+)"', "".join(SCRIPTS)))


def without_comments(script: str) -> str:
    """A script without what is written for its readers."""
    return re.sub(r"/\*.*?\*/|(?m:(?<![:\"'`])//[^\n]*$)", "", script, flags=re.DOTALL)


def english(script: str) -> list[str]:
    """The texts of a script that look like words for people."""
    texts = ["".join(found) for found in TEXT.findall(without_comments(script))]
    plain = [re.sub(r"\$\{.*?\}", "", text) for text in texts]
    return [
        text
        for text in plain
        if text not in TECHNICAL
        and (re.search(r"[A-Za-z]{2,},? [a-z]{2,}", text) or re.match(r"[A-Z]\w*[.:?!]?$", text))
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_page_carries_every_word_that_the_script_asks_for(signed_in: SignedIn, language: str) -> None:
    made = manifest(Stage.ARRIVAL_SCAN, scan_started_at="2026-11-19T06:30:00+05:30")
    client = signed_in("scan.blr")
    client.cookies["django_language"] = language
    page = client.get(reverse("scan-station", args=[made.key])).content.decode()
    found = re.search(r'<script id="scan-words" type="application/json">(.*?)</script>', page)
    assert found is not None
    carried = json.loads(unescape(found[1]))
    with override(language):
        assert carried == words()
    assert set(carried) == asked()
    assert f'<html lang="{language}"' in page


def test_no_english_is_left_in_the_script() -> None:
    assert [english(script) for script in SCRIPTS] == [[], []]


@pytest.mark.parametrize("planted", ['"Keep scanning"', "`${n} being sent`", "'Wrong'", '"All sent."'])
def test_english_in_a_script_would_be_seen(planted: str) -> None:
    assert english(f"// Some words for readers\nconst x = {planted}; // and more") != []


def test_what_is_filled_in_is_asked_for_by_name() -> None:
    script = "".join(SCRIPTS)
    for name, text in words().items():
        for given in re.findall(r"\{(\w+)\}", text):
            assert re.search(rf"\b{given}\b", script), (name, given)
