"""A shipping bill and the RMS: decided on when its goods are registered, and again as a bill of entry is (see `bills.asking`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from bills import asking
from eccs.workflow import take_many
from exports.iii import labels
from exports.kinds import Kind
from exports.models import CourierShippingBill, ExportItem, ExportShipment
from exports.stages import HERE, Stage
from rms.deciding import Answer, Asked, Desk, keep_of_documents
from rms.facts import PLACES, ConsignmentFacts, share_of_bag
from rms.history import Goods
from rms.models import RiskDecision, RuleVersion


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
        actual_weight_kg=bill.actual_weight_kg, destination=bill.destination_country,
    )  # fmt: skip


def goods_of(items: Iterable[ExportItem]) -> list[Goods]:
    """The goods of a bill for the history of what exports bring: too much for them is as telling as too little."""
    return [Goods(item.cth, item.uom, item.fob_value / item.quantity) for item in items if item.quantity]


def facts_of_shipment(
    bill: CourierShippingBill, one: ExportShipment, flight: str, bags: Mapping[int, tuple[Decimal, Decimal]]
) -> ConsignmentFacts:
    """What the RMS may look at of a house airway bill of documents; `bags` are those that were weighed."""
    return ConsignmentFacts(
        kind=bill.kind, station=bill.station_id, courier=bill.courier.number or "", hawb=one.number, consignor=one.consignor_name,
        consignor_country="IN", consignee=one.consignee_name, consignee_city=one.consignee_city, kyc_type="", kyc_token="",
        iec="", gstin="", assessable_value=Decimal(0), weight_kg=one.gross_weight_kg, packages=one.packages, ecommerce=False,
        descriptions=(one.description,), address=one.consignee_address, route=bill.airport_of_destination, flight=flight,
        actual_weight_kg=one.actual_weight_kg or share_of_bag(one.gross_weight_kg, bags.get(one.bag_id or 0)),
    )  # fmt: skip


def _decide_documents(
    bill: CourierShippingBill, at: datetime, cause: str = RiskDecision.Cause.FILED, only: RuleVersion | None = None
) -> RiskDecision:
    """What hits any of the shipments is prescribed for the bill."""
    flight = bill.form_g.flight_number
    facts = {
        "kind": bill.kind,
        "station": bill.station_id,
        "courier": bill.courier.number or "",
        "shipments": bill.shipment_count,
    }
    bags = labels.weighed_bags(bill)
    shipments = (facts_of_shipment(bill, one, flight, bags) for one in bill.shipments.order_by("pk"))
    return Desk(bill.station_id, timezone.localdate(at), only=only).decide_documents(shipments, facts, at, cause)


def _decide_goods(
    bills: Sequence[CourierShippingBill], at: datetime, given: Mapping[int, list[ExportItem]] | None = None
) -> list[Answer]:
    """Put goods of one station to the RMS; `given` are their items where they are not written yet."""
    if not bills:
        return []
    items = given or _items_of(bills)
    desk = Desk(bills[0].station_id, timezone.localdate(at))
    return desk.decide([_asked(bill, items[bill.pk]) for bill in bills], at)


def _asked(bill: CourierShippingBill, items: Sequence[ExportItem]) -> Asked:
    """The bill as it stands now; it counts on the day on which its goods were registered."""
    registered = timezone.localdate(bill.registered_at) if bill.registered_at else None
    return Asked(facts_of(bill, items), goods_of(items), bill.risk_decision, registered)


def _items_of(bills: Sequence[CourierShippingBill]) -> Mapping[int, list[ExportItem]]:
    items: dict[int, list[ExportItem]] = defaultdict(list)
    for item in ExportItem.objects.filter(bill__in=[bill.pk for bill in bills]):
        items[item.bill_id].append(item)
    return items


class Exports(asking.Way):
    """Shipping bills as they are put to the RMS; before their goods are registered it has not decided on them."""

    model = CourierShippingBill
    here = HERE
    of_documents: ClassVar = models.Q(kind=Kind.III)

    def asked(self, bills: Sequence[CourierShippingBill]) -> list[Asked]:
        """Bills of goods as they stand now."""
        items = _items_of(bills)
        return [_asked(bill, items[bill.pk]) for bill in bills]

    def decide_documents(
        self, bill: CourierShippingBill, at: datetime, cause: str, only: RuleVersion | None = None
    ) -> RiskDecision:
        """What hits any of the shipments is prescribed for the bill."""
        return _decide_documents(bill, at, cause, only)

    def naming(self, numbers: Sequence[str]) -> models.Q:
        """By the house airway bill, or by one of those that a CSB-III covers."""
        covering = ExportShipment.objects.filter(number__in=numbers, ended_at=None)
        return models.Q(hawb__in=numbers) | models.Q(pk__in=covering.values("bill"))


EXPORTS = Exports()


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
    bill.hear(decision.pk, decision.lane, decision.documents_required)


def ask_again(bill: CourierShippingBill, items: Sequence[ExportItem], cause: str) -> None:
    """Put a changed bill to the RMS again, inside its own step: what is prescribed now is added to what was."""
    if bill.risk_decision is not None:
        asking.put_again(bill, _asked(bill, items), cause)


def weighed(bill: CourierShippingBill, at: datetime) -> None:
    """The goods weigh otherwise than declared: where the RMS has decided on the bill already, it looks at it again (PN17 5.2, 6.1)."""
    asking.weighed(EXPORTS, bill.station_id, models.Q(pk=bill.pk), at)


def ask_again_of_documents(bill: CourierShippingBill) -> None:
    """Put a changed bill of documents to the RMS again, inside its own step. Where the RMS is away, it waits to be asked again."""
    before = bill.risk_decision
    decision = _decide_documents(bill, bill.taken_at)
    bill.risk_pending = decision.lane == RiskDecision.Lane.PENDING
    if bill.risk_pending:
        return
    keep_of_documents(decision, before, bill.station_id)
    bill.hear_again(decision.pk, decision.lane, decision.documents_required)


def register(ids: Collection[int], actor: Any, at: datetime) -> int:
    """The goods of these bills are at the terminal: the RMS decides on all of them, and they go on; return how many did.

    A fixed number of statements, but for documents.
    """
    if not ids:
        return 0
    rows = CourierShippingBill.objects.filter(pk__in=list(ids), stage=Stage.GOODS).select_related("courier")
    bills = list(rows.order_by("pk"))
    goods = [bill for bill in bills if not bill.is_documents]
    news = [(bill, answer.decision) for bill, answer in zip(goods, _decide_goods(goods, at), strict=True)]
    RiskDecision.objects.bulk_create([decision for _bill, decision in news])
    for bill in bills:
        if bill.is_documents:
            decision = _decide_documents(bill, at)
            keep_of_documents(decision, None, bill.station_id)
            news.append((bill, decision))
    each: dict[int, dict[str, Any]] = {
        bill.pk: {"decision": one.pk, "lane": one.lane, "documents": one.documents_required} for bill, one in news
    }
    return len(take_many(CourierShippingBill, each, "register_goods", actor, at=at, each=each).moved) if each else 0


def decide_waiting(at: datetime | None = None) -> int:
    """Decide on the bills whose goods were registered, or that were changed, while the RMS was away; return how many are decided."""
    return asking.decide_waiting(EXPORTS, at)
