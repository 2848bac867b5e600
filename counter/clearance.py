"""The life of a visit to the Service Centre, from the token to the end of the service (PN17 2.3)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from eccs.workflow import Actor, Document, Step, step

if TYPE_CHECKING:
    from counter.models import Visit

PARA = "PN17 2.3"
OPERATOR = Role.SERVICE_CENTRE


class Stage(models.TextChoices):
    """What a customer with a token awaits."""

    WAITING = "WAITING", _("Waiting for the counter")
    CALLED = "CALLED", _("Called to the counter")
    SERVING = "SERVING", _("Being served")
    SERVED = "SERVED", _("Served")
    NO_SHOW = "NO_SHOW", _("Did not come")


AT_COUNTER = (Stage.CALLED, Stage.SERVING)


def serves_nobody_else(visit: Any, actor: Actor) -> str:
    """An operator has one customer at a time, so that nothing is entered for the wrong firm."""
    other = type(visit)._default_manager.filter(operator_id=actor.user_id, stage__in=AT_COUNTER).exclude(pk=visit.pk)
    held = other.first() if actor.user_id is not None else None
    return (
        gettext("You have %(token)s at your counter: finish with that customer first.") % {"token": held}
        if held
        else ""
    )


class VisitClearance(Document):
    """The steps of a visit, in the order in which a customer meets them."""

    unnumbered_stages = ()
    operator_id: int | None
    called_at: datetime | None
    begun_at: datetime | None
    ended_at: datetime | None

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The token, which is given at the counter, and every step declared below."""
        return {"give_token": GIVE_TOKEN, **super().steps()}

    @step(
        Stage.WAITING,
        Stage.CALLED,
        role=OPERATOR,
        label=_("Call to the counter"),
        para=PARA,
        guards=(serves_nobody_else,),
    )
    def call(self: Visit) -> None:
        """The token is called: its number stands on the display of the counter."""
        self.operator_id, self.called_at = self.taken_by.user_id, self.taken_at

    @step(
        Stage.CALLED, Stage.SERVING, role=OPERATOR, label=_("Begin to serve"), para=PARA, guards=(serves_nobody_else,)
    )
    def serve(self: Visit) -> None:
        """The customer has come with the physical documents: from now on the operator enters on behalf of the firm."""
        self.operator_id, self.begun_at = self.taken_by.user_id, self.taken_at

    @step(Stage.CALLED, Stage.NO_SHOW, role=OPERATOR, label=_("Customer did not come"), para=PARA)
    def record_no_show(self: Visit) -> None:
        """Nobody came when the token was called; who comes later takes a new one."""
        self.ended_at = self.taken_at

    @step(AT_COUNTER, Stage.WAITING, role=OPERATOR, label=_("Put back into the queue"), para=PARA, anytime=True)
    def put_back(self: Visit) -> None:
        """A customer who has to fetch a document keeps the token and is called again."""
        self.operator_id = self.called_at = self.begun_at = None

    @step(Stage.SERVING, Stage.SERVED, role=OPERATOR, label=_("Finish"), para=PARA)
    def finish(self: Visit) -> None:
        """The customer has been served and has the physical documents back."""
        self.ended_at = self.taken_at


GIVE_TOKEN = Step(
    name="give_token", document="visit", sources=(), targets=(Stage.WAITING,), roles=(OPERATOR,),
    label=_("Give a token"),  # type: ignore[arg-type]  # every label is translated when it is shown
    para=PARA, rule="A courier or importer comes with the physical documents and receives a number of the day.",
)  # fmt: skip
