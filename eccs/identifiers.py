"""Checks of numbers that carry their own proof. Each answers why not, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

Check = Callable[[str], str]

_PAN = re.compile(r"[A-Z]{3}[PCHFATBLJG][A-Z]\d{4}[A-Z]").fullmatch
_GSTIN = re.compile(r"\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]").fullmatch
_PASSPORT = re.compile(r"[A-Z0-9]{6,9}").fullmatch
_VOTER = re.compile(r"[A-Z]{3}\d{7}").fullmatch
_IEC_OLD = re.compile(r"\d{10}").fullmatch
_MAWB = re.compile(r"(\d{3})[- ]?(\d{8})").fullmatch
_HAWB = re.compile(r"[A-Z0-9]{4,20}").fullmatch
_CRN = re.compile(r"[A-Z0-9-]{4,30}").fullmatch
_SPREADSHEET = re.compile(r"-?\d+(?:\.\d+)?E[+-]?\d+|\d+\.\d+", re.IGNORECASE).fullmatch
_DIGITS = re.compile(r"\d+").fullmatch

_B36 = {c: n for n, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_B36_BACK = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# The dihedral group's multiplication and the permutation of Verhoeff's scheme
_D = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_P = ("0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258")
_VERHOEFF = tuple(tuple(tuple(int(_D[c][int(p[d])]) for d in range(10)) for c in range(10)) for p in _P)

PERSONAL_IMPORT_IEC = "0100000053"


def pan(text: str) -> str:
    """A PAN: five letters of which the fourth tells the holder, four digits, a letter."""
    return "" if _PAN(text) else str(_("is not a PAN: five letters, four digits, a letter"))


def gstin_check_character(first_fourteen: str) -> str:
    """The fifteenth character of a GSTIN."""
    total = 0
    for n, character in enumerate(first_fourteen):
        product = _B36[character] * (1 + n % 2)
        total += product // 36 + product % 36
    return _B36_BACK[-total % 36]


def gstin(text: str) -> str:
    """A GSTIN: state, PAN, entity, Z and a check character over the rest."""
    if not _GSTIN(text):
        return str(_("is not a GSTIN: fifteen characters with the state and the PAN in them"))
    return (
        "" if gstin_check_character(text[:14]) == text[14] else str(_("is not a GSTIN: the check digit does not match"))
    )


def aadhaar(text: str) -> str:
    """An Aadhaar number: twelve digits, the first from 2 to 9, the last a check digit."""
    if len(text) != 12 or not _DIGITS(text) or text[0] in "01":
        return str(_("is not an Aadhaar number: twelve digits, the first from 2 to 9"))
    check = 0
    for n, digit in enumerate(reversed(text)):
        check = _VERHOEFF[n % 8][check][int(digit)]
    return "" if check == 0 else str(_("is not an Aadhaar number: the check digit does not match"))


def mask_aadhaar(text: str) -> str:
    """An Aadhaar number with all but its last four digits hidden."""
    return f"XXXXXXXX{text[-4:]}"


def iec(text: str) -> str:
    """An Importer-Exporter Code: the firm's PAN, or ten digits of the older kind."""
    return "" if _PAN(text) or _IEC_OLD(text) else str(_("is not an IEC: a PAN or ten digits"))


def uin(text: str) -> str:
    """A Unique Identity Number of a body that is not registered for GST."""
    return (
        ""
        if len(text) == 15 and re.fullmatch(r"\d{2}[A-Z0-9]{13}", text)
        else str(_("is not a UIN: fifteen characters"))
    )


def passport(text: str) -> str:
    """A passport number of any country."""
    return "" if _PASSPORT(text) and any(c.isdigit() for c in text) else str(_("is not a passport number"))


def voter_id(text: str) -> str:
    """A voter's identity card number: three letters, seven digits."""
    return "" if _VOTER(text) else str(_("is not a Voter-ID number: three letters, seven digits"))


KYC: dict[str, Check] = {
    "AADHAAR": aadhaar, "PAN": pan, "PASSPORT": passport, "VOTER_ID": voter_id, "GSTIN": gstin, "IEC": iec, "UIN": uin,
}  # fmt: skip


def kyc(kind: str, text: str) -> str:
    """Why a KYC number is none of its kind, or nothing."""
    check = KYC.get(kind)
    return check(text) if check else str(_("is not a kind of KYC document"))


def ad_code(text: str) -> str:
    """An authorised dealer's code: seven digits."""
    return "" if len(text) == 7 and _DIGITS(text) else str(_("is not an AD code: seven digits"))


def cth(text: str) -> str:
    """A tariff item."""
    return "" if len(text) == 8 and _DIGITS(text) else str(_("is not a tariff item: a tariff item has eight digits"))


def gst_code(text: str) -> str:
    """The HSN of goods under the GST."""
    right = len(text) in (4, 6, 8) and _DIGITS(text)
    return "" if right else str(_("is not a GST code: four, six or eight digits"))


def pin(text: str) -> str:
    """A postal code of India."""
    return "" if len(text) == 6 and _DIGITS(text) and text[0] != "0" else str(_("is not a PIN code: six digits"))


def mawb(text: str) -> str:
    """A master airway bill: airline prefix and eight digits, the last being the rest of the first seven by 7."""
    found = _MAWB(text)
    if not found:
        return turned_by_a_spreadsheet(text) or str(_("is not a MAWB: three digits of the airline and eight digits"))
    digits = found[2]
    return "" if int(digits[:7]) % 7 == int(digits[7]) else str(_("is not a MAWB: the check digit does not match"))


def written_mawb(text: str) -> str:
    """A master airway bill as it is written: prefix, hyphen, eight digits."""
    found = _MAWB(text)
    return f"{found[1]}-{found[2]}" if found else text


def turned_by_a_spreadsheet(text: str) -> str:
    """Why a number cannot be an identifier, where a spreadsheet turned the one into the other."""
    if _SPREADSHEET(text):
        return str(_("is a number where an identifier is expected: format the column as text in the spreadsheet"))
    return ""


def hawb(text: str) -> str:
    """A house airway bill: 4 to 20 letters and digits, as the courier numbers them."""
    return (
        ""
        if _HAWB(text)
        else turned_by_a_spreadsheet(text) or str(_("is not a HAWB number: 4 to 20 letters and digits"))
    )


def crn(text: str) -> str:
    """A Cross Reference Number of one package."""
    return "" if _CRN(text) else turned_by_a_spreadsheet(text) or str(_("is not a CRN: 4 to 30 letters and digits"))
