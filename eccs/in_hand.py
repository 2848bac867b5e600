"""Who has a document in hand at its desk: one row for each, for every kind of document; gone as soon as it leaves the stage."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eccs import audit

if TYPE_CHECKING:
    from eccs.steps import Step
    from eccs.workflow import Document


class InHandQuerySet(models.QuerySet["InHand"]):
    """Rows by what they are about, and whether they hold still."""

    def of(self, model: type[models.Model]) -> Self:
        """Those of one kind of document."""
        return self.filter(kind=kind_of(model))

    def live(self) -> Self:
        """Those that hold now: what was set aside until a moment that has passed is in nobody's hands any more."""
        return self.filter(Q(aside_until=None) | Q(aside_until__gt=timezone.now()))


class InHand(models.Model):
    """A document that somebody at its desk has taken up, or set aside until a moment."""

    kind = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    stage = models.CharField(max_length=40)
    station = models.CharField(max_length=3, blank=True)
    courier_id = models.BigIntegerField(null=True)
    importer_id = models.BigIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="in_hand")
    role = models.CharField(max_length=40)  # in which the person has it
    steps = ArrayField(
        models.CharField(max_length=40), default=list
    )  # which the person may take there: a colleague's wait
    since = models.DateTimeField(default=timezone.now)
    aside_until = models.DateTimeField(null=True)
    aside_why = models.CharField(max_length=200, blank=True)

    objects = InHandQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "document_id"], name="in_hand_once")]
        indexes = [models.Index(fields=["kind", "stage", "station"], name="in_hand_at_desk")]

    def __str__(self) -> str:
        return f"{self.kind} {self.document_id}"

    @property
    def is_aside(self) -> bool:
        """Whether it is set aside now."""
        return self.aside_until is not None and self.aside_until > timezone.now()


class Priority(models.Model):
    """A document that goes before the others at every desk, with why and by whom, until it is finished."""

    class Reason(models.TextChoices):
        """Why goods cannot wait."""

        LIFE_SAVING = "LIFE_SAVING", gettext_lazy("Life-saving")
        MEDICAL = "MEDICAL", gettext_lazy("Medical")
        PERISHABLE = "PERISHABLE", gettext_lazy("Perishable")
        LIVE_ANIMALS = "LIVE_ANIMALS", gettext_lazy("Live animals")
        OTHER = "OTHER", gettext_lazy("Other")

    kind = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    station = models.CharField(max_length=3, blank=True)
    reason = models.CharField(max_length=12, choices=Reason.choices)
    remarks = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    by_name = models.CharField(max_length=120)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "document_id"], name="priority_once")]
        indexes = [models.Index(fields=["kind", "station"], name="priority_at_station")]

    def __str__(self) -> str:
        return f"{self.kind} {self.document_id}: {self.get_reason_display()}"


def kind_of(model: type[models.Model]) -> str:
    """What a kind of document is called here."""
    return str(model._meta.model_name)


class Held:
    """Who has which of some documents in hand, known by one query, while a step is taken on them."""

    def __init__(self, model: type[Document], documents: Collection[Document]) -> None:
        self.kind = kind_of(model)
        rows = InHand.objects.filter(pk__in=held).select_related("by") if (held := self._of(documents)) else ()
        self.rows = {row.document_id: row for row in rows}

    def _of(self, documents: Collection[Document]) -> list[int]:
        """Almost nothing is ever in somebody's hands when the system moves it: every step asks this, so it asks in plain SQL."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM {InHand._meta.db_table} WHERE kind = %s AND document_id = ANY(%s)",  # noqa: S608 our own table
                [self.kind, [d.pk for d in documents]],
            )
            return [pk for (pk,) in cursor]

    def why_not(self, document: Document, step: Step, person: int | None) -> list[str]:
        """The reason that lies in a colleague who has the document in hand and could take the step, or none."""
        row = self.rows.get(document.pk)
        if row is None or step.anytime or step.follows or person in (None, row.by_id) or step.name not in row.steps:
            return []
        return [in_whose_hands(row)] if row.aside_until is None or row.is_aside else []

    def let_go(self, left: Collection[Document]) -> None:
        """Documents that left their stage leave everybody's hands; those that are finished go before no others any more."""
        if gone := [d.pk for d in left if d.pk in self.rows]:
            InHand.objects.filter(kind=self.kind, document_id__in=gone).delete()
        awaited = next(iter(left)).awaited_stages() if left else ()
        if done := [d.pk for d in left if d.stage not in awaited]:
            Priority.objects.filter(kind=self.kind, document_id__in=done).delete()


def in_whose_hands(row: InHand) -> str:
    """Who has a document in hand, in words for a colleague."""
    since = timezone.localtime(row.since).strftime("%d/%m/%Y %H:%M")
    return _("%(name)s has it in hand since %(since)s: take it over first.") % {"name": row.by, "since": since}


def give_back(person: AbstractBaseUser, *, station: str | None = None, role: str = "") -> list[InHand]:
    """All that somebody has in hand goes back to the queues, or what is at one station, or in one role there."""
    rows = InHand.objects.filter(by=person.pk)
    if station:
        rows = rows.filter(station=station)
    if role:
        rows = rows.filter(role=role)
    found = list(rows)
    let_back(person, found, station=station or "")
    return found


def let_back(person: AbstractBaseUser, rows: Collection[InHand], *, station: str, why: str = "") -> None:
    """These documents leave somebody's hands, with a line of the audit log."""
    if rows:
        InHand.objects.filter(pk__in=[row.pk for row in rows]).delete()
        documents = [f"{row.kind} {row.document_id}" for row in rows]
        audit.record("work.given-back", about=person.get_username(), station=station, why=why, documents=documents)


def marks(model: type[models.Model], ids: Iterable[int]) -> tuple[dict[int, InHand], dict[int, Priority]]:
    """Who has which of these documents in hand, and which go before others: two queries."""
    wanted, kind = list(ids), kind_of(model)
    if not wanted:
        return {}, {}
    held = InHand.objects.of(model).live().filter(document_id__in=wanted).select_related("by")
    first = Priority.objects.filter(kind=kind, document_id__in=wanted)
    return {row.document_id: row for row in held}, {row.document_id: row for row in first}
