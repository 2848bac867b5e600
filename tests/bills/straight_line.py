"""Random bills, and their value and duty worked out again straight down in exact fractions, with nothing of the application's own sums."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random
from types import SimpleNamespace
from typing import Any

from bills.duty.exchange import Exchange, converted
from bills.duty.exemptions import Exemption
from bills.duty.tariff import Rate
from bills.duty.valuation import ValuationRules
from bills.fitting import Limits
from bills.rates import DutyRules
from bills.reckoning import Line, Priced, Reckoned, reckon

DAY = date(2026, 8, 29)
RULES = DutyRules(
    ValuationRules(Decimal(20), Decimal("1.125"), Decimal(0)), Decimal(10), Decimal(100),
    *(Limits(Decimal(10_000), Decimal(5_000), Decimal(100_000), gifts_restricted=True),) * 2,
)  # fmt: skip
LANDED = DutyRules(
    ValuationRules(Decimal(20), Decimal("1.125"), Decimal(1)), Decimal(3), Decimal(0), RULES.free, RULES.form
)  # landing charges of one percent, another surcharge, nothing waived
CURRENCIES = [
    Exchange(code, unit, Decimal(rate), DAY, "")
    for code, unit, rate in (("USD", 1, "96.5"), ("EUR", 1, "104.35"), ("JPY", 100, "64.15"), ("INR", 1, "1"), ("KWD", 1, "312.85"))
]  # fmt: skip
TERMS = ("FOB", "CIF", "C&F", "C&I", "EXW")
PERCENTS = ("0", "5", "7.5", "10", "20", "35", "100")
KINDS = ("CBE-XIII", "CBE-XIV", "CBE-XIV", "CBE-XII")


def amount(dice: Random, most: int) -> Decimal:
    """An amount of a currency, to the cent."""
    return Decimal(dice.randint(1, most)) / 100


def rate_of(dice: Random) -> Rate:
    """Rates of a tariff item, some with a duty by quantity, some with a surcharge of their own."""
    specific = amount(dice, 90_000) if dice.random() < 0.15 else None
    return Rate(
        "85183000", "Goods", "KGS", Decimal(dice.choice(PERCENTS)), specific, "KGS" if specific else "",
        Decimal(dice.choice((0, 0, 0, 5))), dice.random() < 0.8, Decimal(dice.choice((0, 5, 18, 28, 40))),
        Decimal(dice.choice((0, 0, 12))), DAY, "", sws_percent=dice.choice((None, None, Decimal(3))),
    )  # fmt: skip


def exemption_of(dice: Random) -> Exemption:
    """What a serial of a notification leaves of each levy; it may leave more than the tariff asks."""
    bcd, aidc, sws, igst, cess = (dice.choice((None, None, Decimal(0), Decimal(5), Decimal("12.5"))) for _n in range(5))
    return Exemption("45/2025", "1", "", (), "", "", bcd, aidc, sws, igst, cess, DAY)


Made = tuple[str, list[Priced], list[Line], DutyRules]
"""The form, the invoices, the items, and the rules of the day."""


def bill(dice: Random) -> Made:
    """A bill of up to three invoices of any terms and currency, with one to four items each."""
    kind, invoices, lines = dice.choice(KINDS), [], []
    count = dice.randint(1, 3) if kind == "CBE-XIV" else 1
    for number in range(count):
        own = [_line(dice, number, kind) for _n in range(dice.randint(1, 4))]
        invoices.append(_invoice(dice, sum((line.worth for line in own), Decimal(0))))
        lines += own
    return kind, invoices, lines, dice.choice((RULES, RULES, RULES, LANDED))


def _line(dice: Random, invoice: int, kind: str) -> Line:
    nature = dice.choice(("SAMPLE", "GIFT")) if kind == "CBE-XII" else ""
    return Line(
        invoice, 1 + amount(dice, dice.choice((500, 9_000, 900_000))), amount(dice, 4_000), "KGS", rate_of(dice), nature,
        dice.choice(("", "RAKHI", "RAKHI")) if nature == "GIFT" else "", exemption_of(dice) if dice.random() < 0.25 else None,
    )  # fmt: skip


def _invoice(dice: Random, worth: Decimal) -> Priced:
    def maybe(most: Decimal) -> Decimal | None:
        return dice.choice((None, most * dice.randint(0, 60) / 100))

    exchange, discount = dice.choice(CURRENCIES), dice.choice((None, None, worth * dice.randint(0, 90) / 100))
    if discount is not None and dice.random() < 0.3:
        other = dice.choice(CURRENCIES)
        discount = converted(converted(discount, exchange, other), other, exchange)
    return Priced(dice.choice(TERMS), exchange, maybe(worth), maybe(worth), maybe(worth), discount, maybe(worth))


def told(found: Reckoned) -> dict[str, Any]:
    """What the application says of a bill, in paise and rupees."""
    return {
        "value": _paise(found.assessable_value), "shares": [_paise(share) for share in found.shares],
        "heads": [[int(head) for head in item.heads] for item in found.duty.items], "total": int(found.duty.total),
        "by_head": [int(one) for one in found.duty.heads.values()], "waived": int(found.duty.waived),
        "exempted": int(found.duty.exempted), "relieved": int(found.duty.relieved),
    }  # fmt: skip


def _paise(rupees: Decimal) -> int:
    return int(rupees * 100)


def reckoned(made: Made) -> Reckoned:
    """The bill as the application reckons it."""
    kind, invoices, lines, rules = made
    return reckon(kind, invoices, lines, rules, always_xiv=False)


def half_up(exact: Fraction) -> int:
    """To the nearest whole number, halves up."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def by_hand(made: Made) -> dict[str, Any]:
    """The same worked out straight down, by the algorithm of the Valuation Rules and the Acts, in exact fractions."""
    kind, invoices, lines, rules = made
    shares, value, prices = [0] * len(lines), 0, [Fraction(0)] * len(lines)
    for number, one in enumerate(invoices):
        own = [n for n, line in enumerate(lines) if line.invoice == number]
        worth = sum((Fraction(lines[n].worth) for n in own), Fraction(0))
        price = worth - Fraction(one.discount or 0) + Fraction(one.other_charges or 0)
        if one.terms == "EXW":
            price += Fraction(one.inland_charges or 0)
        cif = price
        if one.terms in ("FOB", "EXW", "C&I"):
            most = price * Fraction(rules.valuation.freight_cap_percent) / 100
            cif += most if one.freight is None else min(Fraction(one.freight), most)
        if one.terms in ("FOB", "EXW", "C&F"):
            assumed = price * Fraction(rules.valuation.insurance_percent) / 100
            cif += assumed if one.insurance is None else Fraction(one.insurance)
        cif *= 1 + Fraction(rules.valuation.landing_percent) / 100
        per_unit = Fraction(one.exchange.rate) / one.exchange.unit
        paise = half_up(cif * per_unit * 100)
        value += paise
        parts = {n: half_up(paise * Fraction(lines[n].worth) / worth) for n in own}
        dearest = max(own, key=lambda n: (lines[n].worth, -n))
        parts[dearest] += paise - sum(parts.values())
        net = price
        if one.terms in ("CIF", "C&F"):
            net -= Fraction(one.freight or 0)
        if one.terms in ("CIF", "C&I"):
            net -= Fraction(one.insurance or 0)
        for n in own:
            shares[n], prices[n] = parts[n], max(net, Fraction(0)) * Fraction(lines[n].worth) / worth * per_unit
    heads, relieved = [], 0
    for line, share in zip(lines, shares, strict=True):
        full = _heads(line.rate, Fraction(share, 100), Fraction(line.quantity), rules)
        with_it = _heads(_left(line), Fraction(share, 100), Fraction(line.quantity), rules)
        heads.append(min(with_it, full, key=sum))
        relieved += max(sum(full) - sum(with_it), 0)
    total, free = sum(map(sum, heads)), kind == "CBE-XII" and _is_free(lines, prices, rules)
    nothing = free or 0 < total <= rules.waived_up_to
    return {
        "value": value, "shares": shares, "heads": [[0] * 5 for _one in heads] if nothing else heads,
        "total": 0 if nothing else total,
        "by_head": [0] * 5 if nothing else [sum(column) for column in zip(*heads, strict=True)],
        "waived": total if nothing and not free else 0, "exempted": total if free else 0, "relieved": relieved,
    }  # fmt: skip


