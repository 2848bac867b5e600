"""Back-testing: what a version of a rule would have hit among the stored facts, before anybody puts it in force.

Facts are read in parts, the newest first, so that memory stays the same however many there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eccs.dated_rules import rule_book
from rms.compiling import Seen, compiled
from rms.decision import own_draw
from rms.facts import ConsignmentFacts
from rms.models import BackTest, RiskDecision, RuleVersion

PART = 2_000
NAMED = 15  # rules with which it overlaps that are named
Row = tuple[int, dict[str, Any], list[dict[str, Any]], str, Any, Decimal]


@dataclass
class Tally:
    """What is counted while the facts go by."""

    read: int = 0
    hits: int = 0
    days: Counter[tuple[str, str]] = field(default_factory=Counter)  # day, station
    overlap: Counter[str] = field(default_factory=Counter)
    new_assessments: Counter[str] = field(default_factory=Counter)  # by station
    new_examinations: Counter[str] = field(default_factory=Counter)
    looked_at: int = 0
    confirmed: int = 0

    def result(self, days: int) -> dict[str, Any]:
        """What the page shows."""
        return {
            "read": self.read, "hits": self.hits, "percent": str((Decimal(self.hits) * 100 / self.read).quantize(Decimal("0.01"))) if self.read else "",
            "days": [[day, station, n] for (day, station), n in sorted(self.days.items())],
            "overlap": [[rule, n] for rule, n in self.overlap.most_common(NAMED)],
            "load": [
                [station, round(self.new_assessments[station] / days, 1), round(self.new_examinations[station] / days, 1)]
                for station in sorted({*self.new_assessments, *self.new_examinations})
            ],
            "looked_at": self.looked_at, "confirmed": self.confirmed,
        }  # fmt: skip


def run(pk: int) -> str:
    """Run a back-test that waits, and return how it ended. Asked for twice, it runs once."""
    with transaction.atomic():
        test = BackTest.objects.select_for_update(of=("self",)).filter(pk=pk, state=BackTest.State.WAITING).first()
        if test is None:
            return ""
        test.state = BackTest.State.RUNNING
        test.save()
    version = RuleVersion.objects.select_related("rule").get(rule=test.rule_id, no=test.version_no)
    tally = Tally()
    try:
        for part in _parts(test):
            _count(part, version, tally)
            BackTest.objects.filter(pk=pk).update(read=tally.read)
            if BackTest.objects.filter(pk=pk, cancel_asked=True).exists():
                BackTest.objects.filter(pk=pk).update(state=BackTest.State.CANCELLED, ended_at=timezone.now())
                return BackTest.State.CANCELLED
    except Exception:
        BackTest.objects.filter(pk=pk).update(state=BackTest.State.FAILED, ended_at=timezone.now())
        raise
    result = tally.result(test.days)
    BackTest.objects.filter(pk=pk).update(
        state=BackTest.State.DONE, read=tally.read, result=result, ended_at=timezone.now()
    )
    return BackTest.State.DONE


def _parts(test: BackTest) -> Iterator[list[Row]]:
    """The stored facts of the period, the newest first."""
    since, below = test.asked_at - timedelta(days=test.days), None
    while True:
        rows = (
            RiskDecision.objects.order_by("-pk")
            if below is None
            else RiskDecision.objects.filter(pk__lt=below).order_by("-pk")
        )
        part: list[Row] = list(rows.values_list("pk", "facts", "reasons", "found", "decided_at", "draw")[:PART])
        recent = [row for row in part if row[4] >= since]
        if recent:
            yield recent
        if len(recent) < len(part) or len(part) < PART:
            return
        below = part[-1][0]


def _count(part: Sequence[Row], version: RuleVersion, tally: Tally) -> None:
    hits = compiled(version.condition, version.targets)
    where = version.rule.station_id
    for _pk, kept, reasons, found, at, draw in part:
        if "hawb" not in kept or (where and kept["station"] != where):
            continue
        tally.read += 1
        if not hits(Seen(ConsignmentFacts.of_kept(kept))):
            continue
        if version.share is not None and own_draw(version.rule.key, draw) >= version.share / 100:
            continue
        station = kept["station"]
        tally.hits += 1
        tally.days[timezone.localtime(at).date().isoformat(), station] += 1
        tally.overlap.update(reason["rule"] for reason in reasons)
        outcomes = {reason.get("outcome", "") for reason in reasons}
        if version.outcome in ("ASSESSMENT", "BOTH") and not outcomes & {"ASSESSMENT", "BOTH"}:
            tally.new_assessments[station] += 1
        if version.outcome in ("EXAMINATION", "BOTH") and not outcomes & {"EXAMINATION", "BOTH"}:
            tally.new_examinations[station] += 1
        if found:
            tally.looked_at += 1
            tally.confirmed += found == "CONFIRMED"


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
    return ""
