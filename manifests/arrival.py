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
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from eccs.dated_rules import rule_book
from manifests.events import house_airway_bills_arrived, weighed_otherwise

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


# One statement: the package is found and marked, its HAWB counted on, its line in the warehouse register begun, and the scan
# kept with its answer. A key that is known already changes nothing; its stored answer is read instead. Goods confiscated
# before they came are in and out of the register at once.
_KEPT = """
entered AS (
    INSERT INTO manifests_warehouseentry (station_id, hawb_id, in_at, location, out_on)
    SELECT m.station_id, counted.id, %(at)s, '', '' FROM counted JOIN manifests_expresscargomanifest m ON m.id = %(manifest)s
    ON CONFLICT (hawb_id) DO UPDATE SET in_at = excluded.in_at,
        out_at = CASE WHEN manifests_warehouseentry.out_on = 'CONFISCATED'
            THEN greatest(manifests_warehouseentry.out_at, excluded.in_at) ELSE manifests_warehouseentry.out_at END
    WHERE manifests_warehouseentry.in_at IS NULL
),
kept AS (
    INSERT INTO manifests_arrivalscan (key, manifest_id, code, verdict, package_id, scanned_at, received_at, by_id)
    SELECT %(key)s, %(manifest)s, %(code)s,
        CASE WHEN EXISTS (SELECT 1 FROM counted) OR EXISTS (SELECT 1 FROM marked) THEN 'ARRIVED'
            WHEN EXISTS (SELECT 1 FROM found) THEN 'DUPLICATE' ELSE 'UNKNOWN' END,
        (SELECT package_id FROM found), %(at)s, %(now)s, %(by)s
    WHERE NOT EXISTS (SELECT 1 FROM known)
    ON CONFLICT (key) DO NOTHING RETURNING verdict
)
"""

SCAN = (
    """
WITH known AS (SELECT verdict FROM manifests_arrivalscan WHERE key = %(key)s),
found AS (
    SELECT id AS package_id, hawb_id, part, arrived_at FROM manifests_package WHERE manifest_id = %(manifest)s AND crn = %(code)s
    FOR UPDATE
),
marked AS (
    UPDATE manifests_package SET arrived_at = %(at)s FROM found
    WHERE manifests_package.id = found.package_id AND manifests_package.arrived_at IS NULL AND NOT EXISTS (SELECT 1 FROM known)
    RETURNING manifests_package.hawb_id
),
counted AS (
    UPDATE manifests_houseairwaybill h SET packages_arrived = packages_arrived + 1,
        arrived_at = CASE WHEN packages_arrived + 1 = packages THEN %(at)s END
    FROM marked WHERE h.id = marked.hawb_id RETURNING h.id, h.packages_arrived, h.packages
),"""  # noqa: S608 our own words
    + _KEPT
    + """
SELECT coalesce((SELECT verdict FROM kept), (SELECT verdict FROM known)), h.number, found.part, found.arrived_at,
    coalesce(counted.packages_arrived, h.packages_arrived), h.packages,
    (SELECT array_agg(id) FROM counted WHERE packages_arrived = packages), h.held_since IS NOT NULL, 0,
    EXISTS (SELECT 1 FROM manifests_warehouseentry w WHERE w.hawb_id = h.id AND w.out_on = 'CONFISCATED')
FROM (SELECT 1) one LEFT JOIN found ON true LEFT JOIN manifests_houseairwaybill h ON h.id = found.hawb_id
LEFT JOIN counted ON true
"""
)

