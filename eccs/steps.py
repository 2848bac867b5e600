"""How a step is declared: once, on the method that takes it, with everything that others read from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol

from django_fsm import GET_STATE, transition

if TYPE_CHECKING:
    from eccs.workflow import Document


class Actor(Protocol):
    """Whoever takes a step: a person with postings, or the system itself."""

    @property
    def user_id(self) -> int | None:
        """The person's key; none for the system itself."""

    @property
    def name(self) -> str:
        """The name as the trail writes it."""

    @property
    def activities(self) -> Collection[str]:
        """Everything the actor may do, on some document."""

    def may(self, activity: str) -> bool:
        """Whether the activity is the actor's, on some document."""

    def acts_as(self, activity: str, document: Document) -> str:
        """The role in which the activity is the actor's on this document, or nothing."""

    def why_not(self, activity: str, document: Document) -> str:
        """Why the activity is not the actor's on this document, in words; nothing where it is."""


Guard = Callable[[Any, Actor], str]
"""A guard looks at a document and the actor and says why not, or nothing. Its docstring is the rule."""


SIGNED_FILING, SIGNED_ORDER = "signed_filings", "signed_orders"
"""What a signed step is, by the dated rule that says from when a station demands the digital signature (PN17 2.4)."""


Singly = Callable[[Sequence[Any]], Mapping[int, str]]
"""Looks at documents that are to be taken together, and says of some why each is taken by itself. Its docstring is the rule."""


class TakenPastTheGate(RuntimeError):
    """A step was called directly. Only `take` and `take_many` may move a document."""


@dataclass(frozen=True)
class Step:
    """One step: whose desk takes it, what its button says, where the notice orders it, what must hold first."""

    name: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]  # empty where the document stays at its desk
    roles: tuple[str, ...]
    label: str
    para: str
    form: str = ""
    guards: tuple[Guard, ...] = ()
    grave: bool = False  # confirmed on a page of its own
    many: bool = False  # may be taken on many documents at once: its method touches nothing but the document
    rule: str = ""  # the method's docstring
    private: bool = False  # its line in the trail is for officers only
    desks: Mapping[str, str] = field(default_factory=dict)  # stage → role, where each stage has a desk of its own
    weighty: bool = False  # asks for the password again
    apart_from: tuple[str, ...] = ()  # steps whose taker may not take this one on the same document
    anytime: bool = False  # may be taken wherever the document stands, which never waits for it
    follows: bool = (
        False  # taken as the consequence of something else: a colleague who has the document in hand waits for it too
    )
    signed: str = ""  # digitally signed where the dated rule of this name is on: SIGNED_FILING or SIGNED_ORDER
    document: str = ""  # the kind of document it belongs to
    first: Callable[[int], None] | None = None  # holds, before the document, what others hold before it
    refused: Callable[[int], None] | None = None  # told once it was refused to a person, when nothing of it is left
    singly: Singly | None = None  # of documents taken together, those that are taken one by one

    def hold_first(self, pk: int) -> None:
        """Hold what others hold before the document, so that nobody waits for another in a ring."""
        if self.first is not None:
            self.first(pk)

    def activity_at(self, stage: str) -> str:
        """The activity that taking the step in this stage is."""
        return f"{self.document}.{self.name}.{stage}" if stage in self.desks else f"{self.document}.{self.name}"

    @property
    def activities(self) -> tuple[str, ...]:
        """The step as activities: one, or one for each stage with a desk of its own."""
        return tuple(self.activity_at(stage) for stage in self.desks or ("",))

    def roles_at(self, stage: str) -> tuple[str, ...]:
        """The roles whose desk takes the step in this stage."""
        return (self.desks[stage],) if stage in self.desks else self.roles

    @property
    def tells_the_way(self) -> bool:
        """Whether the step leads on: one that may be taken at any time, or leave each of several stages as it is, does not."""
        return not self.anytime and (len(self.sources) == 1 or not set(self.sources) <= set(self.targets))

    def alone(self, documents: Sequence[Document]) -> dict[int, list[str]]:
        """Of documents taken together, those that are taken by themselves, with the reason."""
        return {} if self.singly is None else {pk: [str(why)] for pk, why in self.singly(documents).items()}

    def reasons_not(self, document: Document, actor: Actor) -> list[str]:
        """Everything that stands against the step now, by name; empty where it can be taken."""
        return [str(reason) for guard in self.guards if (reason := guard(document, actor))]


gate: ContextVar[object] = ContextVar("gate", default=None)


def step(
    source: str | Sequence[str],
    target: str | GET_STATE | None,
    *,
    role: str | tuple[str, ...] | Mapping[str, str],
    label: Any,
    para: str,
    form: str = "",
    guards: tuple[Guard, ...] = (),
    grave: bool = False,
    many: bool = False,
    private: bool = False,
    weighty: bool = False,
    apart_from: tuple[str, ...] = (),
    anytime: bool = False,
    follows: bool = False,
    signed: str = "",
    first: Callable[[int], None] | None = None,
    refused: Callable[[int], None] | None = None,
    singly: Singly | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a method as a step. The method sets fields of its document and returns the records to be written with it.

    `role` is one role, several, or a role for each stage where the stages are different desks.
    """
    desks = role if isinstance(role, Mapping) else {}
    roles = tuple(dict.fromkeys(desks.values())) if desks else (role,) if isinstance(role, str) else tuple(role)
    sources = (source,) if isinstance(source, str) else tuple(source)
    targets = tuple(map(str, target.allowed_states)) if isinstance(target, GET_STATE) else (target,) if target else ()

    def declare(method: Callable[..., Any]) -> Callable[..., Any]:
        declared = Step(
            name=method.__name__, sources=sources, targets=targets, roles=roles, desks=desks,
            label=label, para=para, form=form, guards=guards, grave=grave, many=many, private=private,
            weighty=weighty, apart_from=apart_from, anytime=anytime, follows=follows, signed=signed, first=first, singly=singly, refused=refused, rule=(method.__doc__ or "").strip(),
        )  # fmt: skip

        @wraps(method)
        def gated(self: Document, **answers: Any) -> Any:
            if gate.get() is not self:
                raise TakenPastTheGate(f"{method.__qualname__} is taken through eccs.workflow.take")
            return method(self, **answers)

        return transition(field="stage", source=list(sources), target=target, custom={"step": declared})(gated)  # type: ignore[no-any-return]

    return declare
