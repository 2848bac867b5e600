"""Memos, reports, orders, gate passes and labels: on paper, for those who may read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from bills import decision_papers
from bills.models import Adjudication, CourierBillOfEntry, Examination, ProvisionalRelease, QueryMemo
from bills.stages import Stage
from eccs.paper_checks import State, of_code
from eccs.paper_parts import Kind
from exports.stages import Stage as Outward
from tests.factories import firms
from tests.factories.bills import bill, hawb_of
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.shipping import shipping_bill
from tests.papers import reading
from tests.papers.test_documents import cleared

pytestmark = pytest.mark.django_db
People = Callable[[str], User]
WORDS = {
    "query": "Which model is it", "examination": "A hidden pocket", "release": "BG-77", "adjudication": "ORD-9",
}  # fmt: skip


def decided(sort: str, one: CourierBillOfEntry) -> Any:
    """One row of each kind that desks leave on a bill."""
    by, now = firms.person("Uma Pillai"), timezone.now()
    if sort == "query":
        return QueryMemo.objects.create(bill=one, raised_from="ASSESSMENT", question="Which model is it?", raised_by=by)
    if sort == "examination":
        return Examination.objects.create(
            bill=one, by=by, packages_opened=1, percent=100, findings="A hidden pocket", recommendation="DETAIN"
        )
    if sort == "release":
        return ProvisionalRelease.objects.create(
            bill=one, bond_number="B-1", bond_amount=Decimal(500), bond_date=date(2026, 11, 1), guarantee_number="BG-77",
            guarantee_amount=Decimal(100), guarantee_valid_until=date(2027, 11, 1), at=now, by=by,
        )  # fmt: skip
    return Adjudication.objects.create(
        bill=one, order_number="ORD-9", order_date=date(2026, 11, 1), outcome="RELEASE", fine=Decimal(50), remarks="Heard.",
        at=now, by=by, duty_before=Decimal(31),
    )  # fmt: skip


@pytest.mark.parametrize("sort", list(WORDS))
def test_what_a_desk_decided_is_printed_and_checked(sort: str, paper_keys: Path, people: People) -> None:
    one = bill(Stage.ASSESSMENT)
    row = decided(sort, one)
    data = decision_papers.print_of(sort, row)
    found = reading.text(data)
    for words in (WORDS[sort], one.number, hawb_of(one).number):
        assert reading.squeezed(str(words)) in found
    assert reading.squeezed("Uma Pillai") not in found  # by office alone
    code = reading.codes(data)["QRCode"]
    assert (of_code(code).state, of_code(code).number) == (State.GENUINE, decision_papers.number_of(sort, row))
    officer, owner, stranger, keeper = (Client() for _n in range(4))
    for client, name in (
        (officer, "ao.blr"),
        (owner, "signatory.swift"),
        (stranger, "signatory.metro"),
        (keeper, "warehouse.blr"),
    ):
        client.force_login(people(name))
    assert officer.get(row.print_url).status_code == 200
    assert owner.get(row.print_url).status_code == (404 if sort == "examination" else 200)
    assert stranger.get(row.print_url).status_code == 404
    assert keeper.get(row.print_url).status_code == 404


def test_a_number_of_no_paper_draws_nothing() -> None:
    one = bill(Stage.ASSESSMENT)
    rows = CourierBillOfEntry.objects
    for number in (f"{one.number}/Q1", f"{one.number}/Q0", f"{one.number}/Qx", f"{one.number}", "/Q1", "x/Q99999"):
        assert decision_papers.found("query", rows, number) is None


def test_a_gate_pass_names_each_package_and_no_value(paper_keys: Path) -> None:
    one = cleared()
    data = decision_papers.gate_pass(one)
    found = reading.text(data)
    assert reading.squeezed(str(one.order.number)) in found
    assert all(crn in found for crn in hawb_of(one).pieces.values_list("crn", flat=True))
    assert "₹" not in found
    verdict = of_code(reading.codes(data)["QRCode"])
    assert (verdict.state, verdict.kind) == (State.GENUINE, Kind.GATE_PASS.label)


def test_every_label_is_read_at_203_dpi() -> None:
    one = bill(Stage.DUTY, hawb=house_airway_bill(manifest("ARRIVAL_SCAN"), packages=16))
    data = decision_papers.labels(one)
    assert reading.pages(data) == 2
    pieces = set(hawb_of(one).pieces.values_list("crn", flat=True))
    assert all_codes(data) == pieces
    assert "Package16of16" in reading.text(data)


def test_labels_of_imports_and_exports_bear_a_signed_code(paper_keys: Path) -> None:
    one = bill(Stage.DUTY, hawb=house_airway_bill(manifest("ARRIVAL_SCAN"), packages=2))
    going = shipping_bill(packages=2)
    for data, hawb, bars in (
        (decision_papers.labels(one), one.consignment, set(hawb_of(one).pieces.values_list("crn", flat=True))),
        (decision_papers.labels(going), going.hawb, {going.hawb}),
    ):
        found = all_codes(data)
        assert bars <= found and len(found - bars) == 2
        verdicts = [of_code(code) for code in found - bars]
        assert {(v.state, v.number, v.kind) for v in verdicts} == {
            (State.GENUINE, f"{hawb}/{n}", Kind.LABEL.label) for n in (1, 2)
        }
        assert "Package2of2" in reading.text(data)


@pytest.mark.parametrize(("name", "status"), [("signatory.swift", 200), ("signatory.metro", 404), ("ao.blr", 200)])
def test_labels_of_an_export_are_for_those_who_see_its_bill(name: str, status: int, people: People) -> None:
    going, drafted, client = shipping_bill(packages=2), shipping_bill(Outward.DRAFT), Client()
    client.force_login(people(name))
    assert client.get(f"/exports/prints/{going.key}/labels.pdf").status_code == status
    assert client.get(f"/exports/prints/{drafted.key}/labels.pdf").status_code == 404
    page = client.get(going.get_absolute_url())
    assert page.status_code == status and (f"/prints/{going.key}/labels.pdf" in page.content.decode()) == (
        status == 200
    )


def all_codes(data: bytes) -> set[str]:
    """Every bar code on every page."""
    from contextlib import closing

    import pypdfium2
    import zxingcpp

    found: set[str] = set()
    with closing(pypdfium2.PdfDocument(data)) as document:
        for page in document:
            bitmap = page.render(scale=reading.DPI / 72, grayscale=True)
            found |= {code.text for code in zxingcpp.read_barcodes(bitmap.to_pil())}
            bitmap.close()
            page.close()
    return found
