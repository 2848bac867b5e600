"""The life of a ticket: asked, answered by the Port Admin of the station, closed; asked again as often as it needs (PN17 2.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from eccs.models import Notice
from eccs.notices import worded
from eccs.workflow import Document, step

PARA = "PN17 2.3"


class Stage(models.TextChoices):
    """Where a ticket stands."""

    OPEN = "OPEN", gettext_lazy("Question open")
    ANSWERED = "ANSWERED", gettext_lazy("Answered")
    CLOSED = "CLOSED", gettext_lazy("Closed")


class TicketSteps(Document):
    """What the help desk and whoever asked do with a ticket. What the asker does is done in no role: the ticket is the person's own."""

    class Meta:
        abstract = True

    messages: Any
    raised_by_id: int
    station_id: str
    subject: str

    @step(
        Stage.OPEN, Stage.ANSWERED, role=Role.PORT_ADMIN, label=gettext_lazy("Answer"), para=PARA, form="helpdesk.forms.AnswerForm",
    )  # fmt: skip
    def answer(self, *, text: str) -> Iterable[models.Model]:
        """The help desk answers; whoever asked is written to, and may ask again."""
        return [self._said(text, of_desk=True), *self._letter(_answered, text)]

    @step(
        (Stage.OPEN, Stage.ANSWERED), Stage.CLOSED, role=Role.PORT_ADMIN, label=gettext_lazy("Close the ticket"), para=PARA,
        form="helpdesk.forms.ClosingForm", anytime=True,
    )  # fmt: skip
    def close_ticket(self, *, text: str = "") -> Iterable[models.Model]:
        """Nothing more is awaited; whoever asked is told, and may open it again."""
        said = [self._said(text, of_desk=True)] if text else []
        return [*said, *self._letter(_closed, text)]

    @step(
        (Stage.ANSWERED, Stage.CLOSED), Stage.OPEN, role=Role.SYSTEM, label=gettext_lazy("Ask again"), para=PARA,
    )  # fmt: skip
    def ask_again(self, *, text: str) -> Iterable[models.Model]:
        """Whoever asked has a further question: the ticket is open again."""
        return [self._said(text, of_desk=False)]

    @step(
        (Stage.OPEN, Stage.ANSWERED), Stage.CLOSED, role=Role.SYSTEM, label=gettext_lazy("My question is settled"), para=PARA,
    )  # fmt: skip
    def settle(self) -> None:
        """Whoever asked needs nothing more."""

    def _said(self, text: str, *, of_desk: bool) -> models.Model:
        made: models.Model = self.messages.model(
            ticket_id=self.pk, at=self.taken_at, by_id=self.taken_by.user_id, of_desk=of_desk, text=text
        )
        return made

    def _letter(self, subject: Any, text: str) -> list[Notice]:
        link = f"{self}  {settings.PUBLIC_URL}{self.get_absolute_url()}"
        words = lambda: (subject() % {"ticket": self, "subject": self.subject}, "\n\n".join(filter(None, (text, link))))  # noqa: E731
        return [worded(f"person:{self.raised_by_id}", words, self.station_id)]


def _answered() -> str:
    return _("%(ticket)s: your question is answered: %(subject)s")


def _closed() -> str:
    return _("%(ticket)s: closed: %(subject)s")
