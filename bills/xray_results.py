"""What X-ray saw in the bills that the RMS had its eye on: counted for its rules at night, day by day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import connection, models, transaction
from django.utils import timezone

from rms.models import RuleDay

_kinds: list[type[models.Model]] = []  # the bills that are X-rayed, of either direction

# A day that is counted again adds what is missing, and nothing where nothing is.
COUNTED = """
WITH seen AS (
    SELECT reason ->> 'rule' AS rule, bill.station_id AS station, count(DISTINCT (bill.kind, bill.id)) AS xrayed,
           count(DISTINCT (bill.kind, bill.id)) FILTER (WHERE bill.xray_result = 'SUSPICIOUS') AS suspicious
    FROM ({bills}) bill
    JOIN rms_riskdecision decision ON decision.id = bill.risk_decision_id
    CROSS JOIN jsonb_array_elements(decision.reasons || coalesce(decision.carried -> 'reasons', '[]')) reason
    GROUP BY 1, 2
), known AS (
    SELECT rule, station_code AS station, sum(xrayed) AS xrayed, sum(suspicious) AS suspicious
    FROM rms_ruleday WHERE day = %(day)s GROUP BY 1, 2
)
SELECT seen.rule, seen.station, seen.xrayed - coalesce(known.xrayed, 0), seen.suspicious - coalesce(known.suspicious, 0)
FROM seen LEFT JOIN known USING (rule, station)
WHERE (seen.xrayed, seen.suspicious) IS DISTINCT FROM (coalesce(known.xrayed, 0), coalesce(known.suspicious, 0))
"""

ONE_KIND = """
    SELECT '{table}' AS kind, id, station_id, xray_result, risk_decision_id FROM {table}
    WHERE xray_at >= %(begins)s AND xray_at < %(ends)s
"""


def are_xrayed(kind: type[models.Model]) -> None:
    """The X-rays of bills of this kind are counted."""
    _kinds.append(kind)


def _counted() -> str:
    """The statement over bills of every kind."""
    of_kinds = (ONE_KIND.format(table=kind._meta.db_table) for kind in _kinds)
    return COUNTED.format(bills=" UNION ALL ".join(of_kinds))


def count(day: date) -> int:
    """Count the X-rays of a day for the rules that had hit the bills: one statement reads, one writes. Return how many rules."""
    begins = timezone.make_aware(datetime.combine(day, time.min))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('risk: X-rays counted'))")
        cursor.execute(_counted(), {"begins": begins, "ends": begins + timedelta(days=1), "day": day})
        rows = cursor.fetchall()
        RuleDay.objects.bulk_create(
            RuleDay(rule=rule, station_code=station, day=day, xrayed=xrayed, suspicious=suspicious)
            for rule, station, xrayed, suspicious in rows
        )
    return len(rows)
