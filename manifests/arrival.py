"""The arrival scan: one message a pull of the trigger, each known by its key, so that none is lost and none counts twice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from eccs.dated_rules import rule_book
from manifests.events import house_airway_bills_arrived

_SYMBOLOGY = re.compile(r"^\][A-Z]\d")
_APPLICATION = re.compile(r"^\(?401\)?(?=[A-Z])")


def clean(raw: str) -> str:
    """A label as the manifest has it: without symbology mark, FNC1 and the GS1 identifier of a consignment number."""
    return _APPLICATION.sub("", _SYMBOLOGY.sub("", raw.strip().upper()).replace("\x1d", ""))[:60]


@dataclass(frozen=True)
class Scan:
    """One scan as the station sends it."""

    key: UUID
    code: str
    scanned_at: datetime


# One statement: the package is found and marked, its HAWB counted on, and the scan kept with its answer. A key that is
# known already changes nothing; its stored answer is read instead.
SCAN = """
WITH known AS (SELECT verdict FROM manifests_arrivalscan WHERE key = %(key)s),
found AS (
    SELECT id, hawb_id, part, arrived_at FROM manifests_package WHERE manifest_id = %(manifest)s AND crn = %(code)s
    FOR UPDATE
),
marked AS (
    UPDATE manifests_package SET arrived_at = %(at)s FROM found
    WHERE manifests_package.id = found.id AND manifests_package.arrived_at IS NULL AND NOT EXISTS (SELECT 1 FROM known)
    RETURNING manifests_package.hawb_id
),
counted AS (
    UPDATE manifests_houseairwaybill h SET packages_arrived = packages_arrived + 1,
        arrived_at = CASE WHEN packages_arrived + 1 = packages THEN %(at)s END
    FROM marked WHERE h.id = marked.hawb_id RETURNING h.id, h.packages_arrived, h.packages
),
kept AS (
    INSERT INTO manifests_arrivalscan (key, manifest_id, code, verdict, package_id, scanned_at, received_at, by_id)
    SELECT %(key)s, %(manifest)s, %(code)s,
        CASE WHEN EXISTS (SELECT 1 FROM marked) THEN 'ARRIVED' WHEN EXISTS (SELECT 1 FROM found) THEN 'DUPLICATE' ELSE 'UNKNOWN' END,
        (SELECT id FROM found), %(at)s, %(now)s, %(by)s
    WHERE NOT EXISTS (SELECT 1 FROM known)
    ON CONFLICT (key) DO NOTHING RETURNING verdict
)
SELECT coalesce((SELECT verdict FROM kept), (SELECT verdict FROM known)), h.number, found.part, found.arrived_at,
    coalesce(counted.packages_arrived, h.packages_arrived), h.packages, counted.id
FROM (SELECT 1) one LEFT JOIN found ON true LEFT JOIN manifests_houseairwaybill h ON h.id = found.hawb_id
LEFT JOIN counted ON true
"""


def record(manifest_id: int, scans: Sequence[Scan], actor: Actor) -> list[dict[str, Any]]:
    """Keep scans and answer each: arrived (part n of m), already scanned, or unknown. In one transaction with what follows.

    A HAWB whose last package this was is news for those above, in the same transaction (PN17 5.2). Two stations that send
    what they gathered without a network take the rows in one order, by code, so that neither waits for the other in a ring.
    """
    now, complete, answers = timezone.now(), [], {}
    with transaction.atomic(), connection.cursor() as cursor:
        for place, scan in sorted(enumerate(scans), key=lambda placed: placed[1].code):
            given: dict[str, Any] = {
                "key": scan.key, "manifest": manifest_id, "code": scan.code, "at": min(scan.scanned_at, now), "now": now,
                "by": actor.user_id,
            }  # fmt: skip
            cursor.execute(SCAN, given)
            row = cursor.fetchone()
            if row[0] is None:  # the same message was being kept by another connection: its answer is there now
                cursor.execute(SCAN, given)
                row = cursor.fetchone()
            verdict, hawb, part, before, arrived, packages, counted = row
            if counted is not None and arrived == packages:
                complete.append(counted)
            answers[place] = {
                "key": str(scan.key), "code": scan.code, "verdict": verdict, "hawb": hawb, "part": part, "arrived": arrived,
                "packages": packages, "before": timezone.localtime(before).strftime("%H:%M:%S") if before else "",
            }  # fmt: skip
        if complete:
            house_airway_bills_arrived.send(None, hawb_ids=complete, actor=actor, at=now)
    return [answers[place] for place in range(len(scans))]


def differences(manifest: Any) -> dict[str, Any]:
    """What is short, and what landed in excess: manifested packages never scanned, and codes scanned but not manifested."""
    from manifests.models import ArrivalScan, Package

    short = Package.objects.filter(manifest=manifest, arrived_at=None).select_related("hawb").order_by("crn")
    excess = manifest.scans.filter(verdict=ArrivalScan.Verdict.UNKNOWN).order_by("code").distinct("code")
    return {"short": short, "short_count": short.count(), "excess": list(excess)}


def weigh(manifest: Any, number: str, kg: Decimal) -> str:
    """Keep the actual weight of a shipment, kg, and say what it differs by; the empty answer is an unknown HAWB (PN17 5.2)."""
    hawb = manifest.hawbs.filter(number=number).first()
    if hawb is None:
        return ""
    hawb.actual_weight_kg = kg
    hawb.save(update_fields=["actual_weight_kg"])
    tolerance = rule_book().amount("weight_tolerance_percent", timezone.localdate(), manifest.station_id)
    if abs(kg - hawb.gross_weight_kg) * 100 > hawb.gross_weight_kg * tolerance:
        return _("%(kg)s kg recorded, declared %(declared)s kg: beyond the tolerance, the manifest must be amended.") % {
            "kg": kg, "declared": hawb.gross_weight_kg,
        }  # fmt: skip
    return _("%(kg)s kg recorded, declared %(declared)s kg.") % {"kg": kg, "declared": hawb.gross_weight_kg}
