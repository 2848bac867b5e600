"""Whether a paper in hand is genuine: its code, the file itself, and what ECCS holds under its number now.

Nothing can be asked about a number: only a code that the system signed opens anything, and then no more is told than what
the paper says in bold. Without a code of ours the answer is the same for every number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from time import perf_counter

from django.core.cache import cache
from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from eccs import paper_kinds, paper_tokens
from eccs.acting import SYSTEM, acting_as
from eccs.paper_parts import Told
from eccs.paper_volume import told_by
from eccs.signing import seal

SLOW, REMEMBERED = 1.0, 30  # what takes a second to draw again is not drawn again for half a minute


class State(TextChoices):
    """What is found of a paper."""

    GENUINE = "GENUINE", _("Genuine")
    ALTERED = "ALTERED", _("Altered")
    SUPERSEDED = "SUPERSEDED", _("Superseded")
    UNKNOWN = "UNKNOWN", _("Unknown")
    UNSEALED = "UNSEALED", _("Not proven")


WHY = {
    "genuine": _("The system issued this paper, and what it holds today says the same."),
    "extract": _("The system issued this paper. It tells how things stood at that moment; whether they changed since is not looked up."),
    "volume": _("The file is as the system sealed it. It holds several papers: check a single one by the code on it."),
    "code": _("The code has the form of ours, but its signature does not hold: the paper or its code was changed after it was issued."),
    "file": _("The file was changed after it was sealed, or its seal is not that of the system."),
    "stripped": _("The paper was issued with an electronic seal, and this file bears none: it is not the file that was issued."),
    "changed": _("The system issued this paper, but what it holds under this number today says something else. Ask for a new print."),
    "ended": _("The system issued this paper, but it is no longer in force: it was cancelled, withdrawn or brought to its end."),
    "unknown": _("This is no code of a paper that this system issued. Type it anew, letter by letter, or scan the paper again."),
    "unreadable": _("The file is not a PDF that can be read."),
    "bare": _("The file bears neither a code nor a seal of this system."),
    "unsealed": _("The code in the file is genuine, but the file bears no electronic seal, so nothing shows that the rest of it was not changed. Compare what stands below with the paper."),
}  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What is found of a paper, and what is told of it."""

    state: State
    reason: str
    kind: str = ""
    number: str = ""
    at: datetime | None = None
    key: str = ""
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def why(self) -> str:
        """The reason in words."""
        return str(WHY[self.reason])


@acting_as(SYSTEM)  # whoever holds the paper is told how its document stands, and nothing else
def of_code(text: str) -> Verdict:
    """What is found of a code that was typed, pasted or scanned."""
    try:
        token = paper_tokens.read(paper_tokens.found_in(text))
    except paper_tokens.NoCode:
        return Verdict(State.UNKNOWN, "unknown")
    except paper_tokens.Altered:
        return Verdict(State.ALTERED, "code")
    state, reason, facts = _standing(token)
    return Verdict(
        state, reason, kind=paper_tokens.words_of(token.kind), number=token.number, at=token.at, key=token.key.hex(), facts=facts
    )  # fmt: skip


def _standing(token: paper_tokens.Token) -> tuple[State, str, tuple[tuple[str, str], ...]]:
    """Whether what the paper said when it was issued is what ECCS holds now."""
    if not paper_kinds.is_known(token.kind):
        return State.GENUINE, "extract", ()
    now = _now(token)
    if now is None:
        return State.SUPERSEDED, "ended", ()
    if now.digest != token.digest:
        return State.SUPERSEDED, "changed", ()
    return State.GENUINE, "genuine", now.facts


def _now(token: paper_tokens.Token) -> Told | None:
    """What the paper would say if it were issued now, in its language."""
    place = f"paper-now:{sha256(f'{token.kind} {token.number} {token.hindi}'.encode()).hexdigest()}"
    found: Told | None = cache.get(place)
    if found is not None:
        return found
    begun = perf_counter()
    with translation.override("hi" if token.hindi else "en"):
        draw = paper_kinds.again(token.kind, token.number)
        found = told_by(draw) if draw else None
    if found is not None and perf_counter() - begun > SLOW:
        cache.set(place, found, REMEMBERED)
    return found


def of_file(content: bytes) -> Verdict:
    """What is found of a PDF: first of the file itself, then of the code in it."""
    try:
        found = seal.look_at(content)
    except seal.NotReadable:
        return Verdict(State.UNKNOWN, "unreadable")
    if found.has_seal and not found.holds:
        return Verdict(State.ALTERED, "file")
    if not found.address:
        return Verdict(State.GENUINE, "volume") if found.holds else Verdict(State.UNKNOWN, "bare")
    verdict = of_code(found.address)
    if found.holds or verdict.state in (State.UNKNOWN, State.ALTERED):
        return verdict
    if paper_tokens.read(paper_tokens.found_in(found.address)).sealed:
        return Verdict(State.ALTERED, "stripped")
    return (
        verdict
        if verdict.state != State.GENUINE
        else Verdict(**{**vars(verdict), "state": State.UNSEALED, "reason": "unsealed"})
    )
