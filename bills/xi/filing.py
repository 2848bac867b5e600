"""Filing a CBE-XI: numbered, put to the RMS and routed in a few statements, however many house airway bills it covers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from bills.filing_together import by_bag
from bills.models import CourierBillOfEntry, CoveredShipment
from bills.xi.selection import Chosen, Judged, Shipment, in_words, judge, shipments_of, why_no_documents
from counter.sealing import on_behalf
from eccs.workflow import Refused
from manifests.arrival import weighed_bags
from manifests.models import ExpressCargoManifest
from rms.deciding import Desk, keep_of_documents
from rms.facts import ConsignmentFacts, share_of_bag
from rms.models import RiskDecision, RuleVersion

NIL = Decimal(0)

_COVER = """
INSERT INTO bills_coveredshipment (bill_id, hawb_id)
SELECT %s, given.id FROM unnest(%s::bigint[]) WITH ORDINALITY AS given(id, place) ORDER BY given.place
"""


def start(manifest: ExpressCargoManifest, user_id: int, chosen: Chosen | None = None) -> CourierBillOfEntry:
    """A draft over the documents of a manifest."""
    made: CourierBillOfEntry = CourierBillOfEntry.objects.create(
        kind="CBE-XI", station_id=manifest.station_id, courier_id=manifest.courier_id, manifest=manifest, hawb=None,
        shipment_count=0, created_by_id=user_id, draft=(chosen or Chosen()).kept(),
    )  # fmt: skip
    return made


def file_documents(bill: CourierBillOfEntry) -> None:
    """File a draft inside the gate: refused with every fault, or the shipments are covered and the bill is complete."""
    if reason := why_no_documents(bill.manifest):
        raise Refused([reason], bill)
    judged = judge(bill.manifest, Chosen.of(bill.draft), lock=True)
    if judged.faults:
        raise Refused(in_words(judged.faults), bill)
    _complete(bill, judged, bill.taken_at)
    cover(bill, [one.pk for one in judged.shipments])
    bill.filed_by_id, bill.draft = bill.taken_by.user_id, {}
    bill.snapshot_for_trail = {**declared(bill, judged), **on_behalf(bill)}


def cover(bill: CourierBillOfEntry, hawbs: list[int]) -> None:
    """Put house airway bills on the bill in the order given: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_COVER, [bill.pk, hawbs])


def _complete(bill: CourierBillOfEntry, judged: Judged, at: datetime) -> None:
    """What the bill says as filed: documents of no commercial value bear no duty and are not assessed (PN17 7)."""
    today = timezone.localdate(at)
    bill.filed_at, bill.presented_on, bill.rates_on = at, today, today
    count_shipments(bill, judged.shipments)
    put_to_rms(bill, judged.shipments, at)


def put_to_rms(bill: CourierBillOfEntry, shipments: list[Shipment], at: datetime) -> None:
    """Put the bill to the RMS and keep what it decided; of one on which it decided before, what it prescribes now is added.

    Where it is away now, documents that were put on are examined, and it is heard later.
    """
    before, away = bill.risk_decision, RiskDecision.Lane.PENDING
    is_first = before is None or (before.lane == away and before.before_id is None)
    decision = decide(bill, shipments, at, RiskDecision.Cause.AMENDED if before else RiskDecision.Cause.FILED)
    bill.risk_pending = decision.lane == away
    _keep(bill, decision)
    if not is_first and decision.lane != away:
        _hear(bill, decision)
        return
    bill.facilitated = decision.lane == RiskDecision.Lane.FACILITATED
    bill.examination_prescribed = not bill.facilitated
    if is_first and decision.documents_required != bill.documents_required:
        bill.documents_required = decision.documents_required
        bill.documents_complete = not bill.documents_required


def ask_again(bill: CourierBillOfEntry, at: datetime) -> None:
    """Put a bill whose documents have changed to the RMS again: what is prescribed now is added to what was."""
    decision, before = decide(bill, shipments_of(bill), at, RiskDecision.Cause.AMENDED), bill.risk_decision
    if before is None:
        return
    bill.risk_pending = decision.lane == RiskDecision.Lane.PENDING
    decided = before.is_counted and before.lane != RiskDecision.Lane.PENDING
    same = decided and {one["rule"] for one in decision.reasons} == {one["rule"] for one in before.reasons}
    if bill.risk_pending or same:
        return
    _keep(bill, decision)
    _hear(bill, decision)


def _keep(bill: CourierBillOfEntry, decision: RiskDecision) -> None:
    """The decision is the bill's from now on; the one before it stays known."""
    keep_of_documents(decision, bill.risk_decision, bill.station_id)
    bill.risk_decision = decision


def _hear(bill: CourierBillOfEntry, decision: RiskDecision) -> None:
    """What is prescribed is added to what was; the courier is told of documents asked for."""
    from bills.asking import hear

    hear(bill, decision.lane, decision.documents_required)


def count_shipments(bill: CourierBillOfEntry, shipments: list[Shipment]) -> None:
    """How many shipments and bags the bill covers, and whether all of them have arrived."""
    bill.shipment_count, bill.item_count = len(shipments), 0
    bill.bag_count = len({one.bag for one in shipments if one.bag})
    bill.goods = "Documents"
    arrived = [one.arrived_at for one in shipments]
    bill.arrived_at = max(arrived) if all(arrived) else None


def decide(
    bill: CourierBillOfEntry, shipments: list[Shipment], at: datetime, cause: str = RiskDecision.Cause.FILED,
    only: RuleVersion | None = None,
) -> RiskDecision:  # fmt: skip
    """Put every shipment of the bill to the RMS, or to one intervention: what hits any of them is prescribed for the bill."""
    courier, manifest = bill.courier.number or "", bill.manifest
    route, flight = manifest.airport_of_shipment, manifest.flight_number
    facts = {"kind": bill.kind, "station": bill.station_id, "courier": courier, "shipments": len(shipments)}
    bags = weighed_bags(manifest)
    return Desk(bill.station_id, timezone.localdate(at), only=only).decide_documents(
        (
            ConsignmentFacts(
                kind=bill.kind, station=bill.station_id, courier=courier, hawb=one.number, consignor=one.consignor_name,
                consignor_country=one.consignor_country, consignee=one.consignee_name, consignee_city=one.consignee_city,
                kyc_type="", kyc_token="", iec="", gstin="", assessable_value=NIL, weight_kg=one.gross_weight_kg,
                packages=one.packages, ecommerce=False, descriptions=(one.description,), address=one.consignee_address,
                route=route, flight=flight,
                actual_weight_kg=one.actual_weight_kg or share_of_bag(one.gross_weight_kg, bags.get(one.bag or "")),
            )
            for one in shipments
        ),
        facts, at, cause,
    )  # fmt: skip


def declared(bill: CourierBillOfEntry, judged: Judged) -> dict[str, Any]:
    """What was declared, for the trail: every house airway bill by its bag, and those that are loose."""
    return {
        "manifest": bill.manifest.number, "mawbs": judged.masters,
        **by_bag((one.bag, one.number) for one in judged.shipments), "packages": judged.packages,
        "gross_weight_kg": judged.weight, "commercial_value": "NIL",
    }  # fmt: skip


def uncover(bill: CourierBillOfEntry, numbers: list[str]) -> None:
    """Take house airway bills off the bill: an approved amendment."""
    CoveredShipment.objects.filter(bill=bill, hawb__number__in=numbers).delete()
