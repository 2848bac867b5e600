"""The metrics for Prometheus: what processes counted, what beat rolled up, and how the background work lives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from eccs import celery, measuring, watchers
from eccs.models import Heartbeat
from eccs.rolled_up import AT, BOUNDS, DEPTH, DWELL, DWELL_SECONDS, OLDEST, Measure

DESK = ("document", "stage", "station")


class RolledUp(Collector):
    """What the database holds for those who watch: two short questions to it and one to the queue, however much is stored."""

    def collect(self) -> Iterator[Metric]:
        """Desks, dwell, beat and queue."""
        kept: dict[str, list[Measure]] = defaultdict(list)
        for row in Measure.objects.all():
            kept[row.name].append(row)
        now = timezone.now().timestamp()
        yield _desk("eccs_queue_depth", "Documents that wait at a desk.", kept[DEPTH])
        yield _desk("eccs_queue_oldest_seconds", "Since when the oldest waits there.", kept[OLDEST], since=now)
        yield _dwell(kept)
        for row in kept[AT]:
            yield GaugeMetricFamily("eccs_rolled_up_seconds", "Since the desks were counted.", value=now - row.value)
        _silent, heard = Heartbeat.silence()
        if heard:
            age = now - heard.timestamp()
            yield GaugeMetricFamily("eccs_beat_silent_seconds", "Since beat and a worker were heard of.", value=age)
        length = celery.waiting()
        yield GaugeMetricFamily(
            "eccs_queue_of_tasks_up", "Whether the queue of tasks answers.", value=length is not None
        )
        if length is not None:
            yield GaugeMetricFamily("eccs_tasks_waiting", "Background tasks that no worker has begun.", value=length)


def _desk(name: str, words: str, rows: list[Measure], since: float | None = None) -> Metric:
    family = GaugeMetricFamily(name, words, labels=DESK)
    for row in rows:
        family.add_metric([row.labels[part] for part in DESK], row.value if since is None else since - row.value)
    return family


def _dwell(kept: dict[str, list[Measure]]) -> Metric:
    family = HistogramMetricFamily("eccs_dwell_seconds", "How long documents stood at a stage.", labels=DESK[:2])
    classes: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for row in kept[DWELL]:
        classes[row.labels["document"], row.labels["stage"]][row.labels["class"]] = row.value
    sums = {(row.labels["document"], row.labels["stage"]): row.value for row in kept[DWELL_SECONDS]}
    for labels, found in classes.items():
        buckets, total = list[tuple[str, float]](), 0.0
        for place, bound in enumerate((*map(str, BOUNDS), "+Inf")):
            total += found.get(place, 0)
            buckets.append((bound, total))
        family.add_metric(list(labels), buckets, sums.get(labels, 0))
    return family


@require_safe
@never_cache
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics, for a program with the token or from an allowed network; to anybody else there is no such page."""
    if not watchers.is_one(request):
        raise Http404
    rolled_up = CollectorRegistry()
    rolled_up.register(RolledUp())
    text = generate_latest(measuring.registry()) + generate_latest(rolled_up)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)
