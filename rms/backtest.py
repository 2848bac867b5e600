"""Back-testing: what a version of a rule would have hit among the stored facts, before anybody puts it in force.

Facts are read in parts, the newest first, so that memory stays the same however many there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from eccs.dated_rules import rule_book
from rms.compiling import Seen, compiled
from rms.deciding import unpacked
from rms.decision import own_draw, prescribed
from rms.facts import ConsignmentFacts
from rms.models import BackTest, KeptShipments, RiskDecision, RuleVersion

PART = 2_000
NAMED = 15  # rules with which it overlaps that are named
STALE = timedelta(minutes=5)  # without a sign of life: its worker is gone
READ = ("pk", "facts", "reasons", "found", "decided_at", "draw", "lane", "before_id", "carried")
Row = tuple[int, dict[str, Any], list[dict[str, Any]], str, datetime, Decimal, str, int | None, dict[str, Any] | None]


@dataclass
class Tally:
    """What is counted while the facts go by."""

    read: int = 0
    hits: int = 0
    days: Counter[tuple[str, str]] = field(default_factory=Counter)  # day, station
    overlap: Counter[str] = field(default_factory=Counter)
    new_assessments: Counter[str] = field(default_factory=Counter)  # by station
    new_examinations: Counter[str] = field(default_factory=Counter)
    assessments: Counter[str] = field(default_factory=Counter)  # that the rules in force then prescribed, by station
    examinations: Counter[str] = field(default_factory=Counter)
    looked_at: int = 0
    confirmed: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)  # days and stations that have facts
    superseded: set[int] = field(default_factory=set)  # decisions that were followed by one that was read already

    def result(self) -> dict[str, Any]:
        """What the page shows. The load of a desk is that of the days of its station that have facts."""
        of_station = Counter(station for _day, station in self.seen)
        loads = (self.new_assessments, self.new_examinations, self.assessments, self.examinations)
        return {
            "read": self.read, "hits": self.hits, "percent": str((Decimal(self.hits) * 100 / self.read).quantize(Decimal("0.01"))) if self.read else "",
            "days": [[day, station, n] for (day, station), n in sorted(self.days.items())],
            "overlap": [[rule, n] for rule, n in self.overlap.most_common(NAMED)],
            "load": [
                [station, *(round(load[station] / of_station[station], 1) for load in loads)]
                for station in sorted({*+self.new_assessments, *+self.new_examinations})
            ],
            "looked_at": self.looked_at, "confirmed": self.confirmed,
        }  # fmt: skip


def run(pk: int) -> str:
    """Run a back-test that waits, and return how it ended. Asked for twice, it runs once."""
    with transaction.atomic():
        test = BackTest.objects.select_for_update(of=("self",)).filter(pk=pk, state=BackTest.State.WAITING).first()
        if test is None:
            return ""
        test.state, test.beat_at = BackTest.State.RUNNING, timezone.now()
        test.save()
    version = RuleVersion.objects.select_related("rule").get(rule=test.rule_id, no=test.version_no)
    tally, mine = Tally(), BackTest.objects.filter(pk=pk, state=BackTest.State.RUNNING)
    gone = 0
    try:
        mine.update(total=_total(test), beat_at=timezone.now())
        for part in _parts(test):
            _count(part, version, tally)
            gone += len(part)
            if not mine.update(read=tally.read, gone=gone, beat_at=timezone.now()):
                return BackTest.State.FAILED  # it was given up meanwhile
            if mine.filter(cancel_asked=True).update(state=BackTest.State.CANCELLED, ended_at=timezone.now()):
                return BackTest.State.CANCELLED
    except Exception:
        mine.update(state=BackTest.State.FAILED, ended_at=timezone.now())
        raise
    mine.update(state=BackTest.State.DONE, read=tally.read, gone=gone, result=tally.result(), ended_at=timezone.now())
    return BackTest.State.DONE


def _total(test: BackTest) -> int:
    """How many decisions of the period there are. They are kept in the order of their times: the first is looked for by halves."""
    since = test.asked_at - timedelta(days=test.days)
    low, high = 0, (RiskDecision.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    while low < high:
        middle = (low + high) // 2
        row = RiskDecision.objects.filter(pk__gte=middle).order_by("pk").values_list("pk", "decided_at").first()
        if row is None or row[1] >= since:
            high = middle
        else:
            low = row[0] + 1
    return RiskDecision.objects.filter(pk__gte=low).count()


def give_up_the_lost() -> int:
    """Back-tests whose worker is gone have failed, so that another can be asked for; return how many."""
    now = timezone.now()
    lost = BackTest.objects.filter(Q(beat_at=None) | Q(beat_at__lt=now - STALE), state=BackTest.State.RUNNING)
    return lost.update(state=BackTest.State.FAILED, ended_at=now)


def _parts(test: BackTest) -> Iterator[list[Row]]:
    """The stored facts of the period, the newest first."""
    since, below = test.asked_at - timedelta(days=test.days), None
    while True:
        rows = (
            RiskDecision.objects.order_by("-pk")
            if below is None
            else RiskDecision.objects.filter(pk__lt=below).order_by("-pk")
        )
        part: list[Row] = list(rows.values_list(*READ)[:PART])
        recent = [row for row in part if row[4] >= since]
        if recent:
            yield recent
        if len(recent) < len(part) or len(part) < PART:
            return
        below = part[-1][0]


def _count(part: Sequence[Row], version: RuleVersion, tally: Tally) -> None:
    """Hold the rule against bills as they were decided last; those on which the RMS had not decided tell nothing."""
    hits = compiled(version.condition, version.targets)
    where = version.rule.station_id
    for pk, kept, reasons, found, at, draw, lane, before, carried in part:
        if before is not None:
            tally.superseded.add(before)
        if pk in tally.superseded:
            tally.superseded.discard(pk)
            continue
        if lane == RiskDecision.Lane.PENDING:
            continue
        of_goods = "hawb" in kept
        seen = [ConsignmentFacts.of_kept(kept)] if of_goods else _shipments(pk)
        if not seen or (where and seen[0].station != where):
            continue
        station, day = seen[0].station, timezone.localtime(at).date().isoformat()
        tally.read += 1
        tally.seen.add((day, station))
        told = [*reasons, *(carried or {}).get("reasons", ())]
        done = prescribed(reason.get("outcome", "") for reason in told)
        tally.assessments[station] += "ASSESSMENT" in done
        tally.examinations[station] += "EXAMINATION" in done
        if not any(hits(Seen(one)) for one in seen) or not _drawn(version, draw, of_goods=of_goods):
            continue
        tally.hits += 1
        tally.days[day, station] += 1
        tally.overlap.update({reason["rule"] for reason in told})
        _load(version, done, station, tally, of_goods=of_goods)
        if found:
            tally.looked_at += 1
            tally.confirmed += found == "CONFIRMED"


def _shipments(pk: int) -> list[ConsignmentFacts]:
    """What was seen of the shipments of a bill of documents: one bill at a time, so that memory stays the same."""
    kept = KeptShipments.objects.filter(pk=pk).values_list("said", flat=True).first()
    return unpacked(kept) if kept is not None else []


def _drawn(version: RuleVersion, draw: Decimal, *, of_goods: bool) -> bool:
    """Whether a rule of chance takes the bill; no bill of documents is drawn by lot."""
    if version.share is None:
        return True
    return of_goods and own_draw(version.rule.key, draw) < version.share / 100


def _load(version: RuleVersion, done: set[str], station: str, tally: Tally, *, of_goods: bool) -> None:
    """What the desks would have had to do more: documents are examined, and never assessed (PN17 7)."""
    wanted = version.outcome if of_goods or not version.outcome else "EXAMINATION"
    more = prescribed([wanted]) - done
    tally.new_assessments[station] += "ASSESSMENT" in more
    tally.new_examinations[station] += "EXAMINATION" in more


@dataclass(frozen=True, slots=True)
class Load:
    """What a rule would do to one desk of a station: bills a day as it was, with the rule, and as many as it can take."""

    station: str
    examines: bool
    before: Decimal
    more: Decimal
    capacity: int

    @property
    def after(self) -> Decimal:
        """Bills a day with the rule."""
        return self.before + self.more

    @property
    def is_too_much(self) -> bool:
        """Whether the rule brings more than the desk can take."""
        return self.more > 0 and self.after > self.capacity


def loads_of(test: BackTest | None) -> list[Load]:
    """What a rule would do to the desks of each station where it hits, against what they can take today."""
    if test is None:
        return []
    book, today, found = rule_book(), timezone.localdate(), list[Load]()
    for station, assess, examine, *before in test.result.get("load", ()):
        was = before or (0, 0)  # of tests made before it was counted
        for n, (more, name) in enumerate(((assess, "risk_assessments_a_day"), (examine, "risk_examinations_a_day"))):
            told = Decimal(str(was[n])), Decimal(str(more))
            found.append(Load(station, bool(n), *told, book.count(name, today, station)))
    return found


def danger_of(rule: Any) -> str:
    """Why the newest version is not to be proposed without a second look, or nothing."""
    test = rule.back_tests.filter(version_no=rule.latest_no, state=BackTest.State.DONE).order_by("-pk").first()
    if test is None:
        return _("This version was not tested against past bills.")
    read, hits = test.result["read"], test.result["hits"]
    most = rule_book().amount("risk_rule_hits_most_percent", timezone.localdate(), rule.station_id or "")
    if not read:
        return _("There were no past bills to test it against.")
    if not hits:
        return _("It would have hit none of the %(read)d past bills.") % {"read": read}
    if Decimal(hits) * 100 / read > most:
        return _("It would have hit %(percent)s percent of the past bills, more than %(most)s percent.") % {
            "percent": test.result["percent"], "most": f"{most.normalize():f}",
        }  # fmt: skip
    if flooded := next((one for one in loads_of(test) if one.is_too_much), None):
        told = {"station": flooded.station, "after": flooded.after, "capacity": flooded.capacity}
        if flooded.examines:
            return _("%(station)s would have %(after)s bills a day to examine, and can take %(capacity)d.") % told
        return _("%(station)s would have %(after)s bills a day to assess, and can take %(capacity)d.") % told
    return ""
