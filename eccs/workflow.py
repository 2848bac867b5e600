"""The engine: each step of a document is declared once, and one gate takes it.

A step is declared with `@step` on the document's class. Queues, buttons, role checks, the words of a refusal, the
trail, notices, drawings and the generated tests are all read from that declaration. A document's stage changes in
`take` (one document) and `take_many` (thousands, set-wise) and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import compress, islice
from operator import is_not
from types import MappingProxyType
from typing import Any, ClassVar

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import GET_STATE, FSMModelMixin

from eccs import dwell, numbering, pages, trail
from eccs.acting import SYSTEM, acting_as
from eccs.in_hand import Held
from eccs.rows import lock_rows, write_rows
from eccs.signing import gate as signatures
from eccs.steps import SIGNED_FILING, SIGNED_ORDER, Actor, Guard, Step, TakenPastTheGate, gate, step

__all__ = [
    "GET_STATE", "SIGNED_FILING", "SIGNED_ORDER", "Actor", "Document", "Guard", "Refused", "Step", "TakenPastTheGate", "step", "take", "take_many",
]  # fmt: skip

OWNERS = ("station_id", "courier_id", "importer_id")  # the columns that say whose a document is


class Refused(Exception):
    """A step that was not taken. Nothing has changed; `reasons` say why, for people."""

    def __init__(self, reasons: Sequence[str], document: Document | None = None) -> None:
        super().__init__("; ".join(str(reason) for reason in reasons))
        self.reasons = [str(reason) for reason in reasons]
        self.document = document


class Document(FSMModelMixin, numbering.Numbered):
    """Anything that stands at exactly one desk at a time, with a trail of its own.

    The subclass adds its `stage`, its steps, `trail_model`, and who owns it (`station_id`, `courier_id`).
    """

    stage_since = models.DateTimeField(default=timezone.now)  # from when the clock of its desk runs: see eccs.dwell
    trail_length = models.PositiveIntegerField(default=0, editable=False)
    trail_head = models.CharField(max_length=64, blank=True, default="", editable=False)

    stage: Any
    trail_model: ClassVar[type[trail.TrailLine]]
    unnumbered_stages: ClassVar[tuple[str, ...]] = ("DRAFT", "DISCARDED")
    told_of_all: ClassVar[bool] = False  # whether its firm is told of every stage, not only of those where it must act
    told_of: ClassVar[tuple[str, ...]] = ()  # stages of which its firm is told although another desk has the document
    snapshot_for_trail: dict[str, Any] | None = None  # what was declared, set by the step that files it
    taken_by: Any  # while a step is taken: who takes it
    taken_at: Any  # and when: the moment that the trail and the document both keep

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number or f"{self._meta.verbose_name} {self.pk}"

    def refresh_from_db(self, using: Any = None, fields: Any = None, from_queryset: Any = None) -> None:
        """Read the document anew; a column left out when many were locked is read for all of them at once."""
        locked = getattr(self._state, "locked", None)
        if locked is not None and fields is not None and len(fields) == 1 and fields[0] not in self.__dict__:
            locked.fetch(fields[0])
            return
        super().refresh_from_db(using, fields, from_queryset)

    @property
    def goes_back_to(self) -> str:
        """The stage to which this one leads back, where documents differ in that; or nothing."""
        return ""

    def has_done(self, step: str) -> bool:
        """Whether a step that can still be seen here is done, and nobody waits for it."""
        return False

    def owner_key(self) -> tuple[Any, ...]:
        """What decides whose the document is: documents with the same are within the same people's reach."""
        return tuple(getattr(self, name, None) for name in OWNERS)

    @property
    def key(self) -> str:
        """What the document is called in an address: its number, or its place among the drafts."""
        return self.number or f"draft-{self.pk}"

    @classmethod
    def by_key(cls, key: str) -> models.Q:
        """The condition that finds the document of an address."""
        draft = pages.id_in(key.removeprefix("draft-")) if key.startswith("draft-") else 0
        return models.Q(pk=draft, number=None) if draft else models.Q(number=key)

    def get_absolute_url(self) -> str:
        """The address of the document's page."""
        return pages.address_of(type(self), self.key)

    def step_url(self, name: str) -> str:
        """The address where a step is taken on this document."""
        return reverse("step", args=[pages.slug_of(type(self)), self.key, pages.as_verb(name)])

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """Every step of this kind of document, in the order of its declaration."""
        return _steps(cls)

    @classmethod
    def open_stages(cls) -> tuple[str, ...]:
        """The stages in which somebody can still do something, in their order."""
        return tuple(s for s in cls.stage_order() if any(s in step.sources for step in cls.steps().values()))

    @classmethod
    def awaited_stages(cls) -> tuple[str, ...]:
        """The open stages in which somebody is waited for: where more is left than what may be done at any time."""
        return tuple(s for s in cls.open_stages() if holders(cls, s))

    @classmethod
    def stage_labels(cls) -> dict[str, Any]:
        """Every stage with the words on the screen."""
        return dict(next(f for f in cls._meta.fields if f.name == "stage").choices or ())

    @classmethod
    def stage_order(cls) -> tuple[str, ...]:
        """All stages in the order the notice tells them."""
        return tuple(cls.stage_labels())


