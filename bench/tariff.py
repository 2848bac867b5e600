"""The search of the tariff over fourteen thousand items: the page's query and the whole page beside the bare SQL of the same question."""

from __future__ import annotations

from datetime import date
from statistics import median
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from bench import world
from bench.measure import Row, at_most, rounds, timed
from bills import tariff_search
from bills.models import TariffRate

ITEMS = 14_000
ROUNDS = 7
NOUNS = "lamp engine valve carpet seed ester watch panel wheel needle sheet motor pump filter glove cable fan oil yarn bolt".split()
KINDS = "electric knitted frozen hand-made coated tubular portable refined unbleached agricultural surgical synthetic".split()
ASKED = (
    "engine",
    "portable val",
    "knitted gloves",
    "6112",
    "surgical nee",
    "watches coated",
    "unbl",
    "54 yarn",
    "refined oil",
    "fil",
)
BARE = """
    SELECT cth, description, unit, bcd_percent, bcd_specific, bcd_specific_unit, aidc_percent, sws_applies, igst_percent, cess_percent, from_date
    FROM bills_tariffrate t
    WHERE from_date <= %(on)s AND NOT ended AND NOT EXISTS (
        SELECT FROM bills_tariffrate n WHERE n.cth = t.cth AND n.from_date > t.from_date AND n.from_date <= %(on)s)
"""
MATCH = (
    " AND (to_tsvector('simple', COALESCE(description, '')) || to_tsvector('english', COALESCE(description, ''))) @@ ("
)
END = " ORDER BY cth LIMIT 26"


def run() -> list[Row]:
    """Lay the items, ask as people type, and ask PostgreSQL the same by hand."""
    today = timezone.localdate()
    TariffRate.objects.bulk_create(_item(n, today) for n in range(ITEMS))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE bills_tariffrate")
    bare = [_bare(text) for text in ASKED]
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(world.person("courier.swift"))

    def by_hand() -> float:
        return median(timed(lambda sql=sql, given=given: _ask(sql, given)) for sql, given in bare)  # type: ignore[misc]

    def as_the_page_asks() -> float:
        return median(timed(lambda text=text: tariff_search.find(text, today)) for text in ASKED)  # type: ignore[misc]

    for text, (sql, given) in zip(ASKED, bare, strict=True):
        assert len(tariff_search.find(text, today)) == _ask(sql, given), text
    base, mine = rounds(ROUNDS, by_hand, as_the_page_asks)
    page = median(
        timed(lambda text=text: client.get("/bills/tariff/", {"q": text}, headers={"HX-Request": "true"}))  # type: ignore[misc]
        for _round in range(ROUNDS)
        for text in ASKED
    )
    told = f"bare SQL {base * 1000:.1f} ms"
    return [
        at_most("tariff search p50", f"{mine * 1000:.1f} ms", told, mine / base, 1.5),
        at_most("tariff search p50, the whole answer", f"{page * 1000:.1f} ms", told, page / base, 10),
    ]


def _item(n: int, today: date) -> TariffRate:
    code = f"{1 + n % 76:02d}{n // 76 % 100:02d}{n // 7600:02d}{n % 100:02d}"
    words = f"{KINDS[n % 12]} {NOUNS[n // 12 % 20]}s of pattern {n}, with {NOUNS[n % 19]}s or {KINDS[n // 7 % 12]} {NOUNS[n // 3 % 20]}s; others"
    return TariffRate(cth=code, description=words.upper(), unit="NOS", bcd_percent=10, igst_percent=18, from_date=today)


def _bare(text: str) -> tuple[str, dict[str, Any]]:
    codes, words = tariff_search.understood(text)
    sql, given = BARE, dict[str, Any](on=timezone.localdate())
    if codes:
        code = "".join(codes)
        sql += " AND cth BETWEEN %(first)s AND %(last)s"
        given |= {"first": code, "last": code.ljust(8, "9")}
    if words:
        each = (f"(to_tsquery('simple', '{word}:*') || to_tsquery('english', '{word}:*'))" for word in words)
        sql += MATCH + " && ".join(each) + ")"
    return sql + END, given


def _ask(sql: str, given: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return len(cursor.fetchall())
