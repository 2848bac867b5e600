"""The gates of a transfer manifest: what went out at the first station, what came in at the destination (PN17 14.0).

A label counts once at each gate. Many labels, scanned or ticked, take a fixed number of statements.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from eccs.workflow import Refused
from manifests.arrival import clean
from manifests.models import Package
from transit.clearance import ArrivalStage, Stage
from transit.models import CargoTransferManifest, TransferArrival, TransferLine, TransferScan

OUT, IN = TransferScan.Way.OUT, TransferScan.Way.IN
_COUNTED = {OUT: "packages_out", IN: "packages_in"}
NAMED = 3


@dataclass
class Seen:
    """What became of the labels: counted now, counted before, not on the transfer manifest."""

    counted: int = 0
    before: int = 0
    strange: list[str] = field(default_factory=list)


def scan(transfer: CargoTransferManifest, way: str, codes: Sequence[str], actor: Actor) -> Seen:
    """Count labels at a gate; at the destination a strange one is kept as excess, at the first station it does not leave."""
    wanted = list(dict.fromkeys(filter(None, map(clean, codes))))
    with transaction.atomic():
        _held(transfer, way)
        lines = dict(transfer.live_lines().values_list("hawb_id", "pk"))
        labels = Package.objects.filter(hawb__in=lines, crn__in=wanted).values_list("crn", "hawb_id")
        of_label = {crn: lines[hawb] for crn, hawb in labels}
        known = set(transfer.scans.filter(way=way, code__in=wanted).values_list("code", flat=True))
        fresh = [code for code in wanted if code not in known and (code in of_label or way == IN)]
        now = timezone.now()
        TransferScan.objects.bulk_create(
            [
                TransferScan(transfer=transfer, way=way, code=code, line_id=of_label.get(code), at=now, by_id=actor.person_id)
                for code in fresh
            ],
            ignore_conflicts=True, batch_size=1000,
        )  # fmt: skip
        _count(transfer, way)
    strange = [code for code in wanted if code not in of_label]
    counted = sum(1 for code in fresh if code in of_label)
    return Seen(counted, len(wanted) - counted - len(strange), strange)


def tick(transfer: CargoTransferManifest, way: str, line_ids: Collection[int], actor: Actor) -> Seen:
    """Count every package of these shipments."""
    hawbs = transfer.live_lines().filter(pk__in=line_ids).values("hawb")
    return scan(transfer, way, list(Package.objects.filter(hawb__in=hawbs).values_list("crn", flat=True)), actor)


def take_back(transfer: CargoTransferManifest, way: str, line_ids: Collection[int]) -> int:
    """Shipments counted by mistake are not counted any more; how many labels that were."""
    with transaction.atomic():
        _held(transfer, way)
        gone, _of = transfer.scans.filter(way=way, line__in=line_ids).delete()
        _count(transfer, way)
    return gone


def _held(transfer: CargoTransferManifest, way: str) -> None:
    """The transfer manifest, or its arrival, held while it is at this gate. Raises Refused where it is not."""
    if way == OUT:
        rows = CargoTransferManifest.objects.select_for_update(of=("self",), no_key=True)
        open_here = rows.get(pk=transfer.pk).stage == Stage.DEPARTURE
    else:
        arrivals = TransferArrival.objects.select_for_update(of=("self",), no_key=True)
        open_here = arrivals.get(transfer=transfer).stage == ArrivalStage.EXPECTED
    if not open_here:
        raise Refused([_("%(transfer)s is not at this gate any more.") % {"transfer": transfer}], transfer)


def _count(transfer: CargoTransferManifest, way: str) -> None:
    counted = TransferScan.objects.filter(line=OuterRef("pk"), way=way).order_by().values("line")
    found = Subquery(counted.annotate(n=Count("pk")).values("n"))
    transfer.live_lines().update(**{_COUNTED[TransferScan.Way(way)]: Coalesce(found, 0)})


def excess(transfer: CargoTransferManifest) -> list[str]:
    """The labels that came in and belong to nothing on it."""
    return list(transfer.scans.filter(way=IN, line=None).values_list("code", flat=True))


def why_not_depart(transfer: Any) -> list[str]:
    """Everything that stands against the departure of what is at the gate."""
    out = transfer.live_lines().filter(packages_out__gt=0)
    if not out.exists():
        return [_("Scan or tick what leaves first.")]
    reasons = []
    for rows, words in (
        (out.filter(packages_out__lt=F("packages")), _("%(hawbs)s: not every package is at the gate.")),
        (out.filter(hawb__arrived_at=None), _("%(hawbs)s: not every package has arrived here.")),
        (out.filter(hawb__held_since__isnull=False), _("%(hawbs)s: on hold by the courier.")),
        (
            out.filter(hawb__warehouse_entry__detained_since__isnull=False) | out.filter(hawb__warehouse_entry__out_at__isnull=False),
            _("%(hawbs)s: detained, or no longer in the warehouse."),
        ),
    ):  # fmt: skip
        if numbers := list(rows.order_by("pk").values_list("hawb__number", flat=True)[:NAMED]):
            reasons.append(words % {"hawbs": ", ".join(numbers)})
    return reasons


def lines_of(transfer: CargoTransferManifest) -> list[TransferLine]:
    """The shipments on it, with what a gate shows of each."""
    return list(transfer.live_lines().select_related("hawb").order_by("hawb__number"))
