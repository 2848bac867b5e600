"""The sandbox bank: one debit a challan, whatever is pressed how often, and its ways of answering badly."""

from __future__ import annotations

import csv
import hashlib
import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

import pytest

from payments.bank import (
    Answer,
    BankSilent,
    Confirmation,
    KeyRing,
    Payment,
    Return,
    Scroll,
    ScrollRequest,
    Status,
    Verification,
    read_form,
)
from payments.sandbox.ledger import INDIA, Behaviour, Ledger
from payments.sandbox.post import GIVE_UP_AFTER, PostOffice
from payments.sandbox.site import Site

KEYS = KeyRing.of("11" * 32)
CHALLAN = "2111000001"


class BankUnderTest:
    """A bank with a clock that can be moved and a line to ECCS that can be cut."""

    def __init__(self, path: Path) -> None:
        self.moved = timedelta(0)
        self.ledger = Ledger(path / "bank.sqlite3")
        self.site = Site(self.ledger, KEYS, late_seconds=60, now=self.now)
        self.received: list[Confirmation] = []
        self.line_cut = False
        self.office = PostOffice(self.ledger, KEYS, "http://eccs.example/", send=self._eccs, now=self.now)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.moved

    def _eccs(self, url: str, values: Mapping[str, str], timeout: int) -> bytes:
        if self.line_cut:
            raise BankSilent("cut")
        self.received.append(Confirmation.opened(values, KEYS, datetime.now(UTC)))
        return b"ok"

    def call(self, method: str, path: str, values: Mapping[str, str] | None = None) -> tuple[int, dict[str, str], str]:
        body = urlencode(values or {}).encode()
        path, _, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
        }  # fmt: skip
        setup_testing_defaults(environ)
        answer: list[Any] = []
        text = b"".join(self.site(environ, lambda status, headers: answer.extend([status, headers]))).decode()  # type: ignore[arg-type]
        return int(answer[0].split()[0]), dict(answer[1]), text

    def log_in(self, **changes: Any) -> str:
        facts = {
            "challan": CHALLAN, "amount_paise": 9_082_400, "payer": "Swift", "return_url": "http://eccs.example/back/",
            "sent_at": self.now().replace(microsecond=0),
        }  # fmt: skip
        said = Payment(**{**facts, **changes}).signed(KEYS)
        status, headers, _text = self.call("POST", "/log-in", {**said, "customer": "Asha <i>"})
        assert status == 303
        return headers["Location"]

    def pay(self, behaviour: Behaviour = Behaviour.HONEST, decision: str = "PAID") -> str:
        page = self.log_in()
        assert self.call("POST", page, {"decision": decision, "behaviour": behaviour})[0] == 303
        self.office.deliver_due()
        return page

    def ask(self, bank_transaction: str = "", challan: str = CHALLAN) -> Answer:
        question = Verification(
            challan=challan, bank_transaction=bank_transaction, sent_at=self.now().replace(microsecond=0)
        )
        _status, _headers, text = self.call("POST", "/verify", question.signed(KEYS))
        answer = Answer.opened(read_form(text.encode()), KEYS, datetime.now(UTC))
        assert answer.in_reply_to == question.nonce
        return answer

    def carried_back(self, page: str) -> Return | None:
        _status, headers, text = self.call("GET", page)
        fields = {
            html.unescape(n): html.unescape(v)
            for n, v in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', text)
        }
        if fields:
            assert "form-action 'self' http://eccs.example" in headers["Content-Security-Policy"]
        return Return.opened(fields, KEYS, datetime.now(UTC)) if fields else None


@pytest.fixture
def bank(tmp_path: Path) -> BankUnderTest:
    return BankUnderTest(tmp_path)


def test_a_payment_is_confirmed_and_carried_back(bank: BankUnderTest) -> None:
    back = bank.carried_back(bank.pay())
    (confirmation,) = bank.received
    assert back is not None
    for said in (back, confirmation, bank.ask(back.bank_transaction), bank.ask()):
        assert (said.status, said.amount_paise, said.challan) == (Status.PAID, 9_082_400, CHALLAN)
        assert said.bank_transaction == back.bank_transaction
    assert re.fullmatch(r"[A-Z0-9]{12,22}", back.bank_transaction)


def test_a_declined_payment_debits_nothing(bank: BankUnderTest) -> None:
    back = bank.carried_back(bank.pay(decision="FAILED"))
    assert back is not None
    assert back.status is Status.FAILED
    assert bank.received[0].status is Status.FAILED
    assert bank.ledger.debits_of(bank.now().astimezone(INDIA).date()) == []


def test_pressing_approve_again_or_coming_back_debits_once(bank: BankUnderTest) -> None:
    page = bank.pay()
    bank.call("POST", page, {"decision": "PAID", "behaviour": "HONEST"})
    bank.call("POST", page, {"decision": "FAILED", "behaviour": "HONEST"})
    assert bank.log_in() == page
    bank.office.deliver_due()
    assert len(bank.received) == 1
    assert bank.ask().status is Status.PAID
    assert len(bank.ledger.debits_of(bank.now().astimezone(INDIA).date())) == 1


