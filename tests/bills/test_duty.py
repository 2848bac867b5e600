"""Worked vectors of value and duty, to the rupee."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bills.duty.exchange import Exchange, ExchangeRates
from bills.duty.interest import interest
from bills.duty.levies import OtherUnit
from bills.duty.statement import DutyStatement, Goods, statement, workings
from bills.duty.tariff import Rate, Tariff
from bills.duty.valuation import Invoice, ValuationRules, WorthNothing, apportion, value

D = Decimal
RULES = ValuationRules(D(20), D("1.125"), D(0))
DAY = date(2026, 8, 29)


def rate(
    bcd: str = "20",
    igst: str = "18",
    *,
    sws: bool = True,
    aidc: str = "0",
    cess: str = "0",
    cth: str = "9102",
    **more: object,
) -> Rate:
    fields: dict[str, object] = {
        "cth": cth, "description": "", "unit": "", "bcd_percent": D(bcd), "bcd_specific": None, "bcd_specific_unit": "",
        "aidc_percent": D(aidc), "sws_applies": sws, "igst_percent": D(igst), "cess_percent": D(cess),
        "from_date": date(2018, 2, 2), "notification": "",
    }  # fmt: skip
    return Rate(**{**fields, **more})  # type: ignore[arg-type]


def duty(av: str, borne: Rate, waived: str = "100") -> DutyStatement:
    return statement([Goods(D(av), D(1), "NOS", borne)], sws_percent=D(10), waived_up_to=D(waived))


def usd(rupees: str) -> Exchange:
    return Exchange("USD", 1, D(rupees), DAY, "")


def test_a_bill_of_four_watches() -> None:
    values = ["19541.25", "26055.00", "6513.75", "52110.00"]
    found = statement([Goods(D(v), D(1), "NOS", rate()) for v in values], sws_percent=D(10), waived_up_to=D(100))
    assert [[int(n) for n in (i.heads[0], i.heads[2], i.heads[3], i.total)] for i in found.items] == [
        [3908, 391, 4291, 8590], [5211, 521, 5722, 11454], [1303, 130, 1430, 2863], [10422, 1042, 11443, 22907],
    ]  # fmt: skip
    assert found.total == 45814


@pytest.mark.parametrize(
    ("invoice", "exchange", "av"),
    [
        (Invoice("FOB", D(100), freight=D(45)), "95", "11506.88"),
        (Invoice("FOB", D(100), freight=D(12)), "95", "10746.88"),
        (Invoice("FOB", D(100)), "95", "11506.88"),
        (Invoice("C&F", D(120)), "95", "11528.25"),
        (Invoice("EXW", D(80), freight=D(30), insurance=D(1), inland_charges=D(10)), "95", "10355.00"),
        (Invoice("CIF", D("1080"), discount=D(0)), "96.50", "104220.00"),
        (Invoice("C&I", D(100)), "95", "11400.00"),
        (Invoice("FOB", D(110), freight=D(12), discount=D(10)), "95", "10746.88"),
    ],
)
def test_the_value_follows_the_terms_of_the_invoice(invoice: Invoice, exchange: str, av: str) -> None:
    assert value(invoice, usd(exchange), RULES).assessable_value == D(av)


@pytest.mark.parametrize("discount", ["100", "100.01"])
def test_a_discount_never_takes_the_whole_value(discount: str) -> None:
    with pytest.raises(WorthNothing, match="not less than the invoice value"):
        value(Invoice("FOB", D(100), freight=D(45), discount=D(discount)), usd("95"), RULES)
    assert value(Invoice("CIF", D(100), discount=D("99.99")), usd("95"), RULES).assessable_value == D("0.95")
    with pytest.raises(WorthNothing, match="nought"):
        value(Invoice("CIF", D("0.0001")), usd("40"), RULES)


def test_a_capped_freight_says_so() -> None:
    found = value(Invoice("FOB", D(100), freight=D(45)), usd("95"), RULES)
    assert (found.freight, found.freight_note, found.insurance, found.cif) == (
        D(20),
        "CAPPED",
        D("1.125"),
        D("121.125"),
    )


def test_landing_charges_were_one_percent_of_cif() -> None:
    old = ValuationRules(D(20), D("1.125"), D(1))
    assert value(Invoice("CIF", D(100)), usd("65"), old).assessable_value == D("6565.00")


@pytest.mark.parametrize(
    ("av", "borne", "heads", "total"),
    [
        ("11506.88", rate(), (2301, 0, 230, 2527, 0), 5058),
        ("10746.88", rate(), (2149, 0, 215, 2360, 0), 4724),
        ("5000", rate("35", "28"), (1750, 0, 175, 1939, 0), 3864),
        ("5000", rate("10", "28"), (500, 0, 50, 1554, 0), 2104),
        ("5000", rate("20", "18", sws=False), (1000, 0, 0, 1080, 0), 2080),
        ("5000", rate("10", "18"), (500, 0, 50, 999, 0), 1549),
        ("5000", rate("10", "18", sws=False), (500, 0, 0, 990, 0), 1490),
        ("10000", rate("20", "28", cess="12"), (2000, 0, 200, 3416, 1464), 7080),
    ],
)
def test_the_heads_of_an_item(av: str, borne: Rate, heads: tuple[int, ...], total: int) -> None:
    found = duty(av, borne)
    assert found.items[0].heads == tuple(map(D, heads))
    assert found.total == total


@pytest.mark.parametrize(("av", "due", "forgone"), [("322", 0, 99), ("323", 0, 100), ("325", 101, 0)])
def test_a_duty_up_to_a_hundred_rupees_is_not_collected(av: str, due: int, forgone: int) -> None:
    found = duty(av, rate("10", "18"))
    assert [int(n) for n in (found.total, found.waived, found.items[0].forgone)] == [due, forgone, forgone]


def test_agriculture_cess_bears_the_surcharge() -> None:
    assert duty("10000", rate("5", "18", aidc="10")).items[0].heads == tuple(map(D, (500, 1000, 150, 2097, 0)))


@pytest.mark.parametrize(("quantity", "bcd"), [("10", 2000), ("100", 4000)])
def test_the_higher_of_value_and_quantity_is_charged(quantity: str, bcd: int) -> None:
    borne = rate(bcd_specific=D(40), bcd_specific_unit="KGS")
    found = statement([Goods(D(10000), D(quantity), "KGS", borne)], sws_percent=D(10), waived_up_to=D(100))
    assert found.items[0].heads[0] == bcd


def test_a_duty_by_quantity_is_not_evaded_by_another_unit() -> None:
    borne = rate(bcd_specific=D(40), bcd_specific_unit="KGS")
    for full, left in ((None, borne), (borne, rate("0"))):
        with pytest.raises(OtherUnit, match="per KGS"):
            statement([Goods(D(10000), D(100), "NOS", left, full=full)], sws_percent=D(10), waived_up_to=D(100))
    with pytest.raises(OtherUnit):
        workings(Goods(D(10000), D(100), "GMS", borne), sws_percent=D(10))


def test_the_rate_of_the_day_applies() -> None:
    tariff = Tariff([rate("20"), rate("10", from_date=date(2026, 4, 1))])
    before, after = tariff.rate("91021100", date(2026, 3, 31)), tariff.rate("91021100", date(2026, 4, 1))
    assert before is not None
    assert after is not None
    assert (before.bcd_percent, after.bcd_percent) == (D(20), D(10))


def test_the_longest_prefix_wins_and_an_unlisted_item_is_refused() -> None:
    tariff = Tariff([rate("10", cth="85"), rate("15", cth="8518"), rate("20", cth="85171300")])
    assert tariff.rate("85183000", DAY).bcd_percent == 15  # type: ignore[union-attr]
    assert tariff.rate("85011000", DAY).bcd_percent == 10  # type: ignore[union-attr]
    assert tariff.rate("85171300", DAY).bcd_percent == 20  # type: ignore[union-attr]
    assert tariff.rate("85171400", DAY) is None
    assert tariff.rate("01011010", DAY) is None


def test_exchange_rates_hold_until_the_next() -> None:
    rates = ExchangeRates(
        [usd("95"), Exchange("USD", 1, D("96.5"), date(2026, 9, 4), ""), Exchange("JPY", 100, D("62"), DAY, "")]
    )
    assert rates.rate("USD", date(2026, 9, 3)).rate == 95  # type: ignore[union-attr]
    assert rates.rate("USD", date(2026, 9, 4)).rate == D("96.5")  # type: ignore[union-attr]
    assert rates.rate("JPY", DAY).rupees(D(1000)) == 620  # type: ignore[union-attr]
    assert rates.rate("USD", date(2026, 8, 28)) is None
    assert rates.rate("INR", DAY).rupees(D(5)) == 5  # type: ignore[union-attr]


def test_interest_is_simple_by_the_day() -> None:
    assert interest(D(45814), date(2026, 8, 1), date(2026, 8, 31), D(15)) == 565
    assert interest(D(45814), date(2026, 8, 1), date(2026, 8, 1), D(15)) == 0


def test_every_head_shows_its_working() -> None:
    shown = workings(Goods(D("73025.58"), D(60), "NOS", rate("15")), sws_percent=D(10))
    assert [(w.head, int(w.amount)) for w in shown] == [
        ("BCD", 10954),
        ("AIDC", 0),
        ("SWS", 1095),
        ("IGST", 15313),
        ("CMPNSTRY", 0),
    ]
    assert shown[0].sum == "73,025.58 × 15 % = 10,953.84"
    assert "section 12" in shown[0].law


amounts = st.decimals(min_value=D("0.01"), max_value=D("1000000"), places=2)


@given(st.lists(amounts, min_size=1, max_size=12), amounts)
def test_shares_add_up_to_the_paisa(shares: list[D], amount: D) -> None:
    parts = apportion(amount, shares)
    assert sum(parts) == amount
    assert all(part == part.quantize(D("0.01")) for part in parts)


@given(
    st.lists(amounts, min_size=1, max_size=6),
    st.sampled_from(["0", "5", "10", "20", "35"]),
    st.sampled_from(["0", "5", "18", "40"]),
)
def test_items_add_up_to_the_bill(values: list[D], bcd: str, igst: str) -> None:
    found = statement([Goods(v, D(1), "NOS", rate(bcd, igst)) for v in values], sws_percent=D(10), waived_up_to=D(100))
    assert sum(item.total for item in found.items) == found.total == sum(found.heads.values())
    assert all(head >= 0 for item in found.items for head in item.heads)


@given(amounts, amounts)
def test_duty_never_falls_as_the_value_rises(one: D, other: D) -> None:
    low, high = sorted((one, other))
    assert duty(str(low), rate()).total <= duty(str(high), rate()).total
