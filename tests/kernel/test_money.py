"""Money is written the Indian way and rounded half up."""

from decimal import Decimal

import pytest

from eccs.money import grouped, rupees, to_rupee


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0"), ("999", "999"), ("1000", "1,000"), ("100000", "1,00,000"), ("12345678", "1,23,45,678"),
        ("85522.5", "85,522.50"), ("-1234.5", "−1,234.50"),
    ],
)  # fmt: skip
def test_amounts_are_grouped_by_lakh_and_crore(amount: str, text: str) -> None:
    assert grouped(Decimal(amount)) == text


def test_rupees_never_break_from_their_sign() -> None:
    assert rupees(Decimal("100000"), 2) == "₹\u00a01,00,000.00"


@pytest.mark.parametrize(("exact", "whole"), [("32.50", 33), ("32.49", 32), ("0.5", 1)])
def test_a_rupee_is_rounded_half_up(exact: str, whole: int) -> None:
    assert to_rupee(Decimal(exact)) == whole
