"""The levies on imported goods, one class each; its first line is what people are told."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bills.duty.tariff import Rate

NOTHING = Decimal(0)


@dataclass(slots=True)
class Charge:
    """One item while its duty is reckoned: every head is kept exact here, and rounded only for the bill."""

    value: Decimal
    quantity: Decimal
    uom: str
    rate: Rate
    sws_percent: Decimal
    bcd: Decimal = NOTHING
    aidc: Decimal = NOTHING
    sws: Decimal = NOTHING


class OtherUnit(ValueError):
    """A specific duty cannot be reckoned: the goods are not counted in its unit."""

    def __init__(self, unit: str, given: str) -> None:
        super().__init__(f"The duty is per {unit}, and the quantity is given in {given or 'no unit'}.")


def other_unit(rate: Rate, uom: str) -> str:
    """The unit in which the goods must be counted for the specific duty of a rate, where they are counted in another."""
    return rate.bcd_specific_unit if rate.bcd_specific is not None and rate.bcd_specific_unit != uom else ""


class Levy:
    """A levy: its head on the bill and how it is reckoned, in rupees, exact."""

    head: str
    name: Any

    @classmethod
    def words(cls) -> str:
        """The sentence shown to people, with the section."""
        return _((cls.__doc__ or "").strip().splitlines()[0])

    @staticmethod
    def percent(charge: Charge) -> Decimal:
        """The rate on this item, percent."""
        raise NotImplementedError

    @staticmethod
    def base(charge: Charge) -> Decimal:
        """What the rate is applied to, rupees."""
        return charge.value

    @staticmethod
    def keep(charge: Charge, amount: Decimal) -> None:
        """Keep the exact amount where a later levy is reckoned on it."""

    @classmethod
    def reckon(cls, charge: Charge) -> Decimal:
        """The duty on this item, rupees, not rounded."""
        percent = cls.percent(charge)
        if not percent:
            return NOTHING
        amount = cls.base(charge) * percent / 100
        cls.keep(charge, amount)
        return amount


class BasicCustomsDuty(Levy):
    """Basic customs duty on the assessable value, or on the quantity where that is more (Customs Act 1962, section 12; Customs Tariff Act 1975, First Schedule)."""

    head, name = "BCD", gettext_lazy("Basic customs duty")

    @staticmethod
    def percent(charge: Charge) -> Decimal:
        return charge.rate.bcd_percent

    @classmethod
    def reckon(cls, charge: Charge) -> Decimal:
        charge.bcd = charge.value * charge.rate.bcd_percent / 100
        if charge.rate.bcd_specific is not None:
            charge.bcd = max(charge.bcd, cls.by_quantity(charge))
        return charge.bcd

    @staticmethod
    def by_quantity(charge: Charge) -> Decimal:
        """The specific duty, where the rate has one. Raises OtherUnit where the goods are not counted in its unit."""
        specific = charge.rate.bcd_specific
        if specific is None:
            return NOTHING
        if charge.rate.bcd_specific_unit != charge.uom:
            raise OtherUnit(charge.rate.bcd_specific_unit, charge.uom)
        return charge.quantity * specific


class AgricultureCess(Levy):
    """Agriculture infrastructure and development cess on the assessable value (Finance Act 2021, section 124)."""

    head, name = "AIDC", gettext_lazy("Agriculture infrastructure and development cess")

    @staticmethod
    def percent(charge: Charge) -> Decimal:
        return charge.rate.aidc_percent

    @staticmethod
    def keep(charge: Charge, amount: Decimal) -> None:
        charge.aidc = amount


class SocialWelfareSurcharge(Levy):
    """Social welfare surcharge on basic duty and agriculture cess (Finance Act 2018, section 110)."""

    head, name = "SWS", gettext_lazy("Social welfare surcharge")

    @staticmethod
    def percent(charge: Charge) -> Decimal:
        rate = charge.rate
        if not rate.sws_applies:
            return NOTHING
        return charge.sws_percent if rate.sws_percent is None else rate.sws_percent

    @staticmethod
    def base(charge: Charge) -> Decimal:
        return charge.bcd + charge.aidc

    @staticmethod
    def keep(charge: Charge, amount: Decimal) -> None:
        charge.sws = amount


def landed(charge: Charge) -> Decimal:
    """The value with the customs duties on it, rupees."""
    value = charge.value + charge.bcd + charge.sws
    return value + charge.aidc if charge.aidc else value


class IntegratedTax(Levy):
    """Integrated tax on the value with the customs duties on it (Customs Tariff Act 1975, section 3(7))."""

    head, name = "IGST", gettext_lazy("Integrated tax")

    base = staticmethod(landed)

    @staticmethod
    def percent(charge: Charge) -> Decimal:
        return charge.rate.igst_percent


class CompensationCess(Levy):
    """Compensation cess on the value with the customs duties on it (Customs Tariff Act 1975, section 3(9))."""

    head, name = "CMPNSTRY", gettext_lazy("Compensation cess")

    base = staticmethod(landed)

    @staticmethod
    def percent(charge: Charge) -> Decimal:
        return charge.rate.cess_percent


LEVIES: tuple[type[Levy], ...] = (
    BasicCustomsDuty, AgricultureCess, SocialWelfareSurcharge, IntegratedTax, CompensationCess,
)  # fmt: skip
HEADS = tuple(levy.head for levy in LEVIES)
