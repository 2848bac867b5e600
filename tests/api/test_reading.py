"""What a firm reads by the API: the figures and papers of the screen, page by page, and nothing of risk."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from bills import rates
from bills.assessment import put, reckon_again
from bills.models import CourierBillOfEntry, Item
from bills.stages import Stage
from bills.workings_paper import workings_of
from eccs.audit import AuditLine
from eccs.dated_rules import DatedRule
from eccs.money import rupees
from payments.clearance import Stage as ChallanStage
from payments.models import CyberReceipt
from tests.api.conftest import Made, Program
from tests.factories.bills import bill
from tests.factories.challans import challan
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.shipping import shipping_bill

pytestmark = pytest.mark.django_db


def test_a_list_is_walked_by_its_cursor_and_filtered(program: Made) -> None:
    asking, flight = program(), manifest("ARRIVAL_SCAN")
    made = [bill(Stage.ASSESSMENT, on=flight) for _n in range(3)] + [bill(Stage.DUTY)]
    bill(Stage.DRAFT)
    bill(firm="metro")
    found, cursor = [], ""
    while True:
        page = asking.get("/bills", limit=3, cursor=cursor).json()
        found += [one["number"] for one in page["items"]]
        if not (cursor := page["next"] or ""):
            break
    assert found == [one.number for one in reversed(made)]
    assert [one["number"] for one in asking.get("/bills", stage="DUTY").json()["items"]] == [made[3].number]
    assert len(asking.get("/bills", manifest=flight.number).json()["items"]) == 3
    hawb = made[1].hawb
    assert hawb and [one["hawb"] for one in asking.get("/bills", hawb=hawb.number).json()["items"]] == [hawb.number]


@pytest.mark.parametrize(
    ("given", "field"), [({"cursor": "none"}, "cursor"), ({"stage": "NOWHERE"}, "stage"), ({"limit": 0}, "limit"), ({"limit": "x"}, "limit"), ({"limit": 251}, "limit")]
)  # fmt: skip
def test_what_cannot_be_asked_of_a_list_is_named_by_its_field(
    program: Made, given: dict[str, Any], field: str
) -> None:  # fmt: skip
    answer = program().get("/bills", **given)
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_the_duty_is_told_with_the_very_working_of_the_screen_and_the_print(
    program: Made, people: Callable[[str], User]
) -> None:  # fmt: skip
    one = bill(Stage.DUTY)
    told = program().get(f"/bills/{one.number}/duty").json()
    lines = workings_of(one, list(one.items.all()))
    assert lines and told["working"] == [vars(line) for line in lines]
    assert (told["total_duty"], told["paid"], told["due"]) == ("31.00", "0.00", "31.00")
    assert {head["head"]: head["amount"] for head in told["heads"]} | one.duty_heads == one.duty_heads
    screen = Client()
    screen.force_login(people("signatory.swift"))
    shown = html.unescape(re.sub(r"<[^>]+>", "", screen.get(one.get_absolute_url()).content.decode()))
    for line in told["working"]:
        assert line["working"] in shown and line["amount"].removesuffix(".00") in shown, line


def test_the_share_of_each_item_in_the_value_is_told_as_on_the_screen_and_the_shares_add_up(
    program: Made, people: Callable[[str], User]
) -> None:  # fmt: skip
    one = bill(Stage.DUTY)
    first = one.items.get()
    second = Item.objects.get(pk=first.pk)
    second.pk, second.item_no, second.unit_price = None, 2, Decimal("33.33")
    second.save(force_insert=True)
    assert one.presented_on is not None
    found = reckon_again(one, [first, second], rates.tariff(), one.presented_on)
    put(one, [first, second], found)
    for row in (first, second, one):
        row.save()
    told = [line for line in program().get(f"/bills/{one.number}/duty").json()["working"] if line["figure"] == "AV"]
    value = rupees(one.assessable_value, 2)
    assert [line["working"] for line in told] == [
        f"112.00 of 445.30 of the invoice, of its value of {value}",
        f"333.30 of 445.30 of the invoice, of its value of {value}, with the odd paise",
    ]
    assert sum(Decimal(line["amount"].replace(",", "")) for line in told) == one.assessable_value
    screen = Client()
    for who in ("signatory.swift", "ao.blr"):
        screen.force_login(people(who))
        shown = html.unescape(re.sub(r"<[^>]+>", "", screen.get(one.get_absolute_url()).content.decode()))
        assert all(line["working"] in shown for line in told), who


def test_queries_are_told_with_their_answers_and_not_who_asked(program: Made) -> None:
    one = bill(Stage.QUERY)
    answer = program().get(f"/bills/{one.number}/queries")
    assert [(asked["question"], asked["replied_at"]) for asked in answer.json()["items"]] == [("Which battery?", None)]
    assert "Asha" not in answer.content.decode()


def test_papers_are_given_as_pdf_and_the_log_names_the_key(program: Made) -> None:
    asking, one, flight = program(), bill(Stage.DUTY), manifest("SUBMITTED")
    paid = challan(ChallanStage.PAID, bill(Stage.DUTY))
    CyberReceipt.objects.create(
        challan=paid, station_id="BLR", issued_at=paid.paid_at or paid.created_at, number="R-BLR-26-0000001", serial=1
    )
    csb = shipping_bill()
    for address in (
        f"/bills/{one.number}/print.pdf", f"/manifests/{flight.number}/form-a.pdf", f"/challans/{paid.number}/tr-6.pdf",
        f"/challans/{paid.number}/receipt.pdf", f"/shipping-bills/{csb.number}/print.pdf",
    ):  # fmt: skip
        answer = asking.get(address)
        assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf", address
        line = AuditLine.objects.latest("pk")
        assert (line.event, line.username) == ("file.downloaded", "signatory.swift")
        assert line.details["by_key"].startswith("key ERP ")
    for address in (f"/bills/{one.number}/out-of-charge.pdf", f"/challans/{one.number}/tr-6.pdf", f"/shipping-bills/{csb.number}/let-export-order.pdf"):  # fmt: skip
        answer = asking.get(address)
        assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"


def test_manifests_shipments_challans_and_shipping_bills_are_told(program: Made) -> None:
    asking, flight = program(), manifest("SUBMITTED")
    shipped = house_airway_bill(flight)
    draft, csb, owed = manifest("DRAFT"), shipping_bill(), challan(ChallanStage.CREATED, bill(Stage.DUTY))
    listed = asking.get("/manifests").json()["items"]
    assert {flight.number, draft.key} <= {one["key"] for one in listed}
    assert asking.get(f"/manifests/{draft.key}").json()["stage"] == {"code": "DRAFT", "words": "Draft"}
    assert [one["hawb"] for one in asking.get(f"/manifests/{flight.key}/shipments").json()["items"]] == [shipped.number]
    told = asking.get(f"/challans/{owed.number}").json()
    assert told["amount"] == f"{owed.amount:.2f}" and len(told["bills"]) == 1
    assert sum(float(head["amount"]) for head in told["heads"]) == float(owed.amount)
    assert asking.get("/challans", stage="CREATED").json()["items"][0]["number"] == owed.number
    assert asking.get(f"/shipping-bills/{csb.number}").json()["fob_value"] == f"{csb.fob_value:.2f}"
    assert asking.get("/shipping-bills", hawb=csb.hawb.lower()).json()["items"][0]["number"] == csb.number


ESTIMATE = {
    "cth": "85183000", "value": "112.00", "currency": "USD", "terms": "FOB", "freight": "10.00", "insurance": "1.00",
}  # fmt: skip


def test_anybody_asks_for_an_estimate_with_the_working_of_the_page(db: None, client: Client) -> None:
    told = Program().post("/estimates", ESTIMATE).json()
    page = client.get("/bills/estimate/", {**ESTIMATE, "goods": "GOODS"}).content.decode()
    shown = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert told["form"] == "CBE-XIII" and float(told["total_duty"]) > 0
    assert sum(float(head["amount"]) for head in told["heads"]) == float(told["total_duty"])
    assert len(told["working"]) >= 5
    for line in told["working"]:
        assert line["working"] in shown, line
    assert not CourierBillOfEntry.objects.exists()


def test_a_form_with_parts_sent_to_where_json_is_read_is_told_so(db: None) -> None:
    """By whoever asks, with a key or without."""
    for headers in ({}, {"Authorization": "Bearer "}):
        answer = Client().post(
            "/api/v1/estimates", {"cth": "85183000"}, headers=headers
        )  # as a browser's form, in parts
        assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
        assert answer.json()["errors"][0]["reason"].startswith("This address takes JSON")


def test_estimates_are_asked_so_often_a_minute_from_one_address(db: None) -> None:
    today = timezone.localdate()
    DatedRule.objects.create(name="api_estimates_a_minute", from_date=today, value="2", source="Order 9 of 2026")
    with time_machine.travel(timezone.now(), tick=False):
        assert [Program().post("/estimates", ESTIMATE).status_code for _n in range(3)] == [200, 200, 429]
        elsewhere = Program().client.post(
            "/api/v1/estimates", ESTIMATE, content_type="application/json", REMOTE_ADDR="192.0.2.7"
        )
        assert elsewhere.status_code == 200


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"cth": "1"}, "cth"), ({"value": "-1"}, "value"), ({"value": "1e999999"}, "value"), ({"value": "NaN"}, "value"),
        ({"currency": "XXX"}, "currency"), ({"on": "31/31/2026"}, "on"), ({"on": "1900-01-01"}, "on"),
        ({"cth": "00000000"}, "cth"), ({"value": None}, "value"), ({"terms": "FOBB"}, "terms"),
    ],
)  # fmt: skip
def test_what_cannot_be_estimated_is_named_by_its_field(db: None, given: dict[str, Any], field: str) -> None:
    answer = Program().post("/estimates", ESTIMATE | given)
    assert answer.status_code == 422 and [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b'"x"', b"[]", b'{"cth": "\\u0000", "value": "1"}', b'{"cth": "\\ud800", "value": "1"}', b'{"value": NaN}',
        b"[" * 100_000, b'{"value": 1' + b"0" * 5000 + b"}", b"\xff\xfe", b'{"cth": {"a": 1}, "value": []}',
    ],
)  # fmt: skip
def test_hostile_text_is_refused_as_a_problem(db: None, text: bytes) -> None:
    answer = Program().client.post("/api/v1/estimates", text, content_type="application/json")
    assert answer.status_code in (400, 422) and answer["Content-Type"] == "application/problem+json"


def test_other_answers_of_the_api_are_problems_too(db: None) -> None:
    asking = Program()
    for address, status in (
        ("/nothing", 404),
        ("/bills/", 404),
        ("/openapi.json", 200),
        ("/bills/%00", 400),
        ("/estimates?a=%00", 400),
    ):
        answer = asking.get(address) if "?" not in address else asking.client.get(f"/api/v1{address}")
        assert answer.status_code == status, address
    answer = asking.get("/estimates")
    assert answer.status_code == 405 and answer["Allow"] == "POST" and answer.json()["status"] == 405
    big = asking.client.post("/api/v1/estimates", b"x" * (4 * 1024 * 1024 + 1), content_type="application/json")
    assert big.status_code == 413 and big["Content-Type"] == "application/problem+json"


def test_the_reference_is_a_page_of_ours_and_names_every_operation(client: Client, db: None) -> None:
    told = client.get("/api/v1/openapi.json").json()
    page = client.get("/api/v1/")
    assert told["openapi"] == "3.1.0" and "unsafe-inline" not in page["Content-Security-Policy"]
    shown = page.content.decode()
    for address in told["paths"]:
        assert f"{address}</code>" in shown, address
    assert "<script>" not in shown and "cdn" not in shown
