"""Short and excess: listed when the arrival is closed, each settled with a reason or by an amendment (PN17 5.2, 12.0)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from eccs.workflow import Refused
from manifests.locks import filed_bills
from manifests.models import (
    ArrivalScan,
    Difference,
    ExpressCargoManifest,
    HouseAirwayBill,
    ManifestAmendment,
    Package,
)
from manifests.noting import note

Kind = Difference.Kind


def short_labels(manifest: ExpressCargoManifest) -> list[tuple[str, str, int]]:
    """Every label manifested and not scanned, with its HAWB and how many pieces are missing."""
    if not manifest.is_documents:
        rows = Package.objects.filter(manifest=manifest, arrived_at=None)
        return [(crn, hawb, 1) for crn, hawb in rows.order_by("crn").values_list("crn", "hawb__number")]
    bags = [
        (n, "", 1) for n in manifest.bags.filter(arrived_at=None).order_by("number").values_list("number", flat=True)
    ]
    loose = manifest.hawbs.filter(bag=None, packages_arrived__lt=F("packages")).order_by("number")
    return bags + [(n, n, m - a) for n, m, a in loose.values_list("number", "packages", "packages_arrived")]


def excess_labels(manifest: ExpressCargoManifest) -> list[str]:
    """Every label scanned and not manifested; one that an amendment has put on the manifest since is excess no longer."""
    codes = manifest.scans.filter(verdict=ArrivalScan.Verdict.UNKNOWN)
    found = set(codes.values_list("code", flat=True).distinct())
    if found:
        found -= set(Package.objects.filter(manifest=manifest, crn__in=found).values_list("crn", flat=True))
        found -= set(manifest.bags.filter(number__in=found).values_list("number", flat=True))
        if manifest.is_documents:
            found -= set(manifest.hawbs.filter(number__in=found, bag=None).values_list("number", flat=True))
    return sorted(found)


def bills_of(rows: Iterable[Difference]) -> dict[int, str]:
    """By difference, the bill filed for the shipment that is short: two queries, however many."""
    short = [one for one in rows if one.kind == Kind.SHORT and one.hawb]
    if not short:
        return {}
    on = HouseAirwayBill.objects.filter(
        manifest__in={one.manifest_id for one in short}, number__in={one.hawb for one in short}
    )
    pks = {(manifest, number): pk for pk, manifest, number in on.values_list("pk", "manifest", "number")}
    filed = filed_bills(pks.values())
    told = {one.pk: filed.get(pks.get((one.manifest_id, one.hawb), 0), "") for one in short}
    return {pk: bill for pk, bill in told.items() if bill}


def put_bills_on(rows: Iterable[Any]) -> None:
    """Each difference with the bill filed for it, for show."""
    filed = bills_of(rows)
    for one in rows:
        one.bill = filed.get(one.pk, "")


def found(manifest: ExpressCargoManifest, at: datetime) -> list[Difference]:
    """The differences of a manifest whose arrival is being closed."""
    return [
        Difference(manifest_id=manifest.pk, kind=Kind.SHORT, code=code, hawb=hawb, count=count, opened_at=at)
        for code, hawb, count in short_labels(manifest)
    ] + [Difference(manifest_id=manifest.pk, kind=Kind.EXCESS, code=c, opened_at=at) for c in excess_labels(manifest)]


@transaction.atomic
def after_late_scans(manifest: ExpressCargoManifest) -> None:
    """Scans that came after the close: what came late is short no longer, and new excess is listed. A few statements, however many."""
    now = timezone.now()
    short = {code: count for code, _hawb, count in short_labels(manifest)}
    open_short = Difference.objects.filter(manifest=manifest, kind=Kind.SHORT, settled_at=None)
    open_short.exclude(code__in=short).update(settled_at=now, settlement=_("Scanned after the arrival was closed."))
    fewer = [one for one in open_short.filter(count__gt=1) if one.count != short.get(one.code)]
    for one in fewer:
        one.count = short[one.code]
    Difference.objects.bulk_update(fewer, ["count"])
    Difference.objects.bulk_create(
        [Difference(manifest=manifest, kind=Kind.EXCESS, code=c, opened_at=now) for c in excess_labels(manifest)],
        ignore_conflicts=True,
    )


def settle(difference_id: int, words: str, actor: Actor) -> Difference:
    """Explain one difference. Raises Refused where it is settled already or not the actor's to settle."""
    at = timezone.now()
    with transaction.atomic():
        one: Difference = Difference.objects.select_for_update(of=("self",)).get(pk=difference_id)
        if one.settled_at is not None:
            raise Refused([_("%(code)s is settled already: %(how)s") % {"code": one.code, "how": one.settlement}])
        note(one.manifest_id, "settle", actor, at, {"kind": one.kind, "code": one.code, "reason": words})
        one.settled_at, one.settled_by_id, one.settlement = at, actor.user_id, words
        one.save(update_fields=["settled_at", "settled_by", "settlement"])
    return one