@cache
def _steps(model: type[Document]) -> dict[str, Step]:
    found: dict[str, Step] = {}
    for base in reversed(model.__mro__):
        for name, method in vars(base).items():
            meta = getattr(method, "_django_fsm", None)
            if meta is not None:
                declared = next(iter(meta.transitions.values())).custom["step"]
                found[name] = replace(declared, document=model._meta.model_name)
    return found


@dataclass
class Outcome:
    """What a set-wise step did: the documents that moved, and those refused with the reasons."""

    moved: list[Any] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def take(document: Document, name: str, actor: Actor, *, at: datetime | None = None, **answers: Any) -> Any:
    """Take one step on one document and return the document as it then is.

    Locks the row, checks stage, role, ownership and guards, moves, saves and writes the trail, in one transaction.
    Raises Refused with every reason; then nothing has changed. The instance passed in is never altered.
    """
    declared = type(document).steps()[name]
    with transaction.atomic():
        declared.hold_first(document.pk)
        locked = lock_rows(type(document), [document.pk])
        if not locked:
            raise Refused([_("The document is no longer there.")], document)
        _move(locked, declared, actor, answers, at or timezone.now(), Outcome(), strict=True)
    return locked[0]


def take_many(
    model: type[Document], ids: Iterable[int], name: str, actor: Actor, *, at: datetime | None = None,
    each: Mapping[int, dict[str, Any]] | None = None, **answers: Any,
) -> Outcome:  # fmt: skip
    """Take one step on many documents in a fixed number of statements: one lock, one update, one insert into the trail.

    Each document is judged by itself: those that may not move are returned with their reasons, the others move together.
    `each` holds further answers by the document's key, where they differ.
    """
    declared = model.steps()[name]
    if not declared.many:
        raise ValueError(f"{name} is taken one document at a time")
    outcome = Outcome()
    with transaction.atomic():
        needed = _needed(model, name)
        rows = lock_rows(model, list(ids), tuple(sorted(needed)))
        _move(rows, declared, actor, answers, at or timezone.now(), outcome, each=each or {}, strict=False)
        if rows:
            needed |= rows[0]._state.locked.fetched
    return outcome


@cache
def _needed(model: type[Document], _step: str) -> set[str]:
    """The columns that a set-wise step reads: those of every document to begin with, and each that it once asked for."""
    own = {f.attname for f in Document._meta.concrete_fields} | {"id", "stage"}
    return own | {f.attname for f in model._meta.concrete_fields if f.attname in OWNERS}


