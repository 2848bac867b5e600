"""A register of goods in a custodian's warehouse, whichever way they go: what is asked of it, moved in it, and written from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.permissions import Actor
from eccs.pages import activity_of

MOST_EXPORTED = 50_000


@dataclass(frozen=True)
class Register:
    """A register: its lines, its views, and how a line is told on the screen, in a file and on paper."""

    name: str  # its pages are called after it: `warehouse-register`, `warehouse-move`
    title: Any
    find_label: Any
    lines: Callable[[], QuerySet[Any]]  # with what a line tells
    views: Mapping[str, Any]
    gone: tuple[str, ...]  # views of what is not kept for anybody any more
    narrow: Callable[[QuerySet[Any], str], QuerySet[Any]]  # the lines of a view
    find: Callable[[str], Q]
    columns: tuple[str, ...]
    cells: Callable[[Any], list[str]]  # a line as a row of a file
    paper_columns: Callable[[], list[Any]]
    on_paper: Callable[[Any, datetime], list[str]]
    happened: Callable[[Any], list[tuple[datetime, str, str]]]  # the latest first: when, what, by whom
    rows_template: str
    entry_template: str

    def page(self, verb: str) -> str:
        """The name of one of its pages."""
        return f"{self.name}-{verb}"

    def may(self, actor: Actor, verb: str) -> bool:
        """Whether one of its pages is the person's."""
        return bool(actor.may(activity_of(self.page(verb))))

    def listed(self, actor: Actor, view: str, asked: str, days: int | None) -> QuerySet[Any]:
        """The register of the person's stations: one view of it, by what was typed, and of at least so many days."""
        rows = self.lines().visible_to(actor).filter(out_at__isnull=view not in self.gone)  # type: ignore[attr-defined]
        rows = self.narrow(rows, view)
        if asked:
            rows = rows.filter(self.find(asked))
        if days is not None:
            rows = rows.filter(in_at__lte=timezone.now() - timedelta(days=days))
        found: QuerySet[Any] = rows
        return found

    def move(self, numbers: Iterable[int], location: str, actor: Actor) -> int:
        """Put goods that are in the warehouse at a place, and keep who did it when; how many were put there."""
        now, stations = timezone.now(), actor.stations_for([activity_of(self.page("move"))])
        assert actor.user_id is not None
        model = self.lines().model
        moves = model.moves.rel.related_model
        with transaction.atomic():
            rows = model.objects.filter(pk__in=list(numbers), station_id__in=stations, out_at=None, in_at__isnull=False)
            ids = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
            model.objects.filter(pk__in=ids).update(location=location)
            moves.objects.bulk_create(moves(entry_id=pk, at=now, location=location, by_id=actor.user_id) for pk in ids)
        return len(ids)

    def exported(self, rows: QuerySet[Any]) -> Iterator[list[str]]:
        """The register as rows of a file, the longest in first."""
        ordered = rows.order_by(F("in_at").asc(nulls_first=True), "pk")[:MOST_EXPORTED]
        for entry in ordered.iterator(chunk_size=2000):
            yield self.cells(entry)


def written(at: datetime | None) -> str:
    """A moment as a file has it."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
