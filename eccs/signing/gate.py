"""Signatures at the gate: whether one is demanded, what is signed, and that what was signed is what is done.

A step declared `signed` is taken under a presented signature where the dated rule of its station demands one. What is to
be signed comes from a trial: the step is taken and undone, and what its line in the trail would say is what is shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eccs import dated_rules, trail
from eccs.signing import merkle
from eccs.signing.models import Certificate, Signature, ToSign
from eccs.steps import Step

if TYPE_CHECKING:
    from eccs.workflow import Document

FORM, FORM_OF_MANY = "ECCS filing 1", "ECCS filings 1"
CORE = ("kind", "id", "after", "step", "answers", "declared")


@dataclass
class Trial:
    """A step that is taken only to see what it would enter, and undone."""

    found: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Presented:
    """Filings with the signature over them, found good."""

    leaves: Sequence[bytes]
    content: bytes
    cms: bytes
    certificate: Certificate
    by_id: int

    def __post_init__(self) -> None:
        self.taken: set[int] = set()  # the places of the filings that are done by now
        self.digest = hashlib.sha256(self.cms).hexdigest()
        self.places = {core_of(json.loads(leaf)): n for n, leaf in enumerate(self.leaves)}
        self.paths = merkle.tree(self.leaves)[1] if len(self.leaves) > 1 else [[]]


_under: ContextVar[Trial | Presented | None] = ContextVar("signature", default=None)


def presented(found: ToSign) -> Presented:
    """What was signed a moment ago and judged then, for the worker who files it."""
    if found.cms is None or found.certificate is None:
        raise ValueError(f"{found} is not signed")
    leaves = [bytes(leaf) for leaf in found.leaves]
    return Presented(leaves, bytes(found.content), bytes(found.cms), found.certificate, found.by_id)


@contextmanager
def under(presented: Trial | Presented | None) -> Iterator[None]:
    """What is done meanwhile is done under this signature, or for trial."""
    token = _under.set(presented)
    try:
        yield
    finally:
        _under.reset(token)


@contextmanager
def on_trial() -> Iterator[Trial]:
    """Whatever is done meanwhile is undone."""
    trial = Trial()
    with transaction.atomic(), under(trial):
        yield trial
        transaction.set_rollback(True)


def demanded(declared: Step, document: Any, user_id: int | None, at: datetime | None = None) -> bool:
    """Whether the station demands a signature of a person for this step on that day (PN17 2.4)."""
    if not declared.signed or user_id is None:
        return False
    station = getattr(document, "station_id", None) or ""
    return dated_rules.rule_book().is_on(declared.signed, timezone.localdate(at), station)


def is_asked(declared: Step, document: Any, user_id: int | None) -> bool:
    """Whether a signature is still to be asked for: one is demanded, and neither presented nor on trial."""
    return _under.get() is None and demanded(declared, document, user_id)


def is_presented() -> bool:
    """Whether what is done now is done under a presented signature."""
    return isinstance(_under.get(), Presented)


def missing(declared: Step, document: Any, user_id: int | None, at: datetime) -> list[str]:
    """The reason where a signature is demanded and none is presented."""
    if not declared.signed or _under.get() is not None or not demanded(declared, document, user_id, at):
        return []
    return [_("“%(step)s” must be digitally signed at this station.") % {"step": declared.label}]


def core_of(filing: dict[str, Any]) -> str:
    """What of a filing must be the same when it is done: the document and its last line, the step, answers and declaration."""
    return trail.canonical([filing.get(name) for name in CORE])


def filing_of(entry: trail.Entry, *, born_filed: bool = False) -> dict[str, Any]:
    """The core of what an entry of the trail says. A document that is made by being filed has no key before."""
    document = entry.document
    return {
        "kind": document._meta.label_lower, "step": entry.step,
        "id": None if born_filed else document.pk, "after": None if born_filed else document.trail_head,
        "answers": json.loads(trail.canonical(entry.answers)), "declared": json.loads(trail.canonical(entry.snapshot)),
    }  # fmt: skip


def seal(
    declared: Step, user_id: int | None, entries: Iterable[trail.Entry], *, born_filed: bool = False
) -> list[Signature]:
    """Hold what is about to be entered against what was signed, name the signature in the trail, and return what is kept of it.

    Raises Refused where it is not what was signed.
    """
    presented = _under.get()
    if presented is None or not declared.signed or user_id is None:
        return []
    rows = []
    for entry in entries:
        filing = filing_of(entry, born_filed=born_filed)
        if isinstance(presented, Trial):
            named = str(entry.document) if not born_filed else str(entry.document._meta.verbose_name).capitalize()
            presented.found.append(filing | {"document": named, "station": getattr(entry.document, "station_id", None) or ""})  # fmt: skip
            continue
        rows.append(_signature(presented, user_id, entry, filing))
    return rows


def _signature(presented: Presented, user_id: int, entry: trail.Entry, filing: dict[str, Any]) -> Signature:
    document: Document = entry.document
    place = presented.places.get(core_of(filing))
    if place is None and (filing["id"] is not None):  # what was checked as a file is a draft only while it is filed
        place = presented.places.get(core_of(filing | {"id": None, "after": None}))
    if place is None or presented.by_id != user_id:
        from eccs.workflow import Refused

        raise Refused(
            [_("The document has changed since it was shown for signing. Look at it and sign again.")], document
        )
    presented.taken.add(place)
    entry.answers = {**entry.answers, "signature": presented.digest}
    return Signature(
        kind=filing["kind"], document_id=document.pk, seq=document.trail_length + 1, number=document.number or document.key,
        step=entry.step, by_id=presented.by_id, certificate=presented.certificate, at=entry.at,
        leaf=bytes(presented.leaves[place]), content=bytes(presented.content), path=presented.paths[place], place=place,
        count=len(presented.leaves), cms=bytes(presented.cms),
    )  # fmt: skip


def keep(rows: Sequence[Signature]) -> None:
    """Write what is kept of the signatures, in one statement."""
    if rows:
        Signature.objects.bulk_create(rows, batch_size=500)
