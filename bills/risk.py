"""A bill of entry and the RMS: what it may look at, what it decides again, and what was found (see `bills.asking`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from bills import asking
from bills.models import CourierBillOfEntry, CoveredShipment, Item
from bills.models.clearable import Clearable
from bills.models.found import Report
from bills.stages import HERE
from eccs.identifiers import PERSONAL_IMPORT_IEC
from manifests.models import ExpressCargoManifest
from rms import history
from rms.deciding import Asked
from rms.facts import PLACES, ConsignmentFacts
from rms.history import Goods
from rms.models import RiskDecision, RuleVersion


def facts_of(bill: CourierBillOfEntry, items: Sequence[Item]) -> ConsignmentFacts:
    """What the RMS may look at, as the bill stands now."""
    hawb, manifest = bill.hawb, bill.manifest
    assert hawb is not None
    return ConsignmentFacts(
        kind=bill.kind, station=bill.station_id, courier=bill.courier.number or "", hawb=hawb.number,
        consignor=hawb.consignor_name, consignor_country=hawb.consignor_country, consignee=hawb.consignee_name,
        consignee_city=hawb.consignee_city, kyc_type=bill.kyc_type, kyc_token=bill.kyc_token, iec="" if bill.iec == PERSONAL_IMPORT_IEC else bill.iec,
        gstin=bill.gstin, assessable_value=bill.assessable_value, weight_kg=hawb.gross_weight_kg, packages=hawb.packages,
        ecommerce=bill.ecommerce, comes_back=bool(bill.return_of), tariff_items=tuple(item.cth for item in items),
        origins=tuple(item.country_of_origin for item in items), descriptions=tuple(item.description for item in items),
        address=hawb.consignee_address, route=manifest.airport_of_shipment, flight=manifest.flight_number,
        unit_values=tuple((item.assessable_value / item.quantity).quantize(PLACES) for item in items if item.quantity),
        actual_weight_kg=hawb.actual_weight_kg,
    )  # fmt: skip


def goods_of(items: Iterable[Item]) -> list[Goods]:
    """The goods of a bill for the history of what goods cost."""
    return [Goods(item.cth, item.uom, item.assessable_value / item.quantity) for item in items if item.quantity]


def ask_again(bill: CourierBillOfEntry, items: Sequence[Item], cause: str) -> None:
    """Put a changed bill to the RMS again, inside its own step: what is prescribed now is added to what was."""
    if not bill.is_documents and bill.risk_decision is not None:
        asking.put_again(bill, asked(bill, items), cause)


def asked(bill: CourierBillOfEntry, items: Sequence[Item]) -> Asked:
    """The bill as it stands now, for the RMS to be asked again."""
    return Asked(facts_of(bill, items), goods_of(items), bill.risk_decision, timezone.localdate(bill.filed_at))


def items_of(bills: Iterable[CourierBillOfEntry]) -> dict[int, list[Item]]:
    """The items of bills, in their order."""
    items: dict[int, list[Item]] = defaultdict(list)
    for item in Item.objects.filter(bill__in=[bill.pk for bill in bills]).order_by("bill_id", "item_no"):
        items[item.bill_id].append(item)
    return items


class Imports(asking.Way):
    """Bills of entry as they are put to the RMS."""

    model = CourierBillOfEntry
    here = HERE
    related: ClassVar = ("risk_decision", "hawb", "manifest", "courier")
    of_documents: ClassVar = models.Q(hawb=None)

    def rows(self) -> models.QuerySet[CourierBillOfEntry]:
        """Those whose goods are not released, also not provisionally."""
        return super().rows().filter(released_at=None)

    def asked(self, bills: Sequence[CourierBillOfEntry]) -> list[Asked]:
        """Bills of goods as they stand now."""
        items = items_of(bills)
        return [asked(bill, items[bill.pk]) for bill in bills]

    def decide_documents(
        self, bill: CourierBillOfEntry, at: datetime, cause: str, only: RuleVersion | None = None
    ) -> RiskDecision:
        """What hits any of the shipments is prescribed for the bill."""
        from bills.xi.filing import decide
        from bills.xi.selection import shipments_of

        return decide(bill, shipments_of(bill), at, cause, only=only)

    def naming(self, numbers: Sequence[str]) -> models.Q:
        """By the house airway bill, or by one of those that a CBE-XI covers."""
        covering = CoveredShipment.objects.filter(hawb__number__in=numbers, ended_at=None)
        return models.Q(hawb__number__in=numbers) | models.Q(hawb=None, pk__in=covering.values("bill"))


IMPORTS = Imports()


def arrived(manifest: ExpressCargoManifest, at: datetime) -> int:
    """Ask again for all open bills of a flight whose aircraft has arrived; return for how many something new was prescribed."""
    return asking.ask_for(IMPORTS, models.Q(manifest=manifest), at, RiskDecision.Cause.ARRIVED)


def weighed(station: str, hawbs: Sequence[int], at: datetime) -> int:
    """Ask again for the open bills of shipments that weigh otherwise than declared, each bill once."""
    covering = CoveredShipment.objects.filter(hawb__in=hawbs, ended_at=None)
    here = models.Q(hawb__in=hawbs) | models.Q(pk__in=covering.values("bill"))
    return asking.weighed(IMPORTS, station, here, at)


def decide_waiting(at: datetime | None = None) -> int:
    """Decide on the bills that wait for the RMS, the oldest first; return of how many it was told."""
    return asking.decide_waiting(IMPORTS, at)


def reported(bill: Clearable, records: Iterable[models.Model]) -> list[models.Model]:
    """Tell the history of rules and parties what an examination found."""
    told = list(records)
    for record in told:
        if isinstance(record, Report):
            found(bill, examined=True, confirmed=record.recommendation != Report.Recommendation.RELEASE)
    return told


def adverse(outcome: str, **order: Any) -> bool:
    """Whether an order found something: it confiscates, fines, penalises, or revises the duty."""
    asks = any(Decimal(order.get(name) or 0) for name in ("fine", "penalty"))
    return outcome == "CONFISCATE" or asks or order.get("revised_duty") not in (None, "")


def found(bill: Clearable, *, examined: bool, confirmed: bool) -> None:
    """Tell the history of rules and parties what was found in a bill that was looked at."""
    decision = bill.risk_decision
    if decision is None or not decision.rules_hit:
        return
    facts = ConsignmentFacts.of_kept(decision.facts) if "hawb" in decision.facts else None
    before = {rule: decision.found_by(rule) for rule in sorted(decision.rules_hit)}
    day = timezone.localdate(bill.taken_at)
    history.confirm(bill.station_id, facts, before, day, examined=examined, found=confirmed)
    decision.found = "CONFIRMED" if confirmed or decision.found == "CONFIRMED" else "NOTHING"
    RiskDecision.objects.filter(pk=decision.pk).update(found=decision.found)
