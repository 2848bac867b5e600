"""Writing an amendment: what a manifest says now, what it is to say, line by line (PN17 12.0)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM, Actor
from eccs.workflow import Refused, take
from manifests.clearance import Stage
from manifests.events import weight_settled
from manifests.igm import igm_of, why_not_corrected
from manifests.locks import (
    FLIGHT,
    WEIGHT,
    Locks,
    filed_bills,
    on_transfers,
    why_change,
    why_not_deleted,
    why_on_transfer,
)
from manifests.models import AmendmentLine, Bag, ExpressCargoManifest, HouseAirwayBill, ManifestAmendment
from manifests.noting import held_manifest
from manifests.pieces import COUNTED, why_not_pieces
from manifests.reading import check_row, columns_of, taken

Kind = AmendmentLine.Kind
DRAFT = "DRAFT"
MOST_LINES = 500
AMENDABLE = (Stage.SUBMITTED, Stage.IGM_FED, Stage.ARRIVAL_SCAN, Stage.ARRIVED)
DIRECT = (
    "ucr", "description", "consignor_name", "consignor_address", "consignor_country", "consignee_name", "consignee_address",
    "consignee_city", "consignee_state", "consignee_pin", "invoice_currency", "transshipment_to",
)  # fmt: skip


def header_of(manifest: ExpressCargoManifest) -> dict[str, str]:
    """The header as it is written in an amendment; moments in India's time."""
    cells = {name: getattr(manifest, name) for name in FLIGHT}
    cells["scheduled_arrival"] = timezone.localtime(manifest.scheduled_arrival).isoformat(timespec="minutes")
    return cells


def row_of(hawb: HouseAirwayBill) -> dict[str, str]:
    """A shipment as its row in a file."""
    cells = {"hawb": hawb.number, "mawb": hawb.master.number, "gross_weight_kg": str(hawb.gross_weight_kg)}
    cells |= {name: getattr(hawb, name) for name in DIRECT}
    crns = [piece.crn for piece in sorted(hawb.pieces.all(), key=lambda piece: piece.part)]
    cells |= {
        "crn_numbers": "" if crns == [hawb.number] else " ".join(crns), "transshipment": "Y" if hawb.transshipment else "N"
    }  # fmt: skip
    if hawb.manifest.is_documents:
        cells |= {"pieces": str(hawb.packages), "bag_number": hawb.bag.number if hawb.bag else ""}
    else:
        cells |= {"packages": str(hawb.packages), "invoice_value": str(hawb.invoice_value)}
    return {column.name: cells[column.name] for column in columns_of(hawb.manifest)}


def written(manifest: ExpressCargoManifest, row: dict[str, str]) -> dict[str, str]:
    """The cells of a row as `row_of` would write them, so that only what differs counts as changed. Raises Refused where one is wrong."""
    table = check_row(manifest, row)
    if table.faults:
        raise Refused([f"{fault.column} {fault.reason}" for fault in table.faults], manifest)
    values = {name: found[0] for name, found in table.values.items()}
    return {name: _cell(name, value) for name, value in values.items()}


def _cell(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, Decimal):
        return str(value.quantize(Decimal("0.001") if name == WEIGHT else Decimal("0.01")))
    return "" if value is None else str(value)


def draft_of(manifest: ExpressCargoManifest, actor: Actor) -> ManifestAmendment:
    """The amendment being written for a manifest, begun where there is none. Call it with the manifest held."""
    if manifest.stage not in AMENDABLE:
        raise Refused([_("The manifest is not submitted yet: change it on its own page.")], manifest)
    made, _created = ManifestAmendment.objects.get_or_create(
        manifest=manifest, stage=DRAFT, of_weight=actor is SYSTEM,
        defaults={"station_id": manifest.station_id, "courier_id": manifest.courier_id, "created_by_id": actor.user_id},
    )  # fmt: skip
    found: ManifestAmendment = ManifestAmendment.objects.select_for_update(of=("self",)).get(pk=made.pk)
    if actor is not SYSTEM and found.lines.count() >= MOST_LINES:
        raise Refused(
            [_("An amendment has at most %(most)d lines: ask for this one first.") % {"most": MOST_LINES}], found
        )
    return found


def held(manifest: ExpressCargoManifest, number: str) -> HouseAirwayBill:
    """A shipment of a manifest, held; Refused where it is not there."""
    rows = HouseAirwayBill.objects.select_for_update(of=("self",)).select_related("master", "bag", "manifest")
    found: HouseAirwayBill | None = rows.filter(manifest=manifest, number=number).first()
    if found is None:
        raise Refused([_("%(hawb)s is not on the manifest.") % {"hawb": number}], manifest)
    return found


