"""The tariff by words and by code, as one types: what is in force on a day, and the history of one item."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import reduce
from operator import and_
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, QuerySet

from bills.models import ExchangeRate, TariffRate
from bills.models.rates import WORDS

FOUND = 50  # rows of an answer
LONGEST = 100  # characters of what is typed
MOST_WORDS = 8
_WORD = re.compile(r"[^\W_]+")


def in_force(on: date) -> QuerySet[TariffRate]:
    """The rows of the tariff in force on a day: of each item or prefix the latest that has begun, unless it ends it."""
    later = TariffRate.objects.filter(cth=OuterRef("cth"), from_date__gt=OuterRef("from_date"), from_date__lte=on)
    return TariffRate.objects.filter(~Exists(later), from_date__lte=on, ended=False)


def find(typed: str, on: date, after: str = "") -> list[TariffRate]:
    """The rows that begin with the code typed and hold every word typed, or begin one; in the order of the tariff.

    One more than an answer shows is given, where there are more. `after` is the last code of the answer before.
    """
    codes, words = understood(typed)
    rows = in_force(on)
    if not codes and not words:
        rows = rows.filter(cth__regex="^..$") if not typed.strip() else rows.none()
    if codes:  # the code in groups, as people write it: 8518 30 00
        code = "".join(codes)[:8]
        rows = rows.filter(cth__gte=code, cth__lte=code + "9" * (8 - len(code)))
    if words:
        rows = rows.annotate(words=WORDS).filter(words=_query(words))
    if after:
        rows = rows.filter(cth__gt=after)
    return list(rows.order_by("cth").only(*SHOWN)[: FOUND + 1])


SHOWN = ("cth", "description", "unit", "bcd_percent", "bcd_specific", "bcd_specific_unit", "aidc_percent", "sws_applies", "igst_percent", "cess_percent", "from_date")  # fmt: skip


def understood(typed: str) -> tuple[list[str], list[str]]:
    """The digits and the words of what was typed; a single letter says nothing yet."""
    parts = _WORD.findall(typed[:LONGEST].lower())
    codes = [part for part in parts if part.isascii() and part.isdigit()]
    return codes, [part for part in parts if part not in codes and len(part) > 1][:MOST_WORDS]


def _query(words: Iterable[str]) -> Any:
    """Every word, as the beginning of one in the description or by its stem."""
    each = (
        SearchQuery(f"{word}:*", config="simple", search_type="raw") | SearchQuery(f"{word}:*", config="english", search_type="raw")
        for word in words
    )  # fmt: skip
    return reduce(and_, each)


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
