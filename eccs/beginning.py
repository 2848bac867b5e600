"""How a document begins: kept, with its number where it has one from the start, and with the first line of its trail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from eccs import numbering, trail
from eccs.rows import write_rows
from eccs.workflow import Actor, Document, Refused, wants_number


def begin(made: Sequence[Any], step: str, actor: Actor, activity: str, /, **answers: Any) -> None:
    """Begin documents of one kind and one owner as an act of the actor. Raises Refused where it is not the actor's."""
    if reason := actor.why_not(activity, made[0]):
        raise Refused([reason])
    begin_as(actor.acts_as(activity, made[0]), made, step, actor, **answers)


def begin_as(role: str, made: Sequence[Any], step: str, actor: Actor, /, **answers: Any) -> None:
    """Begin documents in a role that was judged already: the moment is that from which their desk's clock runs."""
    kind: type[Document] = type(made[0])
    with transaction.atomic():
        numbering.number([one for one in made if wants_number(one)])
        if fresh := [one for one in made if one.pk is None]:
            kind._default_manager.bulk_create(fresh)
        entries = [
            trail.Entry(
                one, at=one.stage_since, step=step, from_stage="", to_stage=one.stage, by_id=actor.user_id,
                by_name=actor.name, role=role, answers=answers,
            )
            for one in made
        ]  # fmt: skip
        trail.insert_lines(kind.trail_model, trail.seal_entries(entries))
        write_rows(kind, made, [f for f in kind._meta.concrete_fields if f.attname in ("trail_length", "trail_head")])
