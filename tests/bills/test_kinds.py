"""CBE-XII, CBE-XIII and CBE-XIV: each for its goods, and the form that does not fit refused with the one that does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bills import drafts, fitting, rates
from bills.kinds import Kind
from bills.models import BillTrail, CourierBillOfEntry
from bills.stages import Stage
from eccs import upload_runner
from eccs.trail import broken_lines
from eccs.workflow import Refused, take
from manifests.models import ExpressCargoManifest, HouseAirwayBill
from tests.bills.conftest import SignedIn
from tests.bills.test_entry import IMPORTER, begin, ticked
from tests.bills.test_upload import Rows, row, send
from tests.every_step.directory import order
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest

pytestmark = pytest.mark.django_db

D = Decimal
LIMITS = fitting.Limits(samples=D(10000), gifts=D(20000), xiii=D(100000), gifts_restricted=True)
CIF: dict[str, Any] = {"invoice_terms": "CIF", "currency": "INR", "freight": "", "quantity": "1", "iec": "AAKCK4417E"}
SAMPLE: dict[str, Any] = {**CIF, "nature": "SAMPLE"}


@pytest.fixture
def flight(people: Callable[[str], User]) -> ExpressCargoManifest:
    """A submitted manifest of four shipments."""
    made = manifest(courier=people("courier.swift").courier)
    for n in range(1, 5):
        house_airway_bill(made, number=f"SWF00{n}")
    return made


def about(value: str, **given: Any) -> fitting.Facts:
    """Goods of a value that are nothing special, or what is given."""
    return fitting.Facts(D(value), **given)


@pytest.mark.parametrize(
    ("goods", "form"),
    [
        (about("100000.00"), Kind.XIII),
        (about("100000.01"), Kind.XIV),
        (about("1", always_xiv=True), Kind.XIV),
        (about("12000", samples=D("10000.00"), others=False), Kind.XII),
        (about("12000", samples=D("10000.01"), others=False), Kind.XIII),
        (about("100000.01", samples=D("99999"), others=False), Kind.XIV),
        (about("20000", gifts=D("20000.00"), others=False), Kind.XII),
        (about("20000", gifts=D("20000.01"), others=False), Kind.XIII),
        (about("500", gifts=D(500), others=False, barred_gifts=True), Kind.XIII),
        (about("500", samples=D(200)), Kind.XIII),
        (about("500", samples=D(500), others=False, always_xiv=True), Kind.XIV),
    ],
)
def test_one_form_fits_and_every_other_names_it(goods: fitting.Facts, form: Kind) -> None:
    assert fitting.form_for(goods, LIMITS) == form
    assert not fitting.why_not(form, goods, LIMITS)
    for other in {Kind.XII, Kind.XIII, Kind.XIV} - {form}:
        assert form.value in fitting.why_not(other, goods, LIMITS)


def test_gifts_are_restricted_from_12_december_2019() -> None:
    before = rates.limits(date(2019, 12, 11), "BLR")
    after = rates.limits(date(2019, 12, 12), "BLR")
    toys = about("500", gifts=D(500), others=False, barred_gifts=True)
    assert (fitting.form_for(toys, before), fitting.form_for(toys, after)) == (Kind.XII, Kind.XIII)


def file(signed_in: SignedIn, flight: ExpressCargoManifest, rows: Rows) -> list[CourierBillOfEntry]:
    """Hand the file in, sign it, and have it filed."""
    upload = send(signed_in, flight, rows)
    assert upload.state == "READY", upload.faults
    signatory = signed_in("signatory.swift")
    page = signatory.get(reverse("upload", args=[upload.pk])).content.decode()
    for form in {one["form"] for one in rows}:
        assert f"Bills of entry, {form}" in page
    signatory.post(reverse("upload-sign", args=[upload.pk]), {"declare1": "on", "declare2": "on"})
    upload_runner.save(upload.pk, int(signatory.session["_auth_user_id"]))
    return list(CourierBillOfEntry.objects.order_by("pk"))


def test_5_4_2_samples_and_gifts_come_free_of_duty_and_straight_to_arrival(
    signed_in: SignedIn, flight: ExpressCargoManifest
) -> None:
    rows = [
        row("SWF001", form="CBE-XII", unit_price="10000", **SAMPLE),
        row("SWF002", form="CBE-XII", unit_price="300", **CIF, nature="GIFT", gift_kind="RAKHI", cth="71171990"),
        row("SWF003", unit_price="100000", **CIF),
    ]
    sample, gift, dutiable = file(signed_in, flight, rows)
    assert sample.number and sample.number.startswith("CBE-XII_BLR_")
    assert (sample.kind, sample.total_duty, sample.assessable_value) == (Kind.XII, 0, D(10000))
    item = sample.items.get()
    assert (item.nature, item.bcd, item.igst, item.notification) == ("SAMPLE", 0, 0, "154/94-Customs")
    assert item.duty_forgone == D(sample.duty_heads["EXEMPTED"]) > 0
    assert gift.items.get().gift_kind == "RAKHI"
    assert {sample.stage, gift.stage} <= {Stage.ARRIVAL, Stage.ASSESSMENT}
    assert dutiable.total_duty > 0
    page = signed_in("ao.blr").get(sample.get_absolute_url()).content.decode()
    assert "Free of duty as samples or permitted gifts" in page
    assert not list(broken_lines(BillTrail))


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"form": "CBE-XII", "unit_price": "10000.01", **SAMPLE}, "form", "above ₹\u00a010,000: file CBE-XIII"),
        ({"form": "CBE-XII", "unit_price": "100000.01", **SAMPLE}, "form", "file CBE-XIV"),
        ({"form": "CBE-XII", "unit_price": "5", **CIF}, "nature", "file CBE-XIII"),
        ({"form": "CBE-XII", "unit_price": "5", **CIF, "nature": "GIFT"}, "form", "file CBE-XIII"),
        ({"form": "CBE-XII", "unit_price": "5", **SAMPLE, "eou": "Y"}, "eou", "CBE-XIV"),
        ({"form": "CBE-XIII", "unit_price": "10000", **SAMPLE}, "form", "file CBE-XII"),
        ({"form": "CBE-XIII", "unit_price": "100000.01", **CIF}, "form", "file CBE-XIV"),
        ({"form": "CBE-XIII", "unit_price": "5", **CIF, "bond_number": "B1"}, "bond_number", "asked on CBE-XIV alone"),
        ({"form": "CBE-XIV", "unit_price": "100000.00", **CIF}, "form", "file CBE-XIII"),
        ({"form": "CBE-XIV", "unit_price": "10000", **SAMPLE}, "form", "file CBE-XII"),
        ({"form": "CBE-XIV", "unit_price": "200000", **CIF, "iec": ""}, "iec", "names the IEC"),
        ({"form": "CBE-XIV", "unit_price": "200000", **CIF, "high_sea_sale": "Y"}, "high_sea_seller", "is missing"),
        ({"form": "CBE-XIV", "unit_price": "200000", **CIF, "be_category": "WAREHOUSE"}, "be_category", "not cleared here"),
        ({"form": "CBE-XIV", "unit_price": "200000", **CIF, "be_type": "NORMAL"}, "be_type", "file a prior bill"),
        ({"form": "CBE-XIV", "unit_price": "200000", **CIF, "svb_order": "SVB-1"}, "svb_order", "without related"),
        ({"form": "CBE-XIV", "unit_price": "200000", **CIF, "gateway_port": "INMAA4"}, "gateway_igm", "is missing"),
        ({"form": "CBE-XIV", "unit_price": "200000", **CIF, "order_date": "2026-11-01"}, "order_date", "order_number"),
        ({"form": "CBE-XIV", "unit_price": "200000", **CIF, "valuation_rule": "6"}, "valuation_rule", "not a rule"),
    ],
)  # fmt: skip
def test_5_4_a_form_that_does_not_fit_is_refused_with_the_one_that_does(
    signed_in: SignedIn, flight: ExpressCargoManifest, cells: dict[str, Any], column: str, words: str
) -> None:
    upload = send(signed_in, flight, [row("SWF001", **cells)])
    told = [(fault[1], fault[3]) for fault in upload.faults if fault[1] == column]
    assert (upload.state, len(told)) == ("REFUSED", 1), upload.faults
    assert words in told[0][1]
    assert not CourierBillOfEntry.objects.exists()


def test_bills_over_a_manifest_of_documents_are_refused(signed_in: SignedIn, people: Callable[[str], User]) -> None:
    papers = manifest(courier=people("courier.swift").courier, kind=ExpressCargoManifest.Kind.DOCUMENTS)
    hawb = house_airway_bill(papers, number="SWF001")
    courier = signed_in("courier.swift")
    url = reverse("bill-upload", args=[papers.key])
    assert "together make one CBE-XI" in courier.get(url).content.decode()
    upload = send(signed_in, papers, [row("SWF001")])
    assert (upload.state, "Unknown columns: form" in upload.refusal) == ("REFUSED", True)
    draft = drafts.start(hawb, papers.created_by_id)
    with pytest.raises(Refused, match="cleared on CBE-XI, not on CBE-XII"):
        take(draft, "file", actor("COURIER_SIGNATORY"))
    assert courier.post(reverse("bill-start"), {"hawb": hawb.pk}).status_code == 404


def test_5_4_4_a_large_bill_with_two_invoices_and_its_blocks(signed_in: SignedIn, flight: ExpressCargoManifest) -> None:
    first = {"form": "CBE-XIV", "iec": "AAKCK4417E", "invoice_number": "A-1", "currency": "USD", "freight": "10.00"}
    other = {
        "form": "CBE-XIV",
        "invoice_number": "B-2",
        "currency": "EUR",
        "invoice_terms": "CIF",
        "invoice_date": "2026-11-10",
    }
    rows = [
        row("SWF001", 1, **first, unit_price="1000", high_sea_sale="Y", high_sea_seller="Ocean Traders", high_sea_seller_iec="AAQCS4821K", marks="KE 1-4", order_number="PO-7", order_date="2026-10-01", related="Y", cetsh="85183000", loading_charges="5"),
        row("SWF001", 2, **other, unit_price="30", cth="49019900"),
        row("SWF001", 3, **first | {"freight": ""}, unit_price="20"),
        row("SWF002", form="CBE-XIV", iec="AAKCK4417E", unit_price="1", eou="Y"),
        row("SWF003", form="CBE-XIV", iec="AAKCK4417E", unit_price="1", repair_and_return="Y"),
    ]  # fmt: skip
    large, eou, repair = file(signed_in, flight, rows)
    assert (large.kind, eou.kind, repair.kind) == (Kind.XIV,) * 3
    a, b = large.invoices.all()
    assert (a.invoice_number, a.related, a.order_number, b.currency, b.freight) == ("A-1", True, "PO-7", "EUR", None)
    assert [item.invoice_place for item in large.items.all()] == [1, 2, 1]
    assert sum(item.assessable_value for item in large.items.all()) == large.assessable_value
    cif_of_b = D(300) * b.exchange_rate
    assert large.items.get(item_no=2).assessable_value == cif_of_b.quantize(D("0.01"))
    fob = D(10200) + 5
    of_a = (fob + 10 + fob * D("1.125") / 100) * a.exchange_rate
    assert large.assessable_value == (of_a.quantize(D("0.01")) + cif_of_b.quantize(D("0.01")))
    told = large.form_e
    assert (told.high_sea_seller, told.be_type, told.be_category, told.importer_category) == (
        "Ocean Traders", "PRIOR", "HOME", "OTHER",
    )  # fmt: skip
    assert (large.stage, large.facilitated) == (Stage.ASSESSMENT, False)  # related parties: an officer looks at it
    snapshot = large.trail.get().snapshot
    assert snapshot is not None
    assert [invoice["invoice_number"] for invoice in snapshot["invoices"]] == ["A-1", "B-2"]
    officer = signed_in("ao.blr").get(large.get_absolute_url()).content.decode()
    for words in ("Form E", "Ocean Traders", "B-2", "PO-7"):
        assert words in officer
    pdf = signed_in("ao.blr").get(reverse("bill-print", args=[large.key]))
    assert pdf.content.startswith(b"%PDF")


@pytest.mark.parametrize("asked", ["provisional_documents", "first_proviso"])
def test_what_form_e_leaves_open_is_for_an_officer_to_look_at(
    signed_in: SignedIn, flight: ExpressCargoManifest, asked: str
) -> None:
    """Documents or particulars that are still to come (section 46(1), first proviso); nothing open goes on by itself."""
    given: dict[str, Any] = {"form": "CBE-XIV", "iec": "AAKCK4417E", "unit_price": "1", "eou": "Y"}
    open_, plain = file(signed_in, flight, [row("SWF001", **(given | {asked: "Y"})), row("SWF002", **given)])
    assert (open_.stage, open_.facilitated, open_.assessment_due) == (Stage.ASSESSMENT, False, True)
    assert not plain.assessment_due


def test_a_bill_is_typed_on_one_form_and_put_on_the_one_that_fits(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    signatory = signed_in("signatory.swift")
    bill = begin(signatory, hawb)

    def part(name: str) -> str:
        return reverse("bill-part", args=[bill.pk, name])

    signatory.post(part("importer"), {**IMPORTER, "iec": "AAKCK4417E"})
    signatory.post(
        part("invoice"),
        {"invoice_number": "HRB-1", "invoice_date": "10/11/2026", "invoice_terms": "CIF", "currency": "GBP"},
    )
    item = {"cth": "95049090", "description": "Table", "country_of_origin": "GB", "quantity": "1", "uom": "NOS", "unit_price": "9000"}  # fmt: skip
    signatory.post(reverse("bill-item", args=[bill.pk, 1]), item)
    assert "CBE-XIII does not fit these goods" in signatory.get(bill.get_absolute_url()).content.decode()
    signatory.post(reverse("bill-form", args=[bill.pk]), {"form": "CBE-XIV"})
    bill.refresh_from_db()
    assert (bill.kind, bill.draft["invoices"][0]["invoice_number"]) == (Kind.XIV, "HRB-1")
    assert "HRB-1" in signatory.get(reverse("bill-invoices", args=[bill.pk])).content.decode()
    signatory.post(part("class"), {"be_class": "NEW", "importer_category": "UNDERTAKING"})
    signatory.post(part("requests"), {"first_check": "on", "extension_48": "on"})
    signatory.post(part("carriage"), {"marks": "1 to 3"})
    signatory.post(
        reverse("bill-invoice", args=[bill.pk, 2]),
        {"invoice_number": "HRB-2", "invoice_date": "10/11/2026", "invoice_terms": "FOB", "currency": "USD"},
    )
    page = signatory.get(reverse("bill-check", args=[bill.pk])).content.decode()
    assert "Reason for the extension is missing" in page and "Invoice 2 has no item" in page
    signatory.post(part("requests"), {"first_check": "on", "extension_48": "on", "extension_reason": "Licence to come"})
    signatory.post(reverse("bill-item", args=[bill.pk, 2]), {**item, "unit_price": "5", "invoice_place": "2"})
    answer = signatory.post(reverse("bill-check", args=[bill.pk]), ticked(bill))
    filed = CourierBillOfEntry.objects.get(pk=bill.pk)
    assert answer["Location"] == reverse("bill-filed", args=[filed.number])
    assert filed.form_e.importer_category == "UNDERTAKING" and filed.form_e.first_check
    assert [i.invoice_place for i in filed.items.all()] == [1, 2]
    assert filed.assessment_due


def test_forms_refuse_the_same_goods_as_an_upload(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    signatory = signed_in("signatory.swift")
    signatory.post(reverse("bill-start"), {"hawb": hawb.pk, "form": "CBE-XII"})
    bill = CourierBillOfEntry.objects.get(hawb=hawb)
    assert bill.kind == Kind.XII
    signatory.post(reverse("bill-part", args=[bill.pk, "importer"]), IMPORTER)
    signatory.post(
        reverse("bill-part", args=[bill.pk, "invoice"]),
        {"invoice_number": "S-1", "invoice_date": "10/11/2026", "invoice_terms": "CIF", "currency": "INR"},
    )
    item = {"cth": "95049090", "description": "Swatch", "country_of_origin": "GB", "quantity": "1", "uom": "NOS", "nature": "SAMPLE"}  # fmt: skip
    check, url = reverse("bill-check", args=[bill.pk]), reverse("bill-item", args=[bill.pk, 1])
    for price, words in (("10000.01", "file CBE-XIII"), ("100000.01", "file CBE-XIV")):
        signatory.post(url, {**item, "unit_price": price})
        assert words in signatory.get(check).content.decode()
        assert signatory.post(check, ticked(bill)).status_code == 409
    signatory.post(url, {**item, "unit_price": "10000.00"})
    assert signatory.post(check, ticked(bill)).status_code == 302
    filed = CourierBillOfEntry.objects.get(pk=bill.pk)
    assert (filed.total_duty, filed.assessable_value) == (0, D(10000))
    assert signatory.get(reverse("bill-print", args=[filed.key])).content.startswith(b"%PDF")


def test_5_4_4_an_importer_files_for_its_own_goods_alone(signed_in: SignedIn, people: Callable[[str], User]) -> None:
    kaveri = people("importer.kaveri").importer
    assert kaveri is not None
    flight = manifest(courier=people("courier.swift").courier)
    own = house_airway_bill(flight, number="SWFOWN1", consignee_name=kaveri.name.upper())
    other = house_airway_bill(flight, number="SWFOTHER1")
    importer, courier = signed_in("importer.kaveri"), signed_in("courier.swift")
    start = reverse("bill-start")
    assert "SWFOWN1" not in importer.get(start).content.decode()
    assert "Begin" in importer.get(start, {"q": "SWFOWN1"}).content.decode()
    assert "No such shipment is consigned to you" in importer.get(start, {"q": "SWFOTHER1"}).content.decode()
    assert importer.post(start, {"hawb": other.pk}).status_code == 404
    assert importer.post(start, {"hawb": own.pk, "form": "CBE-XIII"}).status_code == 404
    assert importer.get(reverse("bill-upload", args=[flight.key])).status_code == 403
    importer.post(start, {"hawb": own.pk})
    bill = CourierBillOfEntry.objects.get(hawb=own)
    assert (bill.kind, bill.importer) == (Kind.XIV, kaveri)
    assert courier.get(bill.get_absolute_url()).status_code == 404  # a draft is whose it is
    assert "SWFOWN1" in courier.get(start).content.decode()  # and stands in nobody's way

    def part(name: str) -> str:
        return reverse("bill-part", args=[bill.pk, name])

    papers = {"kyc_type": "IEC", "kyc_number": kaveri.iec, "iec": "AAQCS4821K"}
    importer.post(part("importer"), papers)
    importer.post(part("class"), {"eou": "on"})
    invoice = {"invoice_number": "K-1", "invoice_date": "10/11/2026", "invoice_terms": "CIF", "currency": "GBP"}
    importer.post(reverse("bill-invoice", args=[bill.pk, 1]), invoice)
    item = {"cth": "95049090", "description": "Table", "country_of_origin": "GB", "quantity": "1", "uom": "NOS", "unit_price": "900"}  # fmt: skip
    importer.post(reverse("bill-item", args=[bill.pk, 1]), item)
    check = reverse("bill-check", args=[bill.pk])
    assert "is not your own" in importer.get(check).content.decode()
    importer.post(part("importer"), {**papers, "iec": kaveri.iec})
    suspended = take(kaveri, "suspend", actor("JOINT_COMMISSIONER"), **order())
    answer = importer.post(check, ticked(bill))
    since = f"is suspended since {timezone.localdate():%d/%m/%Y}, order C.No. VIII/12/2026"
    assert answer.status_code == 409
    assert since in answer.content.decode().split('aria-labelledby="no"')[1].split("<form")[0]
    take(suspended, "restore", actor("JOINT_COMMISSIONER"), **order())
    assert importer.post(check, ticked(bill)).status_code == 302
    filed = CourierBillOfEntry.objects.get(pk=bill.pk)
    assert (filed.filed_by, filed.eou) == (people("importer.kaveri"), True)
    assert filed.trail.get().role == "IMPORTER"
    for browser in (importer, courier):
        assert browser.get(filed.get_absolute_url()).status_code == 200
    assert "Another firm has filed" in courier.post(start, {"hawb": own.pk}, follow=True).content.decode()
    assert importer.get(reverse("bill-print", args=[filed.key])).content.startswith(b"%PDF")


def test_an_earlier_bill_is_copied_without_what_was_its_shipments_own(
    signed_in: SignedIn, flight: ExpressCargoManifest
) -> None:
    rows = [
        row("SWF001", form="CBE-XIV", iec="AAKCK4417E", unit_price="2000", marks="KE 1", supplier="Lantern Bay"),
        row("SWF001", 2, form="CBE-XIV", invoice_number="B-2", unit_price="3", cth="49019900"),
        row("SWF002", kyc_type="AADHAAR", kyc_number="234123412346"),
    ]
    large, small = file(signed_in, flight, rows)
    courier = signed_in("courier.swift")
    hawbs = {hawb.number: hawb.pk for hawb in flight.hawbs.all()}
    assert f"copy={large.key}" in courier.get(large.get_absolute_url()).content.decode()
    page = courier.get(reverse("bill-start"), {"copy": large.key}).content.decode()
    assert f"The answers of {large.number} are copied" in page
    courier.post(reverse("bill-start"), {"copy": large.key, "hawb": hawbs["SWF003"]})
    courier.post(reverse("bill-start"), {"copy": small.key, "hawb": hawbs["SWF004"]})
    third = CourierBillOfEntry.objects.get(hawb__number="SWF003")
    fourth = CourierBillOfEntry.objects.get(hawb__number="SWF004")
    assert (third.kind, third.stage, fourth.kind) == (Kind.XIV, Stage.DRAFT, Kind.XIII)
    assert "marks" not in third.draft["header"]
    assert [item["invoice_place"] for item in third.draft["items"]] == ["1", "2"]
    assert third.draft["invoices"][0]["supplier"] == "Lantern Bay"
    assert "invoice_number" not in third.draft["invoices"][0]
    assert "kyc_number" not in fourth.draft["header"]
    assert fourth.draft["items"][0]["unit_price"] == "11.2"
    stranger = signed_in("courier.metro")
    assert stranger.get(reverse("bill-start"), {"copy": large.key}).status_code == 404
