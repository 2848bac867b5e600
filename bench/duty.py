"""The duty of ten thousand items, pure computation, beside plain Decimal arithmetic of the same formula written straight down."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from bench.measure import Row, at_least, rounds, timed
from bills.duty.statement import DutyStatement, Goods, statement
from bills.duty.tariff import Rate

ITEMS, OF_A_BILL = 10_000, 4
ROUNDS = 5
SWS, NOTHING, RUPEE = Decimal(10), Decimal(0), Decimal(1)


def run() -> list[Row]:
    """Bills of a few items, reckoned by the levies and by hand; both come to the same rupee."""
    bills = _bills()
    assert [(s.total, list(s.heads.values())) for s in _by_levies(bills)] == _by_hand(bills)
    base, mine = rounds(ROUNDS, lambda: timed(lambda: _by_hand(bills)), lambda: timed(lambda: _by_levies(bills)))
    return [
        at_least(
            "duty of 10,000 items", f"{ITEMS / mine:,.0f} items/s", f"plain arithmetic {ITEMS / base:,.0f}/s", base / mine, 0.3
        )
    ]  # fmt: skip


def _bills() -> list[list[Goods]]:
    chance = Random(2017)  # the same bills in every run
    rates = [_rate(chance) for _n in range(200)]
    goods = [
        Goods(Decimal(chance.randint(100, 9_000_000)) / 100, Decimal(chance.randint(1, 40)), "KGS", chance.choice(rates))
        for _n in range(ITEMS)
    ]  # fmt: skip
    return [goods[n : n + OF_A_BILL] for n in range(0, ITEMS, OF_A_BILL)]


def _rate(chance: Random) -> Rate:
    specific = Decimal(chance.randint(100, 90_000)) / 100 if chance.random() < 0.1 else None
    return Rate(
        "85183000", "Goods", "KGS", Decimal(chance.choice(("0", "5", "7.500", "10", "20", "35"))), specific, "KGS" if specific else "",
        Decimal(chance.choice((0, 0, 0, 0, 5))), chance.random() < 0.9, Decimal(chance.choice((0, 5, 18, 18, 40))),
        Decimal(chance.choice((0, 0, 0, 0, 12))), date(2026, 4, 1), "",
    )  # fmt: skip


def _by_levies(bills: list[list[Goods]]) -> list[DutyStatement]:
    return [statement(goods, sws_percent=SWS, waived_up_to=Decimal(100)) for goods in bills]


def _by_hand(bills: list[list[Goods]]) -> list[tuple[Decimal, list[Decimal]]]:
    found = []
    for goods in bills:
        heads = [NOTHING] * 5
        for one in goods:
            rate, value = one.rate, one.value
            bcd = value * rate.bcd_percent / 100
            if rate.bcd_specific is not None and rate.bcd_specific_unit == one.uom:
                bcd = max(bcd, one.quantity * rate.bcd_specific)
            aidc = value * rate.aidc_percent / 100
            sws = (bcd + aidc) * SWS / 100 if rate.sws_applies else NOTHING
            landed = value + bcd + aidc + sws
            igst, cess = landed * rate.igst_percent / 100, landed * rate.cess_percent / 100
            for n, exact in enumerate((bcd, aidc, sws, igst, cess)):
                heads[n] += exact.quantize(RUPEE, ROUND_HALF_UP)
        total = sum(heads, NOTHING)
        found.append((NOTHING, [NOTHING] * 5) if total <= 100 else (total, heads))
    return found
