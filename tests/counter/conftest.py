"""An operator with a customer at the counter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuthorisedCourier, User
from bills.models import CourierBillOfEntry
from counter.models import Visit
from manifests.models import HouseAirwayBill
from tests.bills.conftest import SignedIn, hawb, own_files, signed_in  # noqa: F401 fixtures
from tests.factories.bills import DRAFT

OPERATOR = "servicecentre.blr"


def scan(name: str = "sealed.pdf", content: bytes = b"%PDF-1.7 sealed") -> SimpleUploadedFile:
    """What the scanner gives."""
    return SimpleUploadedFile(name, content, "application/pdf")


class Counter:
    """The operator's browser, and what is done in it."""

    def __init__(self, browser: Client) -> None:
        self.browser = browser

    def post(self, name: str, *args: Any, **given: Any) -> Any:
        """Send a form of the counter."""
        return self.browser.post(reverse(name, args=args), given)

    def page(self) -> str:
        """The operator's page."""
        return self.browser.get(reverse("counter")).content.decode()

    def serve(self, number: str, person: str = "Devan Kaul") -> Visit:
        """A customer comes, is called, and is served."""
        self.post("counter-token", firm=number, person=person)
        visit = Visit.objects.latest("pk")
        for verb in ("call", "serve"):
            self.post("counter-step", visit.key, verb)
        return Visit.objects.get(pk=visit.pk)

    def begin(self, hawb: HouseAirwayBill, form: str = "CBE-XIII", **told: Any) -> CourierBillOfEntry:  # noqa: F811
        """A draft for the shipment, typed whole."""
        self.browser.post(reverse("bill-start"), {"hawb": hawb.pk, "form": form})
        bill = CourierBillOfEntry.objects.get(hawb=hawb)
        bill.draft = told or DRAFT
        bill.save(update_fields=["draft"])
        return bill

    def seal(self, bill: Any, slug: str = "bills/imports", **given: Any) -> Any:
        """Attach the sealed print-out."""
        return self.post("counter-seal", slug, bill.key, **{"scan": scan(), **given})

    def file(self, bill: CourierBillOfEntry) -> Any:
        """Declare and file."""
        page = self.browser.get(reverse("bill-check", args=[bill.pk]))
        ticked = {f"file-{name}": "on" for name in page.context["form"].fields}
        return self.browser.post(reverse("bill-check", args=[bill.pk]), ticked)

    def file_anyway(self, bill: CourierBillOfEntry) -> int:
        """What the filing page answers to a form that was kept from before."""
        return int(self.browser.post(reverse("bill-check", args=[bill.pk]), {}).status_code)


@pytest.fixture
def counter(signed_in: SignedIn) -> Counter:  # noqa: F811
    """The operator of Bengaluru at the counter."""
    return Counter(signed_in(OPERATOR))


@pytest.fixture
def swift(people: Callable[[str], User]) -> AuthorisedCourier:
    """A courier of the directory."""
    firm = people("courier.swift").courier
    assert firm is not None
    return firm
