"""The rates in the database, as the duty wants them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from bills.duty.exchange import Exchange, ExchangeRates
from bills.duty.exemptions import Exemption, Exemptions, cited
from bills.duty.tariff import Rate, Tariff
from bills.duty.valuation import ValuationRules
from bills.fitting import Limits
from bills.models import ExchangeRate, ExemptionRate, TariffRate
from eccs.dated_rules import rule_book

_RATE = (
    "cth", "description", "unit", "bcd_percent", "bcd_specific", "bcd_specific_unit", "aidc_percent", "sws_applies",
    "igst_percent", "cess_percent", "from_date", "notification", "ended",
)  # fmt: skip


MANY_HEADINGS = 40  # more than so many are read quicker with all the others


def tariff(cths: Iterable[str] | None = None) -> Tariff:
    """The whole tariff with its history, or as much of it as decides on these items."""
    rows = TariffRate.objects.all()
    headings = {cth[:4] for cth in cths or () if len(cth) == 8 and cth.isdecimal()}
    if cths is not None and len(headings) <= MANY_HEADINGS:
        wanted = Q(cth__in={heading[:2] for heading in headings})
        for heading in headings:  # all items of a heading: whether it lists any decides on those that it does not list
            wanted |= Q(cth__gte=heading, cth__lte=f"{heading}9999")
        rows = rows.filter(wanted)
    return Tariff(Rate(*row) for row in rows.values_list(*_RATE))


def exemptions(notifications: Collection[str]) -> Exemptions:
    """The serials of these notifications with their history; of none of them without a question to the database."""
    if not notifications:
        return Exemptions(())
    wanted = Q()
    for notification in notifications:
        wanted |= Q(code__startswith=f"{cited(notification)}|")
    return Exemptions(as_exemption(row) for row in ExemptionRate.objects.filter(wanted))


def as_exemption(row: ExemptionRate) -> Exemption:
    """A row as the duty wants it."""
    return Exemption(
        row.notification, row.serial, row.description, tuple(row.prefixes), row.for_whom, row.condition, row.bcd_percent,
        row.aidc_percent, row.sws_percent, row.igst_percent, row.cess_percent, row.from_date, row.until, row.ended,
    )  # fmt: skip


def exchange_rates(currency: str = "", kind: str = "import_rate") -> ExchangeRates:
    """All notified rates of exchange for imports, or those of one currency; `export_rate` for exports."""
    rows = ExchangeRate.objects.filter(currency=currency) if currency else ExchangeRate.objects.all()
    told = rows.values_list("currency", "unit", kind, "from_date", "notification")
    return ExchangeRates(Exchange(*row) for row in told)


@dataclass(frozen=True)
class DutyRules:
    """The dated rules that a bill's value and duty hang on: percent, and rupees."""

    valuation: ValuationRules
    sws_percent: Decimal
    waived_up_to: Decimal
    free: Limits  # within which samples and gifts bear no duty
    form: Limits  # that decide on the form


def duty_rules(presented_on: date, rates_on: date, station: str) -> DutyRules:
    """Value and form go by the day of presentation; what duty is charged, by the day whose rates apply (sections 14 and 15).

    Of the duty are the surcharge, what section 25(6) leaves uncollected, and what frees samples and gifts.
    """
    book = rule_book()

    def presented(name: str) -> Decimal:
        return book.amount(name, presented_on, station)

    return DutyRules(
        valuation=ValuationRules(
            presented("freight_cap_percent"), presented("insurance_percent"), presented("landing_percent")
        ),
        sws_percent=sws_percent(rates_on, station), waived_up_to=book.amount("duty_waived_up_to", rates_on, station),
        free=limits(rates_on, station), form=limits(presented_on, station),
    )  # fmt: skip


def sws_percent(rates_on: date, station: str) -> Decimal:
    """The social welfare surcharge of the day whose rates apply (Finance Act 2018, section 110; section 15)."""
    return rule_book().amount("sws_percent", rates_on, station)


def limits(on: date, station: str) -> Limits:
    """The limits of the forms on a day."""
    book = rule_book()
    return Limits(
        book.amount("cbe_xii_sample_limit", on, station), book.amount("cbe_xii_gift_limit", on, station),
        book.amount("cbe_xiii_value_limit", on, station), book.is_on("cbe_xii_gifts_restricted", on, station),
    )  # fmt: skip
