"""Past decisions of the RMS: taken again bit for bit, and a million of them held against a rule that is not in force yet."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from django.db import connection
from django.utils import timezone

from bench import world
from bench.measure import Row, at_most, timed
from bench.rms import COUNTRIES, bill
from eccs import numbering
from rms import deciding
from rms.clearance import Stage
from rms.deciding import Asked, Desk
from rms.models import BackTest, KeptRuleset, RiskDecision, RiskRule, RuleVersion
from rms.tasks import run_back_test

STATIONS, DAYS, A_DAY, SHIPMENTS = ("BLR", "DEL"), 60, 120, 15
REPLAYED, FEW, ALL = 10_000, 50_000, 1_000_000
OLDER = 400  # days before today on which the few are asked for: the others are older
_MULTIPLIED = """
INSERT INTO rms_riskdecision (lane, reasons, facts, draw, ruleset, documents_required, examine_percent, xray_attention, courier_text, found,
    cause, decided_at)
SELECT lane, reasons, facts || jsonb_build_object('hawb', 'PA' || n, 'assessable_value', (n %% 90000)::text), draw, ruleset, documents_required,
    examine_percent, xray_attention, courier_text, found, cause, %(day)s::timestamptz - make_interval(secs => (%(count)s - n) %% 86400)
FROM generate_series(1, %(count)s) n JOIN (SELECT *, row_number() OVER (ORDER BY id) no FROM rms_riskdecision WHERE facts ? 'hawb') one
    ON one.no = 1 + n %% %(kept)s
"""


def run() -> list[Row]:
    """Months of decisions under rules that change; all taken again; then a million facts in a worker, and a twentieth of them."""
    chance = Random(2017)
    _months(chance)
    kept = RiskDecision.objects.count()
    past = list(RiskDecision.objects.exclude(ruleset="").select_related("shipments").order_by("pk"))
    sample = chance.sample(past, REPLAYED)
    differing: list[list[str]] = []
    seconds = timed(lambda: differing.extend(deciding.differences(one) for one in sample))
    wrong = sum(1 for names in differing if names)
    rulesets, whole = KeptRuleset.objects.count(), sum("hawb" in one.facts for one in past)
    told = f"{REPLAYED:,} of {kept:,} by {rulesets} rulesets, {REPLAYED - sum('hawb' in one.facts for one in sample):,} of documents, {REPLAYED / seconds:,.0f}/s"
    return [
        at_most("past decisions that come out otherwise", f"{wrong} ({told})", "every one kept", wrong, 0),
        *_held_against(whole),
    ]


def _months(chance: Random) -> None:
    """Bills of two stations decided day by day, while rules come into force, are changed and are suspended."""
    rules = [_rule(chance, None if n % 3 else STATIONS[n % 2]) for n in range(40)]
    today = timezone.localdate()
    for back in range(DAYS, 0, -1):
        changed = chance.choice(rules)
        _version(changed, chance, changed.latest_no + 1)
        changed.latest_no += 1
        changed.in_force_no = changed.latest_no
        changed.save()
        gone = chance.choice(rules)
        RiskRule.objects.filter(pk=gone.pk).update(stage=Stage.SUSPENDED if chance.random() < 0.5 else Stage.ACTIVE)
        for station in STATIONS:
            _day(chance, station, today - timedelta(days=back))


def _day(chance: Random, station: str, day: date) -> None:
    desk, at = Desk(station, day), timezone.now() - timedelta(days=(timezone.localdate() - day).days)
    bills = [replace(bill(chance), station=station) for _n in range(A_DAY)]
    RiskDecision.objects.bulk_create([one.decision for one in desk.decide([Asked(one) for one in bills], at)])
    for _n in range(5):
        papers = [replace(bill(chance), station=station, kind="CBE-XI") for _shipment in range(SHIPMENTS)]
        desk.decide_documents(papers, {"kind": "CBE-XI"}, at).save()


def _rule(chance: Random, station: str | None) -> RiskRule:
    made = RiskRule(
        station_id=station, stage=Stage.ACTIVE, title="Trial", owner=world.person("ao.blr"), latest_no=1, in_force_no=1
    )
    numbering.number([made])
    made.save()
    _version(made, chance, 1)
    return made


def _version(rule: RiskRule, chance: Random, no: int) -> None:
    RuleVersion.objects.create(
        rule=rule, no=no, outcome=chance.choice(["ASSESSMENT", "EXAMINATION", "BOTH"]), from_date=date(2017, 7, 26), instruction="Verify.",
        share=Decimal(chance.randint(10, 90)) if chance.random() < 0.2 else None, xray=chance.random() < 0.2,
        condition={"any": [
            {"fact": "consignor_country", "is": "EQUALS", "value": chance.choice(COUNTRIES)},
            {"fact": "assessable_value", "is": "ABOVE", "value": str(chance.randint(90_000, 99_999))},
        ]},
    )  # fmt: skip


def _held_against(kept: int) -> list[Row]:
    """A rule back-tested in a Celery worker over few facts and over all: seconds, and the most memory that a process of it took."""
    now = timezone.now()
    RiskDecision.objects.filter(decided_at__gte=now - timedelta(days=1)).delete()
    with connection.cursor() as cursor:
        for count, day in ((ALL - FEW, now - timedelta(days=OLDER + 5)), (FEW, now - timedelta(hours=1))):
            cursor.execute(_MULTIPLIED, {"count": count, "day": day, "kept": kept})
        cursor.execute("VACUUM ANALYZE rms_riskdecision")
    with world.worker() as process:
        few_read, _few_seconds, few_memory = _back_test(process.pid, OLDER)
        read, seconds, memory = _back_test(process.pid, OLDER * 10)
    floor = timed(_read_only)
    return [
        at_most("back-test of a million facts in a worker, minutes", f"{read:,} in {seconds:,.0f} s", f"their rows read alone {floor:,.0f} s", seconds / 60, 5),
        at_most("its memory", f"{memory:,.0f} MB for {read:,}", f"{few_memory:,.0f} MB for {few_read:,}", memory / few_memory, 1.1),
    ]  # fmt: skip


def _back_test(worker: int, days: int) -> tuple[int, float, float]:
    """Facts read, seconds, and MB at most of any process of the worker."""
    rule = _rule(Random(days), None)
    test = BackTest.objects.create(rule=rule, version_no=1, days=days, asked_by=world.person("ao.blr"))
    start = time.perf_counter()
    run_back_test.delay(test.pk)
    while test.is_open:
        time.sleep(0.2)
        test.refresh_from_db()
    seconds = time.perf_counter() - start
    assert test.state == BackTest.State.DONE, test.state
    return test.read, seconds, max(map(_most_memory, world.family(worker)))


def _most_memory(pid: int) -> float:
    """The most memory in MB that a process has taken since it began."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise LookupError(pid)


def _read_only() -> None:
    """The same rows from the database, their facts made into Python's own values and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM rms_riskdecision")
        below = cursor.fetchone()[0] + 1
    columns = ("pk", "facts", "reasons", "found", "decided_at", "draw")
    while part := list(RiskDecision.objects.filter(pk__lt=below).order_by("-pk").values_list(*columns)[:2_000]):
        below = part[-1][0]
