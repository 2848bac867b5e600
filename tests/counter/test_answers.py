"""Answers and requests of a walk-in customer: typed, sealed, filed on exactly the document they were typed for (PN17 2.3, 2.4)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuthorisedCourier, User
from accounts.permissions import ANSWERS, Customer
from accounts.roles import TRADE, Role
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from counter.answering import steps_for
from counter.models import Answer, CustomerDisplay, SealedPrint
from eccs import pages
from eccs.dated_rules import DatedRule, forget
from eccs.signing.models import Signature, ToSign
from eccs.steps import SIGNED_FILING
from eccs.workflow import take
from tests.bills.conftest import SignedIn
from tests.counter.conftest import OPERATOR, Counter, scan
from tests.factories import firms, shipping
from tests.factories.bills import bill
from tests.signing.conftest import Authority, authority  # noqa: F401 fixture

pytestmark = pytest.mark.django_db

REPLY = "It is a lithium-ion battery."


def typing(of: Any, verb: str, slug: str = "bills/imports") -> str:
    """Where an answer is typed."""
    return reverse("counter-answer-type", args=[slug, of.key, verb])


def reply(counter: Counter, of: Any, slug: str = "bills/imports", **more: Any) -> Answer:
    """The answer to a query, typed."""
    sent = counter.browser.post(typing(of, "reply-to-query", slug), {"reply_to_query-reply": REPLY, **more})
    assert sent.status_code == 302, sent.content.decode()
    return Answer.objects.latest("pk")


def seal(counter: Counter, answer: Answer, content: bytes = b"%PDF-1.7 sealed") -> None:
    """The sealed print-out is attached."""
    counter.seal(answer, "counter/answers", scan=scan(content=content))


def file(counter: Counter, answer: Answer) -> Any:
    """The operator files it."""
    return counter.browser.post(answer.get_absolute_url())


def test_2_3_a_query_is_answered_for_a_walk_in_with_the_papers_scanned_and_both_identities_in_the_trail(
    counter: Counter, swift: AuthorisedCourier, signed_in: SignedIn
) -> None:
    asked = bill(Stage.QUERY)
    visit = counter.serve(str(swift.number))
    assert str(asked.number) in counter.page()  # Customs waits for the answer
    counter.post("counter-paper", **{"paper-kind": "OTHER", "paper-scan": scan("datasheet.pdf")})
    listed = counter.browser.get(reverse("counter-answers"), {"q": str(asked.number)}).content.decode()
    assert typing(asked, "reply-to-query") in listed and typing(asked, "request-cancellation") in listed
    page = counter.browser.get(typing(asked, "reply-to-query")).content.decode()
    assert "Which battery?" in page and "datasheet.pdf" in page
    empty = counter.browser.post(typing(asked, "reply-to-query"), {"reply_to_query-reply": ""})
    assert empty.status_code == 422 and not Answer.objects.exists()
    answer = reply(counter, asked, brought=visit.papers.get().pk)
    assert asked.key in counter.page()
    counter.post("counter-display-make")
    counter.post("counter-show", "counter/answers", answer.key)
    screen = reverse("counter-display", args=[CustomerDisplay.objects.get().key])
    assert REPLY in Client().get(screen).content.decode()

    assert "Missing: the print-out" in file(counter, answer).content.decode()
    print_out = counter.browser.get(reverse("counter-print", args=["counter/answers", answer.key]))
    assert print_out["Content-Type"] == "application/pdf" and len(print_out.content) > 5000
    seal(counter, answer)
    counter.browser.post(typing(asked, "reply-to-query"), {"reply_to_query-reply": f"{REPLY} Of 12 Wh."})
    assert "was changed after its print-out was sealed" in file(counter, answer).content.decode()
    seal(counter, answer, b"%PDF-1.7 sealed again")
    assert file(counter, answer).status_code == 302

    done = CourierBillOfEntry.objects.get(pk=asked.pk)
    line, operator = done.trail.get(step="reply_to_query"), User.objects.get(username=OPERATOR)
    assert done.stage == Stage.ASSESSMENT and done.queries.get().reply == f"{REPLY} Of 12 Wh."
    assert (line.by, line.role, line.by_name) == (
        operator,
        "SERVICE_CENTRE",
        f"{operator.full_name} on behalf of {swift.name}, {visit}",
    )
    told = line.answers["service_centre"]
    assert told["sealed_print_sha256"] == SealedPrint.objects.latest("pk").sha256 and told["token"] == str(visit)
    assert [paper.name for paper in done.attachments.all()] == ["datasheet.pdf"]
    assert file(counter, answer).status_code == 404  # once
    report = counter.browser.get(reverse("counter-report")).context["report"]
    assert report.lines[0].filed == (f"Reply to query: {asked.number}",)


def test_2_4_what_moved_on_after_the_print_out_is_not_answered_and_what_was_typed_is_kept(
    counter: Counter, swift: AuthorisedCourier
) -> None:
    asked = bill(Stage.QUERY)
    counter.serve(str(swift.number))
    answer = reply(counter, asked)
    seal(counter, answer)
    take(CourierBillOfEntry.objects.get(pk=asked.pk), "stop", firms.actor(Role.DCAC), remarks="Look again.")
    refused = file(counter, answer)
    assert refused.status_code == 409 and "moved on" in refused.content.decode()
    answer.refresh_from_db()
    assert answer.filed_at is None and REPLY in counter.browser.get(answer.get_absolute_url()).content.decode()
    counter.post("counter-answer-drop", answer.pk)
    assert file(counter, answer).status_code == 404


def test_2_4_an_answer_is_signed_by_the_operator_where_the_station_demands_it(
    counter: Counter,
    swift: AuthorisedCourier,
    authority: Authority,  # noqa: F811
) -> None:
    DatedRule.objects.create(
        name=SIGNED_FILING, station_code="BLR", from_date="2026-01-01", value="on", source="Order 3"
    )
    forget()
    asked = bill(Stage.QUERY)
    counter.serve(str(swift.number))
    answer = reply(counter, asked)
    operator = User.objects.get(username=OPERATOR)
    assert "Missing: the print-out" in file(counter, answer).content.decode()
    seal(counter, answer)
    away = file(counter, answer)["Location"]
    assert away.startswith("/sign/") and CourierBillOfEntry.objects.get(pk=asked.pk).stage == Stage.QUERY
    waiting = ToSign.objects.get()
    filing = json.loads(bytes(waiting.leaves[0]))
    assert filing["answers"]["service_centre"]["on_behalf_of"] == swift.name and filing["answers"]["reply"] == REPLY
    keyed, _row = authority.register(operator)
    cms = base64.b64encode(keyed.sign(bytes(waiting.content))).decode()
    assert counter.browser.post(away, {"cms": cms}).status_code == 302
    assert CourierBillOfEntry.objects.get(pk=asked.pk).stage == Stage.ASSESSMENT
    kept = Signature.objects.get()
    assert (kept.by, kept.step, kept.document_id) == (operator, "reply_to_query", asked.pk)


def test_2_3_requests_and_detention_replies_of_either_direction_are_filed_and_of_nobody_else(
    counter: Counter, swift: AuthorisedCourier, signed_in: SignedIn
) -> None:
    detained, cleared, export = bill(Stage.DETAINED), bill(Stage.ASSESSMENT), shipping.shipping_bill("QUERY")
    foreign = bill(Stage.QUERY, firm="metro")
    away = counter.browser.get(reverse("counter-answers"))
    assert away.status_code == 302  # nobody is served
    counter.serve(str(swift.number))
    counter.browser.post(typing(detained, "reply-to-detention-memo"), {"reply_to_detention_memo-reply": REPLY})
    counter.browser.post(typing(cleared, "request-cancellation"), {"request_cancellation-reason": "Entered twice."})
    reply(counter, export, "exports/bills")
    for answer in Answer.objects.order_by("pk"):
        seal(counter, answer)
        assert file(counter, answer).status_code == 302, answer
    assert CourierBillOfEntry.objects.get(pk=cleared.pk).cancellations.get().reason == "Entered twice."
    assert detained.trail.get(step="reply_to_detention_memo").role == "SERVICE_CENTRE"
    assert export.trail.get(step="reply_to_query").role == "SERVICE_CENTRE"
    assert counter.browser.get(reverse("counter-answers"), {"q": str(foreign.number)}).context["rows"] == []
    shut = [typing(foreign, "reply-to-query"), typing(cleared, "give-out-of-charge"), typing(cleared, "file")]
    assert [counter.browser.get(address).status_code for address in shut] == [404] * 3
    # the documents themselves stay shut to the operator, and the step is taken nowhere else
    assert counter.browser.get(cleared.get_absolute_url()).status_code in (403, 404)
    assert counter.browser.post(foreign.step_url("reply_to_query"), {"reply_to_query-reply": "x"}).status_code == 404
    other = Answer.objects.latest("pk")
    for stranger in ("servicecentre.del", "courier.swift", "scan.blr"):
        assert signed_in(stranger).get(other.get_absolute_url()).status_code in (403, 404), stranger


def test_2_3_documents_asked_for_are_brought_scanned_and_submitted(counter: Counter, swift: AuthorisedCourier) -> None:
    wanted = bill(Stage.DOCUMENTS)
    wanted.attachments.all().delete()
    counter.serve(str(swift.number))
    address = typing(wanted, "submit-compulsory-documents")
    assert counter.browser.post(address, {}).status_code == 422  # without a document there is nothing to submit
    sent = counter.browser.post(address, {"submit_compulsory_documents-papers": scan("authorisation.pdf")})
    assert sent.status_code == 302
    answer = Answer.objects.get()
    seal(counter, answer)
    assert file(counter, answer).status_code == 302
    assert [one.name for one in wanted.attachments.all()] == ["authorisation.pdf"]
    assert CourierBillOfEntry.objects.get(pk=wanted.pk).stage != Stage.DOCUMENTS


def test_2_4_every_signed_step_of_the_trade_on_a_filed_document_is_one_of_the_counter() -> None:
    at_counter = firms.at_desk(firms.person("Gita Verma"), Role.SERVICE_CENTRE)
    courier = at_counter.at_counter(Customer("Swift", "T_1", 1, "BLR", courier_id=1))
    importer = at_counter.at_counter(Customer("Kaveri", "T_2", 2, "BLR", importer_id=1))
    offered = {
        (listing.model, step.name) for listing in pages.listings() for actor in (courier, importer)
        for step in steps_for(listing.model, actor)
    }  # fmt: skip
    declared = {
        (listing.model, step.name) for listing in pages.listings() for step in listing.model.steps().values()
        if step.signed == SIGNED_FILING and set(step.roles) <= set(TRADE) and set(step.sources) - set(listing.model.unnumbered_stages)
    }  # fmt: skip
    drafts = {
        (listing.model, step.name) for listing in pages.listings() for step in listing.model.steps().values()
        if step.signed == SIGNED_FILING and set(step.roles) <= set(TRADE) and set(step.sources) & set(listing.model.unnumbered_stages)
    }  # fmt: skip
    assert offered == declared | drafts and len(declared) > 15 and len(drafts) == 3
    assert at_counter.may(ANSWERS) and not steps_for(CourierBillOfEntry, at_counter)
