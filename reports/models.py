"""The tallies that the reports are made from: rolled up from the trails in a worker, read by the pages, never counted anew there."""

from __future__ import annotations

from django.db import models


class OfStation(models.Model):
    """What every tally tells of: a station and a form."""

    station = models.CharField(max_length=3)  # its code
    kind = models.CharField(max_length=8)  # the form, as `CBE-XIII`, `CSB-V`, `ECM`

    class Meta:
        abstract = True


class DayTally(OfStation):
    """So often something happened on a day, and how much money it was: one row a station, courier, form and sort."""

    class What(models.TextChoices):
        """What is counted. Its `part` says which of the sort."""

        STEP = "STEP"  # by step
        CLEARED = "CLEARED"  # goods let go for the first time: all, facilitated, by the system, assessed, examined
        EXAMINED = "EXAMINED"  # by what the Inspector recommended
        REVENUE = "REVENUE"  # by head, of challans paid
        ARRIVAL = "ARRIVAL"  # manifests closed, labels short and in excess

    what = models.CharField(max_length=8, choices=What.choices)
    day = models.DateField()
    courier = models.BigIntegerField(default=0)  # its key; 0 where an importer pays for what no courier brought
    part = models.CharField(max_length=40)
    count = models.BigIntegerField(default=0)
    amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["what", "station", "day", "courier", "kind", "part"], name="day_tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.part}, {self.station} {self.day}: {self.count}"


class HourTally(OfStation):
    """So many steps a desk took in an hour of a day."""

    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=40)
    step = models.CharField(max_length=40)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station", "day", "hour", "kind", "role", "step"], name="hour_tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.step}, {self.station} {self.day} {self.hour:02d} h: {self.count}"


class DwellTally(OfStation):
    """So many documents left a stage on a day after a time of one class, and their seconds in all (see reports.classes)."""

    day = models.DateField()
    courier = models.BigIntegerField(default=0)
    stage = models.CharField(max_length=40)  # or WHOLE: from filing until the goods were let go
    place = models.PositiveSmallIntegerField()  # of the class
    count = models.BigIntegerField(default=0)
    seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["station", "stage", "day", "courier", "kind", "place"], name="dwell_tally_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stage}, {self.station} {self.day}, class {self.place}: {self.count}"


class PendingTally(OfStation):
    """So many documents waited at a stage, by age, when it was last counted."""

    courier = models.BigIntegerField(default=0)
    stage = models.CharField(max_length=40)
    place = models.PositiveSmallIntegerField()  # of the class of age
    count = models.BigIntegerField(default=0)
    oldest = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station", "stage", "courier", "kind", "place"], name="pending_tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.stage}, {self.station}, class {self.place}: {self.count}"


class Mark(models.Model):
    """How far one trail is rolled up: every line up to `done` is counted, once.

    `ahead` is the last line seen when the worker last looked; once every transaction that ran then has ended (`ahead_before`
    is the first that had not begun) no line up to it can come any more, and the lines up to it are counted.
    """

    trail = models.CharField(max_length=80, unique=True)  # its table; PENDING for what waits
    done = models.BigIntegerField(default=0)
    ahead = models.BigIntegerField(default=0)
    ahead_before = models.BigIntegerField(default=0)
    ahead_at = models.DateTimeField(null=True)
    as_of = models.DateTimeField(
        null=True
    )  # everything until then is counted; nothing while it is counted from scratch

    def __str__(self) -> str:
        return f"{self.trail}: {self.done}"
