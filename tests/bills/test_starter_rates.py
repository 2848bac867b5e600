"""The starter tariff and rates of exchange: whole, dated, and of the slabs that were in force."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bills import rates
from bills.models import ExchangeRate, TariffRate
from eccs import places

pytestmark = pytest.mark.django_db

CHAPTERS = [f"{chapter:02d}" for chapter in range(1, 99) if chapter != 77]  # 77 is kept free for later use
NEW_SLABS = date(2025, 9, 22)


@pytest.mark.parametrize("on", [date(2017, 7, 26), date(2021, 6, 1), date(2026, 11, 19)])
def test_every_chapter_has_a_rate(on: date) -> None:
    tariff = rates.tariff()
    listed = {"98": "98049000", "49": "49019900"}
    assert [c for c in CHAPTERS if tariff.rate(listed.get(c, f"{c}000000"), on) is None] == []


def test_integrated_tax_is_of_the_slabs_in_force() -> None:
    tariff = rates.tariff()
    prefixes = set(TariffRate.objects.values_list("cth", flat=True))
    found = {rate.igst_percent for cth in prefixes if (rate := tariff.rate(cth.ljust(8, "0"), NEW_SLABS))}
    assert found <= {Decimal(slab) for slab in ("0", "0.25", "3", "5", "18", "40")}


@pytest.mark.parametrize(
    ("on", "bcd", "sws", "igst"),
    [
        (date(2018, 6, 1), 35, True, 28), (date(2025, 6, 1), 20, False, 28), (date(2025, 9, 22), 20, False, 18),
        (date(2026, 3, 31), 20, False, 18), (date(2026, 4, 1), 10, False, 18),
    ],
)  # fmt: skip
def test_personal_imports_changed_with_the_law(on: date, bcd: int, sws: bool, igst: int) -> None:
    found = rates.tariff().rate("98049000", on)
    assert found is not None
    assert (int(found.bcd_percent), found.sws_applies, int(found.igst_percent)) == (bcd, sws, igst)


def test_an_item_its_heading_does_not_list_is_refused() -> None:
    tariff = rates.tariff()
    assert tariff.rate("49019900", NEW_SLABS) is not None
    assert tariff.rate("49011099", NEW_SLABS) is None


def test_every_currency_has_a_rate_from_the_first_day_of_the_notice() -> None:
    exchange = rates.exchange_rates()
    currencies = set(ExchangeRate.objects.values_list("currency", flat=True))
    assert len(currencies) == 23
    assert currencies <= places.CURRENCIES
    for currency in currencies:
        assert exchange.rate(currency, date(2017, 7, 26)) is not None
        current = exchange.rate(currency, date(2026, 11, 19))
        assert current is not None
        assert current.from_date == date(2026, 11, 6)


def test_units_of_the_tariff_are_units_of_a_bill() -> None:
    units = {u for row in TariffRate.objects.values_list("unit", "bcd_specific_unit") for u in row if u}
    assert units <= places.UNITS
