"""The bills of a flight from one file: every fault named by row and column, nothing filed before all is right."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bills.models import BillTrail, CourierBillOfEntry
from bills.stages import Stage
from eccs import upload_runner
from eccs.models import Upload
from eccs.trail import broken_lines
from manifests.models import ExpressCargoManifest
from tests.bills.conftest import SignedIn
from tests.factories.manifests import house_airway_bill, manifest

pytestmark = pytest.mark.django_db

AADHAAR = "234123412346"
Rows = list[dict[str, str]]


def row(hawb: str, item_no: int = 1, **given: str) -> dict[str, str]:
    """One good row; the header's cells stand on the first row of a HAWB."""
    cells = {
        "form": "CBE-XIII", "hawb": hawb, "item_no": str(item_no), "cth": "85183000",
        "description": "Wireless earphones", "country_of_origin": "CN", "quantity": "10", "uom": "NOS",
        "unit_price": "11.20",
        "currency": "USD",
        "invoice_number": "LBA-26-11873", "invoice_date": "2026-11-12", "invoice_terms": "FOB",
    }  # fmt: skip
    if item_no == 1:
        cells |= {"freight": "10.00", "kyc_type": "GSTIN", "kyc_number": "29ABCDE1234F1ZW"}
    return cells | given


@pytest.fixture
def flight(people: Callable[[str], User]) -> ExpressCargoManifest:
    """A submitted manifest of three shipments, and a manifest of another courier."""
    made = manifest(courier=people("courier.swift").courier)
    for n in (1, 2, 3):
        house_airway_bill(made, number=f"SWF00{n}")
    other = manifest(courier=people("courier.metro").courier)
    house_airway_bill(other, number="MTR001")
    return made


@pytest.fixture
def good() -> Rows:
    """Two bills, one of two items."""
    return [
        row("SWF001"), row("SWF001", 2, cth="49019900", unit_price="4"),
        row("SWF002", kyc_type="AADHAAR", kyc_number=AADHAAR),
    ]  # fmt: skip


