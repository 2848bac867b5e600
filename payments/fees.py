"""Transshipment fees: transfer manifests whose fee waits, put on a challan, and credited when it is paid (PN17 14.1)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM, Actor
from eccs.beginning import begin
from eccs.workflow import Refused, take_many
from payments.authorised import bank_for
from payments.clearance import CREATE
from transit.clearance import Stage as TransferStage
from transit.models import CargoTransferManifest

if TYPE_CHECKING:
    from payments.models import Challan

MOST = 1000
HEAD = "fee"


def payable_transfers(actor: Actor) -> QuerySet[Any]:
    """The firm's transfer manifests whose fee waits and stands on no challan that may still be paid."""
    from payments.models import ChallanLine

    live = ChallanLine.objects.filter(transfer=OuterRef("pk"), live=True)
    rows: QuerySet[Any] = CargoTransferManifest.objects.of_firm_of(actor).filter(stage=TransferStage.FEE)
    return rows.filter(~Exists(live))


def create_fee_challan(
    transfer_ids: Collection[int], actor: Actor, at: datetime | None = None, bank_code: str = ""
) -> Challan:
    """Put transshipment fees of one firm and one station on a new challan. Raises Refused."""
    from payments.models import Challan, ChallanLine

    at = at or timezone.now()
    if not transfer_ids:
        raise Refused([_("Tick the transfer manifests whose fee is to be paid first.")])
    with transaction.atomic():
        wanted = CargoTransferManifest.objects.visible_to(actor).filter(pk__in=transfer_ids)
        locked = list(wanted.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        found = list(payable_transfers(actor).filter(pk__in=locked).order_by("pk")[: MOST + 1])
        if missing := len(set(transfer_ids)) - len(found):
            words = _("%(count)d of the fees can no longer be paid: paid, on another challan, or not yours.")
            raise Refused([words % {"count": missing}])
        if len({one.station_id for one in found}) > 1:
            raise Refused([_("A challan is for one station.")])
        first, total = found[0], sum(one.fee for one in found)
        challan = Challan(
            station_id=first.station_id, courier_id=first.courier_id, importer_id=first.importer_id, amount=total,
            heads={HEAD: f"{total:.2f}"}, bill_count=len(found), created_by_id=actor.person_id, created_at=at, stage_since=at,
            bank=bank_for(first.station_id, bank_code),
        )  # fmt: skip
        begin([challan], CREATE.name, actor, CREATE.activity_at(""), amount=str(total), transfers=len(found))
        ChallanLine.objects.bulk_create(
            ChallanLine(challan=challan, transfer=one, amount=one.fee, heads={HEAD: f"{one.fee:.2f}"}) for one in found
        )
    return challan


def credit_fees(challan: Challan) -> None:
    """Each transfer manifest of a paid challan goes on to the Assessing Officer, once; what was given up is left to reconciliation."""
    ids = list(challan.lines.filter(live=True, transfer__isnull=False).values_list("transfer_id", flat=True))
    if not ids:
        return
    outcome = take_many(CargoTransferManifest, ids, "confirm_fee", SYSTEM, challan=str(challan.number))
    lines = challan.lines.filter(transfer__isnull=False)
    lines.filter(transfer__in=[one.pk for one in outcome.moved], live=True).update(
        live=False, credited_at=timezone.now()
    )
    for one in outcome.refused:
        assert one.document is not None
        lines.filter(transfer=one.document.pk).update(live=False, refusal=" ".join(one.reasons)[:300])


def fees_awaiting(actor: Actor) -> dict[str, Any]:
    """How many fees wait, and what they come to in rupees."""
    rows = payable_transfers(actor)
    return {"count": rows.count(), "amount": rows.aggregate(sum=Sum("fee"))["sum"] or 0}
