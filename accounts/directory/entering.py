"""How a firm enters the directory: the first line of its trail."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from eccs import numbering, trail
from eccs.rows import write_rows
from eccs.workflow import Actor, Refused, Step


def entry_step(document: str, stage: str, rule: str) -> Step:
    """The entry of a kind of firm, which has no desk before it."""
    return Step(
        name="enter", document=document, sources=(), targets=(stage,), roles=(Role.JOINT_COMMISSIONER,),
        label=gettext_lazy("Enter into the directory"),  # type: ignore[arg-type]  # translated when it is shown
        para="PN17 4.0", rule=rule,
    )  # fmt: skip


def enter(firm: Any, actor: Actor, **answers: Any) -> Any:
    """Write a new firm and the first line of its trail; Refused where it is not the actor's to do."""
    step, at = type(firm).steps()["enter"], timezone.now()
    if refusal := actor.why_not(step.activity_at(""), firm):
        raise Refused([refusal])
    with transaction.atomic():
        if firm.number is None and firm.stage not in firm.unnumbered_stages:
            numbering.number([firm])
        firm.stage_since = at
        firm.save()
        line = trail.Entry(
            firm, at=at, step=step.name, from_stage="", to_stage=firm.stage, by_id=actor.user_id, by_name=actor.name,
            role=actor.acts_as(step.activity_at(""), firm), answers=answers,
        )  # fmt: skip
        trail.insert_lines(firm.trail_model, trail.seal_entries([line]))
        kept = [f for f in firm._meta.concrete_fields if f.attname.startswith("trail_")]
        write_rows(type(firm), [firm], kept)
    return firm
