"""The history of parties and goods, counted as bills are filed: rows are added, and folded at night, never looked for in bills.

A filing adds its counts as rows of its own, so that no filing waits for another; what is read is their sum.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from string import punctuation
from typing import Any

from django.db import connection
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from eccs.copying import copy_rows
from rms.decision import lane_of, prescribed
from rms.facts import COUNTED, PERIODS, SAME_DAY, ConsignmentFacts
from rms.models import ALL_BILLS, BY_RULES, OF_LANE, PartyDay, RuleDay, UnitValueMonth
from rms.words import plain

Key = tuple[str, str]  # party, key
Row = tuple[str, str, str, bool]  # party, key, name, whether goods leave the country
COUNTED_BY = {PartyDay.Party.COURIER: "courier", PartyDay.Party.CONSIGNEE: "consignee"}
OF_A_DAY = {"consignee": PartyDay.Party.CONSIGNEE, "kyc": PartyDay.Party.KYC, "address": PartyDay.Party.ADDRESS}
ENOUGH = 20  # entries of a tariff item before it is known what is usual
YEAR = max(PERIODS)
NOTHING = Decimal(0)
_SIGNS = str.maketrans(dict.fromkeys(punctuation, " "))


@lru_cache(maxsize=32_768)  # of one bill it is asked for several times
def digest(text: str) -> str:
    """A name or an address as history knows it: in one spelling, without points and commas, and short."""
    told = plain(text.translate(_SIGNS))
    return blake2b(told.encode(), digest_size=16).hexdigest() if told else ""


def parties(facts: ConsignmentFacts) -> dict[str, str]:
    """The parties of a bill by kind, with the keys under which they are counted."""
    told = {
        PartyDay.Party.COURIER: facts.courier, PartyDay.Party.CONSIGNEE: digest(facts.consignee),
        PartyDay.Party.KYC: facts.kyc_token, PartyDay.Party.ADDRESS: digest(facts.address),
    }  # fmt: skip
    return {party.value: key for party, key in told.items() if key}


@dataclass(slots=True)
class Goods:
    """One item of a bill for the history of what goods cost."""

    cth: str
    uom: str
    unit_value: Decimal  # rupees


def with_history(
    facts: Sequence[ConsignmentFacts],
    goods: Sequence[Sequence[Goods]],
    day: date,
    *,
    counted: Sequence[ConsignmentFacts | None] = (),
) -> list[ConsignmentFacts]:
    """The facts of some bills with what is known of their parties and goods: three statements, however many bills.

    All are imports, or all are exports. `day` is that of their filing, on which bills of one filing count for one another. A bill
    that is `counted` already, as it was then, counts as it is now.
    """
    if not facts:
        return []
    told_of, exported = [parties(one) for one in facts], facts[0].exported
    known, names, of_day = _sums(told_of, day, exported=exported)
    usual = _usual(goods, day, exported=exported)
    for one, told, earlier in zip(facts, told_of, counted or [None] * len(facts), strict=True):
        if earlier is not None:
            _count_in(of_day, names, earlier, parties(earlier), -1)
        _count_in(of_day, names, one, told, 1)
    return [
        replace(
            one, history=_history(told, known), unit_value_percent=_against_usual(of_bill, usual),
            kyc_names=max(1, sum(n > 0 for n in names[told.get(PartyDay.Party.KYC, "")].values())), **_of_day(one, told, of_day),
        )
        for one, told, of_bill in zip(facts, told_of, goods, strict=True)
    ]  # fmt: skip


def _count_in(
    of_day: dict[Key, tuple[int, Decimal]], names: dict[str, Counter[str]], bill: ConsignmentFacts, told: dict[str, str], sign: int,
) -> None:  # fmt: skip
    """A bill of the day counts for the others of its parties, or no more."""
    for party, key in told.items():
        bills, value = of_day.get((party, key), (0, NOTHING))
        of_day[party, key] = bills + sign, value + sign * bill.assessable_value
        if party == PartyDay.Party.KYC:
            names[key][digest(bill.known_by_kyc)] += sign


def _sums(
    told_of: Iterable[dict[str, str]], day: date, *, exported: bool
) -> tuple[dict[Key, dict[str, int]], dict[str, Counter[str]], dict[Key, tuple[int, Decimal]]]:
    """What stands in the history of these parties: counts by period, names of each KYC id, and the day itself in one direction."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for told in told_of:
        for party, key in told.items():
            wanted[party].add(key)
    whose = Q()
    for party, keys in wanted.items():
        whose |= Q(party=party, key__in=keys)
    rows = (
        PartyDay.objects.filter(whose, day__gt=day - timedelta(days=YEAR), day__lte=day)
        if wanted
        else PartyDay.objects.none()
    )
    sums: dict[str, Any] = {
        f"{what}_{days}": Coalesce(Sum(what, filter=Q(day__gt=day - timedelta(days=days))), 0)
        for what in COUNTED
        for days in PERIODS
    }
    of_today = Q(day=day, exported=exported)
    today = {
        "day_bills": Coalesce(Sum("bills", filter=of_today), 0),
        "day_value": Coalesce(Sum("value", filter=of_today), NOTHING),
    }
    known: dict[Key, dict[str, int]] = {}
    of_day: dict[Key, tuple[int, Decimal]] = {}
    names: dict[str, Counter[str]] = defaultdict(Counter)
    grouped: Any = rows.values("party", "key").annotate(**sums, **today)
    for row in grouped:
        whose_is: Key = row.pop("party"), row.pop("key")
        of_day[whose_is] = row.pop("day_bills"), Decimal(row.pop("day_value"))
        known[whose_is] = row
    tokens = wanted.get(PartyDay.Party.KYC, set())
    of_kyc = rows.filter(party=PartyDay.Party.KYC, key__in=tokens).values_list("key", "name").annotate(n=Sum("bills"))
    for token, name, bills in of_kyc if tokens else ():
        names[token][name] += bills
    return known, names, of_day


