"""The lists of the DC/AC about payments: found by filters, paged whole, downloaded whole, printed; of the station alone."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import chain
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from accounts.models import User
from accounts.permissions import Actor
from bills.models import CourierBillOfEntry
from eccs import keyset
from eccs.audit import AuditLine
from payments import refunds, services
from payments.cash.models import CashAccount
from payments.models import BankDifference, BankMessage, Challan, RefusedMessage
from tests.factories.bills import bill
from tests.payments.conftest import told

pytestmark = pytest.mark.django_db
PAGE = "/payments/reconciliation/"
SignedIn = Callable[[str], Client]


@pytest.fixture
def signed_in(people: Callable[[str], User]) -> SignedIn:
    """A browser for whoever is named."""

    def signed(name: str) -> Client:
        client = Client()
        client.force_login(people(name))
        return client

    return signed


def messages(challan: Challan | None, count: int, **changes: Any) -> list[BankMessage]:
    """Messages that did not fit, a minute apart, the oldest first."""
    start = timezone.now() - timedelta(days=1)
    facts: dict[str, Any] = {
        "sort": "confirmation", "challan": challan, "challan_number": str(challan.number) if challan else "9999999999",
        "amount_paise": 100_00, "status": "PAID", "outcome": "QUEUED", "reason": "PAID_TWICE", "bank": "BANK",
    }  # fmt: skip
    return BankMessage.objects.bulk_create(
        BankMessage(
            nonce=f"{start.timestamp()}-{n}", received_at=start + timedelta(minutes=n),
            **{**facts, "bank_transaction": f"SBX{n:09d}", **changes},
        )
        for n in range(count)
    )  # fmt: skip


def numbers(client: Client, asked: str = "", name: str = "bank_transaction") -> list[str]:
    """One column of the CSV of a list."""
    answer = client.get(f"{PAGE}export/?{asked}")
    rows = csv.DictReader(StringIO(answer.getvalue().decode("utf-8-sig")))
    return [row[name] for row in rows]


def walked(client: Client, page: str, way: str = "next_url") -> list[list[str]]:
    """The first cells of a list, page after page."""
    seen, address = [], page
    while True:
        context = client.get(address).context
        seen.append([" ".join(cell[1] for cell in row["cells"]) for row in context["rows"]])
        if not context[way]:
            return seen
        address = page.partition("?")[0] + context[way]


def test_more_messages_than_a_page_holds_are_walked_and_downloaded_to_the_last(
    at_bank: Challan, signed_in: SignedIn
) -> None:
    made = [one.bank_transaction for one in messages(at_bank, 60)]
    dcac = signed_in("dcac.blr")
    pages = walked(dcac, PAGE)
    assert [len(page) for page in pages] == [25, 25, 10]
    assert [number for number, line in zip(made, chain(*pages), strict=True) if number not in line] == []
    assert numbers(dcac) == made
    sheet = CalamineWorkbook.from_filelike(BytesIO(dcac.get(f"{PAGE}export/?as=xlsx").getvalue())).get_sheet_by_index(0)
    assert len(sheet.to_python()) == 61
    assert dcac.get(f"{PAGE}print/").content.startswith(b"%PDF")
    assert AuditLine.objects.filter(event="list.exported", about="reconciliation").count() == 2


def test_the_differences_are_found_by_bank_day_sort_firm_and_whether_they_are_closed(
    at_bank: Challan, signed_in: SignedIn
) -> None:
    twice, other = messages(at_bank, 1)[0], messages(None, 1, reason="NO_CHALLAN", bank_transaction="OTHER")[0]
    BankMessage.objects.filter(pk=other.pk).update(received_at=timezone.now() - timedelta(days=9))
    dcac, day = signed_in("dcac.blr"), timezone.localdate() - timedelta(days=4)
    here, there = [twice.bank_transaction], ["OTHER"]
    for asked, found in (
        ("", there + here), ("sort=NO_CHALLAN", there), ("firm=swift", here), ("firm=nobody", []), ("bank=BANK", there + here),
        (f"since={day:%d/%m/%Y}", here), (f"until={day:%Y-%m-%d}", there), ("number=9999", there), ("state=closed", []),
    ):  # fmt: skip
        assert numbers(dcac, asked) == found, asked
    dcac.post(f"{PAGE}{twice.pk}/close/", {"settlement": "Paid back by the bank"})
    assert numbers(dcac) == there
    assert numbers(dcac, "state=closed", "settlement") == ["Paid back by the bank"]
    assert numbers(dcac, "state=all") == there + here
    wrong = dcac.get(f"{PAGE}?since=yesterday")
    assert "Correct the filters first" in wrong.content.decode()
    assert numbers(dcac, "since=yesterday") == []


def test_each_list_of_the_reconciliation_has_its_rows_file_and_print_of_the_station_alone(
    at_bank: Challan, signed_in: SignedIn
) -> None:
    now = timezone.now()
    RefusedMessage.objects.create(day=now.date(), sort="return", fault="FORGED", challan=at_bank, address="192.0.2.7")
    BankDifference.objects.create(
        station_id="BLR", finding="AMOUNT", bank="BANK", day=now.date(), challan=at_bank, number="DIF_2026-2027_000007",
        challan_number=str(at_bank.number), bank_transaction="SBX7", there_paise=500, here_paise=400,
    )  # fmt: skip
    services.receive(told(at_bank))
    at_bank.lines.update(refusal="The bill is closed.", credited_at=None)
    mine, elsewhere = signed_in("dcac.blr"), signed_in("dcac.del")
    for view, name, value, asked in (
        ("refused", "from", "192.0.2.7", "sort=FORGED"), ("lines", "amount", "1000.00", "firm=swift"),
        ("scrolls", "bank_rupees", "5.00", f"sort=AMOUNT&since={now:%Y-%m-%d}"),
    ):  # fmt: skip
        assert value in numbers(mine, f"view={view}&{asked}", name)
        assert str(at_bank.number) in mine.get(f"{PAGE}?view={view}&{asked}").content.decode()
        assert mine.get(f"{PAGE}print/?view={view}").content.startswith(b"%PDF")
        assert numbers(elsewhere, f"view={view}", name) == []
        assert str(at_bank.number) not in elsewhere.get(f"{PAGE}?view={view}").content.decode()
    for part in ("", "export/", "print/"):
        assert signed_in("ao.blr").get(f"{PAGE}{part}").status_code == 403


def test_no_cell_of_a_list_is_taken_for_a_formula(at_bank: Challan, signed_in: SignedIn) -> None:
    messages(at_bank, 1, settled_at=timezone.now(), settlement='=HYPERLINK("http://x")')
    assert numbers(signed_in("dcac.blr"), "state=closed", "settlement") == ['\'=HYPERLINK("http://x")']


def test_several_sorts_come_in_one_order_forwards_and_backwards(at_bank: Challan) -> None:
    """Also where moments are the same: nothing is left out and nothing comes twice."""
    start = timezone.now()
    for n, made in enumerate(messages(at_bank, 9)):
        BankMessage.objects.filter(pk=made.pk).update(received_at=start + timedelta(seconds=n // 3))
        RefusedMessage.objects.create(
            day=start.date(), sort="return", fault="FORGED", address=str(n), last_at=start + timedelta(seconds=n // 2)
        )
    parts: list[Any] = [(BankMessage.objects.all(), "received_at"), (RefusedMessage.objects.all(), "last_at")]
    whole = [(n, row.pk) for n, row in keyset.every(parts, 100)]
    assert len(whole) == len(set(whole)) == 18
    for size in (1, 4, 5):
        assert [(n, row.pk) for n, row in keyset.every(parts, size)] == whole
        last = keyset.merged(parts, "", 17)
        back, mark = [(n, row.pk) for n, row in keyset.merged(parts, last.next_mark, 17).rows], ""
        mark = keyset.merged(parts, last.next_mark, 17).previous_mark
        while mark:
            page = keyset.merged(parts, mark, size)
            back, mark = [(n, row.pk) for n, row in page.rows] + back, page.previous_mark
        assert back == whole
    assert keyset.merged(parts, "forged", 5).rows == keyset.merged(parts, "", 5).rows


def test_51a_refunds_beyond_a_page_are_listed_credited_and_found(
    people: Callable[[str], User], signed_in: SignedIn
) -> None:
    bills = [bill("OUT_OF_CHARGE") for _n in range(27)]
    CourierBillOfEntry.objects.filter(pk__in=[one.pk for one in bills]).update(total_duty=1, duty_paid=10)
    dcac, page = signed_in("dcac.blr"), "/payments/refunds/"
    pages = walked(dcac, page)
    assert [len(one) for one in pages] == [25, 2]
    last, officer = bills[-1], Actor.of(people("dcac.blr"))
    found = refunds.one_refund(officer, "refund-credit", "bill", last.pk)
    assert found is not None
    refunds.credit_refund(found, "=Refund order 3", officer)

    def told_of(asked: str) -> list[dict[str, str]]:
        text = dcac.get(f"{page}export/?{asked}").getvalue().decode("utf-8-sig")
        return list(csv.DictReader(StringIO(text)))

    assert len(told_of("")) == len(told_of("sort=less")) == 26
    assert told_of("sort=fee") == told_of("firm=nobody") == told_of("until=2001-01-01") == []
    assert [row["document"] for row in told_of(f"number={bills[0].number}")] == [bills[0].number]
    (row,) = told_of("state=closed")
    assert (row["document"], row["amount"], row["why"]) == (last.number, "9.00", "'=Refund order 3")
    assert len(told_of("state=all")) == 27
    assert dcac.get(f"{page}print/?state=all").content.startswith(b"%PDF")
    assert len(numbers_of(signed_in("dcac.del").get(f"{page}export/"))) == 0


def numbers_of(answer: Any) -> list[dict[str, str]]:
    """The rows of a file."""
    return list(csv.DictReader(StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_the_firms_ledgers_are_filtered_downloaded_and_printed(at_bank: Challan, signed_in: SignedIn) -> None:
    CashAccount.objects.create(sort="FIRM", courier=at_bank.courier, balance=Decimal(700))
    dcac, page = signed_in("dcac.blr"), "/payments/ledger/firms/"
    for asked, found in (
        ("", ["700.00"]), ("firm=swift", ["700.00"]), ("state=money", ["700.00"]), ("state=empty", []), ("sort=importer", []),
        ("firm=nobody", []),
    ):  # fmt: skip
        assert [row["balance"] for row in numbers_of(dcac.get(f"{page}export/?{asked}"))] == found, asked
    assert "700" in dcac.get(page).content.decode()
    assert dcac.get(f"{page}export/?as=xlsx").getvalue().startswith(b"PK")
    assert dcac.get(f"{page}print/").content.startswith(b"%PDF")
    assert numbers_of(signed_in("dcac.del").get(f"{page}export/")) == []
    assert signed_in("courier.swift").get(f"{page}export/").status_code == 403
