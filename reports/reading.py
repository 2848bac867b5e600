"""The tallies as the reports divide them: one statement each, however much was counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.roles import label_of
from bills.duty.heads import head_label
from eccs.moments import day
from reports.models import DayTally, DwellTally
from reports.scope import KINDS, WAYS, Scope
from reports.sources import SOURCES, WHOLE
from reports.tables import Key, Sums
from rms.models import RiskDecision

What = DayTally.What
_FIELDS = {"stage": ("kind", "stage")}


def divided(rows: QuerySet[Any], by: str, *parts: str, value: str = "count") -> dict[Key, Sums]:
    """Sums by what a report is divided by, and within it by the parts, with one statement."""
    fields = _FIELDS.get(by, (by,))
    found: dict[Key, Sums] = defaultdict(Counter)
    for row in rows.order_by().values_list(*fields, *parts).annotate(_sum=Sum(value)):
        key: Any = (row[0].partition("-")[0], row[1]) if by == "stage" else row[0]
        part = row[len(fields) : -1]
        found[key][part[0] if len(part) == 1 else part] += row[-1]
    return dict(found)


def of_days(scope: Scope, by: str, *whats: str, value: str = "count") -> dict[Key, Sums]:
    """What the tally of days tells of some sorts, by part."""
    return divided(scope.of(DayTally.objects.filter(what__in=whats)), by, "part", value=value)


def of_dwell(scope: Scope, by: str, *stages: str) -> dict[Key, Sums]:
    """How long documents stood at some stages, by class, with the seconds in all; of several stages by stage and class."""
    rows = scope.of(DwellTally.objects.filter(stage__in=stages) if stages else DwellTally.objects.all())
    return divided(rows, by, "stage", "place") if len(stages) > 1 else divided(rows, by, "place")


def added(*found: Mapping[Key, Sums]) -> dict[Key, Sums]:
    """Several readings of the same rows, one row each."""
    whole: dict[Key, Sums] = defaultdict(Counter)
    for one in found:
        for key, sums in one.items():
            whole[key].update(sums)
    return dict(whole)


def stage_names() -> dict[tuple[str, str], str]:
    """Every stage of the documents that are counted, by way and code, in words."""
    found: dict[tuple[str, str], str] = {}
    for way, source in zip(WAYS, SOURCES, strict=True):
        found |= {(way, code): str(label) for code, label in source.model.stage_labels().items()}
        if source.let_go:
            found[way, WHOLE] = _("Filing to release")
    return found


def step_names() -> dict[str, str]:
    """Every step of the documents that are counted, in words."""
    return {name: str(step.label) for source in SOURCES for name, step in source.model.steps().items()}


class Names:
    """What the keys of rows are called."""

    def __init__(self, stations: Mapping[str, str], couriers: Mapping[int, str]) -> None:
        self.stations, self.couriers = stations, couriers
        self.stages, self.steps = stage_names(), step_names()

    def __call__(self, by: str, key: Key) -> str:
        """One key in words."""
        if by == "stage":
            return f"{WAYS.get(key[0], key[0])}: {self.stages.get(key, key[1])}"
        if by == "courier":
            return self.couriers.get(key, _("Importers for themselves"))
        if by == "station":
            return f"{key} · {self.stations[key]}" if key in self.stations else str(key)
        if by == "rule":
            return _("By chance") if key == "RANDOM" else str(key)
        simple: dict[str, Any] = {
            "day": day, "kind": lambda code: KINDS.get(code) or WAYS.get(code, code), "role": label_of, "head": head_label,
            "step": lambda name: self.steps.get(name, name), "lane": lambda code: dict(RiskDecision.Lane.choices).get(code, code),
        }  # fmt: skip
        return str(simple[by](key))
