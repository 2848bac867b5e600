"""What was entered on a form at the counter, as the customer reads, signs and seals it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from eccs import pages
from eccs.trail import canonical

UNFILED = Q(stage="DRAFT")


def _by_number(model: Any, ids: Iterable[int]) -> list[tuple[int, str]]:
    """Of these documents, those that are filed, by their numbers."""
    rows = model._default_manager.filter(pk__in=ids, number__isnull=False).order_by("pk")
    return list(rows.values_list("pk", "number"))


@dataclass(frozen=True)
class Part:
    """A part of a form: its heading and its answers."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Form:
    """A kind of document that is entered at the counter; its application says how."""

    model: Any
    title: Callable[[Any], str]
    parts: Callable[[Any], list[Part]]  # everything, in the order of the form
    sums: Callable[[Any], list[tuple[str, str]]]  # what the customer looks at first
    said: Callable[[Any], Any]  # what was typed, whatever day it is
    declared: Callable[[Any], Iterable[str]]  # the declarations that the customer signs
    check: Callable[[Any], str]  # the address where it is checked and filed
    unfiled: Q = UNFILED
    related: tuple[str, ...] = ("station", "courier")
    place: str = ""  # what stands for the kind in an address, where it has no list of its own
    filed: Callable[[Any, Iterable[int]], list[tuple[int, str]]] = _by_number  # what came of it, in words

    @property
    def slug(self) -> str:
        """What stands for the kind in an address."""
        return self.place or pages.slug_of(self.model)

    @property
    def kind(self) -> str:
        """How the code names the kind."""
        return str(self.model._meta.label_lower)

    def code(self, document: Any) -> str:
        """The SHA-256 of what the form says: any change after the print-out gives another one."""
        return hashlib.sha256(canonical(self.said(document)).encode()).hexdigest()


_forms: dict[str, Form] = {}


def register(form: Form) -> None:
    """Make a kind of form known to the counter."""
    _forms[form.kind] = form


def forms() -> Iterable[Form]:
    """Every kind of form that is entered at the counter."""
    return tuple(_forms.values())


def form_of(document: Any) -> Form:
    """How a document is entered at the counter."""
    return _forms[document._meta.label_lower]


def form_named(kind: str) -> Form | None:
    """The kind of form of that name."""
    return _forms.get(kind)


def form_at(slug: str) -> Form | None:
    """The kind of form that stands for this in an address."""
    return next((form for form in _forms.values() if form.slug == slug), None)


def short(code: str) -> str:
    """A code as people compare it: `3F2A-91BC-04DE`."""
    return "-".join(code[n : n + 4].upper() for n in (0, 4, 8))
