"""What stands at the desks and how long documents stood there, rolled up once a minute by beat.

The metrics are asked for every few seconds by several hosts. They read the rows kept here, some hundreds, and never a table of
documents; what waits is counted over the partial indexes of the open stages, and of a trail only the lines since the last time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import connection, models, transaction
from django.db.models import Count, F, Max, Min
from django.utils import timezone

from eccs import pages, trail

DEPTH, OLDEST, AT = "queue_depth", "queue_oldest", "measured_at"
DWELL, DWELL_SECONDS, READ = "dwell", "dwell_seconds", "dwell_read"
BOUNDS = (60, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 604800)
"""The upper bounds of the classes of dwell, seconds: from a minute to a week."""
SETTLED = timedelta(minutes=2)
"""So old is a line before it is counted: what was written beside it is committed by then."""
LINES_AT_ONCE = 50_000


class Measure(models.Model):
    """One figure for those who watch the system."""

    name = models.CharField(max_length=40)
    labels = models.JSONField(default=dict)
    value = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "labels"], name="measure_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.labels}: {self.value}"


def roll_up() -> None:
    """Count what waits now, and how long what moved on has waited."""
    with transaction.atomic():
        marks = _marks()
        _replace((DEPTH, OLDEST, AT), [*_waiting(), Measure(name=AT, value=timezone.now().timestamp())])
        until = timezone.now() - SETTLED
        for kind in trail.trails():
            _count_dwell(kind, marks[kind._meta.db_table], until)


def _replace(names: tuple[str, ...], rows: list[Measure]) -> None:
    Measure.objects.filter(name__in=names).delete()
    Measure.objects.bulk_create(rows)


def _waiting() -> Iterator[Measure]:
    """By kind, stage and station: how many wait, and since when the oldest does."""
    for model in dict.fromkeys(listing.model for listing in pages.listings() if listing.queued):
        stages = [stage for stage in model.awaited_stages() if stage not in model.unnumbered_stages]
        stationed = any(field.name == "station" for field in model._meta.fields)
        rows: Any = cast("Any", model._default_manager).filter(stage__in=stages)
        rows = rows.values_list("stage", *(["station_id"] if stationed else [])).order_by()
        for stage, *station, count, oldest in rows.annotate(count=Count("pk"), oldest=Min("stage_since")):
            labels = _labels(model, stage) | {"station": station[0] or "" if station else ""}
            yield Measure(name=DEPTH, labels=labels, value=count)
            yield Measure(name=OLDEST, labels=labels, value=oldest.timestamp())


def _labels(model: Any, stage: str) -> dict[str, str]:
    return {"document": model._meta.model_name, "stage": stage}


def _marks() -> dict[str, Measure]:
    """Up to which line each trail was counted, held so that nobody counts beside; a trail met first is counted from now on."""
    held = Measure.objects.select_for_update(of=("self",)).filter(name=READ).order_by("pk")
    known = {row.labels["trail"]: row for row in held}
    for kind in trail.trails():
        table = kind._meta.db_table
        if table not in known:
            last = cast("Any", kind._default_manager).aggregate(last=Max("pk"))["last"] or 0
            known[table] = Measure.objects.create(name=READ, labels={"trail": table}, value=last)
    return known


_DWELT = """
    WITH moved AS (
        SELECT id, document_id, seq, at, from_stage FROM "{table}"
        WHERE id > %(after)s AND id <= %(upto)s AND from_stage <> '' AND from_stage <> to_stage
    ), dwelt AS (
        SELECT from_stage, extract(epoch FROM moved.at - came.at) AS seconds
        FROM moved CROSS JOIN LATERAL (
            SELECT at FROM "{table}" earlier
            WHERE earlier.document_id = moved.document_id AND earlier.seq < moved.seq AND earlier.from_stage <> earlier.to_stage
            ORDER BY earlier.seq DESC LIMIT 1
        ) came
    )
    SELECT from_stage, width_bucket(seconds, %(bounds)s::numeric[]), count(*), sum(seconds) FROM dwelt GROUP BY 1, 2
"""


def _count_dwell(kind: type[trail.TrailLine], mark: Measure, until: datetime) -> None:
    """Add what the settled lines since the last time tell: how long each document had stood where it was moved from."""
    rows: Any = kind._default_manager
    new = rows.filter(pk__gt=int(mark.value), pk__lte=int(mark.value) + LINES_AT_ONCE)
    upto = new.filter(at__lte=until).aggregate(last=Max("pk"))["last"]
    if upto is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _DWELT.format(table=kind._meta.db_table),
            {"after": int(mark.value), "upto": upto, "bounds": list(BOUNDS)},
        )
        found = cursor.fetchall()
    document = cast("Any", kind)._meta.get_field("document").related_model
    for stage, place, count, seconds in found:
        labels = _labels(document, stage)
        _add(DWELL, labels | {"class": place}, count)
        _add(DWELL_SECONDS, labels, float(seconds))
    mark.value = upto
    mark.save(update_fields=["value"])


def _add(name: str, labels: dict[str, Any], value: float) -> None:
    if not Measure.objects.filter(name=name, labels=labels).update(value=F("value") + value):
        Measure.objects.create(name=name, labels=labels, value=value)