# Documents: a bag brings everything that is in it; a loose shipment is counted piece by piece, under its HAWB or, where
# cross reference numbers are declared, each piece once under its own.
SCAN_DOCUMENTS = (
    """
WITH known AS (SELECT verdict FROM manifests_arrivalscan WHERE key = %(key)s),
bag AS (
    SELECT id, arrived_at FROM manifests_bag WHERE manifest_id = %(manifest)s AND number = %(code)s FOR UPDATE
),
label AS (
    SELECT p.id, p.hawb_id, p.arrived_at FROM manifests_package p JOIN manifests_houseairwaybill h ON h.id = p.hawb_id
    WHERE p.manifest_id = %(manifest)s AND p.crn = %(code)s AND h.bag_id IS NULL FOR UPDATE OF p
),
loose AS (
    SELECT id, number, packages, packages_arrived, held_since, arrived_at FROM manifests_houseairwaybill WHERE id = coalesce(
        (SELECT id FROM manifests_houseairwaybill WHERE manifest_id = %(manifest)s AND number = %(code)s AND bag_id IS NULL),
        (SELECT hawb_id FROM label)
    ) FOR UPDATE
),
found AS (SELECT NULL::bigint AS package_id FROM bag UNION ALL SELECT NULL FROM loose),
marked AS (
    UPDATE manifests_bag SET arrived_at = %(at)s FROM bag
    WHERE manifests_bag.id = bag.id AND bag.arrived_at IS NULL AND NOT EXISTS (SELECT 1 FROM known)
    RETURNING manifests_bag.id
),
brought AS (
    UPDATE manifests_houseairwaybill h SET packages_arrived = h.packages, arrived_at = %(at)s FROM marked WHERE h.bag_id = marked.id
    RETURNING h.id, h.packages_arrived, h.packages
),
piece AS (
    UPDATE manifests_houseairwaybill h SET packages_arrived = h.packages_arrived + 1,
        arrived_at = CASE WHEN h.packages_arrived + 1 = h.packages THEN %(at)s END
    FROM loose WHERE h.id = loose.id AND loose.packages_arrived < loose.packages AND NOT EXISTS (SELECT 1 FROM known)
        AND NOT EXISTS (SELECT 1 FROM label WHERE label.hawb_id = loose.id AND label.arrived_at IS NOT NULL)
    RETURNING h.id, h.packages_arrived, h.packages
),
labelled AS (
    UPDATE manifests_package SET arrived_at = %(at)s FROM label JOIN piece ON piece.id = label.hawb_id
    WHERE manifests_package.id = label.id
),
counted AS (SELECT * FROM brought UNION ALL SELECT * FROM piece),"""  # noqa: S608 our own words
    + _KEPT
    + """
SELECT coalesce((SELECT verdict FROM kept), (SELECT verdict FROM known)), loose.number,
    coalesce((SELECT max(packages_arrived) FROM counted), loose.packages_arrived),
    coalesce(bag.arrived_at, (SELECT arrived_at FROM label), loose.arrived_at),
    coalesce((SELECT max(packages_arrived) FROM counted), loose.packages_arrived), loose.packages,
    (SELECT array_agg(id) FROM counted WHERE packages_arrived = packages),
    loose.held_since IS NOT NULL OR EXISTS (
        SELECT 1 FROM manifests_houseairwaybill h WHERE h.bag_id = bag.id AND h.held_since IS NOT NULL
    ),
    (SELECT count(*) FROM manifests_houseairwaybill h WHERE h.bag_id = bag.id),
    EXISTS (SELECT 1 FROM manifests_warehouseentry w WHERE w.hawb_id = loose.id AND w.out_on = 'CONFISCATED') OR EXISTS (
        SELECT 1 FROM manifests_houseairwaybill h JOIN manifests_warehouseentry w ON w.hawb_id = h.id
        WHERE h.bag_id = bag.id AND w.out_on = 'CONFISCATED'
    )
FROM (SELECT 1) one LEFT JOIN bag ON true LEFT JOIN loose ON true
"""
)


def record(manifest_id: int, scans: Sequence[Scan], actor: Actor, *, documents: bool = False) -> list[dict[str, Any]]:
    """Keep scans and answer each: arrived (part n of m), already scanned, or unknown. In one transaction with what follows.

    A bag of documents arrives with every shipment in it, at one pull of the trigger.
    A HAWB whose last package this was is news for those above, in the same transaction (PN17 5.2). Two stations that send
    what they gathered without a network take the rows in one order, by code, so that neither waits for the other in a ring.
    """
    now, answers = timezone.now(), {}
    complete: list[int] = []
    statement = SCAN_DOCUMENTS if documents else SCAN
    with transaction.atomic(), connection.cursor() as cursor:
        for place, scan in sorted(enumerate(scans), key=lambda placed: placed[1].code):
            given: dict[str, Any] = {
                "key": scan.key, "manifest": manifest_id, "code": scan.code, "at": min(scan.scanned_at, now), "now": now,
                "by": actor.user_id,
            }  # fmt: skip
            cursor.execute(statement, given)
            row = cursor.fetchone()
            if row[0] is None:  # the same message was being kept by another connection: its answer is there now
                cursor.execute(statement, given)
                row = cursor.fetchone()
            verdict, hawb, part, before, arrived, packages, whole, held, in_bag, confiscated = row
            complete += whole or ()
            answers[place] = {
                "key": str(scan.key), "code": scan.code, "verdict": verdict, "hawb": hawb, "part": part, "arrived": arrived,
                "packages": packages, "before": timezone.localtime(before).strftime("%H:%M:%S") if before else "",
                "held": bool(held), "in_bag": in_bag, "confiscated": bool(confiscated),
            }  # fmt: skip
        if complete:
            house_airway_bills_arrived.send(None, hawb_ids=complete, actor=actor, at=now, documents=documents)
    return [answers[place] for place in range(len(scans))]


def differences(manifest: Any) -> dict[str, Any]:
    """What is short, and what landed in excess: manifested labels never scanned, and codes scanned but not manifested."""
    from manifests.reconciliation import excess_labels, short_labels

    short = short_labels(manifest)
    return {
        "short": short[:500],
        "short_count": sum(count for _c, _h, count in short),
        "excess": excess_labels(manifest),
    }


