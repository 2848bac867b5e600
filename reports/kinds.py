"""The reports: what each tells, and how its figures are reckoned from the tallies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from bills.duty.heads import head_label
from eccs.written import spell
from reports.classes import AGES, percentile
from reports.models import DwellTally, HourTally, PendingTally
from reports.reading import What, added, divided, of_days, of_dwell
from reports.scope import Scope
from reports.sources import WHOLE
from reports.tables import Key, Measure, Report, Sums, percent
from rms.models import ALL_BILLS, BY_RULES, OF_LANE, RuleDay

HEADS = ("bcd", "aidc", "sws", "igst", "cmpnstry", "interest", "fine", "penalty", "late", "fee")
HOURS = range(24)
RULE_COUNTS = ("hits", "looked_at", "confirmed", "examinations", "xrayed", "suspicious")
EVERYWHERE = ("day", "station", "courier", "kind")


def _always(*measures: Measure) -> Any:
    return lambda _by: measures


def _cleared(sums: Sums, _by: str) -> Sequence[Any]:
    everything = sums["all"]
    shares = (percent(sums[part], everything) for part in ("facilitated", "automatic"))
    return everything, sums["facilitated"], *shares, sums["assessed"], sums["examined"]


FACILITATION = Report(
    "facilitation", _("Facilitation share"),
    _("Goods let go for the first time, and how many of them no officer had assessed or examined: X-ray alone. Automatic is an order that the system gave."),
    EVERYWHERE,
    _always(
        Measure(_("Released")), Measure(_("Facilitated")), Measure(_("Facilitated %"), "percent"),
        Measure(_("Released automatically %"), "percent"), Measure(_("Assessed")), Measure(_("Examined")),
    ),
    lambda scope, by: of_days(scope, by, What.CLEARED), _cleared, main=2,
)  # fmt: skip


def _dwelt(scope: Scope, by: str) -> dict[Key, Sums]:
    rows = scope.of(DwellTally.objects.all())
    if by != "stage":
        rows = rows.filter(stage=scope.stage or WHOLE)
    elif scope.stage:
        rows = rows.filter(stage=scope.stage)
    seconds = divided(rows, by, value="seconds")
    return added(divided(rows, by, "place"), {key: Counter(seconds=sums[()]) for key, sums in seconds.items()})


def _times(sums: Sums, _by: str) -> Sequence[Any]:
    classes = {place: n for place, n in sums.items() if place != "seconds"}
    count = sum(classes.values())
    mean = sums["seconds"] // count if count else None
    return count, *(percentile(classes, n) for n in (50, 75, 90, 95)), mean


DWELL = Report(
    "dwell", _("Dwell by stage"),
    _("How long documents that moved on had stood at a stage, each visit by itself; a question, a detention or a stop is a stage of its own, and waits that the firm owes are left out. Percentiles are read from classes of time, true within half."),
    ("stage", *EVERYWHERE),
    _always(
        Measure(_("Visits")), Measure(_("Median"), "span"), Measure(_("75 % within"), "span"), Measure(_("90 % within"), "span"),
        Measure(_("95 % within"), "span"), Measure(_("Mean"), "span"),
    ),
    _dwelt, _times, main=1, filters=("courier", "kind", "stage"), not_summed=("stage",),
)  # fmt: skip


def _revenue(scope: Scope, by: str) -> dict[Key, Sums]:
    if by == "head":
        found = of_days(scope, "what", What.REVENUE, value="amount")
        return {head: Counter({head: amount}) for sums in found.values() for head, amount in sums.items()}
    return of_days(scope, by, What.REVENUE, value="amount")


def _heads(sums: Sums, by: str) -> Sequence[Any]:
    total = sum(sums.values())
    if by == "head":
        return (total,)
    known = [sums[head] for head in HEADS]
    return total, *known, total - sum(known)


REVENUE = Report(
    "revenue", _("Revenue by head"),
    _("Challans paid, on the day the money was confirmed, in rupees. What was paid back later is not taken off."),
    ("day", "head", "station", "courier", "kind"),
    lambda by: (Measure(_("Paid"), "rupees"),) if by == "head" else (
        Measure(_("Paid"), "rupees"), *(Measure(head_label(head), "rupees") for head in HEADS), Measure(_("Other"), "rupees"),
    ),
    _revenue, _heads,
)  # fmt: skip


def _found(sums: Sums, _by: str) -> Sequence[Any]:
    xrayed = sums["step", "clear_xray"] + sums["step", "mark_suspicious"]
    examined = sum(n for (what, _part), n in sums.items() if what == "examined")
    otherwise = examined - sums["examined", "RELEASE"]
    suspicious = sums["step", "mark_suspicious"]
    return xrayed, suspicious, percent(suspicious, xrayed), examined, otherwise, percent(otherwise, examined)


def _looked(scope: Scope, by: str) -> dict[Key, Sums]:
    parts = {"step": What.STEP, "examined": What.EXAMINED}
    return added(*(
        {key: Counter({(name, part): n for part, n in sums.items()}) for key, sums in of_days(scope, by, what).items()}
        for name, what in parts.items()
    ))  # fmt: skip


FINDINGS = Report(
    "findings", _("X-ray and examination"),
    _("Pictures seen, those that were suspicious, goods examined, and reports that recommended anything else than to release."),
    EVERYWHERE,
    _always(
        Measure(_("X-rayed")), Measure(_("Suspicious")), Measure(_("Suspicious %"), "percent"), Measure(_("Examined")),
        Measure(_("Found something")), Measure(_("Found something %"), "percent"),
    ),
    _looked, _found, main=5,
)  # fmt: skip


def _ruled(scope: Scope, by: str) -> dict[Key, Sums]:
    rows = RuleDay.objects.filter(station_code__in=scope.stations, day__gte=scope.since, day__lte=scope.until)
    if by == "lane":
        rows = rows.filter(rule__startswith=OF_LANE)
    else:
        rows = rows.exclude(rule=ALL_BILLS).exclude(rule__startswith=OF_LANE).exclude(rule__startswith=BY_RULES)
    field = {"station": "station_code", "lane": "rule"}.get(by, by)
    told = _by_rule_counts(rows, field)
    return {key.removeprefix(OF_LANE): sums for key, sums in told.items()} if by == "lane" else told


def _by_rule_counts(rows: Any, field: str) -> dict[Key, Sums]:
    """The counts of the rules by one field, all with one statement."""
    sums: dict[str, Any] = {f"{name}_": Sum(name, default=0) for name in RULE_COUNTS}
    found = rows.order_by().values(field).annotate(**sums)
    return {row[field]: Counter({name: row[f"{name}_"] for name in RULE_COUNTS}) for row in found}


def _ruling(sums: Sums, _by: str) -> Sequence[Any]:
    share = percent(sums["confirmed"], sums["looked_at"])
    return sums["hits"], sums["looked_at"], sums["confirmed"], share, sums["examinations"], sums["xrayed"], sums["suspicious"]  # fmt: skip


HITS = Report(
    "hits", _("Hits and confirmations"),
    _("Rules of risk that hit a bill, bills looked at for them, and those in which something was found. A bill that several rules hit counts for each."),
    ("rule", "lane", "day", "station"),
    _always(
        Measure(_("Hits")), Measure(_("Looked at")), Measure(_("Confirmed")), Measure(_("Confirmed %"), "percent"),
        Measure(_("Examinations")), Measure(_("X-rayed")), Measure(_("Suspicious")),
    ),
    _ruled, _ruling, page="report-hits", filters=(),
)  # fmt: skip

WORKLOAD = Report(
    "workload", _("Workload by desk and hour"),
    _("Steps that were taken, by the hour of the day, in Indian Standard Time. What the system did by itself stands as a desk of its own."),
    ("role", "step", "day", "station", "kind"),
    _always(Measure(_("Steps")), *(Measure(f"{hour:02d}:00", brief=f"{hour:02d}") for hour in HOURS)),
    lambda scope, by: divided(scope.of(HourTally.objects.all()), by, "hour"),
    lambda sums, _by: (sum(sums.values()), *(sums[hour] for hour in HOURS)), filters=("kind",),
)  # fmt: skip


def _age_labels() -> list[Any]:
    words = [_("under %(age)s"), *[_("from %(age)s")] * len(AGES)]
    bounds = [AGES[0], *AGES]
    return [str(word) % {"age": spell(timedelta(seconds=bound))} for word, bound in zip(words, bounds, strict=True)]


def _waiting(scope: Scope, by: str) -> dict[Key, Sums]:
    return divided(scope.at_hand(PendingTally.objects.all()), by, "place")


PENDING = Report(
    "pending", _("Pending by age"),
    _("What waits at this moment, by how long the clock of its desk has run."),
    ("stage", "station", "courier", "kind"),
    lambda _by: (Measure(_("Waiting")), *(Measure(label) for label in _age_labels())),
    _waiting, lambda sums, _by: (sum(sums.values()), *(sums[place] for place in range(len(AGES) + 1))), dated=False,
)  # fmt: skip

SCAN, CLOSE = "IGM_FED", "ARRIVAL_SCAN"


def _arrivals(scope: Scope, by: str) -> dict[Key, Sums]:
    return added(of_days(scope, by, What.ARRIVAL), of_dwell(scope, by, SCAN, CLOSE))


def _custody(sums: Sums, _by: str) -> Sequence[Any]:
    times = {
        stage: {key[1]: n for key, n in sums.items() if isinstance(key, tuple) and key[0] == stage} for stage in (SCAN, CLOSE)
    }  # fmt: skip
    off = sums["short"] + sums["excess"]
    rate = percent(off * 10, sums["packages"])  # in a thousand
    spans = (percentile(times[stage], n) for stage in (SCAN, CLOSE) for n in (50, 90))
    return sums["manifests"], sums["packages"], sums["short"], sums["excess"], rate, *spans


CUSTODIANS = Report(
    "custodians", _("Custodian performance"),
    _("Arrivals closed, labels short and in excess, and how long flights waited: from the IGM number to the first scan, and from there to the close."),
    ("station", "day", "courier"),
    _always(
        Measure(_("Arrivals closed")), Measure(_("Packages manifested")), Measure(_("Short")), Measure(_("Excess")),
        Measure(_("Short and excess in a thousand"), "rate"), Measure(_("Wait for the scan, median"), "span"), Measure(_("90 % within"), "span"),
        Measure(_("Scan to close, median"), "span"), Measure(_("90 % within"), "span"),
    ),
    _arrivals, _custody, main=7, filters=("courier",),
)  # fmt: skip

REPORTS = {one.slug: one for one in (FACILITATION, DWELL, REVENUE, FINDINGS, HITS, WORKLOAD, PENDING, CUSTODIANS)}