@acting_as(SYSTEM)  # the rows were locked as whoever asks; what follows from the step is the system's
def _move(
    rows: list[Any], declared: Step, actor: Actor, answers: dict[str, Any], at: datetime, outcome: Outcome, *,
    strict: bool, each: Mapping[int, dict[str, Any]] = MappingProxyType({}),
) -> None:  # fmt: skip
    """Judge, move and write documents that are already locked."""
    if not rows:
        return
    changed: set[str] = set()
    entries: list[trail.Entry] = []
    records: list[models.Model] = []
    took, alone = took_before(rows, declared, actor), {} if strict else declared.alone(rows)
    desk, held = _desk_of(declared, actor), Held(type(rows[0]), rows)
    left: list[tuple[Any, str]] = []
    for document in rows:
        not_theirs, role = desk(document)
        reasons = [not_theirs] if not_theirs else _hindrances(document, declared, actor, took, held)
        if reasons := reasons or alone.get(document.pk) or signatures.missing(declared, document, actor.user_id, at):
            refusal = Refused(reasons, document)
            if strict:
                raise refusal
            outcome.refused.append(refusal)
            continue
        before, from_stage = dict(document.__dict__), document.stage
        given = {**answers, **each[document.pk]} if document.pk in each else answers
        records.extend(_apply(document, declared, actor, at, given) or ())
        if document.stage != from_stage:
            document.stage_since = at
            left.append((document, from_stage))
        changed.update(_changes(before, document.__dict__))
        entries.append(
            trail.Entry(
                document, at=at, step=declared.name, from_stage=from_stage, to_stage=document.stage,
                by_id=actor.user_id, by_name=actor.name, role=role,
                answers={**_told(given), **getattr(actor, "note", {})}, snapshot=document.snapshot_for_trail,
            )
        )  # fmt: skip
        outcome.moved.append(document)
    if not outcome.moved:
        return
    numbered = [r for r in (*outcome.moved, *records) if isinstance(r, numbering.Numbered) and wants_number(r)]
    if numbered:
        numbering.number(numbered)
        changed.update(("number", "serial"))
    changed |= dwell.go_on(entries, at)
    records += signatures.seal(declared, actor.user_id, entries)
    lines = trail.seal_entries(entries)
    model = type(outcome.moved[0])
    columns = [f for f in model._meta.concrete_fields if f.attname in changed or f.attname.startswith("trail_")]
    write_rows(model, outcome.moved, columns)
    trail.insert_lines(model.trail_model, lines)
    save_records(records)
    held.let_go([document for document, _from in left])


