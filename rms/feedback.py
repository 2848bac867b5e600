"""What rules are worth: hits, what was found in the bills that were looked at, what it cost, and how that changes with time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from eccs.dated_rules import rule_book
from rms.clearance import IN_FORCE
from rms.models import ALL_BILLS, RiskRule, RuleDay, RuleVersion

PERIODS = (30, 90, 365)
WEEKS = 12
PARTS = 6  # into which a period is cut, to see how a rule changes
BY_LOT = "RANDOM"  # under which bills are counted that chance alone picked
HUNDRED = Decimal(100)
SUMMED = ("hits", "looked_at", "confirmed", "examinations", "xrayed", "suspicious")


@dataclass
class Worth:
    """What one rule did in a period, with the weeks of it."""

    rule: RiskRule
    hits: int = 0
    looked_at: int = 0
    confirmed: int = 0
    examinations: int = 0
    xrayed: int = 0
    suspicious: int = 0
    bills: int = 0
    parts: list[tuple[int, int]] = field(default_factory=list)  # looked at and confirmed in each part of the period
    never_confirms_after: int = 0
    draws_xray: bool = False
    weeks: list[tuple[date, int, int]] = field(default_factory=list)

    @property
    def hit_rate(self) -> Decimal | None:
        """Percent of all bills that it hit."""
        return percent(self.hits, self.bills)

    @property
    def confirmation_rate(self) -> Decimal | None:
        """Percent of the bills looked at in which something was found."""
        return percent(self.confirmed, self.looked_at)

    @property
    def suspicion_rate(self) -> Decimal | None:
        """Percent of the bills X-rayed whose picture was suspicious."""
        return percent(self.suspicious, self.xrayed)

    @property
    def decay(self) -> Decimal | None:
        """By how many points the confirmation rate changed from the first half of the period to the second."""
        halves = self.parts[: PARTS // 2], self.parts[PARTS // 2 :]
        before, after = (percent(sum(m for _n, m in half), sum(n for n, _m in half)) for half in halves)
        return None if before is None or after is None else after - before

    @property
    def cost(self) -> Decimal | None:
        """How many examinations it took for each find."""
        return (Decimal(self.examinations) / self.confirmed).quantize(Decimal("0.1")) if self.confirmed else None

    @property
    def bars(self) -> list[dict[str, Any]]:
        """The confirmation rate of each part of the period, the oldest first, with the places of the bars in the drawing."""
        rates = [percent(confirmed, looked_at) for looked_at, confirmed in self.parts]
        tall = [max(1, int(rate) * 22 // 100) if rate else 0 for rate in rates]
        return [
            {"rate": rate, "x": 2 + n * 17, "y": 23 - height, "height": height}
            for n, (rate, height) in enumerate(zip(rates, tall, strict=True))
        ]

    @property
    def to_retire(self) -> bool:
        """Whether it is proposed for retirement: much was looked at, and nothing was ever found, nor seen by X-ray.

        Every bill is X-rayed, whatever the rules say: pictures count for those that draw the X-ray Officer's attention.
        """
        looks = self.looked_at + (self.xrayed if self.draws_xray else 0)
        return 0 < self.never_confirms_after <= looks and not (self.confirmed or self.suspicious)


def percent(part: int, whole: int) -> Decimal | None:
    """A share in percent with one place, where there is anything to share."""
    return (part * HUNDRED / whole).quantize(Decimal("0.1")) if whole else None


def of_rules(rules: Iterable[RiskRule], stations: Iterable[str], days: int, today: date) -> list[Worth]:
    """The worth of rules at some stations in the last days, those that cost most and find least first: two statements."""
    told = _counted(RuleDay.objects.all(), stations, days, today)
    enough = rule_book().count("risk_never_confirms_after", today)
    drawn = RuleVersion.objects.filter(rule__stage__in=IN_FORCE, no=F("rule__in_force_no"), xray=True)
    drawing, found = set(drawn.values_list("rule", flat=True)), []
    for rule in rules:
        worth = _worth(rule, told, rule.key)
        worth.never_confirms_after, worth.draws_xray = enough, rule.pk in drawing
        found.append(worth)
    return sorted(found, key=lambda one: (not one.to_retire, -one.examinations, -one.hits, one.rule.key))


def by_lot(stations: Iterable[str], days: int, today: date) -> Worth:
    """What was found in bills that chance picked: a rule that finds less than chance is worth little."""
    rows = RuleDay.objects.filter(rule__in=(ALL_BILLS, BY_LOT))
    return _worth(RiskRule(kind=RiskRule.Kind.RANDOM), _counted(rows, stations, days, today), BY_LOT)


def _counted(rows: QuerySet[RuleDay], stations: Iterable[str], days: int, today: date) -> dict[str, dict[str, Any]]:
    """The counts of rules at some stations in the last days, and those of each part of the period: one statement."""
    since = today - timedelta(days=days)
    bounds = [since + timedelta(days=days * n // PARTS) for n in range(PARTS + 1)]
    sums: Any = {name: Sum(name, default=0) for name in SUMMED}
    parts: Any = {
        f"{name}_{n}": Sum(name, filter=Q(day__gt=bounds[n], day__lte=bounds[n + 1]), default=0)
        for name in ("looked_at", "confirmed")
        for n in range(PARTS)
    }
    here = rows.filter(station_code__in=sorted(stations), day__gt=since, day__lte=today)
    summed: Any = here.values("rule").annotate(**parts, **sums)
    return {row["rule"]: row for row in summed}


def _worth(rule: RiskRule, told: dict[str, dict[str, Any]], name: str) -> Worth:
    row = told.get(name, {})
    parts = [(row.get(f"looked_at_{n}", 0), row.get(f"confirmed_{n}", 0)) for n in range(PARTS)]
    counts = {one: row.get(one, 0) for one in SUMMED}
    return Worth(rule, bills=told.get(ALL_BILLS, {}).get("hits", 0), parts=parts, **counts)


def active(rows: QuerySet[RiskRule]) -> QuerySet[RiskRule]:
    """The rules in force."""
    return rows.filter(stage__in=IN_FORCE).select_related("station").order_by("number")


def weeks_of(rule: RiskRule, stations: Iterable[str], today: date) -> list[dict[str, Any]]:
    """Hits and confirmations of a rule, week by week, the oldest first, with the places of their bars in the drawing."""
    first = today - timedelta(days=7 * WEEKS - 1)
    counts = [[0, 0] for _n in range(WEEKS)]
    rows = RuleDay.objects.filter(rule=rule.key, station_code__in=sorted(stations), day__gte=first, day__lte=today)
    for day, hits, confirmed in rows.values_list("day", "hits", "confirmed"):
        week = counts[(day - first).days // 7]
        week[0] += hits
        week[1] += confirmed
    top = max((max(one) for one in counts), default=0) or 1
    return [
        {
            "from": first + timedelta(days=7 * n), "hits": hits, "confirmed": confirmed, "x": 30 + n * 44, "x_second": 46 + n * 44,
            "x_text": 45 + n * 44, "height": hits * 100 // top, "y": 120 - hits * 100 // top,
            "height_second": confirmed * 100 // top, "y_second": 120 - confirmed * 100 // top,
        }
        for n, (hits, confirmed) in enumerate(counts)
    ]  # fmt: skip
