"""What ECCS and a bank accept from each other, and what they do not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from payments.bank import (
    Bank,
    Confirmation,
    Fault,
    KeyRing,
    NotAccepted,
    Payment,
    Return,
    Status,
    read_form,
)

NOW = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
KEYS = KeyRing.of("11" * 32)
OTHERS = KeyRing.of("22" * 32)


def paid(**changes: object) -> Confirmation:
    facts = {
        "challan": "2111000001", "amount_paise": 9_082_400, "bank_transaction": "SBX261121000000001",
        "status": Status.PAID, "sent_at": NOW,
    }  # fmt: skip
    return Confirmation(**{**facts, **changes})  # type: ignore[arg-type]


def fault_of(act: Callable[[], object]) -> Fault:
    with pytest.raises(NotAccepted) as refusal:
        act()
    return refusal.value.fault


def test_a_genuine_message_arrives_as_it_was_sent() -> None:
    message = paid()
    assert Confirmation.opened(message.signed(KEYS), KEYS, NOW) == message


def test_a_message_signed_with_another_key_under_our_key_number_is_forged() -> None:
    said = paid().signed(OTHERS)
    assert fault_of(lambda: Confirmation.opened(said, KEYS, NOW)) is Fault.UNKNOWN_KEY
    assert fault_of(lambda: Confirmation.opened({**said, "key": KEYS.signing}, KEYS, NOW)) is Fault.FORGED


@pytest.mark.parametrize(
    "name", ["challan", "amount_paise", "currency", "status", "bank_transaction", "sent_at", "nonce"]
)
def test_no_value_can_be_altered(name: str) -> None:
    said = paid().signed(KEYS)
    altered = {
        **said,
        name: "FAILED" if name == "status" else said[name][:-1] + ("2" if said[name][-1] == "1" else "1"),
    }
    assert fault_of(lambda: Confirmation.opened(altered, KEYS, NOW)) is Fault.FORGED


@pytest.mark.parametrize("extra", [("note", "hello"), ("challan2", "1")])
def test_nothing_can_be_added_or_left_out(extra: tuple[str, str]) -> None:
    said = list(paid().signed(KEYS).items())
    assert fault_of(lambda: Confirmation.opened([*said, extra], KEYS, NOW)) is Fault.FORGED
    assert fault_of(lambda: Confirmation.opened(said[3:], KEYS, NOW)) in (Fault.FORGED, Fault.UNKNOWN_KEY)


def test_a_name_standing_twice_is_refused_before_anything_is_read() -> None:
    said = list(paid().signed(KEYS).items())
    assert fault_of(lambda: Confirmation.opened([*said, ("challan", "9999999999")], KEYS, NOW)) is Fault.UNREADABLE


def test_a_genuine_message_of_one_sort_is_not_accepted_as_another() -> None:
    assert fault_of(lambda: Return.opened(paid().signed(KEYS), KEYS, NOW)) is Fault.UNREADABLE


@pytest.mark.parametrize(("age", "fresh"), [(-61, False), (-60, True), (0, True), (300, True), (301, False)])
def test_a_message_is_good_for_five_minutes_and_clocks_may_differ_by_one(age: int, fresh: bool) -> None:
    said, later = paid().signed(KEYS), NOW + timedelta(seconds=age)
    if fresh:
        assert Confirmation.opened(said, KEYS, later) == paid(nonce=said["nonce"])
    else:
        assert fault_of(lambda: Confirmation.opened(said, KEYS, later)) is Fault.EXPIRED


@pytest.mark.parametrize(
    "wrong", [{"currency": "USD"}, {"challan": "12345"}, {"amount_paise": -1}, {"bank_transaction": "<b>"}]
)
def test_a_signed_message_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    said = paid(**wrong).signed(KEYS)
    assert fault_of(lambda: Confirmation.opened(said, KEYS, NOW)) is Fault.UNREADABLE


def test_an_impossible_moment_is_refused() -> None:
    values = {k: v for k, v in paid().signed(KEYS).items() if k != "signature"} | {"sent_at": "2026-13-45T00:00:00Z"}
    said = {**values, "signature": KEYS.signature(KEYS.signing, values)}
    assert fault_of(lambda: Confirmation.opened(said, KEYS, NOW)) is Fault.UNREADABLE


def test_a_new_key_signs_while_the_old_one_is_still_accepted() -> None:
    both = KeyRing.of("33" * 32 + "," + "11" * 32)
    assert Confirmation.opened(paid().signed(KEYS), both, NOW).challan == "2111000001"
    assert fault_of(lambda: Confirmation.opened(paid().signed(both), KEYS, NOW)) is Fault.UNKNOWN_KEY


@pytest.mark.parametrize("text", ["", "zz" * 32, "11" * 16])
def test_a_missing_or_weak_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"key|hexadecimal"):
        KeyRing.of(text)


def test_the_payer_is_sent_to_the_bank_with_a_signed_address() -> None:
    payment = Payment(
        challan="2111000001", amount_paise=100, payer="Swift & Søn", return_url="http://127.0.0.1:8000/payments/back/",
        sent_at=NOW,
    )  # fmt: skip
    address = Bank("http://bank.example", KEYS).payment_address(payment)
    assert address.startswith("http://bank.example/pay?")
    assert Payment.opened(read_form(address.split("?")[1].encode()), KEYS, NOW) == payment
