"""A shipping bill and the RMS: decided on when its goods are registered, or late where the RMS was away.

The goods of exports are not told to the history of what goods cost: that is of imports.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from accounts.permissions import SYSTEM
from bills.risk import put_again
from eccs.workflow import take_many
from exports.stages import HERE
from rms.deciding import Answer, Asked, Desk, keep_of_documents
from rms.facts import PLACES, ConsignmentFacts
from rms.models import RiskDecision

if TYPE_CHECKING:
    from exports.models import CourierShippingBill, ExportItem, ExportShipment

AT_ONCE = 500


def facts_of(bill: CourierShippingBill, items: Sequence[ExportItem]) -> ConsignmentFacts:
    """What the RMS may look at: the exporter stands as consignor, the value is FOB in rupees."""
    return ConsignmentFacts(
        kind=bill.kind, station=bill.station_id, courier=bill.courier.number or "", hawb=bill.hawb, consignor=bill.consignor_name,
        consignor_country="IN", consignee=bill.consignee_name, consignee_city="", kyc_type=bill.kyc_type,
        kyc_token=bill.kyc_token, iec=bill.iec, gstin=bill.gstin, assessable_value=bill.fob_value,
        weight_kg=bill.gross_weight_kg, packages=bill.packages, ecommerce=bill.ecommerce,
        tariff_items=tuple(item.cth for item in items), descriptions=tuple(item.description for item in items),
        address=bill.consignee_address, route=bill.airport_of_destination,
        unit_values=tuple((item.fob_value / item.quantity).quantize(PLACES) for item in items if item.quantity),
        actual_weight_kg=bill.actual_weight_kg,
    )  # fmt: skip


def facts_of_shipment(bill: CourierShippingBill, one: ExportShipment, flight: str) -> ConsignmentFacts:
    """What the RMS may look at of a house airway bill of documents."""
    return ConsignmentFacts(
        kind=bill.kind, station=bill.station_id, courier=bill.courier.number or "", hawb=one.number, consignor=one.consignor_name,
        consignor_country="IN", consignee=one.consignee_name, consignee_city=one.consignee_city, kyc_type="", kyc_token="",
        iec="", gstin="", assessable_value=Decimal(0), weight_kg=one.gross_weight_kg, packages=one.packages, ecommerce=False,
        descriptions=(one.description,), address=one.consignee_address, route=bill.airport_of_destination, flight=flight,
        actual_weight_kg=one.actual_weight_kg,
    )  # fmt: skip


def _decide_documents(bill: CourierShippingBill, at: datetime) -> RiskDecision:
    """What hits any of the shipments is prescribed for the bill."""
    flight = bill.form_g.flight_number
    facts = {
        "kind": bill.kind,
        "station": bill.station_id,
        "courier": bill.courier.number or "",
        "shipments": bill.shipment_count,
    }
    shipments = (facts_of_shipment(bill, one, flight) for one in bill.shipments.order_by("pk"))
    return Desk(bill.station_id, timezone.localdate(at)).decide_documents(shipments, facts, at)


def _decide_goods(
    bills: Sequence[CourierShippingBill], at: datetime, given: Mapping[int, list[ExportItem]] | None = None
) -> list[Answer]:
    """Put goods of one station to the RMS; `given` are their items where they are not written yet."""
    if not bills:
        return []
    items = given or _items_of(bills)
    return _desk(bills, at).decide([_asked(bill, items[bill.pk]) for bill in bills], at)


def _desk(bills: Sequence[CourierShippingBill], at: datetime) -> Desk:
    return Desk(bills[0].station_id, timezone.localdate(at))


def _asked(bill: CourierShippingBill, items: Sequence[ExportItem]) -> Asked:
    """The bill as it stands now; it counts on the day on which its goods were registered."""
    registered = timezone.localdate(bill.registered_at) if bill.registered_at else None
    return Asked(facts_of(bill, items), before=bill.risk_decision, filed_on=registered)


def _items_of(bills: Sequence[CourierShippingBill]) -> Mapping[int, list[ExportItem]]:
    from exports.models import ExportItem

    items: dict[int, list[ExportItem]] = defaultdict(list)
    for item in ExportItem.objects.filter(bill__in=[bill.pk for bill in bills]):
        items[item.bill_id].append(item)
    return items


def decide_one(bill: CourierShippingBill, items: list[ExportItem] | None = None) -> None:
    """Put one bill to the RMS inside its own step."""
    before = bill.risk_decision
    if bill.is_documents:
        decision = _decide_documents(bill, bill.taken_at)
        keep_of_documents(decision, before, bill.station_id)
    else:
        decision = _decide_goods([bill], bill.taken_at, None if items is None else {bill.pk: items})[0].decision
        if before is not None:
            decision.follows(before)
        decision.save()
    bill.hear(decision.pk, decision.lane)


def ask_again(bill: CourierShippingBill, items: Sequence[ExportItem], cause: str) -> None:
    """Put a changed bill to the RMS again, inside its own step: what is prescribed now is added to what was."""
    if bill.risk_decision is None:
        return
    said = put_again(bill, _asked(bill, items), cause)
    if said is not None:
        bill.prescribe(said.lane)


def ask_again_of_documents(bill: CourierShippingBill) -> None:
    """Put a changed bill of documents to the RMS again, inside its own step. Where the RMS is away, it waits to be asked again."""
    before = bill.risk_decision
    decision = _decide_documents(bill, bill.taken_at)
    bill.risk_pending = decision.lane == RiskDecision.Lane.PENDING
    if bill.risk_pending:
        return
    keep_of_documents(decision, before, bill.station_id)
    bill.hear_again(decision.pk, decision.lane)


def register(ids: Iterable[int], actor: Any, at: datetime) -> int:
    """The goods of these bills are at the terminal: the RMS decides on all of them, and they go on; return how many did."""
    from exports.models import CourierShippingBill
    from exports.stages import Stage

    rows = (
        CourierShippingBill.objects.filter(pk__in=list(ids), stage=Stage.GOODS).select_related("courier").order_by("pk")
    )
    return _told("register_goods", list(rows), actor, at)


def _told(step: str, bills: Sequence[CourierShippingBill], actor: Any, at: datetime, *, late: bool = False) -> int:
    """Decide on bills of one station and take the step by which each hears it: a fixed number of statements, but for documents."""
    if not bills:
        return 0
    goods = [bill for bill in bills if not bill.is_documents]
    answers = [
        (bill, answer) for bill, answer in zip(goods, _decide_goods(goods, at), strict=True) if answer.is_decided or not late
    ]  # fmt: skip
    if late:
        _desk(bills, at).keep(answer for _bill, answer in answers)
    RiskDecision.objects.bulk_create([answer.decision for _bill, answer in answers])
    news = [(bill, answer.decision) for bill, answer in answers]
    for bill in bills:
        decision = _decide_documents(bill, at) if bill.is_documents else None
        if decision is not None and (decision.lane != RiskDecision.Lane.PENDING or not late):
            keep_of_documents(decision, bill.risk_decision, bill.station_id)
            news.append((bill, decision))
    each = {bill.pk: _said(bill, decision) for bill, decision in news}
    return len(take_many(type(bills[0]), each, step, actor, at=at, each=each).moved) if each else 0


def _said(bill: CourierShippingBill, decision: RiskDecision) -> dict[str, Any]:
    """What a bill hears of a decision; one on which the RMS had decided hears what is to be added."""
    told = {"decision": decision.pk, "lane": decision.lane}
    return told | ({"again": True} if bill.risk_decision is not None and bill.risk_decision.is_counted else {})


def decide_waiting(at: datetime | None = None) -> int:
    """Decide on the bills whose goods were registered, or that were changed, while the RMS was away; return how many are decided."""
    from exports.models import CourierShippingBill

    done, of_station = 0, defaultdict[str, list[CourierShippingBill]](list)
    with transaction.atomic():
        rows = CourierShippingBill.objects.filter(stage__in=HERE, risk_pending=True)
        held = rows.select_for_update(of=("self",), skip_locked=True).select_related("courier", "risk_decision")
        for bill in held.order_by("pk")[:AT_ONCE]:
            of_station[bill.station_id].append(bill)
        for _station, bills in sorted(of_station.items()):
            done += _told("hear_rms", bills, SYSTEM, at or timezone.now(), late=True)
    return done