@pytest.mark.parametrize(
    ("behaviour", "confirmations", "carries_back"),
    [
        (Behaviour.ONLY_CONFIRMATION, 1, False), (Behaviour.ONLY_RETURN, 0, True), (Behaviour.TWICE, 2, True),
        (Behaviour.LATE, 0, False), (Behaviour.DROP, 0, False),
    ],
)  # fmt: skip
def test_a_bank_on_a_bad_day_still_answers_truly_when_asked(
    bank: BankUnderTest, behaviour: Behaviour, confirmations: int, carries_back: bool
) -> None:
    page = bank.pay(behaviour)
    assert len(bank.received) == confirmations
    assert (bank.carried_back(page) is not None) is carries_back
    assert bank.ask().status is Status.PAID


def test_a_late_confirmation_comes_after_its_time(bank: BankUnderTest) -> None:
    bank.pay(Behaviour.LATE)
    bank.moved = timedelta(seconds=61)
    bank.office.deliver_due()
    bank.office.deliver_due()
    assert len(bank.received) == 1


def test_a_wrong_amount_is_told_unasked_but_not_when_asked(bank: BankUnderTest) -> None:
    bank.pay(Behaviour.WRONG_AMOUNT)
    assert bank.received[0].amount_paise == 9_082_500
    assert bank.ask().amount_paise == 9_082_400


def test_a_confirmation_is_tried_again_until_eccs_has_it_also_by_a_restarted_bank(bank: BankUnderTest) -> None:
    bank.line_cut = True
    bank.pay()
    bank.office.deliver_due()
    assert bank.received == []
    bank.line_cut, bank.moved = False, timedelta(seconds=5)
    restarted = PostOffice(Ledger(bank.ledger.path), KEYS, "http://eccs.example/", send=bank._eccs, now=bank.now)
    restarted.deliver_due()
    restarted.deliver_due()
    assert len(bank.received) == 1


def test_the_bank_gives_up_in_the_end(bank: BankUnderTest) -> None:
    bank.line_cut = True
    bank.pay()
    for _ in range(GIVE_UP_AFTER):
        bank.moved += timedelta(minutes=11)
        bank.office.deliver_due()
    assert bank.ledger.due(bank.now() + timedelta(days=1)) == []


def test_an_order_that_nobody_decides_has_failed_after_half_an_hour(bank: BankUnderTest) -> None:
    page = bank.log_in()
    assert bank.ask().status is Status.PENDING
    asked, bank.moved = bank.ledger.order_of(CHALLAN), timedelta(minutes=31)
    assert asked is not None
    assert asked.standing(bank.now()) is Status.FAILED
    bank.call("POST", page, {"decision": "PAID", "behaviour": "HONEST"})
    decided = bank.ledger.order_of(CHALLAN)
    assert decided is not None
    assert decided.bank_transaction == ""


def test_the_bank_knows_nothing_of_another_number_or_challan(bank: BankUnderTest) -> None:
    bank.pay()
    assert bank.ask("SBX999999999999999").status is Status.UNKNOWN
    assert bank.ask(challan="2111000002").status is Status.UNKNOWN


def test_a_second_message_for_a_challan_with_another_amount_is_refused(bank: BankUnderTest) -> None:
    bank.log_in()
    other = Payment(challan=CHALLAN, amount_paise=1, payer="Swift", return_url="http://eccs.example/back/")
    assert bank.call("POST", "/log-in", {**other.signed(KEYS), "customer": "Asha"})[0] == 409


def test_forged_and_expired_payment_messages_are_refused_by_a_page(bank: BankUnderTest) -> None:
    said = Payment(challan=CHALLAN, amount_paise=1, payer="Swift", return_url="http://eccs.example/back/").signed(KEYS)
    assert bank.call("GET", f"/pay?{urlencode(said)}")[0] == 200
    assert bank.call("GET", f"/pay?{urlencode({**said, 'amount_paise': '2'})}")[0] == 400
    assert bank.call("GET", "/pay")[0] == 400
    bank.moved = timedelta(minutes=16)
    assert bank.call("GET", f"/pay?{urlencode(said)}")[0] == 400
    assert bank.ledger.order_of(CHALLAN) is None


def test_what_people_type_is_shown_as_text(bank: BankUnderTest) -> None:
    _status, _headers, text = bank.call("GET", bank.log_in())
    assert "Asha &lt;i&gt;" in text
    assert "SANDBOX" in text


def test_the_scroll_of_the_day_lists_debits_and_is_sealed(bank: BankUnderTest) -> None:
    bank.pay()
    request = ScrollRequest(day=bank.now().astimezone(INDIA).date().isoformat())
    status, headers, text = bank.call("POST", "/scroll", request.signed(KEYS))
    seal = Scroll.opened(read_form(headers["ECCS-Bank-Message"].encode()), KEYS, datetime.now(UTC))
    (line,) = csv.DictReader(StringIO(text))
    assert status == 200
    assert (line["challan"], line["amount_paise"], line["currency"]) == (CHALLAN, "9082400", "INR")
    assert (seal.entries, seal.total_paise, seal.in_reply_to) == (1, 9_082_400, request.nonce)
    assert seal.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_unknown_pages_and_health(bank: BankUnderTest) -> None:
    assert bank.call("GET", "/healthz")[2] == "ok\n"
    assert bank.call("GET", "/nothing")[0] == 404
    assert bank.call("GET", "/order/guess")[0] == 404
    assert bank.call("POST", "/verify", {})[0] == 400
