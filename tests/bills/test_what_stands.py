"""What stays as it is: the duty of an order under an amendment, the papers of a refused step, documents nobody attached."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from accounts.models import Posting
from bills import attachments
from bills.models import Adjudication, Attachment, CourierBillOfEntry
from bills.requests import apply_changes
from bills.stages import Hold, Stage
from eccs.dated_rules import forget
from eccs.desks import desks as desks_of
from eccs.models import DatedRule
from manifests.clearance import Stage as ManifestStage
from rms.models import RiskDecision
from tests.bills.conftest import SignedIn
from tests.bills.desks import ORDER, Desks, fresh
from tests.factories.bills import bill, decision
from tests.factories.documents import flight
from tests.factories.firms import actor

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    return Desks(signed_in)


def test_the_duty_of_an_order_stands_whatever_is_amended_or_altered_beneath_it(desks: Desks) -> None:
    one = desks.act("ao.blr", bill(Stage.ADJUDICATION, arrived=True), "adjudicate", **ORDER, revised_duty="50000")
    assert one.total_duty == 50_000
    changed = {"name": "description", "item": 1, "old": "Wireless earphones", "new": "Earphones, wireless"}
    apply_changes(one, [changed])
    assert (one.goods, one.total_duty) == ("Earphones, wireless", Decimal(50_000))
    assert sum(map(Decimal, one.duty_heads.values())) == 50_000
    Adjudication.objects.create(
        bill=one, order_number="32/2026", order_date=one.presented_on, outcome="RELEASE", duty_before=one.total_duty,
        revised_duty=Decimal(700), remarks="In appeal.", at=one.filed_at, by=one.filed_by,
    )  # fmt: skip
    apply_changes(one, [changed])
    assert one.total_duty == 700  # the last order


def test_a_paper_sent_with_a_step_that_is_refused_is_not_kept(desks: Desks) -> None:
    one = bill(Stage.OUT_OF_CHARGE)
    paper = SimpleUploadedFile("answer.pdf", PDF)
    said = desks.refused("signatory.swift", one, "reply_to_query", reply="See there.", papers=paper)
    assert "is at “" in said
    assert not one.attachments.exists()


@pytest.mark.parametrize(
    ("rule", "kinds", "said"),
    [
        ("", ["HAWB", "INVOICE"], "attach the documents asked for first"),
        ("", ["XRAY"], "attach the documents asked for first"),
        ("", ["OTHER"], ""),
        ("on", ["OTHER", "HAWB"], "attach the images of the house airway bill and of the invoice"),
        ("on", ["HAWB", "INVOICE"], ""),
    ],
)
def test_compulsory_documents_are_those_asked_for_and_not_any_paper(
    desks: Desks, rule: str, kinds: list[str], said: str
) -> None:
    one = bill(Stage.DOCUMENTS)
    if kinds == ["HAWB", "INVOICE"] and rule:  # nothing else was asked for, and that in the language of whoever filed
        with override("hi"):
            images = gettext("Images of the house airway bill and of the invoice")
        CourierBillOfEntry.objects.filter(pk=one.pk).update(documents_required=images)
    if rule:
        DatedRule.objects.create(name="images_compulsory_xiii", value="on", from_date="2020-01-01", station_code="BLR")
        forget()
    one.attachments.all().delete()
    for kind in kinds:
        Attachment.objects.create(
            bill=one, kind=kind, name=f"{kind}.pdf", file=f"bills/{kind}.pdf", content_type="application/pdf", size=10,
            sha256=kind.ljust(64, "0"), by=one.created_by,
        )  # fmt: skip
    if said:
        assert said in desks.refused("signatory.swift", one, "submit_compulsory_documents")
    else:
        assert desks.act("signatory.swift", one, "submit_compulsory_documents").documents_complete


def test_6_1_a_paper_that_was_there_before_answers_no_documents_asked_for_since(desks: Desks) -> None:
    one, now = bill(Stage.DOCUMENTS), timezone.now()
    first = one.risk_decision
    assert first is not None
    RiskDecision.objects.filter(pk=first.pk).update(documents_required="Import authorisation")
    last = decision("ASSESSMENT")
    RiskDecision.objects.filter(pk=last.pk).update(
        before=first,
        documents_required="Import authorisation; Letter of the bank",
        decided_at=now + timedelta(seconds=1),
    )
    later = decision("ASSESSMENT")  # says nothing that is new
    RiskDecision.objects.filter(pk=later.pk).update(before=last, decided_at=now + timedelta(hours=1))
    known = one.attachments.get()
    old = attachments.attach(one, "authorisation.pdf", PDF, "OTHER", one.created_by_id)
    CourierBillOfEntry.objects.filter(pk=one.pk).update(
        risk_decision=later, documents_required="Import authorisation; Letter of the bank"
    )
    one = fresh(one)
    assert one.documents_asked_at() == now + timedelta(seconds=1)
    Attachment.objects.filter(pk__in=[known.pk, old.pk]).update(at=now)
    assert "What was attached before does not count" in desks.refused(
        "signatory.swift", one, "submit_compulsory_documents"
    )
    again = attachments.attach(one, "authorisation.pdf", PDF, "OTHER", one.created_by_id)  # the same paper answers both
    assert again.pk != old.pk
    Attachment.objects.filter(pk=again.pk).update(at=now + timedelta(seconds=2))
    assert attachments.attach(one, "again.pdf", PDF, "OTHER", one.created_by_id) == again
    assert desks.act("signatory.swift", one, "submit_compulsory_documents").documents_complete


def test_who_works_at_one_station_begins_no_documents_bill_at_another(signed_in: SignedIn, people: Any) -> None:
    clerk = signed_in("courier.swift")
    here, there = flight(ManifestStage.ARRIVAL_SCAN), flight(ManifestStage.ARRIVAL_SCAN, station="DEL")
    Posting.objects.filter(user=people("courier.swift")).update(station="BLR")
    page = clerk.get(reverse("bill-start") + "?form=CBE-XI").content.decode()
    assert str(here.number) in page
    assert str(there.number) not in page
    for chosen in (there.pk, "²", "-1"):
        assert clerk.post(reverse("bill-start"), {"form": "CBE-XI", "flight": chosen}).status_code == 404
    assert not there.bills.exists()


@pytest.mark.parametrize(
    ("stage", "hours", "late"), [("ASSESSMENT", 3, True), ("DETAINED", 3, False), ("DETAINED", 169, True)]
)
def test_what_takes_days_is_not_late_after_hours(desks: Desks, stage: str, hours: int, late: bool) -> None:
    since = timezone.now() - timedelta(hours=hours)
    bill(stage, stage_since=since, holds=Hold.DETENTION if stage == "DETAINED" else "")  # the memo is answered
    there = desks_of(actor("ASSESSING_OFFICER"))
    [over] = [one.over for one in there if (one.listing.model, one.stage) == (CourierBillOfEntry, stage)]
    assert over == late
