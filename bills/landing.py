"""A bill whose goods landed short or in excess, by an approved amendment of the manifest (PN17 5.2, 12.0)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM
from bills.models import CourierBillOfEntry, CoveredShipment
from bills.news import notices_about
from bills.risk import ask_again
from bills.stages import HELD, HERE, PAST_PAYMENT, Hold, Stage
from bills.xi.arrival import is_short
from bills.xi.filing import ask_again as ask_documents_again
from eccs.workflow import Refused, take, take_many
from manifests.models import ManifestAmendment
from manifests.pieces import Landed


def carry(landed: Sequence[Landed], amendment: ManifestAmendment, at: datetime) -> None:
    """Every open bill of shipments whose pieces were amended carries what landed."""
    of_hawb = {one.hawb: one for one in landed}
    pairs = list(CourierBillOfEntry.objects.here().filter(hawb__in=of_hawb).values_list("pk", "hawb"))
    covered = CoveredShipment.objects.filter(
        hawb__in=of_hawb, ended_at=None, bill__stage__in=HERE, bill__released_at=None
    )
    for pk, hawb in sorted([*pairs, *covered.values_list("bill", "hawb")]):
        one = of_hawb[hawb]
        take(
            CourierBillOfEntry.objects.get(pk=pk), "carry_pieces", SYSTEM, at=at, hawb=one.number, before=one.before,
            after=one.after, excess=one.excess, whole=one.whole, amendment=amendment.number or "",
        )  # fmt: skip


def end_wait(hawbs: Mapping[int, datetime], at: datetime) -> None:
    """The bills before Out of Charge that waited for the courier to ask for what these shipments weigh, each with when that began."""
    stages = CourierBillOfEntry.steps()["end_wait_for_weight"].sources
    own = CourierBillOfEntry.objects.filter(hawb__in=hawbs, stage__in=stages).values_list("pk", "hawb")
    covered = CoveredShipment.objects.filter(hawb__in=hawbs, ended_at=None, bill__stage__in=stages)
    since: dict[int, datetime] = {}
    for pk, hawb in (*own, *covered.values_list("bill", "hawb")):
        since[pk] = min(since.get(pk, at), hawbs[hawb])
    if since:
        told = {pk: {"since": when.isoformat()} for pk, when in since.items()}
        take_many(CourierBillOfEntry, since, "end_wait_for_weight", SYSTEM, at=at, each=told)


def carried(
    bill: CourierBillOfEntry, *, hawb: str, before: int, after: int, excess: bool, whole: bool
) -> Iterable[models.Model]:
    """What the pieces change of a bill, and the notices that tell its firms.

    With a piece more the goods are others than those that were looked at: they are X-rayed again, and a bill for goods is
    assessed again. The RMS is asked anew, for packages and weight are others than it knew.
    """
    if excess and bill.is_documents and Hold.QUERY in bill.held_by:
        words = _("A query on %(bill)s is open: the courier answers it first, then the piece in excess is approved.")
        raise Refused([words % {"bill": bill}], bill)
    if excess:
        _look_again(bill, whole=whole)
    if whole and not (bill.is_documents and is_short(bill.pk)):
        bill.arrived_at = bill.arrived_at or bill.taken_at
    asked_anew(bill)
    told = {"bill": bill, "hawb": hawb, "before": before, "after": after}
    return notices_about(
        bill, lambda: _("%(bill)s: %(hawb)s counts with %(after)d packages, %(before)d were manifested") % told
    )


def asked_anew(bill: CourierBillOfEntry) -> None:
    """The RMS looks at the bill again, as the manifest has its shipments now."""
    if bill.is_documents:
        ask_documents_again(bill, bill.taken_at)
    else:
        ask_again(bill, list(bill.items.all()), "AMENDED")


def carry_details(hawbs: Mapping[str, int], amendment: ManifestAmendment, at: datetime) -> None:
    """Every open bill hears of it: a CBE-XI over documents with other details, and a bill filed in advance for goods."""
    filed = CourierBillOfEntry.objects.here().filter(hawb__in=hawbs.values())
    here = CoveredShipment.objects.filter(bill__stage__in=HERE, bill__released_at=None)
    covered = here.filter(hawb__in=hawbs.values(), ended_at=None)
    of_bill: dict[int, list[str]] = defaultdict(list)
    pairs = [*filed.values_list("pk", "hawb__number"), *covered.values_list("bill", "hawb__number")]
    for pk, number in sorted(pairs):
        of_bill[pk].append(number)
    for pk, numbers in of_bill.items():
        bill = CourierBillOfEntry.objects.get(pk=pk)
        take(bill, "carry_details", SYSTEM, at=at, hawb=" ".join(numbers)[:300], amendment=amendment.number or "")


def details_carried(bill: CourierBillOfEntry, hawb: str, amendment: str) -> Iterable[models.Model]:
    """The RMS looks at the bill again, and the notices that tell its firms what it follows."""
    asked_anew(bill)
    told = {"bill": bill, "hawb": hawb, "amendment": amendment}
    return notices_about(
        bill, lambda: _("%(bill)s follows %(amendment)s, which changed %(hawb)s on the manifest") % told
    )


def _look_again(bill: CourierBillOfEntry, *, whole: bool) -> None:
    if not whole:
        bill.arrived_at = None
    if bill.xray_result == bill.XrayResult.SUSPICIOUS and bill.examined_at is None:
        bill.examination_mandated = True  # what was seen is still examined, whatever the next picture shows
    bill.xray_result, bill.xray_at, bill.examined_at = "", None, None
    if bill.is_documents:
        _lead_to_arrival(bill)
        return
    bill.assess_anew()
    bill.led_back()


def _lead_to_arrival(bill: CourierBillOfEntry) -> None:
    """A CBE-XI that is held goes on with the arrival of what is more, when the hold ends."""
    if bill.stage in HELD:
        for name in ("detained_from", "stopped_from"):
            if getattr(bill, name) in PAST_PAYMENT:
                setattr(bill, name, Stage.ARRIVAL.value)
