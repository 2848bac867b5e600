"""How a firm enters the directory: the first line of its trail."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from eccs.beginning import begin
from eccs.workflow import Actor, Step


def entry_step(document: str, stage: str, rule: str, signed: str = "") -> Step:
    """The entry of a kind of firm, which has no desk before it; signed where the entry itself is the order."""
    return Step(
        name="enter", document=document, sources=(), targets=(stage,), roles=(Role.JOINT_COMMISSIONER,),
        label=gettext_lazy("Enter into the directory"),  # type: ignore[arg-type]  # translated when it is shown
        para="PN17 4.0", rule=rule, signed=signed,
    )  # fmt: skip


def enter(firm: Any, actor: Actor, **answers: Any) -> Any:
    """Write a new firm and the first line of its trail; Refused where it is not the actor's to do."""
    step = type(firm).steps()["enter"]
    firm.stage_since = timezone.now()
    begin([firm], step.name, actor, step.activity_at(""), **answers)
    return firm
