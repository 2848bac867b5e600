"""The shares of the bills of a station that are looked at: by rules, by chance, and at least so many.

Chance takes the random share of the dated rule. Where rules prescribed less than the minimum during the last weeks, chance
takes the rest: from the counts of the days before, so that the share stays the same all day and is kept with every decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal

from django.db.models import Q, Sum

from eccs.dated_rules import rule_book
from rms.models import ALL_BILLS, BY_RULES, OF_LANE, RiskDecision, RuleDay

DAYS = 30
LANES = tuple(lane for lane in RiskDecision.Lane if lane != RiskDecision.Lane.PENDING)
LOOKED_AT = ("ASSESSMENT", "EXAMINATION")
BOTH = "BOTH"
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
        """The share that chance takes today: the random share, and more where rules fall short of the minimum.

        Chance does not ask what rules did: of the bills it takes, as many as ever are taken by rules already. So it takes more.
        """
        if self.by_rules >= HUNDRED:
            return self.random
        return max(self.random, (self.minimum - self.by_rules) * HUNDRED / (HUNDRED - self.by_rules))

    @property
    def expected(self) -> Decimal:
        """The share of the bills that is looked at if rules hit as they did: by rules, and of the others by chance."""
        return self.by_rules + (HUNDRED - self.by_rules) * min(HUNDRED, self.in_effect) / HUNDRED

    @property
    def is_raised(self) -> bool:
        """Whether chance takes more than its random share."""
        return self.in_effect > self.random


@dataclass
class AtStation:
    """The shares of one station, with the bills of each lane in the last weeks."""

    station: str
    bills: int = 0
    lanes: Sequence[tuple[RiskDecision.Lane, int, Decimal, Decimal]] = field(
        default_factory=list
    )  # bills, percent held and expected
    shares: list[Share] = field(default_factory=list)


def expected_of_lanes(shares: list[Share], both_by_rules: Decimal) -> dict[str, Decimal]:
    """What share of the bills each lane is expected to have: what rules prescribed, and chance among the rest.

    One draw takes a bill for assessment or for examination, never for both.
    """
    (assess, examine), both = shares, both_by_rules
    chance_assess = min(HUNDRED, assess.in_effect) / HUNDRED
    chance_examine = min(HUNDRED, examine.in_effect) / HUNDRED
    chance_examine = min(chance_examine, 1 - chance_assess)
    only_assess, only_examine = assess.by_rules - both, examine.by_rules - both
    neither = HUNDRED - only_assess - only_examine - both
    assessed = neither * chance_assess + only_assess * (1 - chance_examine)
    examined = neither * chance_examine + only_examine * (1 - chance_assess)
    told = {
        "ASSESSMENT": assessed,
        "EXAMINATION": examined,
        "FACILITATED": neither * (1 - chance_assess - chance_examine),
    }
    return told | {"BOTH": HUNDRED - sum(told.values(), Decimal(0))}


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
        both = _percent(counted.get((station, BY_RULES + BOTH), 0), bills)
        shares = [
            Share(
                what, _percent(counted.get((station, BY_RULES + what), 0), bills),
                book.amount(f"random_{what.lower()}_percent", on, station),
                book.amount(f"minimum_{what.lower()}_percent", on, station),
            )
            for what in LOOKED_AT
        ]  # fmt: skip
        expected = expected_of_lanes(shares, both)
        told = [(lane, n, _percent(n, bills), expected[lane.value]) for lane, n in lanes]
        found.append(AtStation(station, bills, told, shares))
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
