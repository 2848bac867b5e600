"""What begins a new document at the Service Centre, as the customer's own pages begin it (PN17 2.3, 2.4).

A draft is written on the pages of the trade, with their forms and their checks, by the operator in the customer's hand; a request
is typed on the counter's page with the form of the trade. Each application says which of its pages and requests these are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.permissions import Actor
from counter.entered import Part
from eccs import pages
from eccs.steps import Step
from eccs.workflow import Document

OPENING = "opening."  # how an answer that opens a document names its kind


@dataclass(frozen=True)
class Found:
    """A document of the customer, or goods, on which something can be begun."""

    words: str
    about: str  # its key in the address where it is begun


@dataclass(frozen=True)
class Subject:
    """What a request is about, and what stands against it."""

    words: str
    reasons: list[str]


@dataclass(frozen=True)
class Beginning:
    """A way to begin something at the counter; its application says how."""

    label: Any
    page: str  # of the trade: whoever may not open it as the firm begins nothing
    found: Callable[[str, Actor], Iterable[Found]] | None = (
        None  # by what is typed; else it is begun for nothing that is there
    )

    @property
    def activity(self) -> str:
        """The activity of the firm that begins it."""
        return pages.activity_of(self.page)

    def address(self, about: str) -> tuple[str, list[str]]:
        """The name and the arguments of the page where it is begun."""
        return self.page, [about] if about else []


@dataclass(frozen=True, kw_only=True)
class Draft(Beginning):
    """A document that is written as a draft on the pages of the trade, and filed by one signed step."""

    model: type[Document]
    step: str
    pages: tuple[str, ...]  # where it is written, by their names
    parts: Callable[[Any], list[Part]]  # everything that is filed, in the order of the form
    said: Callable[[Any], Any]  # what was written, whatever day it is
    written: Callable[[Any], str]  # the address where it is gone on with
    opens: tuple[str, ...] = ()  # further pages whose activities these pages ask for
    stage: str = "DRAFT"
    discard: str = "discard"  # the step that puts it away

    @property
    def kind(self) -> str:
        """How the code names the kind."""
        return str(self.model._meta.label_lower)


@dataclass(frozen=True, kw_only=True)
class Opening(Beginning):
    """A request that begins a document at once: one form, sealed before it is sent."""

    name: str
    step: Step
    form: Callable[[Actor, int, Any], Any]  # the form of the trade: for whom, about what, as it was sent
    begin: Callable[[Actor, int, dict[str, Any]], Any]  # as the page of the trade begins it. Raises Refused
    subject: Callable[[Actor, int], Subject | None]  # what it is about; nothing where that is not the customer's

    @property
    def kind(self) -> str:
        """How an answer names it."""
        return f"{OPENING}{self.name}"

    def address(self, about: str) -> tuple[str, list[str]]:
        """The name and the arguments of the page where it is typed."""
        return "counter-open", [self.name, about or "0"]


_drafts: dict[str, Draft] = {}
_openings: dict[str, Opening] = {}


def register(one: Draft | Opening) -> None:
    """Make a way to begin something known to the counter."""
    if isinstance(one, Draft):
        _drafts[one.kind] = one
    else:
        _openings[one.name] = one


def every() -> list[Draft | Opening]:
    """Every way to begin something at the counter."""
    return [*_drafts.values(), *_openings.values()]


def draft_of(model: Any) -> Draft | None:
    """How a kind of document is begun as a draft, or nothing."""
    return _drafts.get(model._meta.label_lower)


def written_at(document: Any) -> str:
    """Where a draft is gone on with: a page of the trade."""
    one = draft_of(type(document))
    return one.written(document) if one is not None else ""


def opening(name: str) -> Opening | None:
    """The request of that name."""
    return _openings.get(name.removeprefix(OPENING))


def written_on(page: str | None) -> bool:
    """Whether drafts of a customer are written on a page of the trade, by its name."""
    return any(page in one.pages for one in _drafts.values())


def hand(actor: Actor, note: dict[str, Any] | None = None) -> Actor:
    """The operator in the customer's hand: what begins a document at the station of the counter, and nothing else of the firm."""
    opened = {one.page for one in every()} | {page for one in _drafts.values() for page in one.opens}
    return actor.in_the_hand_of((pages.activity_of(page) for page in opened), note)


def unfiled(model: Any) -> Q:
    """The drafts of a kind that can be filed at the counter; none of a kind that is not begun there in this way."""
    one = draft_of(model)
    return Q(number=None, stage=one.stage) if one is not None else Q(pk__in=())


def ways(actor: Actor) -> list[dict[str, Any]]:
    """What can be begun for the customer without naming a document first."""
    own = hand(actor)
    return [_way(one, "", one.label) for one in every() if one.found is None and own.may(one.activity)]


def found(text: str, actor: Actor) -> list[dict[str, Any]]:
    """What can be begun on what was typed: a number of the customer's."""
    own = hand(actor)
    return [
        _way(one, known.about, known.words)
        for one in every() if one.found is not None and own.may(one.activity) for known in one.found(text, own)
    ]  # fmt: skip


def _way(one: Draft | Opening, about: str, words: Any) -> dict[str, Any]:
    page, args = one.address(about)
    return {"label": one.label, "words": words, "url": reverse(page, args=args)}
