"""The tariff by words and by code, as one types: what is in force on a day, and the history of one item."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from bills.models import ExchangeRate, TariffRate

SHOWN = 25  # rows of an answer
OFFERED = 20  # items beside a field
LONGEST = 100  # characters of what is typed
MOST_WORDS = 8
_WORD = re.compile(r"[^\W_]+")


class Found(NamedTuple):
    """A row of the tariff as an answer shows it."""

    cth: str
    description: str
    unit: str
    bcd_percent: Decimal
    bcd_specific: Decimal | None
    bcd_specific_unit: str
    aidc_percent: Decimal
    sws_applies: bool
    igst_percent: Decimal
    cess_percent: Decimal
    from_date: date


# The words are matched as the index `tariff_rate_words` keeps them: as they are typed, and by their stems.
SEARCH = f"""
    SELECT {", ".join(Found._fields)} FROM bills_tariffrate t
    WHERE from_date <= %(on)s AND NOT ended AND NOT EXISTS (
        SELECT FROM bills_tariffrate n WHERE n.cth = t.cth AND n.from_date > t.from_date AND n.from_date <= %(on)s)
"""  # noqa: S608 our own names
BY_CODE = " AND cth BETWEEN %(first)s AND %(last)s"
BY_WORDS = """
    AND (to_tsvector('simple'::regconfig, COALESCE(description, '')) || to_tsvector('english'::regconfig, COALESCE(description, '')))
    @@ ({words})
"""
EACH_WORD = "(to_tsquery('simple'::regconfig, %({name})s) || to_tsquery('english'::regconfig, %({name})s))"
GOING_ON = " AND cth > %(after)s"
CHAPTERS = " AND length(cth) = 2"


def find(typed: str, on: date, after: str = "") -> list[Found]:
    """The rows that begin with the code typed and hold every word typed, or begin one; in the order of the tariff.

    One more than an answer shows is given, where there are more. `after` is the last code of the answer before.
    Where nothing is typed, the chapters.
    """
    codes, words = understood(typed)
    if typed.strip() and not codes and not words:
        return []
    sql, given = SEARCH, dict[str, Any](on=on)
    if codes:  # the code in groups, as people write it: 8518 30 00
        code = "".join(codes)[:8]
        sql, given = sql + BY_CODE, given | {"first": code, "last": code.ljust(8, "9")}
    if words:
        named = {f"word{n}": f"{word}:*" for n, word in enumerate(words)}
        sql += BY_WORDS.format(words=" && ".join(EACH_WORD.format(name=name) for name in named))
        given |= named
    if not codes and not words:
        sql += CHAPTERS
    if after:
        sql, given = sql + GOING_ON, given | {"after": after}
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY cth LIMIT {SHOWN + 1}", given)
        return [Found(*row) for row in cursor.fetchall()]


def understood(typed: str) -> tuple[list[str], list[str]]:
    """The digits and the words of what was typed; a single letter says nothing yet."""
    parts = _WORD.findall(typed[:LONGEST].lower())
    codes = [part for part in parts if part.isascii() and part.isdigit()]
    return codes, [part for part in parts if part not in codes and len(part) > 1][:MOST_WORDS]


def offered(typed: str, on: date) -> list[Found]:
    """The eight-digit items that fit what is typed into a field, the first of them."""
    if not any(understood(typed)):
        return []
    return [rate for rate in find(typed, on) if len(rate.cth) == 8][:OFFERED]


def in_force(on: date) -> QuerySet[TariffRate]:
    """The rows of the tariff in force on a day: of each item or prefix the latest that has begun, unless it ends it."""
    later = TariffRate.objects.filter(cth=OuterRef("cth"), from_date__gt=OuterRef("from_date"), from_date__lte=on)
    return TariffRate.objects.filter(~Exists(later), from_date__lte=on, ended=False)


def history(cth: str) -> list[dict[str, Any]]:
    """The periods of one item or prefix, the newest first."""
    return periods(list(TariffRate.objects.filter(cth=cth).select_related("file").order_by("-from_date")))


def exchange_history(currency: str) -> list[dict[str, Any]]:
    """The periods of one currency, the newest first."""
    return periods(list(ExchangeRate.objects.filter(currency=currency).select_related("file").order_by("-from_date")))


def periods(rows: list[Any]) -> list[dict[str, Any]]:
    """Each row with the last day on which it holds."""
    untils = [None, *(row.from_date - timedelta(days=1) for row in rows)]
    return [{"rate": row, "until": until} for row, until in zip(rows, untils, strict=False)]


def exchange_on(on: date) -> QuerySet[ExchangeRate]:
    """The rate of each currency in force on a day."""
    return ExchangeRate.objects.filter(from_date__lte=on).order_by("currency", "-from_date").distinct("currency")
