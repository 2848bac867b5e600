"""One bill on one page: what each person sees of it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bills.models import Attachment, CourierBillOfEntry
from bills.stages import Stage
from tests.bills.conftest import SignedIn
from tests.factories.bills import bill as a_bill
from tests.factories.bills import decision, hawb_of

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4 price list"
FILED = [stage for stage in Stage if stage not in (Stage.DRAFT, Stage.DISCARDED)]


@pytest.fixture
def bill(signed_in: SignedIn) -> CourierBillOfEntry:
    """A bill for assessment, which the RMS wants assessed and examined."""
    signed_in("ao.blr")
    return a_bill(
        Stage.ASSESSMENT, risk_decision=decision("BOTH"), assessment_required=True, examination_prescribed=True
    )


@pytest.mark.parametrize("stage", FILED)
@pytest.mark.parametrize("username", ["ao.blr", "courier.swift", "scan.blr"])
def test_a_bill_has_its_page_at_every_stage(signed_in: SignedIn, stage: str, username: str) -> None:
    browser = signed_in(username)
    shown = a_bill(stage)
    page = browser.get(shown.get_absolute_url())
    assert page.status_code == 200
    assert hawb_of(shown).number in page.content.decode()


def test_the_officer_sees_duty_with_its_working(signed_in: SignedIn, bill: CourierBillOfEntry) -> None:
    page = signed_in("ao.blr").get(bill.get_absolute_url()).content.decode()
    for words in (
        "RMS Instruction", "N-0099", "Working of the value", "Working of item 1", "not declared: 20 percent of FOB",
        "Social welfare surcharge on basic duty", "Lantern Bay Audio Ltd", "Alter by item",
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize("username", ["courier.swift", "signatory.swift", "scan.blr", "warehouse.blr"])
def test_nobody_outside_customs_learns_what_the_rms_said(
    signed_in: SignedIn, bill: CourierBillOfEntry, username: str
) -> None:
    page = signed_in(username).get(bill.get_absolute_url()).content.decode()
    for words in ("RMS", "N-0099", "secret compartment", "lane--", "Facilitated", "Assess and examine"):
        assert words not in page, words


def test_the_custodian_does_not_learn_what_the_officers_wrote(signed_in: SignedIn) -> None:
    keeper = signed_in("scan.blr")
    shown = a_bill(Stage.EXAMINATION, xray_result="SUSPICIOUS", xray_remarks="Dense block")
    assert "Dense block" not in keeper.get(shown.get_absolute_url()).content.decode()
    assert "Dense block" in signed_in("inspector.blr").get(shown.get_absolute_url()).content.decode()


def test_the_rms_prescription_cannot_be_waved_away(signed_in: SignedIn, bill: CourierBillOfEntry) -> None:
    answer = signed_in("ao.blr").post(bill.step_url("assess"), {"assess-declared": "accept", "assess-examine": "no"})
    assert answer.status_code == 422
    assert "The RMS prescribes the examination of this bill." in answer.content.decode()
    assert CourierBillOfEntry.objects.get(pk=bill.pk).stage == Stage.ASSESSMENT


def test_an_altered_classification_changes_the_duty(signed_in: SignedIn, bill: CourierBillOfEntry) -> None:
    given = {
        "assess-declared": "alter", "assess-examine": "yes", "assess-cth_1": "8504 40 90",
        "assess-unit_price_1": "16.40",
        "assess-remarks": "Price as of earlier imports.",
    }  # fmt: skip
    signed_in("ao.blr").post(bill.step_url("assess"), given)
    found = CourierBillOfEntry.objects.get(pk=bill.pk)
    item = found.items.get()
    assert (item.cth, str(item.unit_price), item.altered) == ("85044090", "16.4000", True)
    assert found.stage == Stage.DUTY
    assert found.total_duty == item.total_duty > bill.total_duty
    page = signed_in("courier.swift").get(found.get_absolute_url()).content.decode()
    assert "Price as of earlier imports." in page
    assert "altered on assessment" in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"assess-cth_1": "85183000"}, "Nothing is altered"),
        ({"assess-cth_1": "8518"}, "eight digits"),
        ({"assess-cth_1": "49011099", "assess-remarks": "x"}, "is not a tariff item"),
        ({"assess-cth_1": "85044090"}, "Say why it is altered"),
    ],
)
def test_an_alteration_must_alter_and_say_why(
    signed_in: SignedIn, bill: CourierBillOfEntry, given: dict[str, str], words: str
) -> None:
    sent = {"assess-declared": "alter", "assess-examine": "yes", **given}
    answer = signed_in("ao.blr").post(bill.step_url("assess"), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_query_is_answered_with_a_paper(signed_in: SignedIn) -> None:
    signatory, officer = signed_in("signatory.swift"), signed_in("ao.blr")
    asked = a_bill(Stage.ASSESSMENT)
    officer.post(
        asked.step_url("raise_query"),
        {"raise_query-question": "Why 8518?", "raise_query-documents_wanted": "Price list"},
    )
    page = signatory.get(asked.get_absolute_url()).content.decode()
    assert "Why 8518?" in page
    assert "Price list" in page
    paper = SimpleUploadedFile("../Price list 2026.pdf", PDF, "text/html")
    sent = {"reply_to_query-reply": "They are earphones.", "reply_to_query-papers": paper}
    signatory.post(asked.step_url("reply_to_query"), sent)
    found = CourierBillOfEntry.objects.get(pk=asked.pk)
    assert found.stage == Stage.ASSESSMENT
    kept = found.attachments.get()
    assert (kept.name, kept.content_type, kept.size) == ("Price_list_2026.pdf", "application/pdf", len(PDF))
    page = officer.get(asked.get_absolute_url()).content.decode()
    assert "They are earphones." in page
    download = officer.get(reverse("attachment", args=[kept.pk]))
    assert download["Content-Disposition"].startswith("attachment")
    assert download["X-Content-Type-Options"] == "nosniff"
    assert b"".join(download.streaming_content) == PDF  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "content"), [("a.pdf", b"<html>"), ("b.png", b""), ("c.exe", b"MZ\x90")])
def test_a_paper_is_known_by_its_content(signed_in: SignedIn, name: str, content: bytes) -> None:
    signatory = signed_in("signatory.swift")
    asked = a_bill(Stage.QUERY)
    sent = {
        "reply_to_query-reply": "See there.",
        "reply_to_query-papers": SimpleUploadedFile(name, content, "application/pdf"),
    }
    answer = signatory.post(asked.step_url("reply_to_query"), sent)
    assert answer.status_code == 422
    assert CourierBillOfEntry.objects.get(pk=asked.pk).stage == Stage.QUERY
    assert not Attachment.objects.exists()


def test_papers_and_prints_stay_in_the_firm_and_at_the_station(signed_in: SignedIn) -> None:
    owner = signed_in("courier.swift")
    own = a_bill(Stage.OUT_OF_CHARGE)
    owner.post(reverse("bill-attach", args=[own.key]), {"kind": "OTHER", "papers": SimpleUploadedFile("a.pdf", PDF)})
    assert not own.attachments.exists()  # closed: nothing is added any more
    other = a_bill(Stage.DUTY)
    owner.post(reverse("bill-attach", args=[other.key]), {"kind": "OTHER", "papers": SimpleUploadedFile("a.pdf", PDF)})
    kept = other.attachments.get()
    for username, status in (("courier.swift", 200), ("ao.blr", 200), ("courier.metro", 404), ("ao.del", 404)):
        browser = signed_in(username)
        download = browser.get(reverse("attachment", args=[kept.pk]))
        assert download.status_code == status, username
        assert status != 200 or b"".join(download.streaming_content) == PDF  # type: ignore[attr-defined]
        assert browser.get(reverse("bill-print", args=[other.key])).status_code == status, username


def test_a_bill_prints_and_an_order_only_where_there_is_one(signed_in: SignedIn) -> None:
    owner = signed_in("courier.swift")
    shown = a_bill(Stage.DUTY)
    printed = owner.get(reverse("bill-print", args=[shown.key]))
    assert printed["Content-Type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")
    assert owner.get(reverse("out-of-charge-print", args=[shown.key])).status_code == 404