def _put(amendment: ManifestAmendment, kind: str, hawb: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """One line for a shipment: a later one takes the place of an earlier, and one that changes nothing goes."""
    if kind in (Kind.HEADER, Kind.IGM, Kind.CHANGE) and not after:
        amendment.lines.filter(hawb=hawb).delete()
        return
    amendment.lines.update_or_create(hawb=hawb, defaults={"kind": kind, "before": before, "after": after})


def differing(before: dict[str, str], after: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Only the cells that change: as they were, and as they are to be."""
    names = [name for name, value in after.items() if before.get(name, "") != value]
    return {name: before.get(name, "") for name in names}, {name: after[name] for name in names}


@transaction.atomic
def propose_header(manifest: ExpressCargoManifest, after: dict[str, str], actor: Actor) -> ManifestAmendment:
    """Ask for other flight or on-board courier details. Raises Refused where they are locked."""
    manifest = held_manifest(manifest.pk)
    old, new = differing(header_of(manifest), after)
    if new and (reason := Locks.of(manifest).why_header()):
        raise Refused([reason], manifest)
    amendment = draft_of(manifest, actor)
    _put(amendment, Kind.HEADER, "", old, new)
    return amendment


@transaction.atomic
def propose_igm(manifest: ExpressCargoManifest, after: dict[str, str], actor: Actor) -> ManifestAmendment:
    """Ask for another IGM number or actual arrival than were fed. Raises Refused where the aircraft cannot have landed then."""
    manifest = held_manifest(manifest.pk)
    old, new = differing(igm_of(manifest), after)
    if reason := why_not_corrected(manifest, new):
        raise Refused([reason], manifest)
    amendment = draft_of(manifest, actor)
    _put(amendment, Kind.IGM, "", old, new)
    return amendment


@transaction.atomic
def propose_change(
    manifest: ExpressCargoManifest, number: str, after: dict[str, str], actor: Actor
) -> ManifestAmendment:
    """Ask for other details of a shipment; `after` is its whole row, checked. Raises Refused where a detail is locked."""
    manifest = held_manifest(manifest.pk)
    hawb = held(manifest, number)
    old, new = differing(row_of(hawb), written(manifest, after))
    if reason := why_change(Locks.of(manifest), hawb, new, filed_bills([hawb.pk]).get(hawb.pk, "") if new else ""):
        raise Refused([reason], manifest)
    amendment = draft_of(manifest, actor)
    _put(amendment, Kind.CHANGE, number, old, new)
    return amendment


@transaction.atomic
def propose_add(manifest: ExpressCargoManifest, row: dict[str, str], actor: Actor) -> ManifestAmendment:
    """Ask for a shipment to be added: excess landing. The row has been checked."""
    manifest = held_manifest(manifest.pk)
    if taken(manifest, row)[0]:
        raise Refused([_("%(hawb)s is on the manifest already.") % {"hawb": taken(manifest, row)[1]}], manifest)
    amendment, after = draft_of(manifest, actor), written(manifest, row)
    _put(amendment, Kind.ADD, after["hawb"], {}, after)
    return amendment


@transaction.atomic
def propose_delete(manifest: ExpressCargoManifest, number: str, actor: Actor) -> ManifestAmendment:
    """Ask for a shipment to be taken off: short shipment. Raises Refused where something of it is here or a bill names it."""
    manifest = held_manifest(manifest.pk)
    hawb = held(manifest, number)
    if reason := why_not_deleted(hawb, filed_bills([hawb.pk])):
        raise Refused([reason], manifest)
    amendment = draft_of(manifest, actor)
    _put(amendment, Kind.DELETE, number, row_of(hawb), {})
    return amendment


@transaction.atomic
def propose_pieces(manifest: ExpressCargoManifest, number: str, row: dict[str, str], actor: Actor) -> ManifestAmendment:
    """Ask that a shipment counts as it landed, in part or with more; `row` is its whole row, checked. Raises Refused."""
    manifest = held_manifest(manifest.pk)
    hawb = held(manifest, number)
    old, new = differing(row_of(hawb), written(manifest, row))
    if sent_on := on_transfers([hawb.pk]):
        raise Refused([why_on_transfer(sent_on[hawb.pk])], manifest)
    if reason := why_not_pieces(Locks.of(manifest).scanned, hawb, new):
        raise Refused([reason], manifest)
    if not set(new) & set(COUNTED):
        raise Refused([_("Say which pieces are missing, or which came in excess.")], manifest)
    if taken(manifest, row, but=hawb.pk)[0]:
        told = {"code": taken(manifest, row, but=hawb.pk)[1]}
        raise Refused([_("%(code)s is on the manifest already, for another shipment.") % told], manifest)
    amendment = draft_of(manifest, actor)
    _put(amendment, Kind.PIECES, number, old, new)
    return amendment


def declared_weight(found: HouseAirwayBill | Bag) -> Decimal:
    """The declared weight of a shipment, or of all that is in a bag, kg."""
    if isinstance(found, HouseAirwayBill):
        return found.gross_weight_kg
    kg: Decimal = found.hawbs.aggregate(kg=Sum("gross_weight_kg"))["kg"] or Decimal(0)
    return kg


def propose_weight(manifest: ExpressCargoManifest, found: HouseAirwayBill | Bag) -> None:
    """The system opens an amendment with the declared and the actual weight, or adds to the one that is open (PN17 5.2)."""
    declared, actual = _cell(WEIGHT, declared_weight(found)), _cell(WEIGHT, found.actual_weight_kg)
    amendment = draft_of(manifest, SYSTEM)
    kind = Kind.BAG if isinstance(found, Bag) else Kind.CHANGE
    _put(amendment, kind, found.number, {WEIGHT: declared}, {WEIGHT: actual})
    take(amendment, "record_weight", SYSTEM, hawb=found.number, declared=declared, actual=actual)


def weight_agrees(manifest: ExpressCargoManifest, number: str) -> None:
    """Weighed again and within the tolerance: the discrepancy that was noted and not yet asked for is gone."""
    lines = list(AmendmentLine.objects.filter(OWED, amendment__manifest=manifest, hawb=number))
    if lines:
        AmendmentLine.objects.filter(pk__in=[line.pk for line in lines]).delete()
        settled(manifest.pk, lines, timezone.now())


def settled(manifest: int, lines: Collection[AmendmentLine], at: datetime) -> None:
    """The courier owes nothing more for these weights: it has asked for the amendment, or they were right after all."""
    since = {line.hawb: line.since for line in lines if WEIGHT in line.after}
    rows = HouseAirwayBill.objects.filter(manifest=manifest)
    found = rows.filter(Q(number__in=since) | Q(bag__number__in=since)).values_list("pk", "number", "bag__number")
    hawbs = {pk: min(since[name] for name in (number, bag) if name in since) for pk, number, bag in found}
    if hawbs:
        weight_settled.send(sender=settled, hawbs=hawbs, at=at)


OWED = Q(amendment__stage=DRAFT, amendment__of_weight=True)
"""The lines of an amendment that a weight calls for and the courier has not asked for yet: nobody else is awaited (PN17 5.2)."""


OPEN = Q(stage="REQUESTED") | Q(stage=DRAFT, of_weight=True)
"""Amendments that somebody has still to decide: asked for, or called for by the scale and not yet asked for."""


def undecided(manifests: Collection[int]) -> dict[int, tuple[str, ManifestAmendment]]:
    """The shipments of these manifests that an open amendment is about, with their numbers and the amendment (PN17 5.2, 12.0).

    With a bag it is about all that is in it. One query where there is none, which is nearly always; two more where there is.
    """
    lines = AmendmentLine.objects.filter(amendment__in=ManifestAmendment.objects.filter(OPEN, manifest__in=manifests))
    found = {
        (one.amendment.manifest_id, one.hawb): one.amendment for one in lines.select_related("amendment__manifest")
    }
    if not found:
        return {}
    numbers = [number for _manifest, number in found]
    rows = HouseAirwayBill.objects.filter(manifest__in=manifests)
    named = rows.filter(number__in=numbers).values_list("pk", "manifest_id", "number")
    in_bags = rows.filter(bag__number__in=numbers).values_list("pk", "manifest_id", "bag__number")
    return {pk: (number, found[on, number]) for pk, on, number in (*in_bags, *named) if (on, number) in found}


def _weighed_again(line: AmendmentLine, found: HouseAirwayBill | Bag | None) -> str:
    """That the scale has shown another weight than the one that is asked for, or nothing (PN17 5.2)."""
    actual = found.actual_weight_kg if found is not None else None
    if actual is None or WEIGHT not in line.after or Decimal(line.after[WEIGHT]) == actual:
        return ""
    told = {"hawb": line.hawb, "kg": _cell(WEIGHT, actual)}
    return (
        _("%(hawb)s was weighed again since this was asked for: %(kg)s kg. Reject it; the latest weight counts.") % told
    )


def changed_since(amendment: ManifestAmendment) -> str:
    """Which line no longer fits the manifest it was written for, or nothing."""
    lines, manifest = list(amendment.lines.all()), amendment.manifest
    rows = HouseAirwayBill.objects.filter(manifest=manifest, number__in=[line.hawb for line in lines if line.hawb])
    hawbs = {hawb.number: hawb for hawb in rows.select_related("master", "bag", "manifest").prefetch_related("pieces")}
    whole: dict[str, dict[str, str]] = {Kind.HEADER: header_of(manifest), Kind.IGM: igm_of(manifest)}
    for line in lines:
        hawb = hawbs.get(line.hawb)
        now = whole[line.kind] if line.kind in whole else row_of(hawb) if hawb is not None else None
        if line.kind == Kind.BAG:
            bag = manifest.bags.filter(number=line.hawb).first()
            now = {WEIGHT: _cell(WEIGHT, declared_weight(bag))} if bag is not None else None
        if amendment.of_weight and (words := _weighed_again(line, bag if line.kind == Kind.BAG else hawb)):
            return words
        if line.kind == Kind.ADD:
            if hawb is not None:
                return _("%(hawb)s is on the manifest already.") % {"hawb": line.hawb}
        elif now is None:
            return _("%(hawb)s is not on the manifest.") % {"hawb": line.hawb}
        elif any(now.get(name, "") != value for name, value in line.before.items()):
            return _("%(line)s: the manifest has changed since this was asked for. Ask again.") % {"line": line}
    return ""
