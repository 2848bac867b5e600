"""Hold and release of a shipment by its courier, until a bill is filed for it (PN17 5.3)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from eccs.workflow import Refused
from manifests.locks import filed_bills
from manifests.models import Hold, HouseAirwayBill, WarehouseEntry
from manifests.noting import held_manifest, note
from manifests.pieces import why_left


def _held_row(hawb_id: int) -> HouseAirwayBill:
    """The shipment, held until the transaction ends, and before it its manifest, in the order that an amendment takes."""
    held_manifest(HouseAirwayBill.objects.values_list("manifest_id", flat=True).get(pk=hawb_id))
    found: HouseAirwayBill = (
        HouseAirwayBill.objects.select_for_update(of=("self",)).select_related("manifest").get(pk=hawb_id)
    )
    return found


def why_not_held(hawb: HouseAirwayBill) -> str:
    """Why a shipment cannot be put on hold, or nothing."""
    if hawb.manifest.number is None:
        return _("The manifest is not submitted yet.")
    if bill := filed_bills([hawb.pk]).get(hawb.pk):
        return _("Bill %(bill)s is filed for %(hawb)s: it cannot be put on hold any more.") % {
            "bill": bill,
            "hawb": hawb,
        }
    if left := why_left(hawb):
        return left
    return _("%(hawb)s is on hold already.") % {"hawb": hawb} if hawb.held_since else ""


def put_on_hold(hawb_id: int, reason: str, actor: Actor) -> None:
    """Keep a shipment from clearance and write it into the custodian's register. Raises Refused."""
    at = timezone.now()
    with transaction.atomic():
        hawb = _held_row(hawb_id)
        if refusal := why_not_held(hawb):
            raise Refused([refusal], hawb.manifest)
        note(hawb.manifest_id, "hold", actor, at, {"hawb": hawb.number, "reason": reason})
        assert actor.user_id is not None
        Hold.objects.create(hawb=hawb, reason=reason, held_at=at, held_by_id=actor.user_id)
        WarehouseEntry.objects.get_or_create(
            hawb=hawb, defaults={"station_id": hawb.manifest.station_id, "in_at": hawb.arrived_at}
        )
        hawb.held_since = at
        hawb.save(update_fields=["held_since"])


def release(hawb_id: int, actor: Actor) -> None:
    """Let a shipment be filed again. Raises Refused."""
    at = timezone.now()
    with transaction.atomic():
        hawb = _held_row(hawb_id)
        if hawb.held_since is None:
            raise Refused([_("%(hawb)s is not on hold.") % {"hawb": hawb}], hawb.manifest)
        note(hawb.manifest_id, "release_hold", actor, at, {"hawb": hawb.number})
        hawb.holds.filter(released_at=None).update(released_at=at, released_by_id=actor.user_id)
        hawb.held_since = None
        hawb.save(update_fields=["held_since"])
