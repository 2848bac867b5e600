"""Numbers that carry their own proof are told from those that do not."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eccs import identifiers


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (identifiers.mawb, "157-12345675"), (identifiers.mawb, "176-88888881"), (identifiers.mawb, "31296805785"),
        (identifiers.gstin, "27AAPFU0939F1ZV"), (identifiers.gstin, "29ABCDE1234F1ZW"), (identifiers.gstin, "07ABCPK1234L1ZU"),
        (identifiers.pan, "AAPFU0939F"), (identifiers.iec, "0100000053"), (identifiers.iec, "AAPFU0939F"),
        (identifiers.voter_id, "ABC1234567"), (identifiers.passport, "Z1234567"), (identifiers.ad_code, "6390417"),
        (identifiers.cth, "85171300"), (identifiers.pin, "560068"), (identifiers.hawb, "SWF7731904425"),
    ],
)  # fmt: skip
def test_a_good_number_passes(check: Callable[[str], str], number: str) -> None:
    assert check(number) == ""


@pytest.mark.parametrize(
    ("check", "number", "why"),
    [
        (identifiers.mawb, "312-96805786", "check digit"), (identifiers.gstin, "29ABCDE1234F1ZX", "check digit does not match"),
        (identifiers.pan, "AAPXU0939F", "PAN"), (identifiers.ad_code, "123", "seven digits"),
        (identifiers.cth, "8517", "a tariff item has eight digits"), (identifiers.pin, "060068", "PIN"),
        (identifiers.hawb, "8.00123E+12", "a number where an identifier is expected"), (identifiers.aadhaar, "123412341234", "2 to 9"),
        (identifiers.crn, "1.5", "a number where an identifier is expected"), (identifiers.iec, "12345", "IEC"),
    ],
)  # fmt: skip
def test_a_bad_number_is_told_why(check: Callable[[str], str], number: str, why: str) -> None:
    assert why in check(number)


@given(st.from_regex(r"[2-9][0-9]{10}", fullmatch=True), st.integers(0, 11), st.integers(1, 9))
def test_an_aadhaar_number_with_one_digit_changed_is_refused(body: str, place: int, by: int) -> None:
    number = next(body + c for c in "0123456789" if identifiers.aadhaar(body + c) == "")
    changed = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert identifiers.aadhaar(changed) != ""


def test_an_aadhaar_number_is_shown_by_its_last_four_digits() -> None:
    assert identifiers.mask_aadhaar("234567890124") == "XXXXXXXX0124"


def test_every_kind_of_kyc_document_has_its_check() -> None:
    assert identifiers.kyc("PAN", "AAPFU0939F") == ""
    assert "GSTIN" in identifiers.kyc("GSTIN", "AAPFU0939F")
    assert identifiers.kyc("LIBRARY_CARD", "1") != ""
