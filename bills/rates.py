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
    limits: Limits


def duty_rules(presented_on: date, station: str) -> DutyRules:
    """The rules in force on the day of presentation."""
    book = rule_book()

    def amount(name: str) -> Decimal:
        return book.amount(name, presented_on, station)

    return DutyRules(
        valuation=ValuationRules(amount("freight_cap_percent"), amount("insurance_percent"), amount("landing_percent")),
        sws_percent=amount("sws_percent"), waived_up_to=amount("duty_waived_up_to"),
        limits=Limits(
            amount("cbe_xii_sample_limit"), amount("cbe_xii_gift_limit"), amount("cbe_xiii_value_limit"),
            book.is_on("cbe_xii_gifts_restricted", presented_on, station),
        ),
    )  # fmt: skip