def _history(told: dict[str, str], known: dict[Key, dict[str, int]]) -> dict[str, int]:
    found = {}
    for party, word in COUNTED_BY.items():
        counts = known.get((party.value, told.get(party.value, "")), {})
        found.update({f"{word}_{name}": int(n) for name, n in counts.items() if n})
    return found


def _of_day(one: ConsignmentFacts, told: dict[str, str], of_day: dict[Key, tuple[int, Decimal]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word in SAME_DAY:
        party = OF_A_DAY[word].value
        bills, value = (
            of_day.get((party, told[party]), (1, one.assessable_value)) if party in told else (1, one.assessable_value)
        )
        found[f"same_day_bills_{word}"], found[f"same_day_value_{word}"] = bills, value.quantize(Decimal("0.01"))
    return found


def _usual(goods: Iterable[Sequence[Goods]], day: date, *, exported: bool) -> dict[tuple[str, str], Decimal]:
    """The usual unit value of goods, where enough are known: the geometric mean of a year."""
    wanted = {(one.cth, one.uom) for of_bill in goods for one in of_bill}
    if not wanted:
        return {}
    rows = (
        UnitValueMonth.objects.filter(
            cth__in={cth for cth, _uom in wanted},
            month__gt=day.replace(day=1) - timedelta(days=YEAR),
            month__lte=day,
            exported=exported,
        )
        .values("cth", "uom")
        .annotate(n=Sum("entries"), total=Sum("logs"))
        .filter(n__gte=ENOUGH)
    )
    return {(row["cth"], row["uom"]): (row["total"] / row["n"]).exp() for row in rows}


def _against_usual(of_bill: Sequence[Goods], usual: dict[tuple[str, str], Decimal]) -> tuple[Decimal, ...]:
    known = ((one.unit_value, usual.get((one.cth, one.uom))) for one in of_bill)
    return tuple((value * 100 / mean).quantize(Decimal("0.1")) for value, mean in known if mean)


def count(
    decided: Sequence[tuple[ConsignmentFacts, Sequence[dict[str, Any]], Collection[str]]],
    goods: Sequence[Sequence[Goods]],
    day: date,
) -> None:
    """Add bills with the reasons of their decisions to the history of the day of filing: three statements, however many bills.

    Each comes with the rules that are counted for it already: those of interventions that it heard before the RMS decided.
    """
    sums: dict[Row, list[Any]] = defaultdict(lambda: [0, 0, NOTHING])
    rules: Counter[tuple[str, str]] = Counter()
    for facts, reasons, known in decided:
        _add(sums, facts, 1, hit=_is_hit(reasons))
        rules.update((rule, facts.station) for rule in _rules(reasons) - {*known})
        rules.update((name, facts.station) for name in (ALL_BILLS, *_of_shares(reasons)))
    _write(sums, day)
    _write_rules(rules, day)
    _count_goods(((facts.exported, of_bill) for (facts, *_), of_bill in zip(decided, goods, strict=True)), day)


def count_again(
    changed: Iterable[tuple[ConsignmentFacts | None, ConsignmentFacts, Sequence[dict[str, Any]], Collection[dict[str, Any]], date]],
    on: date,
) -> None:  # fmt: skip
    """Bills that the RMS was asked for again: what they are now takes the place of what they were, and rules that are new hit them.

    Each comes as it was, if it is counted, and as it is, with its reasons, those that stood before, and its day of filing.
    """
    rules: Counter[tuple[str, str]] = Counter()
    by_day: dict[date, dict[Row, list[Any]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, NOTHING]))
    for earlier, now, reasons, known, day in changed:
        rules.update((rule, now.station) for rule in _rules(reasons) - _rules(known))
        if earlier is None:
            continue
        hit = _is_hit(known)
        _add(by_day[day], earlier, -1, hit=hit)
        _add(by_day[day], now, 1, hit=hit or _is_hit(reasons))
    for day, sums in by_day.items():
        _write(sums, day)
    _write_rules(rules, on)


def count_rules(rules: Iterable[str], station: str, day: date) -> None:
    """Rules have hit one bill more."""
    _write_rules(Counter((rule, station) for rule in rules), day)


def _rules(reasons: Iterable[dict[str, Any]]) -> set[str]:
    return {reason["rule"] for reason in reasons}


def _is_hit(reasons: Iterable[dict[str, Any]]) -> bool:
    return any(reason.get("by") == "RULE" and reason["outcome"] for reason in reasons)


def _add(sums: dict[Row, list[Any]], facts: ConsignmentFacts, sign: int, *, hit: bool) -> None:
    for party, key in parties(facts).items():
        name = digest(facts.known_by_kyc) if party == PartyDay.Party.KYC else ""
        of_party = sums[party, key, name, facts.exported]
        of_party[0] += sign
        of_party[1] += sign * hit
        of_party[2] += sign * facts.assessable_value


def _write(sums: dict[Row, list[Any]], day: date) -> None:
    rows = [
        (party, key, name, exported, day, bills, hits, 0, value)
        for (party, key, name, exported), (bills, hits, value) in sums.items()
        if bills or hits or value
    ]
    columns = ("party", "key", "name", "exported", "day", "bills", "hits", "confirmations", "value")
    if rows:
        with connection.cursor() as cursor:
            copy_rows(cursor, PartyDay._meta.db_table, columns, rows)


def _write_rules(rules: Counter[tuple[str, str]], day: date) -> None:
    RuleDay.objects.bulk_create(
        RuleDay(rule=rule, station_code=station, day=day, hits=n) for (rule, station), n in rules.items()
    )


def _of_shares(reasons: Sequence[dict[str, Any]]) -> list[str]:
    """Under what a bill counts for the shares of its station: its lane, and what rules alone prescribed."""
    ruled = prescribed(reason["outcome"] for reason in reasons if reason["by"] == "RULE")
    lane = lane_of(prescribed(reason["outcome"] for reason in reasons))
    both = ["BOTH"] if len(ruled) > 1 else []
    return [OF_LANE + lane, *(BY_RULES + one for one in [*sorted(ruled), *both])]


def _count_goods(goods: Iterable[tuple[bool, Sequence[Goods]]], day: date) -> None:
    logs: dict[tuple[str, str, bool], list[Any]] = defaultdict(lambda: [0, NOTHING])
    for exported, of_bill in goods:
        for one in of_bill:
            if one.unit_value > 0:
                of_item = logs[one.cth, one.uom, exported]
                of_item[0] += 1
                of_item[1] += one.unit_value.ln()
    month = day.replace(day=1)
    UnitValueMonth.objects.bulk_create(
        UnitValueMonth(
            cth=cth, uom=uom, exported=exported, month=month, entries=n, logs=total.quantize(Decimal("0.000001"))
        )
        for (cth, uom, exported), (n, total) in logs.items()
    )


def confirm(
    station: str,
    facts: ConsignmentFacts | None,
    before: Mapping[str, str],
    day: date,
    *,
    examined: bool,
    found: bool,
) -> None:
    """Note what was found in a bill that was looked at: for its rules, and where it was confirmed for its parties.

    `before` says of each rule what was found in the bill before: it is looked at once for a rule, and confirmed once.
    """
    rows = (
        RuleDay(
            rule=rule, station_code=station, day=day, looked_at=int(not known), confirmed=int(found and known != "CONFIRMED"),
            examinations=int(examined),
        )
        for rule, known in before.items()
    )  # fmt: skip
    RuleDay.objects.bulk_create(row for row in rows if row.looked_at or row.confirmed or row.examinations)
    if found and facts is not None and "CONFIRMED" not in before.values():
        PartyDay.objects.bulk_create(
            PartyDay(party=party, key=key, day=day, confirmations=1)
            for party, key in parties(facts).items()
            if party in {one.value for one in COUNTED_BY}
        )


_FOLDED = {
    "rms_partyday": (("party", "key", "name", "exported", "day"), ("bills", "hits", "confirmations", "value")),
    "rms_unitvaluemonth": (("cth", "uom", "exported", "month"), ("entries", "logs")),
    "rms_ruleday": (
        ("rule", "station_code", "day"),
        ("hits", "looked_at", "confirmed", "examinations", "xrayed", "suspicious"),
    ),
}


def fold() -> int:
    """Fold the rows of each day into one, and return how many rows are gone. What is read stays the same."""
    gone = 0
    with connection.cursor() as cursor:
        for table, (keys, sums) in _FOLDED.items():
            cursor.execute(_folding(table, keys, sums))
            gone += int(cursor.fetchone()[0])
    return gone


def _folding(table: str, keys: Sequence[str], sums: Sequence[str]) -> str:
    """One statement that takes the rows that stand for the same out and puts their sum in."""
    names, columns = ", ".join(f'"{key}"' for key in keys), ", ".join(f'"{one}"' for one in sums)
    added = ", ".join(f'sum("{one}")' for one in sums)
    same = " AND ".join(f't."{key}" = s."{key}"' for key in keys)
    return (
        f"WITH several AS (SELECT {names} FROM {table} GROUP BY {names} HAVING count(*) > 1), "  # noqa: S608 our own names
        f"taken AS (DELETE FROM {table} t USING several s WHERE {same} RETURNING t.*), "
        f"made AS (INSERT INTO {table} ({names}, {columns}) SELECT {names}, {added} FROM taken GROUP BY {names} RETURNING 1) "
        "SELECT (SELECT count(*) FROM taken) - (SELECT count(*) FROM made)"
    )