def _is_free(lines: list[Line], prices: list[Fraction], rules: DutyRules) -> bool:
    samples = sum((p for p, line in zip(prices, lines, strict=True) if line.nature == "SAMPLE"), Fraction(0))
    gifts = sum((p for p, line in zip(prices, lines, strict=True) if line.nature == "GIFT"), Fraction(0))
    barred = rules.free.gifts_restricted and any(line.nature == "GIFT" and not line.gift for line in lines)
    most = rules.free.samples, rules.free.gifts
    return not barred and half_up(samples * 100) <= most[0] * 100 and half_up(gifts * 100) <= most[1] * 100


def _left(line: Line) -> Any:
    """The rates as the exemption leaves them."""
    rate, relief = line.rate, line.exemption
    found = {
        "bcd_percent": rate.bcd_percent, "bcd_specific": rate.bcd_specific, "aidc_percent": rate.aidc_percent,
        "sws_applies": rate.sws_applies, "sws_percent": rate.sws_percent, "igst_percent": rate.igst_percent,
        "cess_percent": rate.cess_percent,
    }  # fmt: skip
    if relief is not None:
        if relief.bcd_percent is not None:
            found |= {"bcd_percent": relief.bcd_percent, "bcd_specific": None}
        if relief.sws_percent is not None:
            found |= {"sws_percent": relief.sws_percent, "sws_applies": relief.sws_percent != 0}
        touched = ("aidc_percent", "igst_percent", "cess_percent")
        found |= {name: getattr(relief, name) for name in touched if getattr(relief, name) is not None}
    return SimpleNamespace(**found)


def _heads(rate: Any, value: Fraction, quantity: Fraction, rules: DutyRules) -> list[int]:
    """The five heads of an item, each cascading on what is not rounded, each rounded at the end."""
    bcd = value * Fraction(rate.bcd_percent) / 100
    if rate.bcd_specific is not None:
        bcd = max(bcd, quantity * Fraction(rate.bcd_specific))
    aidc = value * Fraction(rate.aidc_percent) / 100
    percent = (
        Fraction(rules.sws_percent if rate.sws_percent is None else rate.sws_percent)
        if rate.sws_applies
        else Fraction(0)
    )
    sws = (bcd + aidc) * percent / 100
    landed = value + bcd + aidc + sws
    exact = (bcd, aidc, sws, landed * Fraction(rate.igst_percent) / 100, landed * Fraction(rate.cess_percent) / 100)
    return [half_up(one) for one in exact]
