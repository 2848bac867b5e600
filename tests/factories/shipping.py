"""Courier Shipping Bills at every stage."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.db.models import F
from django.utils import timezone

from accounts.models import AuthorisedCourier
from bills.stages import Hold
from eccs import numbering
from eccs.workflow import take
from exports.models import (
    CourierExportManifest,
    CourierShippingBill,
    ExcludedGoods,
    ExcludedGoodsPermission,
    ExportAmendment,
    ExportCancellation,
    ExportDemand,
    ExportDeparture,
    ExportDetention,
    ExportItem,
    ExportManifestAmendment,
    ExportManifestLine,
    ExportPaper,
    ExportQuery,
)
from exports.stages import LET_GO, PUT_AWAY, UNFILED, Stage
from tests.factories import firms
from tests.factories.bills import decision

REGISTERED = tuple(stage for stage in Stage if stage not in (*UNFILED, Stage.GOODS, Stage.CANCELLED))
XRAYED = (Stage.FOR_LET_EXPORT, *LET_GO)
_numbers = count(1)
HEADER = {
    "destination_country": "DE", "airport_of_destination": "FRA", "packages": "1", "gross_weight_kg": "9.4",
    "consignor_name": "Kaveri Looms Pvt Ltd", "consignor_address": "14 Mill Road, Bengaluru",
    "consignee_name": "Nordlicht Handel GmbH", "consignee_address": "Hafenstrasse 3, Hamburg", "kyc_type": "GSTIN",
    "kyc_number": "29AAKCK4417E1ZH", "iec": "AAKCK4417E", "ad_code": "6390417", "gstin": "29AAKCK4417E1ZH",
    "under_bond_or_ut": "Y", "invoice_number": "KVR-26-0917", "invoice_date": "2026-11-12", "invoice_terms": "FOB",
    "currency": "USD",
}  # fmt: skip
ITEM = {
    "cth": "61091000", "description": "Cotton T-shirts", "quantity": "40", "uom": "NOS", "unit_price": "6.50",
    "fob_value": "260.00",
}  # fmt: skip
DRAFT = {"header": HEADER, "items": [ITEM]}


def shipping_bill(
    stage: str = Stage.ASSESSMENT, *, station: str = "BLR", firm: str = "swift", lane: str = "FACILITATED",
    of: AuthorisedCourier | None = None, **given: Any,
) -> CourierShippingBill:  # fmt: skip
    """A shipping bill at a stage, with what the steps before left on it."""
    now, today = timezone.now(), timezone.localdate()
    courier = of or firms.courier(firm)
    signatory = firms.person(firm=courier)
    fields: dict[str, Any] = {
        "kind": "CSB-V", "station_id": station, "courier": courier, "stage": stage, "hawb": f"SWX{next(_numbers):07d}",
        "created_by": signatory, "draft": DRAFT,
    }  # fmt: skip
    if stage not in UNFILED:
        fields |= {
            **{name: value for name, value in HEADER.items() if name != "under_bond_or_ut"}, "packages": 1,
            "gross_weight_kg": Decimal("9.4"), "under_bond_or_ut": True, "invoice_date": date(2026, 11, 12), "filed_at": now,
            "filed_by": signatory, "presented_on": today, "goods": "Cotton T-shirts", "first_cth": "61091000",
            "item_count": 1, "exchange_rate": Decimal("94.10"), "fob_foreign": Decimal(260), "fob_value": Decimal(24466),
        }  # fmt: skip
    fields |= _left_by_steps(stage, lane, 1)
    made = CourierShippingBill(**fields | given)
    if made.filed_at is not None:
        numbering.number([made])
    made.save()
    if made.filed_at is not None:
        _belongings(made)
    return made


def _left_by_steps(stage: str, lane: str, labels: int) -> dict[str, Any]:
    """What the steps before left on a bill of so many labels, and what holds it."""
    now, fields = timezone.now(), dict[str, Any]()
    if stage == Stage.GOODS:
        fields["packages_in"] = labels
    if stage in REGISTERED:
        fields |= {
            "registered_at": now, "packages_in": labels, "risk_decision": decision(lane), "facilitated": lane == "FACILITATED", "risk_pending": lane == "PENDING",
            "assessment_required": lane in ("ASSESSMENT", "BOTH", "PENDING"),
            "examination_prescribed": lane in ("EXAMINATION", "BOTH"),
        }  # fmt: skip
    if stage in XRAYED:
        fields |= {"xray_result": "CLEAR", "xray_at": now}
    if stage in LET_GO:
        fields["let_export_at"] = now
    if stage == Stage.EXPORTED:
        fields |= {"exported_at": now, "egm_number": "7710042"}
    return fields | _held(stage)


def _held(stage: str) -> dict[str, Any]:
    """What holds a shipping bill at a stage, or when it was put away."""
    held: dict[str, dict[str, Any]] = {
        **{put: {"discarded_at": timezone.now()} for put in PUT_AWAY},
        Stage.DOCUMENTS: {"documents_complete": False, "documents_required": "Letter of origin"},
        Stage.QUERY: {"returns_to": Stage.ASSESSMENT, "holds": Hold.QUERY},
        Stage.DETAINED: {"detained_from": Stage.ASSESSMENT, "holds": f"{Hold.DETENTION} {Hold.REPLY}"},
        Stage.FINE: {"holds": Hold.FINE},
        Stage.STOPPED: {"stopped_from": Stage.XRAY, "holds": Hold.STOP},
    }
    return held.get(Stage(stage), {})


def _belongings(made: CourierShippingBill) -> None:
    """What belongs to a filed shipping bill: its item, and what is open on it."""
    ExportItem.objects.create(
        bill=made, item_no=1, cth="61091000", description="Cotton T-shirts", quantity=40, uom="NOS", unit_price=Decimal("6.5"),
        fob_foreign=made.fob_foreign, fob_value=made.fob_value,
    )  # fmt: skip
    _open_on(made)


def _open_on(made: CourierShippingBill) -> None:
    """An open query, or the memo that detains it."""
    officer = firms.person("Asha Rao")
    if made.stage == Stage.FINE:
        export_demand(of=made)
    if made.stage == Stage.DOCUMENTS:
        ExportPaper.objects.create(
            bill=made, kind="OTHER", name="letter.pdf", file="letter.pdf", size=1, sha256="0" * 64, by=officer
        )
    if made.stage == Stage.QUERY:
        ExportQuery.objects.create(bill=made, raised_from=Stage.ASSESSMENT, question="Which yarn?", raised_by=officer)
    if made.stage == Stage.DETAINED:
        memo = ExportDetention(
            bill=made, station_id=made.station_id, activity="couriershippingbill.detain.ASSESSMENT",
            grounds="The brand looks copied.", issued_at=timezone.now(), issued_by=officer,
        )  # fmt: skip
        numbering.number([memo])
        memo.save()


FLIGHT = {
    "airline": "Zephyr Air", "flight_number": "ZZ901", "mawb": "899-44172063", "airport_of_destination": "FRA",
    "destination_country": "DE", "departure_time": "23:40",
}  # fmt: skip
SHIPMENT = {
    "pieces": "1",
    "gross_weight_kg": "0.35",
    "consignor_name": "Deccan Legal LLP",
    "consignee_name": "Hafen Kanzlei",
}


def flight_typed() -> dict[str, str]:
    """The flight of a CSB-III as it is typed: it leaves today."""
    today = timezone.localdate().isoformat()
    return {**FLIGHT, "departure_date": today, "landing_date": today}


def documents_typed(first: int = 0) -> list[dict[str, str]]:
    """Four house airway bills as they are typed: two in a bag, one in another, one loose of two pieces."""
    n = first or next(_numbers)
    bags = (f"BAG-{n}A", f"BAG-{n}A", f"BAG-{n}B", "")
    return [
        {**SHIPMENT, "hawb": f"SWD{n:05d}{at}", "bag_number": bag, "pieces": "1" if bag else "2"}
        for at, bag in enumerate(bags)
    ]


def documents(
    stage: str = Stage.XRAY, *, station: str = "BLR", firm: str = "swift", lane: str = "FACILITATED", **given: Any
) -> CourierShippingBill:
    """A CSB-III at a stage over four house airway bills: three labels stand on bags, two on a loose shipment."""
    signatory = firms.person(firm=firms.courier(firm))
    draft = {"header": flight_typed(), "items": documents_typed()}
    begun: dict[str, Any] = {"kind": "CSB-III", "hawb": "", "draft": draft}
    if stage in UNFILED:
        return shipping_bill(stage, station=station, firm=firm, **begun | given)
    made = CourierShippingBill.objects.create(
        station_id=station, courier=firms.courier(firm), created_by=signatory, **begun
    )
    made = take(made, "file", firms.actor("COURIER_SIGNATORY", station=station, firm=firm))
    fields = _left_by_steps(stage, lane, made.packages)
    if stage in REGISTERED:
        fields |= {"assessment_required": False, "examination_prescribed": lane != "FACILITATED"}
    fields |= {"stage": stage, **given}
    CourierShippingBill.objects.filter(pk=made.pk).update(**fields)
    if fields.get("packages_in") == made.packages:
        made.shipments.update(packages_arrived=F("packages"), arrived_at=made.filed_at)
        made.bags.update(arrived_at=made.filed_at)
    if stage == Stage.CANCELLED:
        made.shipments.update(ended_at=made.filed_at)
        made.bags.update(ended_at=made.filed_at)
    found: CourierShippingBill = CourierShippingBill.objects.select_related("courier", "station").get(pk=made.pk)
    _open_on(found)
    return found


def export_cancellation(
    stage: str = "REQUESTED", *, station: str = "BLR", firm: str = "swift", of: CourierShippingBill | None = None,
    **given: Any,
) -> ExportCancellation:  # fmt: skip
    """A cancellation of a shipping bill that is at X-ray, at a stage."""
    cancelled = stage == "APPROVED"
    of = of or shipping_bill(
        Stage.CANCELLED if cancelled else Stage.XRAY, station=station, firm=firm,
        holds="" if cancelled or stage == "REJECTED" else Hold.CANCELLATION,
    )  # fmt: skip
    made = ExportCancellation(
        bill=of, station_id=station, courier=of.courier, stage=stage, requested_by=firms.person(firm=of.courier),
        reason="The buyer withdrew.", **given,
    )  # fmt: skip
    numbering.number([made])
    made.save()
    return made


def export_demand(
    stage: str = "DUE", *, station: str = "BLR", firm: str = "swift", of: CourierShippingBill | None = None, **given: Any
) -> ExportDemand:  # fmt: skip
    """A fine and penalty on goods that wait for their payment."""
    if of is None:
        of = shipping_bill(Stage.CONFISCATED, station=station, firm=firm)
    fields: dict[str, Any] = {
        "bill": of, "station_id": of.station_id, "courier": of.courier, "stage": stage, "fine": 500, "penalty": 200,
        "amount": 700, "order_number": "31/2026", "order_date": date(2026, 11, 19),
        "paid_at": timezone.now() if stage == "PAID" else None,
    }  # fmt: skip
    made = ExportDemand(**fields | given)
    numbering.number([made])
    made.save()
    return made


def excluded_goods(prefix: str = "", words: str = "", **given: Any) -> ExcludedGoods:
    """Goods that no courier exports from today on."""
    fields: dict[str, Any] = {
        "prefix": prefix, "words": words, "reason": "it is perishable", "from_date": timezone.localdate(), "source": "Order 9 of 2026",
    }  # fmt: skip
    return ExcludedGoods.objects.create(**fields | given)


def permission(
    stage: str = "GIVEN",
    *,
    station: str = "BLR",
    firm: str = "swift",
    of: AuthorisedCourier | None = None,
    **given: Any,
) -> ExcludedGoodsPermission:
    """The DC/AC's permission for raw hides, which are excluded."""
    now = timezone.now()
    fields: dict[str, Any] = {
        "station_id": station, "courier": of or firms.courier(firm), "stage": stage, "hawb": f"SWX7{next(_numbers):06d}", "cth": "41012010",
        "goods": "Raw hide for a museum", "reason": "A sample for a museum.", "given_at": now, "stage_since": now,
        "given_by": firms.person("Kavya Sethi"),
    }  # fmt: skip
    if stage == "WITHDRAWN":
        fields |= {"withdrawn_at": now, "withdrawal": "The museum does not want it."}
    made = ExcludedGoodsPermission(**fields | given)
    numbering.number([made])
    made.save()
    return made