def as_csv(rows: Rows) -> SimpleUploadedFile:
    """The rows as a file."""
    out = StringIO()
    names = list(dict.fromkeys(name for one in rows for name in one))
    writer = csv.DictWriter(out, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile("bills.csv", out.getvalue().encode())


def send(signed_in: SignedIn, flight: ExpressCargoManifest, rows: Rows, **also: Any) -> Upload:
    """Hand the file in and have it checked."""
    signed_in("courier.swift").post(reverse("bill-upload", args=[flight.key]), {"file": as_csv(rows), **also})
    upload = Upload.objects.latest("pk")
    upload_runner.check(upload.pk)
    upload.refresh_from_db()
    return upload


def test_a_good_file_is_signed_and_filed(signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows) -> None:
    upload = send(signed_in, flight, good)
    assert (upload.state, upload.summary["bills"], upload.summary["items"]) == ("READY", 2, 3)
    assert not CourierBillOfEntry.objects.exists()
    operator, signatory = signed_in("courier.swift"), signed_in("signatory.swift")
    page = reverse("upload", args=[upload.pk])
    assert "Declare and sign" not in operator.get(page).content.decode()
    assert "Sign and file 2 bills" in signatory.get(page).content.decode()
    signatory.post(reverse("upload-sign", args=[upload.pk]), {"declare1": "on", "declare2": "on"})
    upload_runner.save(upload.pk, int(signatory.session["_auth_user_id"]))
    assert "2 bills filed" in signatory.get(page).content.decode()
    bills = list(CourierBillOfEntry.objects.order_by("pk"))
    assert [bill.number.rsplit("_", 1)[1] for bill in bills] == ["01", "02"]
    assert all(bill.stage != Stage.DRAFT and bill.risk_decision_id for bill in bills)
    assert [bill.items.count() for bill in bills] == [2, 1]
    assert sum(bill.total_duty for bill in bills) == Decimal(upload.summary["total_duty"])
    assert all(sum(item.total_duty for item in bill.items.all()) == bill.total_duty for bill in bills)
    assert not list(broken_lines(BillTrail))


def test_a_discount_leaves_something_of_its_own_invoice(signed_in: SignedIn, flight: ExpressCargoManifest) -> None:
    """Ten pieces at 11.20 dollars come to 112."""
    told = ("discount", "is not less than the invoice value")
    for given in (
        {"discount": "112.00"},
        {"discount": "112.01"},
        {"discount": "112.00", "discount_currency": "EUR"},
        {"discount": "99999", "discount_currency": "INR"},
    ):
        upload = send(signed_in, flight, [row("SWF001") | given, row("SWF002")])
        assert [(fault[1], fault[3]) for fault in upload.faults] == [told], given
    for given in ({"discount": "111.99"}, {"discount": "112", "discount_currency": "INR"}, {"discount": "0"}):
        assert not send(signed_in, flight, [row("SWF001") | given]).faults, given


@pytest.mark.parametrize("name", ["discount", "freight", "insurance"])
def test_a_charge_on_a_later_row_of_an_invoice_is_refused_with_its_row_or_says_the_same(
    signed_in: SignedIn, flight: ExpressCargoManifest, name: str
) -> None:
    first, later = row("SWF001", 1) | {name: "5.00"}, row("SWF001", 2)
    (fault,) = send(signed_in, flight, [first, later | {name: "7.00"}]).faults
    assert fault[:3] == [3, name, "7.00"] and "first row of its invoice" in fault[3]
    (fault,) = send(signed_in, flight, [first | {name: ""}, later | {name: "7.00"}]).faults
    assert fault[:2] == [3, name]
    assert not send(signed_in, flight, [first, later | {name: "5.00"}]).faults
    assert not send(signed_in, flight, [first, later]).faults


def test_a_duty_by_weight_wants_the_quantity_in_its_unit(signed_in: SignedIn, flight: ExpressCargoManifest) -> None:
    almonds = row("SWF001", cth="08021200")
    (fault,) = send(signed_in, flight, [almonds]).faults
    assert fault[1:] == ["uom", "NOS", "the duty of this tariff item is per KGS: give the quantity in KGS"]
    assert not send(signed_in, flight, [almonds | {"uom": "KGS"}]).faults


def test_an_aadhaar_number_is_kept_nowhere_in_full(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows
) -> None:
    upload = send(signed_in, flight, good)
    signatory = signed_in("signatory.swift")
    signatory.post(reverse("upload-sign", args=[upload.pk]), {"declare1": "on", "declare2": "on"})
    upload_runner.save(upload.pk, int(signatory.session["_auth_user_id"]))
    bill = CourierBillOfEntry.objects.get(hawb__number="SWF002")
    assert bill.kyc_number == "XXXXXXXX2346"
    assert bill.iec == "0100000053"
    assert bill.risk_decision is not None
    kept = f"{bill.trail.get().snapshot}{bill.risk_decision.facts}{bill.kyc_token}"
    assert AADHAAR not in kept
    upload.refresh_from_db()
    assert (upload.state, bool(upload.file), len(upload.digest)) == ("DONE", False, 64)
    assert signatory.get(f"/uploads/{upload.pk}/errors/").status_code == 404


def test_what_a_stopped_worker_left_is_filed_for_whoever_signed_it(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(signed_in, flight, good)
    signatory = signed_in("signatory.swift")
    signatory.post(reverse("upload-sign", args=[upload.pk]), {"declare1": "on", "declare2": "on"})
    Upload.objects.update(touched_at="2026-01-01T00:00:00Z")
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(upload_runner, "after_commit", lambda task, *given: sent.append((task.name, *given)))
    upload_runner.resume()
    signer = int(signatory.session["_auth_user_id"])
    assert sent == [("eccs.tasks.save_upload", upload.pk, signer)] and signer != upload.by_id


def test_the_same_file_cannot_be_filed_twice(signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows) -> None:
    upload = send(signed_in, flight, good)
    signatory = signed_in("signatory.swift")
    for _press in range(2):
        signatory.post(reverse("upload-sign", args=[upload.pk]), {"declare1": "on", "declare2": "on"})
        upload_runner.save(upload.pk, int(signatory.session["_auth_user_id"]))
    assert CourierBillOfEntry.objects.count() == 2
    again = send(signed_in, flight, [*good, row("SWF003")])
    assert [(f[0], f[1], f[3]) for f in again.faults] == [
        (2, "hawb", "has a bill already"), (3, "hawb", "has a bill already"), (4, "hawb", "has a bill already"),
    ]  # fmt: skip


def test_a_shipment_on_hold_is_named_and_nothing_is_filed(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows
) -> None:
    flight.hawbs.filter(number="SWF002").update(held_since=timezone.now())
    upload = send(signed_in, flight, good)
    assert [(f[0], f[1], f[3]) for f in upload.faults] == [(4, "hawb", "is on hold: release the hold first")]


def spoiled(**given: str) -> Callable[[Rows], None]:
    """The first row with some cells changed."""
    return lambda rows: rows[0].update(given)


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        (spoiled(hawb="MTR001"), (2, "hawb"), "is not on the manifest"),
        (spoiled(hawb="NOSUCH"), (2, "hawb"), "is not on the manifest"),
        (spoiled(hawb="8.00123E+12"), (2, "hawb"), "is a number where an identifier is expected"),
        (spoiled(cth="8518"), (2, "cth"), "eight digits"),
        (spoiled(cth="49011099"), (2, "cth"), "is not in the tariff"),
        (spoiled(cth="77010000"), (2, "cth"), "is not in the tariff"),
        (spoiled(quantity="abc"), (2, "quantity"), "is not a number"),
        (spoiled(quantity="0"), (2, "quantity"), "must be above zero"),
        (spoiled(quantity="1,200"), (2, "quantity"), "without commas"),
        (spoiled(unit_price="-1"), (2, "unit_price"), "must be above zero"),
        (spoiled(currency="RUPEE"), (2, "currency"), "is not a currency code"),
        (spoiled(country_of_origin="XX"), (2, "country_of_origin"), "is not a country"),
        (spoiled(uom="HEAPS"), (2, "uom"), "is not a unit"),
        (spoiled(invoice_date="31/02/2026"), (2, "invoice_date"), "is not a day"),
        (spoiled(invoice_terms="DDP"), (2, "invoice_terms"), "is not an invoice term"),
        (spoiled(kyc_number="29ABCDE1234F1ZX"), (2, "kyc_number"), "check digit does not match"),
        (spoiled(kyc_type="PAN"), (2, "kyc_number"), "is not a PAN"),
        (spoiled(kyc_type=""), (2, "kyc_type"), "is missing"),
        (spoiled(ad_code="12"), (2, "ad_code"), "seven digits"),
        (spoiled(iec="12"), (2, "iec"), "is not an IEC"),
        (spoiled(gstin="29ABCDE1234F1ZX"), (2, "gstin"), "check digit does not match"),
        (spoiled(eou="Y"), (2, "eou"), "CBE-XIV"),
        (spoiled(repair_and_return="Y"), (2, "repair_and_return"), "CBE-XIV"),
        (lambda rows: [one.update(form="CBE-XIV") for one in rows[:2]], (2, "form"), "file CBE-XIII"),
        (spoiled(unit_price="2000"), (2, "form"), "file CBE-XIV"),
        (spoiled(description=""), (2, "description"), "is missing"),
        (lambda rows: rows[1].update(item_no="1"), (3, "item_no"), "is given twice"),
        (lambda rows: rows[1].update(currency="EUR"), (3, "currency"), "differs from the other rows"),
    ],
)
def test_a_spoiled_cell_and_no_other_is_named(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows, change: Callable[[Rows], None],
    where: tuple[int, str], words: str,
) -> None:  # fmt: skip
    change(good)
    upload = send(signed_in, flight, good)
    assert upload.state == "REFUSED"
    assert [(fault[0], fault[1]) for fault in upload.faults] == [where]
    assert words in upload.faults[0][3]
    page = signed_in("courier.swift").get(reverse("upload", args=[upload.pk])).content.decode()
    assert f"<code>{where[1]}</code>" in page
    assert not CourierBillOfEntry.objects.exists()


