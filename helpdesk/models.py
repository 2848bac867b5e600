"""Tickets with what was said, articles of the knowledge page, where help is at each station, and when the system rests."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import CustomsStation
from eccs.numbering import financial_year
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from helpdesk.clearance import Stage, TicketSteps

ANSWER = "helpticket.answer"


class TicketQuerySet(models.QuerySet["HelpTicket"]):
    """Tickets by who asks."""

    def visible_to(self, actor: Any) -> Self:
        """The person's own, and those of the stations where the person answers."""
        return self.filter(Q(raised_by=actor.user_id or 0) | Q(station__in=actor.stations_for({ANSWER})))


class HelpTicket(TicketSteps):
    """A question to the help desk of a station, with the page and the document from which it was asked."""

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    stage = StageField(choices=Stage.choices, default=Stage.OPEN, max_length=8)
    subject = models.CharField(max_length=120)
    question = models.TextField(max_length=4000)
    page = models.CharField(max_length=200, blank=True)  # the address without what was asked there
    document = models.CharField(max_length=60, blank=True)  # its number
    asked_as = models.CharField(max_length=200, blank=True)  # the roles of whoever asked, in words
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="tickets")
    raised_at = models.DateTimeField(default=timezone.now)

    courier_id: ClassVar[None] = None  # it is the person's, not the firm's
    unnumbered_stages = ()

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        constraints = [models.CheckConstraint(condition=Q(number__isnull=False), name="ticket_has_number")]
        indexes = [
            models.Index(fields=["station", "stage", "stage_since", "id"], name="ticket_station_queue"),
        ]

    def series(self) -> str:
        """Counted by station and financial year."""
        return f"HD_{self.station_id}_{financial_year(self.raised_at)}"

    def numbered(self, serial: int) -> str:
        """`HD_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class HelpTicketTrail(TrailLine):
    """The trail of a ticket. No firm is told of it: the person who asked is written to."""

    document = models.ForeignKey(HelpTicket, models.PROTECT, related_name="trail")
    tells_firms = False

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="ticket_trail_seq")]


HelpTicket.trail_model = HelpTicketTrail


class TicketMessage(models.Model):
    """What was said on a ticket after the first question."""

    ticket = models.ForeignKey(HelpTicket, models.PROTECT, related_name="messages")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    of_desk = models.BooleanField()
    text = models.TextField(max_length=4000)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.ticket}: {self.text[:40]}"


class InTwoLanguages(models.Model):
    """A text in English, and in Hindi where somebody wrote it."""

    title = models.CharField(max_length=160)
    text = models.TextField(max_length=6000)
    title_hi = models.CharField(max_length=160, blank=True)
    text_hi = models.TextField(max_length=6000, blank=True)

    class Meta:
        abstract = True

    @property
    def language(self) -> str:
        """The language of what the reader is shown."""
        whole = bool(self.title_hi and self.text_hi)
        return "hi" if whole and (get_language() or "").startswith("hi") else "en"

    @property
    def shown_title(self) -> str:
        """The title in the reader's language."""
        return self.title_hi if self.language == "hi" else self.title

    @property
    def shown_text(self) -> str:
        """The text in the reader's language."""
        return self.text_hi if self.language == "hi" else self.text


class ArticleQuerySet(models.QuerySet["Article"]):
    """Articles by words."""

    def published(self) -> Self:
        """Those that everybody may read."""
        return self.filter(published=True)

    def found(self, typed: str) -> Self:
        """Those that hold every word typed, in either language."""
        rows = self
        for word in typed.split()[:8]:
            rows = rows.filter(
                Q(title__icontains=word)
                | Q(text__icontains=word)
                | Q(title_hi__icontains=word)
                | Q(text_hi__icontains=word)
            )
        return rows


class Article(InTwoLanguages):
    """A question that many have, with its answer, on the knowledge page."""

    published = models.BooleanField(default=False)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title


class HelpDesk(models.Model):
    """Where help is: of a station, or of the whole country."""

    station = models.OneToOneField(CustomsStation, models.PROTECT, null=True, related_name="help_desk")
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    hours = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station"], name="help_desk_once", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(phone="") | ~Q(email=""), name="help_desk_is_reached"),
        ]

    def __str__(self) -> str:
        return self.phone or self.email


class DowntimeQuerySet(models.QuerySet["Downtime"]):
    """Times of rest by the moment."""

    def shown_at(self, now: datetime) -> Self:
        """Those that every page tells of: announced, and not over."""
        return self.filter(cancelled_at=None, announced_from__lte=now, until__gt=now).order_by("begins_at")


class Downtime(InTwoLanguages):
    """A time at which the system rests, planned by the System Admin and told on every page before and during it."""

    begins_at = models.DateTimeField()
    until = models.DateTimeField()
    announced_from = models.DateTimeField()
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    cancelled_at = models.DateTimeField(null=True)

    objects = DowntimeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("begins_at")), name="downtime_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(announced_from__lte=F("begins_at")), name="downtime_announced_before_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["until"], name="downtime_to_come", condition=Q(cancelled_at=None))]

    def __str__(self) -> str:
        return self.title

    @property
    def has_begun(self) -> bool:
        """Whether it goes on now."""
        return self.begins_at <= timezone.now()
