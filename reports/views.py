"""The pages of the reports: an overview, one page for each with a drawing and a table, and the table as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Custodian
from accounts.requests import Request
from eccs import pages
from eccs.audit_answers import exported
from eccs.replica import may_be_behind
from eccs.uploads.files import as_download, written
from reports import charts
from reports.charts import Point
from reports.kinds import CUSTODIANS, DWELL, FACILITATION, PENDING, REPORTS, REVENUE, WORKLOAD
from reports.models import Mark
from reports.reading import Names, stage_names
from reports.scope import KINDS, Scope, ScopeForm, stations_of
from reports.sources import SOURCES, WHOLE
from reports.tables import BY, Report, Table

SILENT_AFTER = timedelta(minutes=10)  # the worker counts every minute


@dataclass
class Asked:
    """A report as somebody asked for it."""

    request: Request
    report: Report
    form: ScopeForm
    stations: Mapping[str, str]
    scope: Scope

    @classmethod
    def of(cls, request: Request, report: Report) -> Asked:
        """What the address asks for, at the reader's own stations. Raises PermissionDenied."""
        pages.require(request.actor, report.page)
        stations = stations_of(request.actor, report.page)
        form = ScopeForm(request.GET, stations, _stages() if "stage" in report.filters else {"": ""})
        return cls(request, report, form, stations, report.asked_of(form.scope()))

    @property
    def by(self) -> str:
        """By what it is divided."""
        given = self.request.GET.get("by", "")
        return given if given in self.report.by else self.report.by[0]

    @property
    def sort(self) -> str:
        """By which column it is sorted; nothing said: as the report has it."""
        return self.request.GET.get("sort", "")

    @property
    def before(self) -> Scope | None:
        """The period before, where it is asked for."""
        return self.scope.before() if self.form.is_valid() and self.form.cleaned_data["compare"] else None

    @property
    def narrowed(self) -> list[str]:
        """The courier, the form and the stage asked for, in words."""
        scope, told = self.scope, []
        if scope.courier:
            told.append(self.form.couriers[scope.courier])
        if scope.kind:
            told.append(str(KINDS[scope.kind]))
        return [*told, str(_stages()[scope.stage])] if scope.stage else told

    @cached_property
    def names(self) -> Names:
        """What rows are called."""
        stations = dict(self.stations)
        if self.report is CUSTODIANS:
            for code, name in Custodian.objects.filter(station__in=stations).values_list("station", "name"):
                stations[code] = f"{stations[code]}, {name}"
        return Names(stations, self.form.couriers)

    def table(self) -> Table:
        """The figures."""
        return self.report.table(self.scope, self.by, self.before)

    def address(self, **changed: Any) -> str:
        """The same report asked for otherwise."""
        kept = {name: value for name, value in self.request.GET.items() if value} | changed
        return f"?{urlencode({name: value for name, value in kept.items() if value != ''})}"


def _stages() -> dict[str, Any]:
    told = {"": _("Every stage")}
    for (_way, code), label in stage_names().items():
        if code not in ("DRAFT", "DISCARDED"):
            told.setdefault(code, label)
    return told


def as_of() -> datetime | None:
    """Until when everything is counted; nothing while it is counted from the first line."""
    marks = dict(Mark.objects.values_list("trail", "as_of"))
    found = [marks.get(source.table) for source in SOURCES]
    return None if None in found else min(one for one in found if one is not None)


def _counted() -> dict[str, Any]:
    at = as_of()
    return {"as_of": at, "is_silent": at is not None and timezone.now() - at > SILENT_AFTER}


def _drawn(asked: Asked, table: Table, ordered: list[tuple[Any, list[Any]]]) -> dict[str, Any]:
    """The drawing of a table: columns for days and hours, lying bars for all else."""
    main, place = table.main, table.report.main
    if table.report in (WORKLOAD, PENDING) and table.total:  # by the hour, by the class of age
        parts = zip(table.measures[1:], table.total[1:], strict=True)
        return {"columns": charts.columns([Point(str(one.brief or one.label), value) for one, value in parts], table.measures[0])}  # fmt: skip
    before = table.before or {}
    points = [Point(asked.names(table.by, key), row[place], before.get(key)) for key, row in ordered]
    if table.by == "day":
        points = [Point(f"{key:%d/%m}", row[place], before.get(key)) for key, row in ordered]
        return {"columns": charts.columns(points, main)}
    return {"bars": charts.lying(points, main)}


@require_GET
@may_be_behind
def report(request: Request, slug: str) -> HttpResponse:
    """One report: filters, a drawing, the table, the ways to its files."""
    if slug not in REPORTS:
        raise Http404
    asked = Asked.of(request, REPORTS[slug])
    table = asked.table()
    ordered = table.ordered(asked.sort, asked.names)
    by_main = ordered if table.by == "day" else table.ordered("", asked.names)
    if table.by == "day":
        by_main = sorted(by_main, key=lambda row: row[0])
    before = table.before
    context = {
        "report": asked.report, "form": asked.form, "scope": asked.scope, "before_scope": asked.before if asked.report.dated else None,
        "stations": list(asked.stations), "by": asked.by, "views": [(BY[one], asked.address(by=one, sort=""), one) for one in asked.report.by if one != "station" or one == asked.report.by[0] or len(asked.stations) > 1],
        "columns": _columns(asked, table), "name_heading": BY[asked.by], "name_sort": asked.address(sort="-name" if asked.sort == "name" else "name"),
        "rows": [_row(asked, table, key, row) for key, row in ordered],
        "total": [measure.shown(value) for measure, value in zip(table.measures, table.total or [], strict=False)],
        "total_before": table.main.shown(table.total_before[table.report.main]) if table.total_before else "",
        "compared": before is not None, "narrowed": asked.narrowed, "main": table.main, "drawn": _drawn(asked, table, by_main) if ordered else {},
        "query": asked.address()[1:], "may_overview": request.actor.may(pages.activity_of("reports")), "reports": _reports(request), **_counted(),
    }  # fmt: skip
    return render(request, "reports/report.html", context)


