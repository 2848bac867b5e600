"""Trails written for the tests of the reports, and their tallies told in plain Python, line by line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import F
from django.utils import timezone

from eccs import dwell
from reports.classes import place_of
from reports.models import DayTally, DwellTally, HourTally
from reports.sources import UNFILED, WHOLE, Source

BEGIN = datetime(2026, 11, 16, 3, 30, tzinfo=timezone.get_default_timezone())
ROLES = ("ASSESSING_OFFICER", "XRAY_OFFICER", "SYSTEM", "CUSTOMS: Night desk")

Move = tuple[int, str, str, str]  # minutes after BEGIN, step, from, to


def told(document: Any, *moves: Move, role: str = "ASSESSING_OFFICER", answers: dict[str, Any] | None = None) -> list[Any]:  # fmt: skip
    """Lines of a document's trail, not written yet."""
    kind = document.trail_model
    known = kind.objects.filter(document=document).count()
    return [
        kind(
            document=document, seq=known + n, at=BEGIN + timedelta(minutes=minutes), step=step, from_stage=source,
            to_stage=target, by_name="Uma Pillai", role=role, answers=answers or {}, seal="0" * 64,
        )
        for n, (minutes, step, source, target) in enumerate(moves, 1)
    ]  # fmt: skip


def write(lines: Sequence[Any]) -> None:
    """Write lines in the order given."""
    for line in lines:
        line.save(force_insert=True)


def by_chance(random: Random, document: Any, source: Source, count: int) -> list[Any]:
    """A trail of chance: stages, steps, waits for the firm, now and then the goods let go."""
    stages = sorted(str(one) for one in (*source.waits_in, *source.let_go))  # a seed means the same in every process
    steps = [*source.ordered_by_hand, *source.assessed_by, *source.examined_by, "clear_xray", "amend"]
    found, at, stage = [], random.randrange(5000), "DRAFT"
    for _n in range(count):
        at += random.choice((0, 1, 7, 90, 1500))
        waits = [step for step, where in source.waits_for_firm.items() if where == stage]
        if waits and random.random() < 0.7:
            since = BEGIN + timedelta(minutes=at - random.randrange(300))
            found += told(document, (at, waits[0], stage, stage), answers={"since": since.isoformat()} if random.random() < 0.7 else {})  # fmt: skip
        target = stage if random.random() < 0.2 else random.choice(stages)
        reply = {"recommendation": random.choice(("RELEASE", "DETAIN"))}
        found += told(document, (at, random.choice(steps), stage, target), role=random.choice(ROLES), answers=reply)
        stage = target
    for seq, line in enumerate(found, 1):
        line.seq = seq
    return found


def tallies() -> dict[str, set[tuple[Any, ...]]]:
    """Everything that is rolled up, without keys."""
    return {
        "day": set(DayTally.objects.values_list("what", "station", "day", "courier", "kind", "part", "count", "amount")),
        "hour": set(HourTally.objects.values_list("station", "day", "hour", "kind", "role", "step", "count")),
        "dwell": set(DwellTally.objects.values_list("station", "stage", "day", "courier", "kind", "place", "count", "seconds")),
    }  # fmt: skip


def reckoned(source: Source) -> dict[str, set[tuple[Any, ...]]]:
    """The same of the bills of one source, told from the whole trail, line by line."""
    days, hours, dwelt = Counter[Any](), Counter[Any](), defaultdict[Any, list[int]](lambda: [0, 0])
    rows: Any = source.trail._default_manager
    owner = {"station": F("document__station_id"), "courier": F("document__courier_id"), "form": F("document__kind")}
    by_document = defaultdict(list)
    for line in rows.order_by("document_id", "seq").annotate(**owner):
        by_document[line.document_id].append(line)
    for lines in by_document.values():
        for n, line in enumerate(lines):
            local, before = timezone.localtime(line.at), lines[:n]
            key = (line.station, local.date(), line.courier, line.form)
            days["STEP", *key, line.step] += 1
            hours[line.station, local.date(), local.hour, line.form, line.role, line.step] += 1
            if line.step in source.examined_by:
                days["EXAMINED", *key, line.answers.get("recommendation", "")] += 1
            if line.from_stage == line.to_stage:
                continue
            spans = [(line.from_stage, visit)] if (visit := _visit(source, before, line)) is not None else []
            if line.to_stage in source.let_go and not any(one.to_stage in source.let_go for one in before):
                taken = {one.step for one in before}
                parts = {
                    "all": True, "automatic": line.step not in source.ordered_by_hand, "assessed": bool(taken & {*source.assessed_by}),
                    "examined": bool(taken & {*source.examined_by}), "facilitated": not taken & {*source.assessed_by, *source.examined_by},
                }  # fmt: skip
                days.update(("CLEARED", *key, part) for part, is_so in parts.items() if is_so)
                filed = next((o for o in before if o.from_stage in UNFILED and o.to_stage not in UNFILED), None)
                spans += [(WHOLE, line.at - filed.at)] if filed is not None else []
            for stage, span in spans:
                seconds = max(0, int(span.total_seconds()))
                told_of = dwelt[line.station, stage, *key[1:], place_of(seconds)]
                told_of[0] += 1
                told_of[1] += seconds
    return {
        "day": {(*key, n, 0) for key, n in days.items()}, "hour": {(*key, n) for key, n in hours.items()},
        "dwell": {(*key, *sums) for key, sums in dwelt.items()},
    }  # fmt: skip


def _visit(source: Source, before: list[Any], line: Any) -> timedelta | None:
    came = next((one for one in reversed(before) if one.from_stage != one.to_stage), None)
    if came is None or line.from_stage in UNFILED:
        return None
    stood = [
        (datetime.fromisoformat(one.answers["since"]) if "since" in one.answers else dwell.ALWAYS, one.at)
        for one in before
        if one.seq > came.seq and source.waits_for_firm.get(one.step) == line.from_stage == one.to_stage
    ]
    return dwell.running(came.at, line.at, stood)
