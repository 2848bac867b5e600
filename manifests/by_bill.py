"""What an approved amendment of a bill says of its shipment, the manifest says too: parties and description (PN17 11.0, 12.0).

A shipment whose bill is filed is not changed by an amendment of the manifest. The bill's own amendment, decided by the
DC/AC, changes both: the manifest gets an amendment of its own, applied at once, and keeps the version before it.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM
from accounts.roles import Role
from eccs.beginning import begin_as
from eccs.workflow import Refused, take
from manifests.amendment_clearance import AmendmentStage
from manifests.amendments import differing, row_of, written
from manifests.clearance import Stage
from manifests.models import AmendmentLine, HouseAirwayBill, ManifestAmendment
from manifests.noting import held_manifest
from manifests.reading import check_row


def whole(hawb: int) -> HouseAirwayBill:
    """The shipment with all that its row needs."""
    rows = HouseAirwayBill.objects.select_related("master", "bag", "manifest")
    found: HouseAirwayBill = rows.get(pk=hawb)
    return found


def adjudication_wanted(hawb: HouseAirwayBill) -> str:
    """Why the manifest is changed on an adjudication alone by now, or nothing."""
    if hawb.manifest.stage != Stage.ARRIVED:
        return ""
    return _("Locked: the arrival is closed, so the manifest is changed on adjudication only. Give the reference.")


def faults(hawb: HouseAirwayBill, after: dict[str, str]) -> list[tuple[str, str]]:
    """What is wrong with these details, each with its column, checked as a row of the manifest's file."""
    found = check_row(hawb.manifest, row_of(hawb) | after).faults
    return [(fault.column, fault.reason) for fault in found]


def carry(hawb: int, after: dict[str, str], bill_amendment: str, reason: str, reference: str, at: datetime) -> None:
    """Put the approved details on the manifest, with the version before kept. Raises Refused where it no longer can be.

    The amendment of the bill was decided by the DC/AC; that of the manifest names it, and nobody decides it again.
    """
    one = whole(hawb)
    manifest = held_manifest(one.manifest_id)
    old, new = differing(row_of(one), written(manifest, row_of(one) | after))
    if not new:
        return
    made = ManifestAmendment(
        manifest=manifest, station_id=manifest.station_id, courier_id=manifest.courier_id, stage=AmendmentStage.REQUESTED,
        stage_since=at, reason=f"{bill_amendment}: {reason}"[:500], adjudication_reference=reference, created_at=at,
    )  # fmt: skip
    try:
        begin_as(Role.SYSTEM, [made], "request_amendment", SYSTEM, reason=made.reason, adjudication_reference=reference)
        AmendmentLine.objects.create(
            amendment=made, kind=AmendmentLine.Kind.CHANGE, hawb=one.number, before=old, after=new
        )
        take(made, "carry_with_bill", SYSTEM, at=at, amendment=bill_amendment)
    except Refused as refusal:
        raise Refused([f"{one}: {reason}" for reason in refusal.reasons], manifest) from refusal
