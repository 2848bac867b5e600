"""The catalogue of facts: what a rule may look at, in words, with its unit, examples and the comparisons that fit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from rms.facts import PERIODS


class Kind(StrEnum):
    """What kind of value a fact has."""

    CODE = "code"  # short, compared as a whole or by its beginning
    TEXT = "text"  # names and descriptions, also searched for words
    NUMBER = "number"
    FLAG = "flag"


class Comparison(StrEnum):
    """How a fact is compared."""

    EQUALS = "EQUALS"
    ONE_OF = "ONE_OF"
    ON_LIST = "ON_LIST"
    STARTS_WITH = "STARTS_WITH"
    CONTAINS = "CONTAINS"
    ABOVE = "ABOVE"
    BELOW = "BELOW"
    YES = "YES"
    NO = "NO"


COMPARED: dict[Comparison, Any] = {
    Comparison.EQUALS: _("is"),
    Comparison.ONE_OF: _("is one of"),
    Comparison.ON_LIST: _("is on the list of targets"),
    Comparison.STARTS_WITH: _("begins with"),
    Comparison.CONTAINS: _("holds the word"),
    Comparison.ABOVE: _("is above"),
    Comparison.BELOW: _("is below"),
    Comparison.YES: _("yes"),
    Comparison.NO: _("no"),
}
FITTING = {
    Kind.CODE: (Comparison.EQUALS, Comparison.ONE_OF, Comparison.STARTS_WITH, Comparison.ON_LIST),
    Kind.TEXT: (
        Comparison.EQUALS, Comparison.ONE_OF, Comparison.STARTS_WITH, Comparison.CONTAINS, Comparison.ON_LIST,
    ),
    Kind.NUMBER: (Comparison.ABOVE, Comparison.BELOW, Comparison.EQUALS),
    Kind.FLAG: (Comparison.YES, Comparison.NO),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: what it is called, what it is measured in, an example of a value."""

    name: str
    label: Any
    kind: Kind
    group: Any
    example: str = ""
    unit: Any = ""
    whole: bool = False  # a count, never a fraction

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """How it may be compared."""
        return FITTING[self.kind]


CONSIGNMENT, PARTY, GOODS, CHECKED, PAST = (
    _("Consignment"), _("Parties"), _("Goods"), _("What ECCS reckons"), _("History"),
)  # fmt: skip
RUPEES, KG, PERCENT = _("₹"), _("kg"), _("percent")
_WHOSE = {"courier": _("Courier"), "consignee": _("Consignee")}
_COUNTS = {
    "courier_bills": _("Courier's bills in %(days)d days"),
    "courier_hits": _("Courier's bills hit by a rule in %(days)d days"),
    "courier_confirmations": _("Courier's hits confirmed in %(days)d days"),
    "consignee_bills": _("Consignee's bills in %(days)d days"),
    "consignee_hits": _("Consignee's bills hit by a rule in %(days)d days"),
    "consignee_confirmations": _("Consignee's hits confirmed in %(days)d days"),
}


def _history() -> list[Fact]:
    return [
        Fact(f"{name}_{days}", label % {"days": days}, Kind.NUMBER, PAST, "12", whole=True)
        for name, label in _COUNTS.items()
        for days in PERIODS
    ]


FACTS: dict[str, Fact] = {
    one.name: one
    for one in (
        Fact("kind", _("Form"), Kind.CODE, CONSIGNMENT, "CBE-XIII"),
        Fact("station", _("Station"), Kind.CODE, CONSIGNMENT, "BLR"),
        Fact("hawb", _("House airway bill"), Kind.CODE, CONSIGNMENT, "SWF7731904425"),
        Fact("flight", _("Flight"), Kind.CODE, CONSIGNMENT, "VX914"),
        Fact("route", _("Airport of shipment, of exports of destination"), Kind.CODE, CONSIGNMENT, "HKG"),
        Fact("destination", _("Country of destination, of exports"), Kind.CODE, CONSIGNMENT, "DE"),
        Fact("packages", _("Packages"), Kind.NUMBER, CONSIGNMENT, "3", whole=True),
        Fact("weight_kg", _("Declared weight"), Kind.NUMBER, CONSIGNMENT, "60", KG),
        Fact("weight_difference_percent", _("Actual weight above the declared one"), Kind.NUMBER, CONSIGNMENT, "10", PERCENT),
        Fact("ecommerce", _("E-commerce"), Kind.FLAG, CONSIGNMENT),
        Fact("comes_back", _("Exported goods that come back"), Kind.FLAG, CONSIGNMENT),
        Fact("courier", _("Courier"), Kind.CODE, PARTY, "AAQCS4821KAC01"),
        Fact("consignor", _("Consignor"), Kind.TEXT, PARTY, "Lantern Bay Trading"),
        Fact("consignor_country", _("Country of the consignor"), Kind.CODE, PARTY, "HK"),
        Fact("consignee", _("Consignee"), Kind.TEXT, PARTY, "Krishna Electronics"),
        Fact("consignee_city", _("City of the consignee"), Kind.TEXT, PARTY, "Bengaluru"),
        Fact("address", _("Address of the consignee"), Kind.TEXT, PARTY, "Ring Road"),
        Fact("kyc_type", _("Kind of KYC document"), Kind.CODE, PARTY, "PAN"),
        Fact("kyc_token", _("KYC id"), Kind.CODE, PARTY, "AAAPL1234C"),
        Fact("iec", _("IEC"), Kind.CODE, PARTY, "0388066415"),
        Fact("gstin", _("GSTIN"), Kind.CODE, PARTY, "29AAGCB7383J1Z4"),
        Fact("tariff_items", _("Tariff item"), Kind.CODE, GOODS, "71131920"),
        Fact("origins", _("Country of origin"), Kind.CODE, GOODS, "CN"),
        Fact("descriptions", _("Description"), Kind.TEXT, GOODS, "replica"),
        Fact("assessable_value", _("Assessable value"), Kind.NUMBER, GOODS, "90000", RUPEES),
        Fact("unit_values", _("Unit value"), Kind.NUMBER, GOODS, "250", RUPEES),
        Fact("value_per_kg", _("Value per kg"), Kind.NUMBER, GOODS, "20000", RUPEES),
        Fact("unit_value_percent", _("Unit value against what is usual for the tariff item"), Kind.NUMBER, CHECKED, "20", PERCENT),
        Fact("same_day_value_consignee", _("Value for the consignee on one day"), Kind.NUMBER, CHECKED, "100000", RUPEES),
        Fact("same_day_value_kyc", _("Value under the KYC id on one day"), Kind.NUMBER, CHECKED, "100000", RUPEES),
        Fact("same_day_value_address", _("Value for the address on one day"), Kind.NUMBER, CHECKED, "100000", RUPEES),
        Fact("same_day_bills_consignee", _("Bills for the consignee on one day"), Kind.NUMBER, CHECKED, "2", whole=True),
        Fact("same_day_bills_kyc", _("Bills under the KYC id on one day"), Kind.NUMBER, CHECKED, "2", whole=True),
        Fact("same_day_bills_address", _("Bills for the address on one day"), Kind.NUMBER, CHECKED, "2", whole=True),
        Fact("kyc_names", _("Names under the KYC id in a year"), Kind.NUMBER, CHECKED, "1", whole=True),
        *_history(),
    )
}  # fmt: skip


def groups() -> list[tuple[str, list[Fact]]]:
    """The facts by group, in the order of the catalogue."""
    found: dict[str, list[Fact]] = {}
    for one in FACTS.values():
        found.setdefault(str(one.group), []).append(one)
    return list(found.items())
