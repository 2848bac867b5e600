"""What is declared with a bill: by its form, by who files it and by what is declared of the goods."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from accounts.models import User
from bills import declarations, drafts
from bills.documents import bill_paper
from bills.kinds import Kind
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from manifests.models import HouseAirwayBill
from tests.bills.conftest import SignedIn
from tests.bills.test_entry import begin, fill, ticked
from tests.bills.test_upload import row, send
from tests.factories.form_e import large_bill

pytestmark = pytest.mark.django_db


def draft(kind: str, hawb: HouseAirwayBill, person: User, **header: str) -> CourierBillOfEntry:
    """A draft on a form, with what decides on its declarations."""
    made = drafts.start(hawb, person.pk, kind)
    drafts.keep_header(made, header)
    return CourierBillOfEntry.objects.get(pk=made.pk)


def said(bill: CourierBillOfEntry) -> str:
    """All that is declared, in one piece."""
    return "\n".join(declarations.printed(bill))


def test_each_form_has_its_declarations(hawb: HouseAirwayBill, people: Callable[[str], User]) -> None:
    made = draft(Kind.XIII, hawb, people("courier.swift"))
    assert declarations.printed(made) == [
        "We are authorised by the consignor or consignee to file this bill.", declarations.truth(),
    ]  # fmt: skip
    made.kind = Kind.XII
    assert "free samples or gifts: nothing is paid" in said(made)
    made.kind = Kind.XIV
    assert "for home consumption" in said(made) and "free samples" not in said(made)
    assert "authorised by the importer" in said(made)
    made.importer = people("importer.kaveri").importer
    assert "We are the importer of these goods" in said(made) and "authorised" not in said(made)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"importer_category": "GOVERNMENT"}, "for the department that imports them"),
        ({"government": "Y"}, "for the department that imports them"),
        ({"importer_category": "UNDERTAKING"}, "for the undertaking that imports them"),
        ({"importer_category": "DIPLOMATIC"}, "as the certificate that exempts them says"),
        ({"eou": "Y"}, "go to the export oriented unit"),
        ({"repair_and_return": "Y"}, "come for repair and go back"),
        ({"high_sea_sale": "Y"}, "bought on the high seas"),
        ({"first_proviso": "Y"}, "as soon as we know it"),
        ({"cha_licence": "CHA/11/482", "cha_name": "Rao Brokers"}, "the customs broker named here"),
    ],
)
def test_form_e_declares_what_is_said_of_importer_and_goods(
    typed: dict[str, str], words: str, hawb: HouseAirwayBill, people: Callable[[str], User]
) -> None:
    made = draft(Kind.XIV, hawb, people("courier.swift"))
    assert words not in said(made)
    drafts.keep_header(made, typed)
    assert words in said(CourierBillOfEntry.objects.get(pk=made.pk))


def test_a_filed_form_e_prints_what_was_ticked() -> None:
    bill = large_bill(Stage.ASSESSMENT)
    bill.form_e.high_sea_sale, bill.form_e.importer_category = True, "UNDERTAKING"
    bill.form_e.save()
    bill.invoices.update(related=True)
    paper = bill_paper(CourierBillOfEntry.objects.get(pk=bill.pk))
    told = "\n".join(paper.declarations)
    assert "high seas" in told and "undertaking" in told and "Buyer and seller are related" in told
    assert paper.declarations[0].startswith("We are authorised by the importer")
    assert paper.declarations[-1] == declarations.truth()


def test_no_bill_is_filed_without_each_declaration(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    operator, signatory = signed_in("courier.swift"), signed_in("signatory.swift")
    bill = begin(operator, hawb)
    fill(operator, bill)
    check = reverse("bill-check", args=[bill.pk])
    for left_out in ticked(bill):
        answer = signatory.post(check, {name: on for name, on in ticked(bill).items() if name != left_out})
        assert answer.status_code == 422
        assert "Tick this declaration to file." in answer.content.decode()
    assert CourierBillOfEntry.objects.get(pk=bill.pk).stage == Stage.DRAFT
    assert signatory.post(check, ticked(bill)).status_code == 302


def test_what_form_d_asks_of_an_item_is_kept_shown_and_printed(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    operator, signatory = signed_in("courier.swift"), signed_in("signatory.swift")
    bill = begin(operator, hawb)
    fill(operator, bill)
    item = reverse("bill-item", args=[bill.pk, 1])
    asked = {
        "licence_type": "EPCG", "licence_number": "0330041877", "cetsh": "95049090", "gst_code": "9504",
        "item_packages": "1", "item_marks": "GAMES 1/1",
    }  # fmt: skip
    typed = drafts.items(CourierBillOfEntry.objects.get(pk=bill.pk))[0]
    operator.post(item, typed | asked | {"gst_code": "95040"})
    assert "four, six or eight digits" in signatory.get(reverse("bill-check", args=[bill.pk])).content.decode()
    operator.post(item, typed | asked | {"item_packages": "900"})
    assert "packages of the manifest" in signatory.get(reverse("bill-check", args=[bill.pk])).content.decode()
    operator.post(item, typed | asked | {"licence_number": ""})
    assert "is given without licence_number" in signatory.get(reverse("bill-check", args=[bill.pk])).content.decode()
    operator.post(item, typed | asked)
    signatory.post(reverse("bill-check", args=[bill.pk]), ticked(bill))
    filed = CourierBillOfEntry.objects.get(pk=bill.pk)
    kept = filed.items.get()
    assert {name: str(getattr(kept, name)) for name in asked} == asked
    beside = ["Licence: EPCG 0330041877", "CETSH: 95049090", "GST code: 9504", "Packages: 1, GAMES 1/1"]
    assert list(bill_paper(filed).items[0].beside) == beside
    assert "; ".join(beside) in signatory.get(filed.get_absolute_url()).content.decode()


def test_a_file_gives_them_by_their_columns(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    wrong = {"gst_code": "95A4", "item_packages": "0", "licence_type": "EPCG", "cetsh": "9504"}
    upload = send(signed_in, hawb.manifest, [row(hawb.number, 1, **wrong)])
    assert {fault[1] for fault in upload.faults} == {"gst_code", "item_packages", "cetsh", "licence_type"}
    right = {"gst_code": "85183000", "item_packages": "1", "licence_type": "EPCG", "licence_number": "0330041877"}
    assert send(signed_in, hawb.manifest, [row(hawb.number, 1, **right)]).state == "READY"
