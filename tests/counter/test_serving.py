"""A walk-in customer at the Service Centre, from the token to the sealed filing (PN17 2.3, 2.4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuthorisedCourier, User
from accounts.permissions import Actor
from bills import drafts
from bills.models import BillTrail, CourierBillOfEntry
from bills.stages import Stage
from counter.models import BroughtPaper, CustomerDisplay, SealedPrint, Visit
from counter.serving import serving
from eccs.dated_rules import DatedRule, forget
from eccs.signing.models import ToSign
from eccs.workflow import Refused, take
from manifests.models import ExpressCargoManifest, HouseAirwayBill
from tests.bills.conftest import SignedIn
from tests.counter.conftest import OPERATOR, Counter, scan
from tests.factories.bills import DRAFT
from tests.factories.firms import courier
from tests.factories.manifests import house_airway_bill, manifest

pytestmark = pytest.mark.django_db


def found(counter: Counter, hawb: HouseAirwayBill) -> list[HouseAirwayBill]:
    """What the operator finds by the number on the paper."""
    return list(counter.browser.get(reverse("bill-start"), {"q": hawb.number}).context["hawbs"])


def test_2_3_an_operator_files_for_a_walk_in_and_both_identities_stand_in_the_trail(
    counter: Counter, swift: AuthorisedCourier, hawb: HouseAirwayBill
) -> None:
    visit = counter.serve(str(swift.number))
    assert (visit.number, visit.stage) == (f"T_BLR_{timezone.localdate():%Y-%m-%d}_001", "SERVING")
    assert found(counter, hawb) == [hawb]
    assert not counter.browser.get(reverse("bill-start")).context["hawbs"]  # listed to nobody
    answer = counter.browser.post(reverse("bill-start"), {"hawb": hawb.pk, "form": "CBE-XIII"})
    bill = CourierBillOfEntry.objects.get(hawb=hawb)
    assert answer["Location"] == reverse("bill-part", args=[bill.pk, "importer"])  # from part to part
    bill.draft = DRAFT
    bill.save(update_fields=["draft"])
    assert "File a bill" in counter.page() and hawb.number in counter.page()

    print_out = counter.browser.get(reverse("counter-print", args=["bills/imports", bill.key]))
    assert print_out["Content-Type"] == "application/pdf" and len(print_out.content) > 5000
    counter.seal(bill)
    assert counter.file(bill)["Location"].startswith("/bills/filed/CBE-XIII_BLR_")

    filed = CourierBillOfEntry.objects.get(pk=bill.pk)
    assert filed.number and filed.courier == swift and filed.importer is None
    line = BillTrail.objects.get(document=bill, step="file")
    operator = User.objects.get(username=OPERATOR)
    assert (line.by, line.role) == (operator, "SERVICE_CENTRE")
    assert line.by_name == f"{operator.full_name} on behalf of {swift.name}, {visit}"
    assert line.snapshot is not None
    told = line.snapshot["service_centre"]
    assert (told["on_behalf_of"], told["token"]) == (swift.name, str(visit))
    assert told["sealed_print_sha256"] == SealedPrint.objects.get().sha256
    assert filed.number in counter.page()


def test_2_4_nothing_is_filed_without_the_sealed_print_out_of_what_is_filed(
    counter: Counter, swift: AuthorisedCourier, hawb: HouseAirwayBill
) -> None:
    counter.serve(str(swift.number))
    bill = counter.begin(hawb)
    refused = counter.file(bill)
    assert refused.status_code == 409
    assert "Missing: the print-out, signed and sealed by the customer." in refused.content.decode()
    assert counter.seal(bill, scan=scan("notes.txt", b"plain words")).status_code == 302
    assert (
        "Only PDF, JPEG, PNG and TIFF are accepted."
        in counter.browser.get(reverse("bill-check", args=[bill.pk])).content.decode()
    )
    assert not SealedPrint.objects.exists()
    counter.seal(bill)
    changed: Any = deepcopy(DRAFT)
    changed["items"][0]["quantity"] = "11"
    CourierBillOfEntry.objects.filter(pk=bill.pk).update(draft=changed)
    assert "The form was changed after its print-out was sealed" in counter.file(bill).content.decode()
    assert CourierBillOfEntry.objects.get(pk=bill.pk).stage == Stage.DRAFT
    counter.seal(bill, scan=scan(content=b"%PDF-1.7 sealed again"))
    assert counter.file(bill).status_code == 302


def test_2_4_where_signing_is_demanded_the_operator_signs_and_the_customer_stands_in_what_is_signed(
    counter: Counter, swift: AuthorisedCourier, hawb: HouseAirwayBill
) -> None:
    DatedRule.objects.create(
        name="signed_filings", station_code="BLR", from_date="2026-01-01", value="on", source="Order 3"
    )
    forget()
    visit = counter.serve(str(swift.number))
    bill = counter.begin(hawb)
    counter.seal(bill)
    assert counter.file(bill)["Location"].startswith("/sign/")
    waiting = ToSign.objects.get()
    filing = json.loads(bytes(waiting.leaves[0]))
    assert waiting.by.username == OPERATOR
    assert filing["by"]["name"].endswith(f"on behalf of {swift.name}, {visit}")
    assert filing["declared"]["service_centre"]["sealed_print_sha256"] == SealedPrint.objects.get().sha256


def test_2_3_a_manifest_is_entered_and_submitted_for_a_courier(counter: Counter, swift: AuthorisedCourier) -> None:
    counter.serve(str(swift.number))
    now = timezone.localtime()
    header = {
        "kind": "NON_DOCUMENTS", "station": "BLR", "airline": "Zephyr Air", "flight_number": "ZZ318", "airport_of_shipment": "HKG",
        "country_of_exportation": "HK", "first_port_of_arrival": "BLR", "scheduled_arrival": f"{now:%d/%m/%Y} 23:50",
    }  # fmt: skip
    counter.browser.post(reverse("manifest-new"), header)
    flight = ExpressCargoManifest.objects.get()
    assert (flight.courier, flight.created_by.username) == (swift, OPERATOR)
    house_airway_bill(flight)
    ExpressCargoManifest.objects.update(hawb_count=1, package_count=1, gross_weight_kg=2)
    page = counter.browser.get(flight.get_absolute_url()).content.decode()
    assert "Service Centre, on behalf of" in page and "Submit manifest" in page
    assert counter.browser.get(reverse("counter-print", args=["manifests", flight.key])).status_code == 200
    told = {"confirm": "yes", "submit-complete": "on", "submit-true": "on"}
    counter.browser.post(flight.step_url("submit"), told)
    assert ExpressCargoManifest.objects.get().stage == "DRAFT"
    counter.seal(flight, "manifests")
    counter.browser.post(flight.step_url("submit"), told)
    submitted = ExpressCargoManifest.objects.get()
    line = submitted.trail.get(step="submit")
    assert line.snapshot is not None
    assert submitted.number and line.role == "SERVICE_CENTRE" and swift.name in line.by_name
    assert line.snapshot["service_centre"]["on_behalf_of"] == swift.name


def test_2_3_an_importer_is_served_by_its_code_for_its_own_goods_alone(
    counter: Counter, hawb: HouseAirwayBill, people: Callable[[str], User]
) -> None:
    own = people("importer.kaveri").importer
    assert own is not None
    visit = counter.serve(own.iec.lower())
    assert (visit.importer, visit.courier) == (own, None)
    assert not found(counter, hawb)
    HouseAirwayBill.objects.filter(pk=hawb.pk).update(consignee_name=own.name)
    assert found(counter, hawb) == [hawb]
    counter.browser.post(reverse("bill-start"), {"hawb": hawb.pk, "form": "CBE-XIV"})
    bill = CourierBillOfEntry.objects.get()
    assert (bill.kind, bill.importer) == ("CBE-XIV", own)
    actor = serving(Actor.of(User.objects.get(username=OPERATOR)))
    with pytest.raises(Refused) as refused:
        take(bill, "file", actor)
    assert refused.value.reasons == [
        "Missing: the print-out, signed and sealed by the customer. Print the form, scan what was sealed and attach it."
    ]


def test_whoever_serves_nobody_enters_nothing(
    counter: Counter, swift: AuthorisedCourier, hawb: HouseAirwayBill
) -> None:
    for name in ("bill-start", "manifest-new"):
        answer = counter.browser.get(reverse(name), follow=True)
        assert answer.redirect_chain[-1][0] == reverse("counter")
        assert "Call the token of a customer first" in answer.content.decode()
    counter.serve(str(swift.number))
    bill = counter.begin(hawb)
    counter.seal(bill)
    counter.post("counter-step", Visit.objects.get().key, "finish")
    assert Visit.objects.get().stage == "SERVED"
    assert [
        counter.browser.get(reverse("bill-part", args=[bill.pk, "invoice"])).status_code,
        counter.file_anyway(bill), counter.seal(bill).status_code,
    ] == [403, 403, 403]  # fmt: skip
    actor = Actor.of(User.objects.get(username=OPERATOR))
    with pytest.raises(Refused, match="call the token of the firm first"):
        take(bill, "file", actor)


def test_for_one_customer_nothing_of_another_is_touched(
    counter: Counter, swift: AuthorisedCourier, hawb: HouseAirwayBill, signed_in: SignedIn
) -> None:
    first = counter.serve(str(swift.number))
    bill = counter.begin(hawb)
    counter.post("counter-step", first.key, "finish")
    metro = User.objects.get(username="courier.metro").courier
    assert metro is not None
    counter.serve(str(metro.number))
    shut = [
        reverse("bill-part", args=[bill.pk, "invoice"]), reverse("counter-print", args=["bills/imports", bill.key]),
        reverse("bill-check", args=[bill.pk]),
    ]  # fmt: skip
    assert [counter.browser.get(address).status_code for address in shut] == [403] * 3
    assert hawb.number not in counter.page()
    assert counter.browser.get(reverse("bill-start"), {"q": hawb.number}).context["hawbs"] == []
    begun = house_airway_bill(manifest(courier=swift))  # Swift's people have begun this one themselves
    own = signed_in("courier.swift").post(reverse("bill-start"), {"hawb": begun.pk, "form": "CBE-XIII"})
    assert own.status_code == 302
    counter.post("counter-step", Visit.objects.latest("pk").key, "finish")
    counter.serve(str(swift.number))
    led = counter.browser.post(reverse("bill-start"), {"hawb": begun.pk, "form": "CBE-XIII"})
    assert led["Location"].startswith(
        f"/bills/drafts/{CourierBillOfEntry.objects.get(hawb=begun).pk}/"
    )  # and go on here
    assert "on behalf" not in signed_in("courier.swift").get(reverse("manifests")).content.decode()


def test_a_colleague_of_the_same_custodian_goes_on_for_the_customer(
    counter: Counter,
    swift: AuthorisedCourier,
    hawb: HouseAirwayBill,
    people: Callable[[str], User],
    signed_in: SignedIn,
) -> None:
    visit = counter.serve(str(swift.number))
    bill = counter.begin(hawb)
    counter.post("counter-step", visit.key, "put-back")
    colleague = User(username="second.blr", full_name="Zoya Iyer", custodian=people(OPERATOR).custodian)
    colleague.set_unusable_password()
    colleague.save()
    colleague.postings.create(role="SERVICE_CENTRE", station_id="BLR")
    second = Counter(signed_in("second.blr"))
    assert second.browser.get(reverse("bill-check", args=[bill.pk])).status_code == 404
    for verb in ("call", "serve"):
        second.post("counter-step", visit.key, verb)
    second.seal(bill)
    assert second.file(bill).status_code == 302
    assert CourierBillOfEntry.objects.get(pk=bill.pk).filed_by == colleague


def test_papers_are_listed_put_on_the_bill_and_kept_to_the_station(
    counter: Counter, swift: AuthorisedCourier, hawb: HouseAirwayBill, signed_in: SignedIn
) -> None:
    counter.serve(str(swift.number))
    for _twice in range(2):
        counter.post("counter-paper", **{"paper-kind": "INVOICE", "paper-scan": scan("invoice.pdf")})
    assert BroughtPaper.objects.get().get_kind_display() == "Invoice"
    bill = counter.begin(hawb)
    counter.browser.post(reverse("bill-papers", args=[bill.pk]), {"scanned": "all"})
    assert [paper.kind for paper in bill.attachments.all()] == ["INVOICE"]
    assert drafts.header(CourierBillOfEntry.objects.get())["invoice_image"] == "invoice.pdf"
    assert signed_in("courier.swift").get(reverse("bill-papers", args=[bill.pk])).status_code == 200
    wrong = counter.post("counter-paper", **{"paper-kind": "INVOICE", "paper-scan": scan("a.exe", b"MZ")})
    assert wrong.status_code == 422
    paper = reverse("counter-scan", args=["brought", BroughtPaper.objects.get().pk])
    assert b"".join(counter.browser.get(paper).streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    for stranger, status in (("servicecentre.del", 404), ("courier.swift", 403), ("scan.blr", 403)):
        assert signed_in(stranger).get(paper).status_code == status, stranger
        assert stranger == "servicecentre.del" or signed_in(stranger).get(reverse("counter")).status_code == 403
    assert swift.name not in signed_in("servicecentre.del").get(reverse("counter")).content.decode()


def test_tokens_are_counted_by_station_and_day_and_given_to_firms_of_the_directory(
    counter: Counter, swift: AuthorisedCourier, signed_in: SignedIn
) -> None:
    for number, why in (
        ("XYZ", "No courier of the directory"),
        ("", "Enter"),
        (str(courier("metro").pk), "No courier"),
    ):
        answer = counter.post("counter-token", firm=number, person="Devan Kaul")
        assert answer.status_code == 422 and "Devan Kaul" in answer.content.decode(), number
        assert why in answer.content.decode() or not number
    AuthorisedCourier.objects.filter(pk=swift.pk).update(
        stage="SUSPENDED", suspended_on=timezone.localdate(), suspension_order="SUS/9"
    )
    refused = counter.post("counter-token", firm=str(swift.number), person="Devan Kaul")
    assert "is suspended since" in refused.content.decode() and not Visit.objects.exists()
    AuthorisedCourier.objects.filter(pk=swift.pk).update(stage="REGISTERED", suspended_on=None)
    for browser in (counter, counter, Counter(signed_in("servicecentre.del"))):
        browser.post("counter-token", firm=str(swift.number), person="Devan Kaul")
    today = f"{timezone.localdate():%Y-%m-%d}"
    assert [one.number for one in Visit.objects.order_by("pk")] == [
        f"T_BLR_{today}_001",
        f"T_BLR_{today}_002",
        f"T_DEL_{today}_001",
    ]


def test_an_operator_has_one_customer_at_a_time(counter: Counter, swift: AuthorisedCourier) -> None:
    for _n in range(3):
        counter.post("counter-token", firm=str(swift.number), person="Devan Kaul")
    one, two, _three = Visit.objects.order_by("pk")
    counter.post("counter-next")
    assert (
        "You have"
        in counter.browser.post(reverse("counter-step", args=[two.key, "call"]), follow=True).content.decode()
    )
    counter.post("counter-step", one.key, "record-no-show")
    counter.post("counter-next")
    counter.post("counter-step", two.key, "serve")
    assert list(Visit.objects.order_by("pk").values_list("stage", flat=True)) == ["NO_SHOW", "SERVING", "WAITING"]
    assert list(two.trail.values_list("step", flat=True)) == ["give_token", "call", "serve"]


def test_the_display_tells_numbers_and_shows_a_form_while_the_operator_lets_it(
    counter: Counter, swift: AuthorisedCourier, hawb: HouseAirwayBill, client: object
) -> None:
    from django.test import Client

    stranger = Client()
    counter.post("counter-display-make")
    screen = CustomerDisplay.objects.get()
    address = reverse("counter-display", args=[screen.key])
    assert len(screen.key) >= 32 and "Please wait for your number" in stranger.get(address).content.decode()
    assert stranger.get(reverse("counter-display", args=["guessed"])).status_code == 404
    counter.serve(str(swift.number))
    bill = counter.begin(hawb)
    shown = stranger.get(address).content.decode()
    assert "Now serving" in shown and swift.name not in shown and hawb.number not in shown
    counter.post("counter-show", "bills/imports", bill.key)
    shown = stranger.get(address).content.decode()
    assert hawb.number in shown and "Wireless earphones" in shown and "29AAKCK4417E1ZH" not in shown
    counter.post("counter-step", Visit.objects.get().key, "finish")
    assert hawb.number not in stranger.get(address).content.decode()
    counter.post("counter-display-make")
    assert stranger.get(address).status_code == 404


def test_the_day_report_counts_the_served_the_waits_and_what_was_filed(
    counter: Counter, swift: AuthorisedCourier, hawb: HouseAirwayBill, signed_in: SignedIn
) -> None:
    assert "Nobody came on this day." in counter.browser.get(reverse("counter-report")).content.decode()
    visit = counter.serve(str(swift.number))
    bill = counter.begin(hawb)
    counter.seal(bill)
    counter.file(bill)
    counter.post("counter-step", visit.key, "finish")
    number = CourierBillOfEntry.objects.get(pk=bill.pk).number
    for reader in (counter.browser, signed_in("custodianadmin.blr"), signed_in("auditor.blr")):
        report = reader.get(reverse("counter-report")).context["report"]
        assert dict(report.sums)["Served"] == "1" and dict(report.sums)["Documents filed"] == "1"
        assert report.lines[0].filed == (number,)
    listed = counter.browser.get(reverse("counter-report-export")).content.decode("utf-8-sig").splitlines()
    assert len(listed) == 2 and str(number) in listed[1]
    assert counter.browser.get(reverse("counter-report-print"))["Content-Type"] == "application/pdf"
    assert not signed_in("custodianadmin.del").get(reverse("counter-report")).context["report"].lines
    assert counter.browser.get(reverse("counter-report"), {"day": "2026-99-99"}).status_code == 200
