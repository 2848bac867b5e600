"""Applying an approved amendment: all of it in the transaction of the approval, the earlier version kept (PN17 12.0)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, ProtectedError, Sum
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from eccs.rows import write_rows
from eccs.trail import canonical
from eccs.workflow import Refused
from manifests.amendments import changed_since, header_of, row_of, weight_agrees
from manifests.arrival import beyond_tolerance
from manifests.events import arrival_corrected, details_amended, house_airway_bills_arrived, pieces_landed
from manifests.igm import igm_of
from manifests.lateness import by_how_much, late_by
from manifests.locks import DETAILS, FOLLOWED, IDENTITY, WEIGHT, reasons_locked, why_not_adjudicated
from manifests.models import (
    AmendmentLine,
    Bag,
    ExpressCargoManifest,
    HouseAirwayBill,
    ManifestAmendment,
    ManifestVersion,
    MasterAirwayBill,
    Package,
    WarehouseEntry,
)
from manifests.noting import held_manifest, note
from manifests.pieces import Landed, land
from manifests.reading import COPIED, check_row, codes_of, shipments_of, taken, write_shipments
from manifests.reconciliation import arrive_what_was_excess, settle_by
from manifests.weights import shared

Kind = AmendmentLine.Kind
MOMENTS = ("scheduled_arrival", "actual_arrival")


def apply(amendment: ManifestAmendment, actor: Actor, at: datetime, *, with_bill: bool = False) -> dict[str, Any]:
    """Keep the manifest as it is, then change it line by line; what the trail says of it. Raises Refused if anything stands against it.

    A change approved `with_bill` is not kept back by that bill.
    """
    manifest = held_manifest(amendment.manifest_id)
    numbers = list(amendment.lines.exclude(hawb="").values_list("hawb", flat=True))
    hawbs = _held(manifest, numbers)
    amendment.manifest = manifest  # as it is now that nobody else can change it
    hindrances = [changed_since(amendment), why_not_adjudicated(amendment)]
    locked = [] if with_bill else reasons_locked(amendment)
    if reasons := [*locked, *filter(None, hindrances)]:
        raise Refused(reasons, amendment)
    version = keep_version(manifest, amendment, at)
    lines = list(amendment.lines.all())
    try:
        with transaction.atomic():
            register = _register_of([hawbs[line.hawb] for line in lines if line.kind == Kind.DELETE])
            landed = _apply_lines(manifest, lines, hawbs)
    except ProtectedError as named:
        words = _("A shipment to be taken off stands on another document: settle it as short with a reason.")
        raise Refused([words], amendment) from named
    except IntegrityError as clash:
        raise Refused([_("A HAWB, bag or CRN of the amendment is on the manifest already.")], amendment) from clash
    _sum_up(manifest)
    arrived = _arrive(manifest, lines, landed)
    if landed:
        whole = [replace(one, whole=one.whole or one.hawb in arrived) for one in landed]
        pieces_landed.send(None, landed=whole, amendment=amendment, at=at)
        arrived -= {one.hawb for one in landed}
    if arrived:
        house_airway_bills_arrived.send(
            None, hawb_ids=sorted(arrived), actor=actor, at=at, documents=manifest.is_documents
        )
    _tell_of_arrival(manifest, amendment, lines)
    carried = {*FOLLOWED, *DETAILS} if manifest.is_documents else {*FOLLOWED}
    told_anew = {
        line.hawb: hawbs[line.hawb].pk for line in lines if line.kind == Kind.CHANGE and set(line.after) & carried
    }
    if told_anew:
        details_amended.send(None, hawbs=told_anew, amendment=amendment, at=at)
    settle_by(amendment, actor, at)
    told = [line.told() for line in lines]
    snapshot = {"lines": told, "out_of_register": register} if register else {"lines": told}
    answers: dict[str, Any] = {"amendment": amendment.number, "version": version.number + 1}
    if any(line.kind == Kind.IGM for line in lines) and (late := by_how_much(late_by(manifest))):
        answers["submitted_after_landing"] = late
    note(manifest.pk, "amend", actor, at, answers, snapshot)
    kept = hashlib.sha256(canonical([version.header, version.shipments]).encode()).hexdigest()
    return {"lines": told, "version": version.number, "version_sha256": kept}


def _held(manifest: ExpressCargoManifest, numbers: list[str]) -> dict[str, HouseAirwayBill]:
    rows = HouseAirwayBill.objects.filter(manifest=manifest, number__in=numbers).order_by("pk")
    held = rows.select_for_update(of=("self",)).select_related("master", "bag", "manifest").prefetch_related("pieces")
    return {hawb.number: hawb for hawb in held}


def _arrive(manifest: ExpressCargoManifest, lines: list[AmendmentLine], landed: list[Landed]) -> set[int]:
    """What was scanned as excess and is on the manifest now has arrived; the shipments of which nothing is missing now."""
    numbers = [line.after.get("hawb", line.hawb) for line in lines if line.kind == Kind.ADD]
    if not manifest.is_documents:
        numbers += [one.number for one in landed if one.excess]
    return set(arrive_what_was_excess(manifest, numbers))


def _register_of(going: list[HouseAirwayBill]) -> list[dict[str, str]]:
    """The lines of the warehouse register that go with shipments that were not in their bag, for the trail."""
    rows = WarehouseEntry.objects.filter(hawb__in=going, in_at__isnull=False).select_related("hawb")
    return [{"hawb": one.hawb.number, "in_at": str(one.in_at), "location": one.location} for one in rows.order_by("pk")]


def _apply_lines(
    manifest: ExpressCargoManifest, lines: list[AmendmentLine], hawbs: dict[str, HouseAirwayBill]
) -> list[Landed]:
    """Change the manifest line by line; return the shipments whose pieces were amended."""
    of: dict[str, list[AmendmentLine]] = {kind: [line for line in lines if line.kind == kind] for kind in Kind.values}
    for line in (*of[Kind.HEADER], *of[Kind.IGM]):
        _change_header(manifest, line.after)
    going = [hawbs[line.hawb].pk for line in of[Kind.DELETE]]
    HouseAirwayBill.objects.filter(pk__in=going).delete()
    changed = [_change(manifest, hawbs[line.hawb], line) for line in of[Kind.CHANGE]]
    if changed:
        columns = [f for f in HouseAirwayBill._meta.concrete_fields if f.name in (*COPIED, "number", "master", "bag")]
        write_rows(HouseAirwayBill, changed, columns)
    for line in of[Kind.BAG]:
        _share_weight(manifest, line)
    landed = [_land(manifest, hawbs[line.hawb], line) for line in of[Kind.PIECES]]
    if of[Kind.ADD]:
        rows = [line.after for line in of[Kind.ADD]]
        for row in rows:
            if taken(manifest, row)[0]:
                raise Refused([_("%(hawb)s is on the manifest already.") % {"hawb": taken(manifest, row)[1]}], manifest)
        values = [check_row(manifest, row).values for row in rows]
        with connection.cursor() as cursor:
            write_shipments(cursor, manifest, {name: [one[name][0] for one in values] for name in values[0]})
    manifest.bags.filter(hawbs=None, arrived_at=None).delete()
    return landed


def _share_weight(manifest: ExpressCargoManifest, line: AmendmentLine) -> None:
    """The weight of a bag as the scale showed it, shared by its shipments as they were declared, to the gram."""
    hawbs = list(HouseAirwayBill.objects.select_for_update(of=("self",)).filter(manifest=manifest, bag__number=line.hawb).order_by("pk"))  # fmt: skip
    shares = shared([hawb.gross_weight_kg for hawb in hawbs], Decimal(line.after[WEIGHT]))
    for hawb, share in zip(hawbs, shares, strict=True):
        hawb.gross_weight_kg = share
    HouseAirwayBill.objects.bulk_update(hawbs, ["gross_weight_kg"])


def _land(manifest: ExpressCargoManifest, hawb: HouseAirwayBill, line: AmendmentLine) -> Landed:
    """Put the pieces that landed on a shipment. Raises Refused where another has one of their labels by now."""
    row = row_of(hawb) | line.after
    if (clash := taken(manifest, row, but=hawb.pk)[1]) != "":
        raise Refused([_("%(code)s is on the manifest already, for another shipment.") % {"code": clash}], manifest)
    landed = land(hawb, line, codes_of(manifest.is_documents, hawb.number, row["crn_numbers"]))
    weighed = hawb.actual_weight_kg
    if weighed is not None and not beyond_tolerance(manifest, weighed, hawb.gross_weight_kg):
        weight_agrees(manifest, hawb.number)  # what the scale showed is what landed
    return landed


def _change_header(manifest: ExpressCargoManifest, after: dict[str, str]) -> None:
    for name, value in after.items():
        setattr(manifest, name, datetime.fromisoformat(value) if name in MOMENTS else value)
    manifest.save(update_fields=list(after))


def _tell_of_arrival(manifest: ExpressCargoManifest, amendment: ManifestAmendment, lines: list[AmendmentLine]) -> None:
    """Those above are told that IGM number or arrival were corrected: the duty of bills may hang on the day."""
    for line in lines:
        if line.kind == Kind.IGM:
            moved = "actual_arrival" in line.after
            arrival_corrected.send(None, manifest=manifest, amendment=amendment, moved=moved)


def _change(manifest: ExpressCargoManifest, hawb: HouseAirwayBill, line: AmendmentLine) -> HouseAirwayBill:
    """Put the new details on a shipment; where its numbers change, its packages are labelled anew."""
    row = row_of(hawb) | line.after
    table = check_row(manifest, row)
    clash = taken(manifest, row, but=hawb.pk) if set(line.after) & set(IDENTITY) else ("", "")
    if table.faults or clash[0]:
        reason = clash[1] or f"{table.faults[0].column} {table.faults[0].reason}"
        raise Refused(
            [_("%(hawb)s cannot be changed so: %(reason)s.") % {"hawb": line.hawb, "reason": reason}], manifest
        )
    values = {name: found[0] for name, found in shipments_of(manifest, table.values).items()}
    for name in COPIED:
        setattr(hawb, name, values[name])
    hawb.number = values["hawb"]
    if "mawb" in line.after:
        hawb.master, _made = MasterAirwayBill.objects.get_or_create(manifest=manifest, number=values["mawb"])
    if "bag_number" in line.after:
        number = values["bag_number"]
        hawb.bag = Bag.objects.get_or_create(manifest=manifest, number=number)[0] if number else None
    if set(line.after) & set(IDENTITY):
        Package.objects.filter(hawb=hawb).delete()
        codes = codes_of(manifest.is_documents, hawb.number, values["crn_numbers"])
        Package.objects.bulk_create(
            Package(manifest=manifest, hawb=hawb, crn=crn, part=part) for part, crn in enumerate(codes, 1)
        )
    return hawb


def _sum_up(manifest: ExpressCargoManifest) -> None:
    sums = manifest.hawbs.aggregate(n=Count("pk"), packages=Sum("packages"), kg=Sum("gross_weight_kg"))
    manifest.hawb_count, manifest.package_count = sums["n"], sums["packages"] or 0
    manifest.gross_weight_kg = sums["kg"] or Decimal(0)
    manifest.save(update_fields=["hawb_count", "package_count", "gross_weight_kg"])


_SHIPMENTS = """
SELECT coalesce(jsonb_agg(to_jsonb(kept) ORDER BY kept.hawb), '[]'::jsonb)::text FROM (
    SELECT h.number AS hawb, m.number AS mawb, b.number AS bag_number, h.ucr, h.packages,
        (SELECT string_agg(p.crn, ' ' ORDER BY p.part) FROM manifests_package p WHERE p.hawb_id = h.id) AS crn_numbers,
        h.gross_weight_kg::text, h.description, h.consignor_name, h.consignor_address, h.consignor_country,
        h.consignee_name, h.consignee_address, h.consignee_city, h.consignee_state, h.consignee_pin,
        h.invoice_value::text, h.invoice_currency, h.transshipment, h.transshipment_to
    FROM manifests_houseairwaybill h JOIN manifests_masterairwaybill m ON m.id = h.master_id
    LEFT JOIN manifests_bag b ON b.id = h.bag_id WHERE h.manifest_id = %s
) kept
"""


def keep_version(manifest: ExpressCargoManifest, amendment: ManifestAmendment, at: datetime) -> ManifestVersion:
    """Keep header and shipments word for word, as they are before the amendment: two statements, however many shipments."""
    with connection.cursor() as cursor:
        cursor.execute(_SHIPMENTS, [manifest.pk])
        shipments = json.loads(cursor.fetchone()[0])
    header: dict[str, Any] = header_of(manifest) | igm_of(manifest)
    header |= {
        "hawbs": manifest.hawb_count,
        "packages": manifest.package_count,
        "gross_weight_kg": str(manifest.gross_weight_kg),
    }
    kept: ManifestVersion = ManifestVersion.objects.create(
        manifest=manifest, number=manifest.versions.count() + 1, ended_at=at, amendment=amendment, header=header,
        shipments=shipments,
    )  # fmt: skip
    return kept
