"""What nobody means well by typing: texts, numbers, dates, keys and files that are none."""

from __future__ import annotations

import random

TEXTS = (
    "", " ", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202e\u2066", "\ufeff", "\r\nSet-Cookie: a=b", "%0d%0aX: y", "' OR '1'='1", "\"';--", "') UNION SELECT NULL--",
    "1; SELECT pg_sleep(9)--", "${7*7}", "{{7*7}}", "{% debug %}", "<script>alert(1)</script>", "<svg/onload=alert(1)>", "javascript:alert(1)", "../../../../etc/passwd",
    "..\\..\\boot.ini", "file:///etc/passwd", "http://127.0.0.1:1/", "//evil.example/", "/\\evil.example", "%s%n%x", "=1+1", "@SUM(1)", "NaN", "Infinity", "-Infinity", "None",
    "null", "undefined", "true", "[]", "{}", "[object Object]", "\\", "\\u0000", "%", "_%_%", "*", ".*", "(?:a+)+$", "٣", "１２３", "½", "𝟙", "ẞ", "İ", "ﷺ" * 40, "Ａ", "a" * 300, "9" * 400,
    "x" * 70_000, "\U0010ffff", "e\u0301" * 200, "\x1b[31m", "\x7f", "\x85", "\u2028", "अ" * 500,
)  # fmt: skip
NUMBERS = (
    "0", "-0", "-1", "1", "0.001", "-0.01", "1e9", "1e400", "-1e400", "1E-400", "1,000", "1_000", "0x10", "2147483647", "2147483648", "-2147483649", "9223372036854775807",
    "9223372036854775808", "-9223372036854775809", "99999999999999999999999999", "9" * 60, "0." + "0" * 60 + "1", "1.", ".5", "+5", "--5", "5e", "५", "0000000000001", "1e308", "1e30", "123456789012.999",
)  # fmt: skip
DATES = (
    "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "2026-13-01", "31/12/9999", "01/01/0001", "1969-12-31T23:59", "9999-12-31T23:59:59", "2026-11-22T25:61", "24:00",
    "0001-01-01T00:00", "2026-11-22T10:00+99:99", "-2026-01-01", "today", "29/02/2025", "2026-W47", "1e5",
)  # fmt: skip
KEYS = ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "0", "-1", "1", "2", "3", "7", "999999999", "BLR", "DEL", "XXX", "SYSTEM_ADMIN", "ASSESSING_OFFICER", "on", "edit", "next")  # fmt: skip
ALL = (*TEXTS, *NUMBERS, *DATES, *KEYS)
QUERY = ("q", "page", "after", "before", "from", "until", "on", "station", "stage", "sort", "order", "next", "days", "by", "of", "kind", "number", "hawb", "courier", "desk", "csv", "xlsx", "format", "month", "year", "view", "show", "queue")  # fmt: skip
FILES = (
    b"", b"\x00" * 400, b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"II*\x00\x08\x00\x00\x00\xff\xff", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, b"PK\x03\x04" + b"\x00" * 60, b"PK\x05\x06" + b"\0" * 18,
    b"a,b\r\n1,2\r\n", b"\xff\xfea\x00,\x00", b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><x>&f;</x>", b"=1+1,@x\r\n", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    b"hawb,bag\r\n" + b"x\r\n" * 2000, b"\x80\x04\x95", b"\xed\xa0\x80,\xc0\xaf\r\n",
)  # fmt: skip
NAMES = ("a.csv", "a.xlsx", "a.pdf", "../../x.csv", "a\x00.pdf", "x" * 300 + ".csv", "", "a.php", "नाम.pdf", 'a";filename="b.csv', "CON", ".htaccess")  # fmt: skip


def text(chance: random.Random) -> str:
    """One of all, sometimes two of them in a row or letters by chance."""
    kind = chance.random()
    if kind < 0.75:
        return chance.choice(ALL)
    if kind < 0.9:
        return chance.choice(ALL)[:200] + chance.choice(ALL)[:200]
    return "".join(chr(chance.choice((chance.randrange(1, 128), chance.randrange(0x110000)))) for _ in range(chance.randrange(1, 30)))  # fmt: skip


def spoiled(chance: random.Random, value: str) -> str:
    """What stood in a field, changed by a sign or two, or something else."""
    kind = chance.random()
    if not value or kind < 0.55:
        return text(chance)
    at = chance.randrange(len(value))
    if kind < 0.65:
        return value[:at] + chance.choice(("'", "\x00", "-", " ", "9", "é", "<", "%", "\u202e")) + value[at:]
    if kind < 0.75:
        return value[:at] + value[at + 1 :]
    if kind < 0.85 and value.lstrip("-").replace(".", "", 1).isdigit():
        return chance.choice(NUMBERS)
    return value * chance.choice((2, 30))