def export_departure(
    stage: str = "REQUESTED", *, station: str = "BLR", of: CourierShippingBill | None = None, **given: Any
) -> ExportDeparture:
    """An inspector asks to leave the examination out."""
    of = of or shipping_bill(Stage.EXAMINATION, station=station, lane="EXAMINATION")
    fields: dict[str, Any] = {
        "bill": of, "station_id": of.station_id, "stage": stage, "what": "EXAMINATION", "reason": "Perishable: the secret compartment is empty.",
        "requested_by": firms.person("Kavya Sethi"),
    }  # fmt: skip
    made = ExportDeparture(**fields | given)
    numbering.number([made])
    made.save()
    return made


EXPORT_CHANGES = [{"name": "consignee_name", "item": 0, "old": "Nordlicht Handel GmbH", "new": "Nordlicht Import GmbH"}]


def export_amendment(
    stage: str = "REQUESTED", *, station: str = "BLR", firm: str = "swift", of: CourierShippingBill | None = None,
    **given: Any,
) -> ExportAmendment:  # fmt: skip
    """An amendment of a shipping bill that is at X-ray, at a stage."""
    open_ = stage in ("CALLED_FOR", "REQUESTED", "PROCESSED")
    of = of or shipping_bill(Stage.XRAY, station=station, firm=firm, holds=Hold.AMENDMENT if open_ else "")
    fields: dict[str, Any] = {
        "bill": of, "station_id": of.station_id, "courier": of.courier, "stage": stage,
        "requested_by": firms.person(firm=of.courier), "reason": "The buyer has another name.", "changes": EXPORT_CHANGES,
    }  # fmt: skip
    made = ExportAmendment(**fields | given)
    numbering.number([made])
    made.save()
    return made


