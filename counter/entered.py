"""What was entered on a form at the counter, as the customer reads, signs and seals it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from eccs.trail import canonical


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


def short(code: str) -> str:
    """A code as people compare it: `3F2A-91BC-04DE`."""
    return "-".join(code[n : n + 4].upper() for n in (0, 4, 8))