def _columns(asked: Asked, table: Table) -> list[dict[str, Any]]:
    """The headings: each sorts by its column, the largest first, and again the smallest first."""
    return [
        {
            "label": one.brief or one.label, "url": asked.address(sort=str(n) if asked.sort == f"-{n}" else f"-{n}"),
            "sorted": {f"-{n}": "descending", str(n): "ascending"}.get(asked.sort, ""),
        }
        for n, one in enumerate(table.measures)
    ]  # fmt: skip


def _row(asked: Asked, table: Table, key: Any, row: list[Any]) -> dict[str, Any]:
    cells = [measure.shown(value) for measure, value in zip(table.measures, row, strict=True)]
    before = table.main.shown((table.before or {}).get(key)) if table.before is not None else ""
    return {"name": asked.names(table.by, key), "cells": cells, "before": before}


@require_GET
@may_be_behind
def download(request: Request, slug: str, *, is_xlsx: bool) -> HttpResponse:
    """The table of a report as CSV or XLSX, in the order of the page; what is taken out is a line of the audit log."""
    if slug not in REPORTS:
        raise Http404
    asked = Asked.of(request, REPORTS[slug])
    table = asked.table()
    names = [str(BY[asked.by]), *(one.heading for one in table.measures)]
    if table.before is not None:
        names.append(_("%(measure)s, period before") % {"measure": table.main.heading})
    rows = []
    for key, row in table.ordered(asked.sort, asked.names):
        cells = [asked.names(asked.by, key), *(one.kept(value) for one, value in zip(table.measures, row, strict=True))]
        rows.append(cells if table.before is None else [*cells, table.main.kept(table.before.get(key))])
    scope = asked.scope
    told = {"from": scope.since.isoformat(), "until": scope.until.isoformat()} if asked.report.dated else {}
    exported(
        request, f"report {slug}", divided_by=asked.by, stations=" ".join(scope.stations), courier=scope.courier, form=scope.kind, **told
    )  # fmt: skip
    return as_download(written(names, rows, is_xlsx=is_xlsx), f"eccs-report-{slug}", is_xlsx=is_xlsx)


def _reports(request: Request) -> list[Report]:
    return [one for one in REPORTS.values() if request.actor.may(pages.activity_of(one.page))]


@require_GET
@may_be_behind
def overview(request: Request) -> HttpResponse:
    """The figures of the period beside those of the period before, four drawings, and the way to every report."""
    asked = Asked.of(request, FACILITATION)
    scope, before = asked.scope, asked.scope.before()
    released = FACILITATION.table(scope, "day", before)
    dwell = DWELL.table(_whole(scope), "day", _whole(before))
    money = REVENUE.table(scope, "day", before)
    waiting = PENDING.table(scope, "stage")
    arrivals = CUSTODIANS.table(CUSTODIANS.asked_of(scope), "station", CUSTODIANS.asked_of(before))
    told = [
        (released, 0, _("Released")), (released, 2, _("Facilitated, percent")), (dwell, 1, _("Filing to release, median")),
        (dwell, 3, _("Filing to release, 90 % within")), (money, 0, _("Paid, rupees")), (waiting, 0, _("Waiting now")),
        (arrivals, 4, _("Short and excess in a thousand packages")),
    ]  # fmt: skip
    context = {
        "form": asked.form, "scope": scope, "before_scope": before, "stations": list(asked.stations),
        "figures": [_figure(asked, table, place, label) for table, place, label in told],
        "narrowed": asked.narrowed, "drawings": [_drawing(asked, table) for table in (released, dwell, money, waiting)],
        "reports": [(one, asked_address(asked, one)) for one in _reports(request)], "filters": ("courier", "kind"), **_counted(),
    }  # fmt: skip
    return render(request, "reports/overview.html", context)


def _whole(scope: Scope) -> Scope:
    return replace(scope, stage=WHOLE)


def asked_address(asked: Asked, report: Report, **more: str) -> str:
    """Where another report tells of the same."""
    given = {n: v for n in ("since", "until", "station", "courier", "kind") if (v := asked.request.GET.get(n))}
    query = urlencode(given | more)
    return f"{reverse('report', args=[report.slug])}{'?' if query else ''}{query}"


def _figure(asked: Asked, table: Table, place: int, label: str) -> dict[str, Any]:
    measure = table.measures[place]
    total = table.total if table.total is not None else [sum(row[0] for row in table.rows.values())]
    before = measure.shown(table.total_before[place]) if table.total_before else ""
    return {"label": label, "value": measure.shown(total[place]), "before": before, "url": asked_address(asked, table.report)}  # fmt: skip


def _drawing(asked: Asked, table: Table) -> dict[str, Any]:
    ordered = table.ordered("", asked.names)
    more = {"by": table.by} | ({"stage": WHOLE} if table.report is DWELL else {})
    return {
        "title": table.report.title, "slug": table.report.slug, "measure": _("Filing to release, median") if table.report is DWELL else table.main.label, "url": asked_address(asked, table.report, **more),
        "drawn": _drawn(asked, table, ordered) if ordered else {}, "compared": table.before is not None,
    }  # fmt: skip