def _changes(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """The names of the values that are others now, or new; both hold the names of before in the same order."""
    yield from (n for n in compress(before, map(is_not, before.values(), after.values())) if before[n] != after[n])
    yield from islice(after, len(before), None)


def _apply(document: Document, declared: Step, actor: Actor, at: datetime, answers: dict[str, Any]) -> Any:
    token = gate.set(document)
    document.taken_by, document.taken_at = actor, at
    try:
        return getattr(document, declared.name)(**answers)
    finally:
        del document.taken_by, document.taken_at
        gate.reset(token)


def wants_number(record: numbering.Numbered) -> bool:
    """Whether a record has no number yet and stands where it has one."""
    return record.number is None and (not isinstance(record, Document) or record.stage not in record.unnumbered_stages)


def save_records(records: Iterable[models.Model]) -> None:
    """Write the records a step returned: new ones in one insert a kind, known ones as they are."""
    fresh: dict[type[models.Model], list[models.Model]] = {}
    for record in records:
        if record.pk is None:
            fresh.setdefault(type(record), []).append(record)
        else:
            record.save()
    for model, rows in fresh.items():
        model._default_manager.bulk_create(rows, batch_size=2000)


def _told(answers: dict[str, Any]) -> dict[str, Any]:
    """The answers as the trail keeps them: values as they are, files and records by name."""
    return {
        name: value if isinstance(value, str | int | bool | list | dict | type(None)) else str(value)
        for name, value in answers.items()
    }


def took_before(documents: Collection[Document], declared: Step, actor: Actor) -> dict[int, str]:
    """The documents on which the actor took a step that this one is kept apart from, with that step: one query, or none."""
    if not (declared.apart_from and actor.user_id is not None and documents):
        return {}
    kind = type(next(iter(documents)))
    lines: Any = kind.trail_model._default_manager
    found = lines.filter(document__in=[d.pk for d in documents], step__in=declared.apart_from, by=actor.user_id)
    return dict(found.values_list("document_id", "step"))


def why_not(
    document: Document, declared: Step, actor: Actor, took: Mapping[int, str] = MappingProxyType({})
) -> list[str]:
    """Every reason why this actor cannot take this step on this document now."""
    refusal, _role = _desk_of(declared, actor)(document)
    held = Held(type(document), [document] if document.pk else [])
    return [refusal] if refusal else _hindrances(document, declared, actor, took, held)


def _desk_of(declared: Step, actor: Actor) -> Callable[[Document], tuple[str, str]]:
    """Answers for a document why the step is not the actor's there, or in which role it is: once for all of one owner."""
    known: dict[Any, tuple[str, str]] = {}

    def answer(document: Document) -> tuple[str, str]:
        key = (document.stage, *document.owner_key())
        if key not in known:
            at_its_desk = document.stage in declared.sources
            asked = (declared.activity_at(document.stage),) if at_its_desk else declared.activities
            roles = [actor.acts_as(activity, document) for activity in asked]
            known[key] = ("", next(filter(None, roles))) if any(roles) else (actor.why_not(asked[0], document), "")
        return known[key]

    return answer


def _hindrances(document: Document, declared: Step, actor: Actor, took: Mapping[int, str], held: Held) -> list[str]:
    """What stands against the step at a desk that is the actor's: the stage, a colleague, the steps taken before, the guards."""
    if document.stage not in declared.sources:
        return [
            _("%(document)s is at “%(stage)s” now: %(step)s is not possible there.")
            % {"document": document, "stage": document.get_stage_display(), "step": declared.label}  # type: ignore[attr-defined]
        ]
    return _at_its_desk(document, declared, actor, took, held)


def _at_its_desk(document: Document, declared: Step, actor: Actor, took: Mapping[int, str], held: Held) -> list[str]:
    """What stands against the step where it is possible: a colleague's hands, what the actor did before, the guards."""
    theirs = held.why_not(document, declared, actor.user_id)
    return theirs + apart(document, took) + declared.reasons_not(document, actor)


def apart(document: Document, took: Mapping[int, str]) -> list[str]:
    """The reason that lies in what the actor did on the document before, or none."""
    if document.pk not in took:
        return []
    label = document.steps()[took[document.pk]].label
    return [_("You took “%(step)s” on this document: somebody else takes this step.") % {"step": label}]


@dataclass(frozen=True)
class Button:
    """A step offered to someone on a document's page, with what stands against it."""

    step: Step
    reasons: list[str]


def buttons(document: Document, actor: Actor) -> list[Button]:
    """The steps of the actor's desks at the document's stage, in order, each with the reasons why it cannot be taken yet."""
    held = Held(type(document), [document])
    return [
        Button(declared, _at_its_desk(document, declared, actor, took_before([document], declared, actor), held))
        for declared in document.steps().values()
        if document.stage in declared.sources and not actor.why_not(declared.activity_at(document.stage), document)
    ]


def waiting_at(model: type[Document], actor: Actor) -> tuple[str, ...]:
    """The stages that wait for this person, in the order of the notice."""
    return tuple(stage for stage, moving in _moving(model).items() if not moving.isdisjoint(actor.activities))


@cache
def _moving(model: type[Document]) -> dict[str, set[str]]:
    """By stage, the activities that lead on from there."""
    steps = [step for step in model.steps().values() if not step.anytime]
    return {s: {step.activity_at(s) for step in steps if s in step.sources} for s in model.stage_order()}


def holders(model: type[Document], stage: str) -> tuple[str, ...]:
    """The roles whose step a stage awaits, the first declared first."""
    steps = [step for step in model.steps().values() if stage in step.sources and not step.anytime]
    return tuple(dict.fromkeys(role for step in steps for role in step.roles_at(stage)))


def what_next(model: type[Document], stage: str) -> Iterator[tuple[Step, tuple[str, ...]]]:
    """From a stage, each step and the stages it may lead to."""
    for declared in model.steps().values():
        if stage in declared.sources:
            yield declared, declared.targets
