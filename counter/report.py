"""The day report of the Service Centre: who was served, how long people waited, what was filed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from counter.clearance import Stage
from counter.entered import form_named
from counter.models import SealedPrint, Visit
from eccs.papers import Column, Field, Head, Paper, footing
from eccs.papers import day as written_day


@dataclass(frozen=True)
class Line:
    """One visit of the day."""

    visit: Visit
    filed: tuple[str, ...]

    @property
    def waited(self) -> timedelta | None:
        """From the token to the counter."""
        return None if self.visit.called_at is None else self.visit.called_at - self.visit.created_at

    @property
    def served(self) -> timedelta | None:
        """From the begin to the end of the service."""
        began, ended = self.visit.begun_at, self.visit.ended_at
        return None if began is None or ended is None else ended - began


@dataclass(frozen=True)
class Report:
    """A day at the counters of some stations."""

    day: date
    lines: tuple[Line, ...]

    def count(self, stage: Stage) -> int:
        """How many visits stand there."""
        return sum(1 for line in self.lines if line.visit.stage == stage)

    @property
    def sums(self) -> list[tuple[str, str]]:
        """The day in figures."""
        waits = [wait for line in self.lines if (wait := line.waited) is not None]
        mean = sum(waits, timedelta()) / len(waits) if waits else None
        open_ones = len(self.lines) - self.count(Stage.SERVED) - self.count(Stage.NO_SHOW)
        return [
            (_("Tokens given"), str(len(self.lines))), (_("Served"), str(self.count(Stage.SERVED))),
            (_("Did not come"), str(self.count(Stage.NO_SHOW))), (_("Still open"), str(open_ones)),
            (_("Mean wait, minutes"), minutes(mean)), (_("Longest wait, minutes"), minutes(max(waits, default=None))),
            (_("Documents filed"), str(sum(len(line.filed) for line in self.lines))),
        ]  # fmt: skip

    @property
    def by_operator(self) -> list[tuple[str, int, int]]:
        """Each operator with the customers served and the documents filed."""
        told: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for line in self.lines:
            if line.visit.operator is not None:
                told[str(line.visit.operator)][0] += line.visit.stage == Stage.SERVED
                told[str(line.visit.operator)][1] += len(line.filed)
        return [(name, served, filed) for name, (served, filed) in sorted(told.items())]


def minutes(span: timedelta | None) -> str:
    """A time in whole minutes."""
    return "–" if span is None else str(round(span.total_seconds() / 60))


def of_day(day: date, stations: Collection[str]) -> Report:
    """What happened on a day: three queries, and one a kind of form."""
    rows = Visit.objects.filter(day=day, station__in=stations).select_related("courier", "importer", "operator")
    visits = list(rows.order_by("station_id", "serial"))
    filed = _filed([visit.pk for visit in visits])
    return Report(day, tuple(Line(visit, tuple(filed.get(visit.pk, ()))) for visit in visits))


def _filed(visits: list[int]) -> dict[int, list[str]]:
    """By visit, the numbers of what was filed there under a sealed print-out."""
    sealed: dict[str, dict[int, int]] = defaultdict(dict)
    for kind, document, visit in SealedPrint.objects.filter(visit__in=visits).order_by("pk").values_list("kind", "document_id", "visit"):  # fmt: skip
        sealed[kind][document] = visit
    told: dict[int, list[str]] = defaultdict(list)
    for kind, of in sealed.items():
        form = form_named(kind)
        for pk, words in form.filed(form.model, of) if form is not None else ():
            told[of[pk]].append(words)
    return told


def names() -> list[str]:
    """The columns of the list."""
    return [
        _("Token"), _("Customer"), _("Person"), _("Operator"), _("State"), _("Came"), _("Waited, minutes"),
        _("Served, minutes"), _("Filed"),
    ]  # fmt: skip


def rows(report: Report) -> list[list[str]]:
    """The visits, as the list and the print have them."""
    return [
        [
            str(one.visit), str(one.visit.firm), one.visit.person, str(one.visit.operator or ""), str(one.visit.get_stage_display()),
            f"{timezone.localtime(one.visit.created_at):%H:%M}", minutes(one.waited), minutes(one.served), ", ".join(one.filed),
        ]
        for one in report.lines
    ]  # fmt: skip


def printed(report: Report, stations: Collection[str], by: str) -> bytes:
    """The day report as PDF."""
    paper = Paper(
        Head(
            title=_("Day report"), subtitle=_("Service Centre"), number=written_day(report.day), token=f"DR{report.day:%Y%m%d}",
            place=_("Courier Terminal, %(station)s") % {"station": ", ".join(sorted(stations))},
            address=f"{settings.PUBLIC_URL}/counter/report/?day={report.day:%Y-%m-%d}", foot=footing(by.partition(" on behalf of ")[0]),
        )
    )  # fmt: skip
    sums = [Field(label, value) for label, value in report.sums]
    paper.boxes([sums[:4], sums[4:]])
    paper.space(6)
    shares = (0.19, 0.16, 0.11, 0.1, 0.1, 0.06, 0.08, 0.08, 0.12)
    table = paper.table([Column(name, share) for name, share in zip(names(), shares, strict=True)])
    for row in rows(report):
        table.row(row)
    if not report.lines:
        paper.text(_("Nobody came on this day."))
    return paper.close()