def test_a_form_and_a_file_give_the_same_bill(signed_in: SignedIn, flight: ExpressCargoManifest) -> None:
    signatory = signed_in("signatory.swift")
    upload = send(signed_in, flight, [row("SWF001")])
    signatory.post(reverse("upload-sign", args=[upload.pk]), {"declare1": "on", "declare2": "on"})
    upload_runner.save(upload.pk, int(signatory.session["_auth_user_id"]))
    cells = row("SWF002")
    signatory.post(reverse("bill-start"), {"hawb": flight.hawbs.get(number="SWF002").pk})
    typed = CourierBillOfEntry.objects.get(hawb__number="SWF002")
    for name in ("importer", "invoice"):
        signatory.post(reverse("bill-part", args=[typed.pk, name]), cells)
    signatory.post(reverse("bill-item", args=[typed.pk, 1]), cells)
    signatory.post(reverse("bill-check", args=[typed.pk]), {"file-authorised": "on", "file-true": "on"})

    def told(number: str) -> dict[str, Any]:
        bill = CourierBillOfEntry.objects.get(hawb__number=number)
        left_out = {
            "id", "hawb_id", "number", "serial", "risk_decision_id", "trail_head", "draft", "filed_at", "stage_since",
            "created_at", "created_by_id", "stage", "facilitated", "assessment_required", "examination_prescribed",
        }  # fmt: skip
        return {f.attname: getattr(bill, f.attname) for f in bill._meta.concrete_fields if f.attname not in left_out}

    assert told("SWF001") == told("SWF002")


@pytest.mark.parametrize(("username", "status"), [("courier.metro", 404), ("ao.blr", 403), ("scan.blr", 403)])
def test_a_flight_takes_bills_of_its_own_courier_only(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows, username: str, status: int
) -> None:
    answer = signed_in(username).post(reverse("bill-upload", args=[flight.key]), {"file": as_csv(good)})
    assert answer.status_code == status
    assert not Upload.objects.exists()
    upload = send(signed_in, flight, good)
    assert signed_in(username).get(reverse("upload", args=[upload.pk])).status_code == 404


def test_no_file_is_said_plainly(signed_in: SignedIn, flight: ExpressCargoManifest) -> None:
    answer = signed_in("courier.swift").post(reverse("bill-upload", args=[flight.key]))
    assert answer.status_code == 422
    assert "Choose a file." in answer.content.decode()
