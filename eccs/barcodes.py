"""Bar codes and QR codes: a short token for each number, drawn for screens and for papers.

A whole bill number in Code 128 would be 12 cm wide, so a paper carries a token of 14 signs: station (3), financial
year (2), kind of document (2) and serial (7). The serial is written in base 32 without I, L, O and U, so that the
manifest's and the bill's serial both fit and nobody takes a letter for a digit. A token says the same as its number,
both ways; nothing is looked up.
"""

from __future__ import annotations

import re
from functools import lru_cache

import segno
from barcode.codex import Code128

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SERIAL_SIGNS = 7
BILL_BITS = 15  # a manifest has at most 20,000 house airway bills, each with one bill
DOCUMENTS = {
    "ECM": "01", "CBE-XI": "11", "CBE-XII": "12", "CBE-XIII": "13", "CBE-XIV": "14", "OOC": "41", "DM": "42", "UCN": "43",
    "MCF": "44", "BND": "45", "CTM": "46", "CTA": "47", "CSB-III": "23", "CSB-IV": "24", "CSB-V": "25", "LEO": "48", "CEM": "49", "PA": "50", "REX": "51",
}  # fmt: skip
_OF_CODE = {code: kind for kind, code in DOCUMENTS.items()}
_NUMBER = re.compile(r"([A-Z]+(?:-[A-Z]+)?)_([A-Z]{3})_(20\d\d)-2\d{3}_(\d{1,9})(?:_(\d{1,5}))?")
_TOKEN = re.compile(rf"([A-Z]{{3}})(\d\d)(\d\d)([{SIGNS}]{{{SERIAL_SIGNS}}})")
QUIET = 10  # modules of white that a reader wants on either side of Code 128


def token(number: str) -> str:
    """The 14 signs that stand for a document's number on its bar code."""
    found = _NUMBER.fullmatch(number)
    if found is None or found[1] not in DOCUMENTS:
        raise ValueError(f"{number!r} is not a number of a manifest, bill or order")
    kind, station, year, first, second = found.groups()
    serial = int(first) if second is None else int(first) << BILL_BITS | int(second)
    if second is not None and int(second) >= 1 << BILL_BITS:
        raise ValueError(f"{number!r}: the serial of a bill has at most {BILL_BITS} bits")
    if serial >= 1 << 5 * SERIAL_SIGNS:
        raise ValueError(f"{number!r}: the serial is too long for {SERIAL_SIGNS} signs")
    signs = "".join(SIGNS[serial >> 5 * place & 31] for place in reversed(range(SERIAL_SIGNS)))
    return f"{station}{year[2:]}{DOCUMENTS[kind]}{signs}"


def number_of(scanned: str) -> str:
    """The number a scanned token stands for, or nothing where it is no token of ours."""
    found = _TOKEN.fullmatch(scanned.strip().upper())
    if found is None or (kind := _OF_CODE.get(found[3], "")) == "":
        return ""
    station, year, _code, signs = found.groups()
    serial = 0
    for sign in signs:
        serial = serial << 5 | SIGNS.index(sign)
    series = f"{kind}_{station}_20{year}-{2001 + int(year)}"
    if not kind.startswith(("ECM", "CBE")):
        return f"{series}_{serial:06d}"
    if kind == "ECM":
        return f"{series}_{serial:02d}"
    return f"{series}_{serial >> BILL_BITS:02d}_{serial & (1 << BILL_BITS) - 1:02d}"


def bars(text: str) -> list[tuple[int, int]]:
    """The dark bars of a Code 128, each as its first module and its width in modules."""
    return runs(str(Code128(text).build()[0]))


def width(text: str) -> int:
    """How many modules wide the Code 128 of a text is, without its quiet zones."""
    return len(str(Code128(text).build()[0]))


def runs(modules: str) -> list[tuple[int, int]]:
    """The unbroken stretches of `1` in a line of modules: where each begins and how long it is."""
    return [(found.start(), found.end() - found.start()) for found in re.finditer("1+", modules)]


def secret_squares(text: str) -> tuple[str, ...]:
    """The rows of a QR code as lines of 0 and 1, error correction M, without its quiet zone; nothing of it is remembered."""
    code = segno.make_qr(text, error="m", boost_error=False)
    return tuple("".join("1" if dark else "0" for dark in row) for row in code.matrix)


def signed_squares(text: str) -> tuple[str, ...]:
    """The rows of the QR code of a signed code. No two are alike, so none is remembered; and as a signature is as good as
    random, one mask serves as well as the best of the eight and is found five times as fast."""
    code = segno.make_qr(text, error="m", boost_error=False, mask=3)
    return tuple("".join("1" if dark else "0" for dark in row) for row in code.matrix)


@lru_cache(maxsize=4096)
def squares(text: str) -> tuple[str, ...]:
    """The rows of a QR code, remembered for the next paper or page that shows it."""
    return secret_squares(text)


@lru_cache(maxsize=4096)
def bars_svg(text: str, height: int = 60) -> str:
    """A Code 128 as a picture for screens. It has no inline style, so it may stand in any page."""
    wide = width(text) + 2 * QUIET
    path = "".join(f"M{QUIET + at} 0h{long}v{height}h-{long}z" for at, long in bars(text))
    return _svg(wide, height, path)


@lru_cache(maxsize=4096)
def qr_svg(text: str) -> str:
    """A QR code as a picture for screens, with the four modules of white around it that readers want."""
    return _qr(squares(text))


def secret_qr_svg(text: str) -> str:
    """A QR code of a secret, as a picture that nobody remembers."""
    return _qr(secret_squares(text))


def _qr(rows: tuple[str, ...]) -> str:
    side = len(rows) + 8
    path = "".join(f"M{4 + at} {4 + line}h{long}v1h-{long}z" for line, row in enumerate(rows) for at, long in runs(row))
    return _svg(side, side, path)


def _svg(wide: int, high: int, path: str) -> str:
    size = f'viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" shape-rendering="crispEdges" preserveAspectRatio="none"'
    ground = f'<path fill="#fff" d="M0 0h{wide}v{high}H0z"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{ground}<path fill="#000" d="{path}"/></svg>'
