"""The note at the end of a shift: what is in hand, set aside and late, for whoever sits at the same desks next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

SHOWN_FOR = timedelta(days=7)


def firm_of(actor: Any) -> str:
    """The firm within which a note of the trade stays, as the audience of its notices is called; nothing for an officer or custodian."""
    if not actor.is_trade:
        return ""
    return f"importer:{actor.importer_id}" if actor.importer_id is not None else f"courier:{actor.courier_id}"


class HandOverQuerySet(models.QuerySet["HandOver"]):
    """Notes by who asks."""

    def visible_to(self, actor: Any) -> Self:
        """The own ones, and those for a role that the person holds at the station, within the own firm."""
        seen, firm = Q(by=actor.user_id or 0), firm_of(actor)
        for station in {held.station for held in actor.postings if held.station}:
            roles = [held.role for held in actor.postings if held.station == station]
            seen |= Q(firm=firm, station=station, role__in=roles)
        if firm:  # who works for the firm at every station reads the notes of all of them
            seen |= Q(firm=firm, role__in=[held.role for held in actor.postings if not held.station])
        return self.filter(seen)

    def unread_by(self, actor: Any) -> Self:
        """Those of colleagues that the person has not marked as read, of the last days."""
        marks = HandOverRead.objects.filter(note=OuterRef("pk"), by=actor.user_id or 0)
        recent = self.visible_to(actor).filter(at__gte=timezone.now() - SHOWN_FOR).exclude(by=actor.user_id or 0)
        return recent.filter(~Exists(marks)).order_by("at")


class HandOver(models.Model):
    """What one shift tells the next one of the same role and station, and of the same firm; once written it stays as it is."""

    station = models.CharField(max_length=3, blank=True)  # of a firm: nothing where the role is held at every station
    firm = models.CharField(max_length=40, blank=True, default="")  # whose note it is, where it is one of the trade
    role = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(max_length=4000, blank=True)
    desks = models.JSONField(default=list)  # each desk as it then was: label, count, over
    lines = models.JSONField(default=list)  # each document: state, number, url, desk, why

    objects = HandOverQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["station", "role", "at"], name="hand_over_of_desk")]

    def __str__(self) -> str:
        return f"{self.role}@{self.station} {timezone.localtime(self.at):%d/%m/%Y %H:%M}"


class HandOverRead(models.Model):
    """Who has read a note, and when."""

    note = models.ForeignKey(HandOver, models.CASCADE, related_name="reads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "by"], name="hand_over_read_once")]

    def __str__(self) -> str:
        return f"{self.note_id} {self.by_id}"
