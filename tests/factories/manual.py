"""Manual clearances and numbered paper forms at every stage."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from bills.models import CourierBillOfEntry, ManualClearance, ManualForm, ManualShipment
from bills.stages import Stage
from eccs import numbering
from tests.factories import firms
from tests.factories.bills import bill, hawb_of

FILLED = ("USED", "ENTERED", "REGULARISED")


def manual_clearance(stage: str = "PROPOSED", *, station: str = "BLR", **given: Any) -> ManualClearance:
    """Manual clearance since an hour, for another two."""
    now = timezone.now()
    fields: dict[str, Any] = {
        "station_id": station, "stage": stage, "reason": "ECCS is down since 05:40.", "begins_at": now - timedelta(hours=1),
        "until_at": now + timedelta(hours=2), "proposed_by": firms.person("Kavya Sethi"),
    }  # fmt: skip
    if stage != "PROPOSED":
        fields["decided_at"] = now - timedelta(hours=1)
    if stage in ("ENDED", "RECONCILED"):
        fields["ended_at"] = now
    made = ManualClearance(**fields | given)
    numbering.number([made])
    made.save()
    return made


def manual_form(stage: str = "ISSUED", *, station: str = "BLR", firm: str = "swift", **given: Any) -> ManualForm:
    """A numbered form of the station; once used, for a bill that awaits arrival and is paid."""
    fields: dict[str, Any] = {"station_id": station, "stage": stage, "issued_by": firms.person("Kavya Sethi")}
    if stage in FILLED:
        on = bill(Stage.ARRIVAL, station=station, firm=firm)
        fields |= filled(on, station)
        if stage != "USED":
            fields["bill"] = on
        if stage == "REGULARISED":
            fields |= {"reckoned_value": on.assessable_value, "reckoned_duty": on.total_duty}
    made = ManualForm(**fields | given)
    numbering.number([made])
    made.save()
    if stage in FILLED:
        assert made.courier is not None
        ManualShipment.objects.create(form=made, courier=made.courier, hawb=made.hawb)
    return made


def filled(on: CourierBillOfEntry, station: str = "BLR") -> dict[str, Any]:
    """What the paper says about the shipment of a bill."""
    return {
        "order": manual_clearance("ENDED", station=station), "courier": on.courier, "hawb": hawb_of(on).number,
        "consignee": "Krishna Electronics", "goods": "Wireless earphones", "officer": "K. Sethi", "receipt": "M-17",
        "cleared_at": timezone.now() - timedelta(minutes=30), "assessable_value": Decimal(100), "collected": Decimal(31),
        "shipment_count": 1, "xray_result": "CLEAR", "received_by": "Ravi Nair", "received_at": timezone.now(),
    }  # fmt: skip


def paper(order: ManualClearance, firm: str = "swift", **given: str) -> dict[str, Any]:
    """What an officer enters from the paper, as the step takes it."""
    at = timezone.now() - timedelta(minutes=20)
    return {
        "order": str(order), "courier": str(firms.courier(firm).number), "hawb": "SWF0000000777", "consignee": "Krishna Electronics",
        "goods": "Wireless earphones", "cleared_at": at.isoformat(), "officer": "K. Sethi", "assessable_value": "100",
        "collected": "31", "receipt": "M-17", "fine": "0", "penalty": "0", "xray_result": "CLEAR", "received_by": "Ravi Nair",
        "received_at": timezone.now().isoformat(), **given,
    }  # fmt: skip


def bill_of_form(one: ManualForm) -> CourierBillOfEntry:
    """A filed bill for the shipment on the paper."""
    from tests.factories.manifests import house_airway_bill, manifest

    on = manifest("ARRIVED", station=one.station_id)
    return bill(Stage.ARRIVAL, hawb=house_airway_bill(on, number=one.hawb or "SWF0000000778"))


def written(at: Any) -> str:
    """A moment as people here write it, to the minute."""
    return f"{timezone.localtime(at):%d/%m/%Y %H:%M}"


def written_paper(order: ManualClearance, **given: str) -> dict[str, Any]:
    """What the paper says, as an officer types it with its scan, cleared ten minutes before the end."""
    assert order.ended_at is not None
    return typed(order, order.ended_at - timedelta(minutes=10), **given)


def typed(order: ManualClearance, at: Any, **given: str) -> dict[str, Any]:
    """The paper as it is typed, with its scan."""
    scan = SimpleUploadedFile("paper.pdf", b"%PDF-1.7 signed " + str(at).encode())
    return paper(order, cleared_at=written(at), received_at=written(at), **given) | {"scan": scan}
