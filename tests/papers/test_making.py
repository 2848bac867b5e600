"""Papers are drawn by a worker from what was written, and by the page itself where no worker comes in time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.utils import translation
from kombu.exceptions import OperationalError

from bills.papers import draw_bill
from eccs import paper_labels, paper_making, paper_volume
from eccs.celery import app
from eccs.paper_labels import Label, Sheets
from eccs.paper_parts import Told
from eccs.paper_script import Script
from eccs.signing import seal
from tests.papers import examples, reading


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No paper of another test is given again, and no worker that was silent for it is avoided."""
    cache.clear()
    monkeypatch.setattr(paper_making, "_alone_until", 0.0)
    yield
    cache.clear()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads in which papers were drawn, one by one."""
    seen: list[str] = []
    whole = paper_volume.drawn

    def noted(script: Script) -> bytes:
        seen.append(threading.current_thread().name)
        return whole(script)

    monkeypatch.setitem(paper_making.KINDS, "papers", paper_making.Kind(Script.read, noted))
    return seen


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Iterator[None]:
    """What is asked of a worker is done at once, and nothing was drawn without one."""
    settings.PAPER_WAIT = 5
    monkeypatch.setattr(app.conf, "task_always_eager", True)
    yield
    assert not paper_making._alone_until


def silent(settings: LazySettings, monkeypatch: pytest.MonkeyPatch, does: Callable[..., Any]) -> list[str]:
    """Workers that do not answer; what they were asked for."""
    asked: list[str] = []

    def noted(given: tuple[str, ...], **_named: Any) -> None:
        asked.append(given[0])
        does()

    settings.PAPER_WAIT = 0.05
    monkeypatch.setattr(paper_making.draw_paper, "apply_async", noted)
    return asked


def test_a_worker_draws_and_seals_what_a_page_wrote(at_once: None, paper_keys: Path, drawn: list[str]) -> None:
    """In Hindi as it was asked, whatever the worker speaks, and what it drew is handed over by Redis."""
    with translation.override("hi"):
        data = draw_bill(examples.hindi_bill())
    assert len(drawn) == 1 and seal.look_at(data).holds
    for words in ("आगमन का हवाई अड्डा", examples.hindi_bill().consignee):
        assert reading.squeezed(words) in reading.text(data)


@pytest.mark.parametrize("example", [examples.bill, examples.longest_bill, examples.hindi_bill])
def test_what_was_sent_is_drawn_as_what_was_written(example: Callable[[], Any], at_once: None) -> None:
    with paper_volume.bound() as volume:
        draw_bill(example())
    here, there = volume.pdf(), draw_bill(example())
    assert list(reading.words(there)) == list(reading.words(here))


def test_labels_are_drawn_by_a_worker_too(at_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = Sheets(tuple(Label(f"HAWB{n}", "सूरत", ("Package 1 of 2",), f"HAWB{n}/1") for n in range(20)), "HAWB")
    here = paper_labels.drawn(labels)
    asked: list[str] = []

    def read(text: str) -> Sheets:
        asked.append(text)
        return Sheets.read(text)

    monkeypatch.setitem(paper_making.KINDS, "labels", paper_making.Kind(read, paper_labels.drawn))
    there = paper_making.pdf(labels)
    assert len(asked) == 1 and list(reading.words(there)) == list(reading.words(here))


def test_the_same_words_are_drawn_once_and_others_anew(at_once: None, drawn: list[str]) -> None:
    """The minute of printing is no word of the paper; a label, a value, the language and the seal are."""
    paper = examples.bill()
    first = draw_bill(paper)
    later = replace(paper, head=replace(paper.head, foot=paper.head.foot.replace("16:04", "16:31")))
    assert draw_bill(paper) == draw_bill(later) == first and len(drawn) == 1
    other = replace(paper, consignee="Kaveri Instruments")
    assert reading.squeezed("Kaveri Instruments") in reading.text(draw_bill(other)) and len(drawn) == 2
    with translation.override("hi"):
        assert draw_bill(paper) != first
    assert len(drawn) == 3


def test_a_paper_sealed_since_is_not_the_one_without_a_seal(at_once: None, request: pytest.FixtureRequest) -> None:
    assert not seal.look_at(draw_bill(examples.bill())).holds
    request.getfixturevalue("paper_keys")
    assert seal.look_at(draw_bill(examples.bill())).holds


@pytest.mark.parametrize("fault", [None, OperationalError("no broker"), ConnectionRefusedError("no broker")])
def test_the_page_draws_where_no_worker_answers_and_does_not_wait_each_time(
    fault: Exception | None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, drawn: list[str]
) -> None:
    def does() -> None:
        if fault:
            raise fault

    asked = silent(settings, monkeypatch, does)
    for n in range(3):
        assert reading.pages(draw_bill(replace(examples.bill(), consignee=f"Consignee {n}"))) == 2
    assert (len(asked), drawn) == (1, [threading.current_thread().name] * 3)
    monkeypatch.setattr(paper_making, "monotonic", lambda: paper_making._alone_until + 1)
    draw_bill(replace(examples.bill(), consignee="Consignee later"))
    assert len(asked) == 2  # after a while it asks again


def test_a_worker_asks_no_other_worker(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = silent(settings, monkeypatch, lambda: None)

    @app.task
    def prints() -> int:
        return reading.pages(draw_bill(examples.bill()))

    assert prints.apply().get() == 2 and not asked


def test_no_part_is_drawn_that_no_paper_has() -> None:
    script = Script()
    script.begin(examples.head())
    script.put("pdf")
    script.end(Told(examples.head(), b"\0" * 16, ()))
    with pytest.raises(ValueError, match="no paper has a part 'pdf'"):
        paper_volume.drawn(Script.read(script.written()))