ON_FLIGHT = {
    "DRAFT": Stage.LET_EXPORT,
    "FILED": Stage.MANIFESTED,
    "EXPORTED": Stage.EXPORTED,
    "DISCARDED": Stage.LET_EXPORT,
}


def export_manifest(
    stage: str = "DRAFT", *, station: str = "BLR", firm: str = "swift", of: CourierShippingBill | None = None, **given: Any
) -> CourierExportManifest:  # fmt: skip
    """An export manifest at a stage with one shipping bill on it."""
    now = timezone.now()
    bill = of or shipping_bill(ON_FLIGHT[stage], station=station, firm=firm)
    fields: dict[str, Any] = {
        "station_id": bill.station_id, "courier": bill.courier, "stage": stage, "airline": "Zephyr Air", "flight_number": "ZZ901",
        "mawb": "899-44172063", "airport_of_destination": "FRA", "scheduled_departure": now,
        "created_by": firms.person(firm=bill.courier), "bill_count": 1, "package_count": 1,
    }  # fmt: skip
    if stage in ("FILED", "EXPORTED"):
        fields["filed_at"] = now
    if stage == "EXPORTED":
        fields |= {"egm_number": "7710042", "departed_at": now}
    made = CourierExportManifest(**fields | given)
    if made.filed_at is not None:
        numbering.number([made])
    made.save()
    ExportManifestLine.objects.create(manifest=made, bill=bill, live=stage != "DISCARDED")
    return made


def manifest_amendment(
    stage: str = "REQUESTED", *, station: str = "BLR", firm: str = "swift", of: CourierExportManifest | None = None, **given: Any
) -> ExportManifestAmendment:  # fmt: skip
    """An amendment of a filed export manifest at a stage: another flight."""
    manifest = of or export_manifest("FILED", station=station, firm=firm)
    approved = (
        {"version": 1, "earlier": manifest.declared() | {"scheduled_departure": ""}} if stage == "APPROVED" else {}
    )
    told = {
        "changes": [{"name": "flight_number", "old": manifest.flight_number, "new": "ZZ955"}], "reason": "Another aircraft.",
    }  # fmt: skip
    made = ExportManifestAmendment(
        manifest=manifest, station_id=manifest.station_id, courier=manifest.courier, stage=stage,
        requested_by=firms.person(firm=manifest.courier), **approved | told | given,
    )  # fmt: skip
    numbering.number([made])
    made.save()
    return made