def settle_by(amendment: ManifestAmendment, actor: Actor, at: datetime) -> None:
    """What an amendment has put on the manifest is in excess no longer, and what it took off is not short."""
    manifest = amendment.manifest
    if manifest.scan_closed_at is None:
        return
    still = {Kind.SHORT: {code for code, _h, _n in short_labels(manifest)}, Kind.EXCESS: set(excess_labels(manifest))}
    for kind, codes in still.items():
        rows = Difference.objects.filter(manifest=manifest, kind=kind, settled_at=None).exclude(code__in=codes)
        rows.update(
            settled_at=at, settled_by_id=actor.user_id, amendment=amendment,
            settlement=_("By amendment %(number)s.") % {"number": amendment.number},
        )  # fmt: skip


def arrive_what_was_excess(manifest: ExpressCargoManifest, numbers: list[str]) -> list[int]:
    """Shipments just put on the manifest whose labels were scanned as excess have arrived; the HAWBs now complete."""
    if not manifest.scans.exists():
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _ARRIVE_BAGS if manifest.is_documents else _ARRIVE_PACKAGES, {"manifest": manifest.pk, "hawbs": numbers}
        )
        return [row[0] for row in cursor.fetchall()]


_ENTERED = """
entered AS (
    INSERT INTO manifests_warehouseentry (station_id, hawb_id, in_at, location, out_on)
    SELECT m.station_id, counted.id, counted.at, '', '' FROM counted
    JOIN manifests_expresscargomanifest m ON m.id = %(manifest)s
    ON CONFLICT (hawb_id) DO UPDATE SET in_at = excluded.in_at,
        out_at = CASE WHEN manifests_warehouseentry.out_at IS NOT NULL
            THEN greatest(manifests_warehouseentry.out_at, excluded.in_at) END
    WHERE manifests_warehouseentry.in_at IS NULL
)
SELECT id FROM counted WHERE packages = packages_arrived
"""

_ARRIVE_PACKAGES = (
    """
WITH seen AS (
    SELECT code, min(scanned_at) AS at FROM manifests_arrivalscan WHERE manifest_id = %(manifest)s AND verdict = 'UNKNOWN' GROUP BY code
), marked AS (
    UPDATE manifests_package p SET arrived_at = seen.at FROM seen, manifests_houseairwaybill h
    WHERE p.manifest_id = %(manifest)s AND p.crn = seen.code AND p.arrived_at IS NULL AND h.id = p.hawb_id AND h.number = ANY(%(hawbs)s)
    RETURNING p.hawb_id, p.arrived_at
), counted AS (
    UPDATE manifests_houseairwaybill h SET packages_arrived = h.packages_arrived + m.n,
        arrived_at = CASE WHEN h.packages_arrived + m.n = h.packages THEN m.at END
    FROM (SELECT hawb_id, count(*) AS n, max(arrived_at) AS at FROM marked GROUP BY hawb_id) m WHERE h.id = m.hawb_id
    RETURNING h.id, h.packages, h.packages_arrived, m.at
),"""  # noqa: S608 our own words
    + _ENTERED
)  # fmt: skip

_ARRIVE_BAGS = (
    """
WITH seen AS (
    SELECT code, min(scanned_at) AS at, count(*) AS n FROM manifests_arrivalscan
    WHERE manifest_id = %(manifest)s AND verdict = 'UNKNOWN' GROUP BY code
), marked AS (
    UPDATE manifests_bag b SET arrived_at = coalesce(b.arrived_at, seen.at) FROM seen
    WHERE b.manifest_id = %(manifest)s AND b.number = seen.code RETURNING b.id, b.arrived_at
), counted AS (
    UPDATE manifests_houseairwaybill h SET packages_arrived = f.n, arrived_at = CASE WHEN f.n = h.packages THEN f.at END
    FROM (
        SELECT h.id, h.packages AS n, coalesce(marked.arrived_at, b.arrived_at) AS at
        FROM manifests_houseairwaybill h JOIN manifests_bag b ON b.id = h.bag_id LEFT JOIN marked ON marked.id = b.id
        WHERE h.manifest_id = %(manifest)s AND h.number = ANY(%(hawbs)s) AND coalesce(marked.arrived_at, b.arrived_at) IS NOT NULL
        UNION ALL
        SELECT h.id, least(seen.n, h.packages), seen.at FROM manifests_houseairwaybill h JOIN seen ON seen.code = h.number
        WHERE h.manifest_id = %(manifest)s AND h.number = ANY(%(hawbs)s) AND h.bag_id IS NULL
    ) f WHERE h.id = f.id
    RETURNING h.id, h.packages, h.packages_arrived, f.at
),"""  # noqa: S608 our own words
    + _ENTERED
)  # fmt: skip
