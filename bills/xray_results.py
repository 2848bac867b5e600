"""What X-ray saw in the bills that the RMS had its eye on: counted for its rules at night, day by day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone

from rms.models import RuleDay

# A day that is counted again adds what is missing, and nothing where nothing is.
COUNTED = """
WITH seen AS (
    SELECT reason ->> 'rule' AS rule, bill.station_id AS station, count(DISTINCT bill.id) AS xrayed,
           count(DISTINCT bill.id) FILTER (WHERE bill.xray_result = 'SUSPICIOUS') AS suspicious
    FROM bills_courierbillofentry bill
    JOIN rms_riskdecision decision ON decision.id = bill.risk_decision_id
    CROSS JOIN jsonb_array_elements(decision.reasons) reason
    WHERE bill.xray_at >= %(begins)s AND bill.xray_at < %(ends)s
    GROUP BY 1, 2
), known AS (
    SELECT rule, station_code AS station, sum(xrayed) AS xrayed, sum(suspicious) AS suspicious
    FROM rms_ruleday WHERE day = %(day)s GROUP BY 1, 2
)
SELECT seen.rule, seen.station, seen.xrayed - coalesce(known.xrayed, 0), seen.suspicious - coalesce(known.suspicious, 0)
FROM seen LEFT JOIN known USING (rule, station)
WHERE (seen.xrayed, seen.suspicious) IS DISTINCT FROM (coalesce(known.xrayed, 0), coalesce(known.suspicious, 0))
"""


def count(day: date) -> int:
    """Count the X-rays of a day for the rules that had hit the bills: one statement reads, one writes. Return how many rules."""
    begins = timezone.make_aware(datetime.combine(day, time.min))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('risk: X-rays counted'))")
        cursor.execute(COUNTED, {"begins": begins, "ends": begins + timedelta(days=1), "day": day})
        rows = cursor.fetchall()
        RuleDay.objects.bulk_create(
            RuleDay(rule=rule, station_code=station, day=day, xrayed=xrayed, suspicious=suspicious)
            for rule, station, xrayed, suspicious in rows
        )
    return len(rows)
