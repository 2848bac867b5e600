"""Courier Bills of Entry at every stage."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from bills.models import Attachment, CourierBillOfEntry, DetentionMemo, Item, ProvisionalRelease, QueryMemo
from bills.stages import PUT_AWAY, Hold, Stage
from eccs import numbering
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest, HouseAirwayBill
from rms.models import RiskDecision
from tests.factories import firms
from tests.factories.manifests import house_airway_bill, manifest

PAID = (
    Stage.ARRIVAL, Stage.XRAY, Stage.EXAMINATION, Stage.FOR_OUT_OF_CHARGE, Stage.OUT_OF_CHARGE, Stage.FINALISED,
)  # fmt: skip
LANDED = (*PAID[1:], Stage.FIRST_CHECK, Stage.DETAINED, Stage.PROVISIONALLY_RELEASED)
RELEASED = (Stage.PROVISIONALLY_RELEASED, Stage.FINALISED)
HEADS = {"BCD": "11.00", "AIDC": "0.00", "SWS": "1.10", "IGST": "18.90", "CMPNSTRY": "0.00"}
DRAFT = {
    "header": {
        "form": "CBE-XIII", "invoice_number": "LBA-26-11873", "invoice_date": "2026-11-12", "invoice_terms": "FOB",
        "currency": "USD", "freight": "10.00", "insurance": "1.00", "kyc_type": "GSTIN",
        "kyc_number": "29AAKCK4417E1ZH", "iec": "AAKCK4417E", "gstin": "29AAKCK4417E1ZH", "state_code": "29",
        "ad_code": "6390417", "ecommerce": "N",
        "government": "N", "eou": "N", "repair_and_return": "N",
    },
    "items": [
        {
            "cth": "85183000", "description": "Wireless earphones", "country_of_origin": "CN", "quantity": "10",
            "uom": "NOS", "unit_price": "11.20",
        }
    ],
}  # fmt: skip


def decision(lane: str = RiskDecision.Lane.FACILITATED) -> RiskDecision:
    """What the RMS said."""
    return RiskDecision.objects.create(
        lane=lane, draw=Decimal("0.9"), ruleset="2026-11-19", decided_at=timezone.now(),
        reasons=[{"rule": "N-0099", "instruction": "Look at the secret compartment."}],
    )  # fmt: skip


def examined_too_little(one: Any) -> None:
    """The RMS prescribes half of the packages of a bill or shipping bill, and a tenth is reported."""
    prescribes = decision("EXAMINATION")
    prescribes.examine_percent = 50
    prescribes.save()
    one.examination_prescribed, one.examined_at, one.risk_decision = True, timezone.now(), prescribes
    one.save()
    told = {"packages_opened": 1, "percent": 10, "findings": "As declared.", "recommendation": "RELEASE"}
    one.examinations.create(at=timezone.now(), by=firms.person(), **told)


def bill(
    stage: str = Stage.ASSESSMENT, *, station: str = "BLR", firm: str = "swift", on: ExpressCargoManifest | None = None,
    hawb: HouseAirwayBill | None = None, arrived: bool | None = None, of_documents: bool = False, **given: Any,
) -> CourierBillOfEntry:  # fmt: skip
    """A bill at a stage, with what the steps before left on it: value, duty, payment, arrival, X-ray."""
    now, today = timezone.now(), timezone.localdate()
    arrived = stage in LANDED if arrived is None else arrived
    on = on or (hawb.manifest if hawb else manifest(ManifestStage.ARRIVAL_SCAN, station=station, firm=firm))
    hawb = None if of_documents else hawb or house_airway_bill(on, arrived=arrived)
    signatory = firms.person(firm=on.courier)
    fields: dict[str, Any] = {
        "station_id": on.station_id, "courier": on.courier, "manifest": on, "hawb": hawb, "stage": stage,
        "created_by": signatory, "arrived_at": hawb.arrived_at if hawb else None, "draft": DRAFT,
    }  # fmt: skip
    if stage not in (Stage.DRAFT, Stage.DISCARDED):
        fields |= _filed(today, signatory)
    if stage in PAID:
        fields |= {"duty_paid": Decimal("31.00"), "paid_at": now}
    if stage in (Stage.FOR_OUT_OF_CHARGE, Stage.OUT_OF_CHARGE):
        fields |= {"xray_result": "CLEAR", "xray_at": now}
    if stage == Stage.OUT_OF_CHARGE:
        fields["out_of_charge_at"] = now
    if stage in PUT_AWAY:
        fields["discarded_at"] = now
    if stage in RELEASED:
        fields |= {"released_at": now, "detained_from": Stage.ASSESSMENT}
    if stage == Stage.DOCUMENTS:
        fields |= {"documents_complete": False, "documents_required": "Import authorisation"}
    if stage == Stage.QUERY:
        fields |= {"returns_to": Stage.ASSESSMENT, "holds": Hold.QUERY}
    if stage == Stage.DETAINED:
        fields |= {"detained_from": Stage.ASSESSMENT, "holds": f"{Hold.DETENTION} {Hold.REPLY}"}
    if stage == Stage.STOPPED:
        fields |= {"stopped_from": Stage.DUTY, "holds": Hold.STOP}
    made = CourierBillOfEntry(**fields | given)
    if made.filed_at is not None and made.number is None:
        numbering.number([made])
    made.save()
    _belongings(made)
    return made


def hawb_of(of: CourierBillOfEntry) -> HouseAirwayBill:
    """The house airway bill of a bill that has one."""
    assert of.hawb is not None
    return of.hawb


def _filed(today: date, signatory: Any) -> dict[str, Any]:
    return {
        "filed_at": timezone.now(), "filed_by": signatory, "presented_on": today, "rates_on": today,
        "goods": "Wireless earphones", "first_cth": "85183000", "item_count": 1, "exchange_rate": Decimal("95.85"),
        "exchange_source": "84/2026-Customs (N.T.)", "currency": "USD", "invoice_number": "LBA-26-11873",
        "invoice_date": date(2026, 11, 12), "invoice_terms": "FOB", "kyc_type": "GSTIN",
        "kyc_number": "29AAKCK4417E1ZH",
        "iec": "AAKCK4417E", "gstin": "29AAKCK4417E1ZH", "state_code": "29", "ad_code": "6390417",
        "assessable_value": Decimal("100.00"), "total_duty": Decimal("31.00"), "duty_heads": HEADS,
        "risk_decision": decision(),
    }  # fmt: skip


def _belongings(made: CourierBillOfEntry) -> None:
    """What belongs to a filed bill: its item, an open query, the document asked for."""
    if made.filed_at is None:
        return
    if not made.is_documents:
        _item(made)
    if made.stage == Stage.QUERY:
        QueryMemo.objects.create(
            bill=made, raised_from=Stage.ASSESSMENT, question="Which battery?", raised_by=firms.person("Asha Rao")
        )
    if made.stage == Stage.DETAINED:
        detention_memo(made)
    if made.released_at is not None:
        assert made.presented_on is not None
        ProvisionalRelease.objects.create(
            bill=made, bond_number="B-118", bond_amount=5000, bond_date=made.presented_on, guarantee_number="BG-7",
            guarantee_amount=2000, guarantee_valid_until=date(2028, 3, 31), at=made.released_at,
            by=firms.person("Tara Gill"), finalised_at=made.released_at if made.stage == Stage.FINALISED else None,
        )  # fmt: skip
    if made.stage == Stage.DOCUMENTS:
        Attachment.objects.create(
            bill=made, kind=Attachment.Kind.OTHER, name="authorisation.pdf", file="bills/authorisation.pdf",
            content_type="application/pdf", size=10, sha256="0" * 64, by=made.created_by,
        )  # fmt: skip


def detention_memo(of: CourierBillOfEntry, desk: str = "detain.ASSESSMENT") -> DetentionMemo:
    """The memo that detains the goods of a bill, by the desk of a step."""
    memo = DetentionMemo(
        bill=of, station_id=of.station_id, activity=f"courierbillofentry.{desk}", grounds="The brand looks copied.",
        documents_wanted="Letter of the right holder", issued_at=timezone.now(), issued_by=firms.person("Asha Rao"),
    )  # fmt: skip
    numbering.number([memo])
    memo.save()
    return memo


def _item(made: CourierBillOfEntry) -> None:
    Item.objects.create(
        bill=made, item_no=1, cth="85183000", description="Wireless earphones", country_of_origin="CN",
        quantity=Decimal(10), uom="NOS", unit_price=Decimal("11.20"), assessable_value=made.assessable_value,
        bcd=Decimal(11), sws=Decimal("1.10"), igst=Decimal("18.90"), total_duty=made.total_duty,
    )  # fmt: skip
