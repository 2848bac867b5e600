"""Numbers of documents: dense, in order, never used twice.

One counter row per series. A number is taken last in the caller's transaction, so that a filing that fails gives its
number back and a filing that succeeds holds the counter only for the instant of its commit.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, models
from django.utils import timezone


class Counter(models.Model):
    """The last number given in a series, such as `ECM_BLR_2026-2027`."""

    series = models.CharField(primary_key=True, max_length=80)
    last = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(last__gt=0), name="counter_above_zero")]

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


class Numbered(models.Model):
    """A document or order that receives its number from a series."""

    number = models.CharField(max_length=60, null=True, unique=True, editable=False)
    serial = models.BigIntegerField(null=True, editable=False)

    class Meta:
        abstract = True

    def series(self) -> str:
        """The series the number comes from."""
        raise NotImplementedError

    def numbered(self, serial: int) -> str:
        """The number as the notice writes it, for this serial."""
        raise NotImplementedError


def allocate(series: str, count: int = 1) -> int:
    """Take `count` consecutive serials of a series and return the first. Call it inside the transaction, last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO eccs_counter (series, last) VALUES (%s, %s) "
            "ON CONFLICT (series) DO UPDATE SET last = eccs_counter.last + excluded.last RETURNING last",
            [series, count],
        )
        return int(cursor.fetchone()[0]) - count + 1


def number(documents: Iterable[Numbered]) -> None:
    """Give each document without a number its own, in the order given, one statement per series."""
    waiting: dict[str, list[Numbered]] = defaultdict(list)
    for document in documents:
        if document.number is None:
            waiting[document.series()].append(document)
    for series in sorted(waiting):  # always in the same order, so that two filings never wait for each other
        first = allocate(series, len(waiting[series]))
        for serial, document in enumerate(waiting[series], first):
            document.serial = serial
            document.number = document.numbered(serial)


def financial_year(on: date | datetime) -> str:
    """The Indian financial year, 1 April to 31 March in India's time, as `2026-2027`."""
    day = timezone.localtime(on).date() if isinstance(on, datetime) else on
    start = day.year if day.month >= 4 else day.year - 1
    return f"{start}-{start + 1}"
