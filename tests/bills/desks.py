"""People at their desks: a step taken through the browser, a payment, an arrival."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.utils import timezone

from accounts.permissions import SYSTEM
from bills.models import CourierBillOfEntry
from eccs.workflow import Document, take
from manifests.models import HouseAirwayBill
from payments import services
from payments.models import Challan
from tests.bills.conftest import SignedIn
from tests.factories.firms import actor

REPORT = {"packages_opened": "1", "percent": "100", "findings": "As declared.", "recommendation": "RELEASE"}
SECURITY = {
    "bond_number": "B-118", "bond_amount": "5000", "bond_date": "12/11/2026", "bond_valid_until": "31/03/2030", "guarantee_number": "BG-7",
    "guarantee_amount": "2000", "guarantee_valid_until": "31/03/2030",
}  # fmt: skip
ORDER = {
    "order_number": "31/2026", "order_date": "19/11/2026", "outcome": "RELEASE", "fine": "500", "penalty": "200",
    "remarks": "The brand was copied.",
}  # fmt: skip
ACCEPT = {"declared": "accept", "examine": "no", "kind": "final"}


class Desks:
    """The cast at work: each step is posted as its form would post it."""

    def __init__(self, signed_in: SignedIn) -> None:
        self.signed_in = signed_in

    def act(self, username: str, one: Any, step: str, **answers: Any) -> Any:
        """Somebody takes a step; the document as it then is."""
        sent = {f"{step}-{name}": value for name, value in answers.items()}
        answer = self.signed_in(username).post(one.step_url(step), {"confirm": "yes", **sent})
        assert answer.status_code == 302, answer.content.decode().split("<main", 1)[-1]
        return fresh(one)

    def refused(self, username: str, one: Any, step: str, **answers: Any) -> str:
        """Somebody is told why not; nothing has changed."""
        sent = {f"{step}-{name}": value for name, value in answers.items()}
        answer = self.signed_in(username).post(one.step_url(step), {"confirm": "yes", **sent})
        assert answer.status_code in (409, 422)
        assert fresh(one).trail_length == one.trail_length
        return answer.content.decode().replace("\u00a0", " ")

    def page(self, username: str, one: Document) -> str:
        """What somebody reads on the document's page."""
        answer = self.signed_in(username).get(one.get_absolute_url())
        assert answer.status_code == 200
        return answer.content.decode().replace("\u00a0", " ")

    def pay(self, one: CourierBillOfEntry) -> tuple[CourierBillOfEntry, Challan]:
        """The courier pays the bill by a challan of its own."""
        payer = actor("COURIER_SIGNATORY")
        challan = services.create_challan([one.pk], payer)
        challan = take(challan, "go_to_bank", payer)
        paid = take(challan, "confirm_paid", SYSTEM, bank_transaction=f"SBX{challan.pk:015d}", told_by="confirmation")
        return fresh(one), paid


def picture(name: str = "picture.png") -> SimpleUploadedFile:
    """A picture as an X-ray machine writes it."""
    return SimpleUploadedFile(name, b"\x89PNG\r\n\x1a\n a picture", "image/png")


def fresh(one: Any) -> Any:
    """The document as the database has it."""
    return type(one)._default_manager.get(pk=one.pk)


def arrive(one: CourierBillOfEntry) -> CourierBillOfEntry:
    """The last package of the bill is scanned."""
    from manifests.events import house_airway_bills_arrived

    now = timezone.now()
    HouseAirwayBill.objects.filter(bills=one).update(arrived_at=now, packages_arrived=F("packages"))
    house_airway_bills_arrived.send(None, hawb_ids=[one.hawb_id], actor=actor("ARRIVAL_SCANNER"), at=now)
    found: CourierBillOfEntry = fresh(one)
    return found
