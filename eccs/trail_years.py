"""The trails that grow to tens of millions of lines lie in partitions, one for the documents of each financial year.

A partition begins at a document's key. The year to come has its partition a year ahead, with keys far above those in use; after
midnight of 1 April new documents take their keys from there. So no line ever moves, nothing waits for a lock on a table that
is in use, and a document that took its key in the old year keeps its lines there. The last partition is open at its end: no line
finds none.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, models, transaction
from django.utils import timezone

ROOM = 10**9  # keys that a financial year has


class TrailYear(models.Model):
    """From which document on the lines of a trail lie in the partition of a financial year."""

    trail = models.CharField(max_length=80)
    first = models.BigIntegerField()  # nought where it reaches back to the first document
    since = models.DateField()

    class Meta:
        ordering = ["trail", "first"]
        constraints = [models.UniqueConstraint(fields=["trail", "first"], name="trail_year_begins_once")]

    def __str__(self) -> str:
        return f"{self.trail} {self.since:%Y}-{self.since.year + 1}"

    @property
    def part(self) -> str:
        """Its partition."""
        return f"{self.trail}_from_{self.first}"


def year_of(on: date | datetime) -> date:
    """The 1 April with which a financial year began, in India's time."""
    day = timezone.localdate(on) if isinstance(on, datetime) else on
    return date(day.year - (day.month < 4), 4, 1)


def after(since: date) -> date:
    """The 1 April after."""
    return since.replace(year=since.year + 1)


def parted() -> list[str]:
    """The trails that lie in partitions."""
    return sorted(set(TrailYear.objects.values_list("trail", flat=True)))


def cut(trail: str, first: int, since: date) -> None:
    """From this document on a trail lies in a partition of its own; lines that are already there move into it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT eccs_trail_cut(%s, %s)", [trail, first])
        TrailYear.objects.update_or_create(trail=trail, first=first, defaults={"since": since})


def keep_years(now: datetime | None = None) -> int:
    """Make the partitions of the year to come, and begin the year that has come. Return how many were made."""
    this, made = year_of(now or timezone.now()), 0
    for trail in parted():
        newest = TrailYear.objects.filter(trail=trail).order_by("-first")[0]
        while newest.since <= this:
            cut(trail, newest.first + ROOM, after(newest.since))
            newest, made = TrailYear.objects.filter(trail=trail).order_by("-first")[0], made + 1
        current = TrailYear.objects.filter(trail=trail, since__lte=this).order_by("-first")[0]
        with connection.cursor() as cursor:
            if current.first:
                cursor.execute("SELECT eccs_trail_begin(%s, %s)", [trail, current.first])
            cursor.execute("SELECT eccs_trail_seen(%s)", [trail])
    return made
