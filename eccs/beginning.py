"""How a document begins: kept, with its number where it has one from the start, and with the first line of its trail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from eccs import numbering, trail
from eccs.rows import write_rows
from eccs.signing import gate as signatures
from eccs.workflow import Actor, Document, Refused, Step, wants_number


class Unsigned(Refused):
    """A document that the station lets begin only under a digital signature (PN17 2.4); nothing is kept."""

    def __init__(self, reasons: Sequence[str], declared: Step) -> None:
        super().__init__(reasons)
        self.declared = declared


def begin(made: Sequence[Any], step: str, actor: Actor, activity: str, /, **answers: Any) -> None:
    """Begin documents of one kind and one owner as an act of the actor. Raises Refused where it is not the actor's."""
    if reason := actor.why_not(activity, made[0]):
        raise Refused([reason])
    begin_as(actor.acts_as(activity, made[0]), made, step, actor, **answers)


def begin_as(role: str, made: Sequence[Any], step: str, actor: Actor, /, **answers: Any) -> None:
    """Begin documents in a role that was judged already: the moment is that from which their desk's clock runs.

    Where the beginning is a declared step that the station wants signed, what is said and declared is what was signed.
    """
    kind: type[Document] = type(made[0])
    declared = kind.steps().get(step)
    if declared is not None and (reasons := signatures.missing(declared, made[0], actor.user_id, made[0].stage_since)):
        raise Unsigned(reasons, declared)
    with transaction.atomic():
        numbering.number([one for one in made if wants_number(one)])
        if fresh := [one for one in made if one.pk is None]:
            kind._default_manager.bulk_create(fresh)
        entries = [
            trail.Entry(
                one, at=one.stage_since, step=step, from_stage="", to_stage=one.stage, by_id=actor.user_id,
                by_name=actor.name, role=role, answers={**answers, **getattr(actor, "note", {})}, snapshot=one.snapshot_for_trail,
            )
            for one in made
        ]  # fmt: skip
        signed = signatures.seal(declared, actor.user_id, entries, born_filed=True) if declared is not None else []
        trail.insert_lines(kind.trail_model, trail.seal_entries(entries))
        write_rows(kind, made, [f for f in kind._meta.concrete_fields if f.attname in ("trail_length", "trail_head")])
        signatures.keep(signed)
