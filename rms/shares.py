"""The shares of the bills of a station that are looked at: by rules, by chance, and at least so many.

Chance takes the random share of the dated rule. Where rules prescribed less than the minimum during the last weeks, chance
takes the rest: from the counts of the days before, so that the share stays the same all day and is kept with every decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal

from django.db.models import Q, Sum

from eccs.dated_rules import rule_book
from rms.models import ALL_BILLS, BY_RULES, OF_LANE, RiskDecision, RuleDay

DAYS = 30
LANES = tuple(lane for lane in RiskDecision.Lane if lane != RiskDecision.Lane.PENDING)
LOOKED_AT = ("ASSESSMENT", "EXAMINATION")
PLACES = Decimal("0.001")
HUNDRED = Decimal(100)


@dataclass
class Share:
    """What is prescribed at a station: by rules in the last weeks, by chance and at least by order, in percent of the bills."""

    what: str  # ASSESSMENT or EXAMINATION
    by_rules: Decimal
    random: Decimal
    minimum: Decimal

    @property
    def in_effect(self) -> Decimal:
        """The share that chance takes today: the random share, and more where rules fall short of the minimum."""
        return max(self.random, self.minimum - self.by_rules)

    @property
    def is_raised(self) -> bool:
        """Whether chance takes more than its random share."""
        return self.in_effect > self.random


@dataclass
class AtStation:
    """The shares of one station, with the bills of each lane in the last weeks."""

    station: str
    bills: int = 0
    lanes: list[tuple[RiskDecision.Lane, int, Decimal]] = field(default_factory=list)  # bills, percent
    shares: list[Share] = field(default_factory=list)


def _percent(part: int, whole: int) -> Decimal:
    return (part * HUNDRED / whole).quantize(PLACES) if whole else Decimal(0)


def of_stations(stations: Iterable[str], on: date) -> list[AtStation]:
    """The shares of some stations as they stand on a day: one statement."""
    places = sorted(stations)
    wanted = Q(rule=ALL_BILLS) | Q(rule__startswith=OF_LANE) | Q(rule__startswith=BY_RULES)
    rows = (
        RuleDay.objects.filter(wanted, station_code__in=places, day__gte=on - timedelta(days=DAYS), day__lt=on)
        .values_list("station_code", "rule")
        .annotate(n=Sum("hits"))
    )
    counted = {(station, rule): n for station, rule, n in rows}
    book, found = rule_book(), []
    for station in places:
        bills = counted.get((station, ALL_BILLS), 0)
        lanes = [(lane, counted.get((station, OF_LANE + lane), 0)) for lane in LANES]
        shares = [
            Share(
                what, _percent(counted.get((station, BY_RULES + what), 0), bills),
                book.amount(f"random_{what.lower()}_percent", on, station),
                book.amount(f"minimum_{what.lower()}_percent", on, station),
            )
            for what in LOOKED_AT
        ]  # fmt: skip
        found.append(AtStation(station, bills, [(lane, n, _percent(n, bills)) for lane, n in lanes], shares))
    return found


def shares_at(station: str, on: date) -> tuple[Decimal, ...]:
    """The shares that chance takes at a station on a day, in percent: of assessment, of examination."""
    book = rule_book()
    random = [book.amount(f"random_{what.lower()}_percent", on, station) for what in LOOKED_AT]
    least = [book.amount(f"minimum_{what.lower()}_percent", on, station) for what in LOOKED_AT]
    if all(minimum <= chance for minimum, chance in zip(least, random, strict=True)):
        return tuple(random)  # whatever rules do, chance alone takes the minimum
    shares = of_stations([station], on)[0].shares
    return tuple(min(HUNDRED, share.in_effect).quantize(PLACES, ROUND_UP) for share in shares)