def labels(manifest: Any) -> tuple[int, int]:
    """How many labels a manifest has to be scanned, and how many have been: packages, or bags and loose pieces."""
    from manifests.models import Package

    if not manifest.is_documents:
        rows = Package.objects.filter(manifest=manifest)
        return manifest.package_count, rows.exclude(arrived_at=None).count()
    bags = manifest.bags.aggregate(all=Count("pk"), arrived=Count("arrived_at"))
    loose = manifest.hawbs.filter(bag=None).aggregate(all=Sum("packages"), arrived=Sum("packages_arrived"))
    return bags["all"] + (loose["all"] or 0), bags["arrived"] + (loose["arrived"] or 0)


def pieces(manifest: Any) -> list[list[Any]]:
    """Every label as the station judges by it: code, HAWB, parts, kilograms, time of arrival, held, shipments in the bag, arrived, confiscated."""
    from manifests.models import Package, WarehouseEntry

    lost = WarehouseEntry.objects.filter(hawb__manifest=manifest, out_on=WarehouseEntry.Out.CONFISCATED)

    def clock(at: datetime | None) -> str:
        return timezone.localtime(at).strftime("%H:%M:%S") if at else ""

    if not manifest.is_documents:
        rows = Package.objects.filter(manifest=manifest).values_list(
            "crn", "hawb__number", "hawb__packages", "hawb__gross_weight_kg", "arrived_at", "hawb__held_since"
        )
        gone = set(lost.values_list("hawb__number", flat=True))
        return [[c, h, n, str(kg), clock(at), held is not None, 0, 0, h in gone] for c, h, n, kg, at, held in rows]
    gone = {bag or hawb for bag, hawb in lost.values_list("hawb__bag__number", "hawb__number")}
    bags = manifest.bags.annotate(
        n=Count("hawbs"), kg=Sum("hawbs__gross_weight_kg"), held=Count("hawbs__held_since")
    ).values_list("number", "kg", "arrived_at", "held", "n")
    loose = manifest.hawbs.filter(bag=None).values_list(
        "number", "packages", "gross_weight_kg", "arrived_at", "held_since", "packages_arrived"
    )
    return [[b, b, 1, str(kg or 0), clock(at), held > 0, n, 0, b in gone] for b, kg, at, held, n in bags] + [
        [h, h, n, str(kg), clock(at), held is not None, 0, arrived, h in gone] for h, n, kg, at, held, arrived in loose
    ]


def own_labels(manifest: Any) -> dict[str, list[str]]:
    """Of loose documents the cross reference numbers, each with its HAWB and the time at which it was scanned."""
    from manifests.models import Package

    if not manifest.is_documents:
        return {}
    rows = Package.objects.filter(manifest=manifest, hawb__bag=None).values_list("crn", "hawb__number", "arrived_at")
    return {
        crn: [hawb, timezone.localtime(at).strftime("%H:%M:%S") if at else ""] for crn, hawb, at in rows if crn != hawb
    }


def weigh(manifest: Any, number: str, kg: Decimal) -> str:
    """Keep the actual weight of a shipment or a bag, kg, and say what it differs by; the empty answer is an unknown number (PN17 5.2).

    Beyond the tolerance the system opens an amendment with the declared and the actual weight.
    """
    from manifests.amendments import declared_weight, propose_weight, weight_agrees

    with transaction.atomic():
        found = shipment = manifest.hawbs.select_for_update(of=("self",)).filter(number=number).first()
        found = found or manifest.bags.select_for_update(of=("self",)).filter(number=number).first()
        if found is None:
            return ""
        found.actual_weight_kg = kg
        found.save(update_fields=["actual_weight_kg"])
        declared = declared_weight(found)
        if kg != declared:
            hawbs = [found.pk] if shipment is not None else list(found.hawbs.values_list("pk", flat=True))
            weighed_otherwise.send(sender=weigh, station=manifest.station_id, hawbs=hawbs, at=timezone.now())
        said = {"kg": kg, "declared": declared}
        if beyond_tolerance(manifest, kg, declared):
            propose_weight(manifest, found)
            return (
                _("%(kg)s kg recorded, declared %(declared)s kg: beyond the tolerance, the manifest must be amended.")
                % said
            )
        weight_agrees(manifest, number)
    return _("%(kg)s kg recorded, declared %(declared)s kg.") % said


def weighed_bags(manifest: Any) -> dict[str, tuple[Decimal, Decimal]]:
    """The bags of a manifest that were weighed, by number: what each weighs, and what was declared of all that is in it."""
    bags = manifest.bags.filter(actual_weight_kg__isnull=False).annotate(kg=Sum("hawbs__gross_weight_kg"))
    return {
        number: (found, kg or Decimal(0)) for number, found, kg in bags.values_list("number", "actual_weight_kg", "kg")
    }


def beyond_tolerance(manifest: Any, kg: Decimal, declared: Decimal) -> bool:
    """Whether an actual weight differs from the declared by more than the rule of the day allows at the station."""
    tolerance = rule_book().amount("weight_tolerance_percent", timezone.localdate(), manifest.station_id)
    return abs(kg - declared) * 100 > declared * tolerance
