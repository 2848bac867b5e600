"""What the Risk Management System may look at: the facts of one consignment, frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any

PERIODS = (30, 90, 365)  # days
PARTIES = ("courier", "consignee")
COUNTED = ("bills", "hits", "confirmations")
HISTORY = tuple(f"{party}_{what}_{days}" for party in PARTIES for what in COUNTED for days in PERIODS)
SAME_DAY = ("consignee", "kyc", "address")


@dataclass(frozen=True, slots=True)
class ConsignmentFacts:
    """The facts of one bill as it is filed. Values in rupees, weight in kg; the RMS never sees the bill itself."""

    kind: str
    station: str
    courier: str
    hawb: str
    consignor: str
    consignor_country: str
    consignee: str
    consignee_city: str
    kyc_type: str
    kyc_token: str
    iec: str
    gstin: str
    assessable_value: Decimal
    weight_kg: Decimal
    packages: int
    ecommerce: bool
    tariff_items: tuple[str, ...] = field(default=())
    origins: tuple[str, ...] = field(default=())
    descriptions: tuple[str, ...] = field(default=())
    address: str = ""
    route: str = ""  # the airport of shipment
    flight: str = ""
    unit_values: tuple[Decimal, ...] = field(default=())  # of each item, rupees
    unit_value_percent: tuple[Decimal, ...] = field(default=())  # of what is usual for the tariff item and unit
    actual_weight_kg: Decimal | None = None
    same_day_value_consignee: Decimal = Decimal(0)  # with this bill
    same_day_value_kyc: Decimal = Decimal(0)
    same_day_value_address: Decimal = Decimal(0)
    same_day_bills_consignee: int = 1
    same_day_bills_kyc: int = 1
    same_day_bills_address: int = 1
    kyc_names: int = 1  # different names under the KYC id within a year, with this one
    destination: str = ""  # the country to which goods leave
    comes_back: bool = False  # exported goods that come back against their shipping bill
    history: Mapping[str, int] = field(default_factory=dict)  # by the names in HISTORY

    @property
    def exported(self) -> bool:
        """Whether the goods leave the country."""
        return self.kind.startswith("CSB")

    @property
    def known_by_kyc(self) -> str:
        """Whose KYC document it is: the consignee's of goods that come, the exporter's of goods that leave."""
        return self.consignor if self.exported else self.consignee

    @property
    def value_per_kg(self) -> Decimal | None:
        """Rupees for each kg, where there is a weight."""
        return (self.assessable_value / self.weight_kg).quantize(PLACES) if self.weight_kg > 0 else None

    @property
    def weight_difference_percent(self) -> Decimal | None:
        """By how much the actual weight is above the declared one (below: less than nothing), once it is known."""
        if self.actual_weight_kg is None or self.weight_kg <= 0:
            return None
        return ((self.actual_weight_kg - self.weight_kg) * 100 / self.weight_kg).quantize(PLACES)

    def value(self, name: str) -> Any:
        """A fact by its name in the catalogue."""
        return self.history.get(name, 0) if name in _OF_HISTORY else getattr(self, name)

    def kept(self) -> dict[str, Any]:
        """The facts as they are kept beside the decision: values and weights as text, so that no digit is lost."""
        values = zip(_NAMES, _VALUES(self), strict=True)
        return {name: value if value.__class__ in _PLAIN else _written(value) for name, value in values}

    @classmethod
    def of_said(cls, said: Mapping[str, Any]) -> ConsignmentFacts:
        """The consignment of which this was said."""
        return cls(**{**_UNSAID, **{name: _read(name, value) for name, value in said.items()}})

    @classmethod
    def of_kept(cls, kept: Mapping[str, Any]) -> ConsignmentFacts:
        """The facts of a past decision. What was not looked at then counts as nothing."""
        known = {one.name: one for one in fields(cls)}
        return cls(**{name: _read(name, value) for name, value in kept.items() if name in known})


def share_of_bag(declared: Decimal, bag: tuple[Decimal, Decimal] | None) -> Decimal | None:
    """What a shipment weighs whose bag alone was weighed: its share by what was declared; `bag` is the weight found and the declared."""
    if bag is None or bag[1] <= 0:
        return None
    return (declared * bag[0] / bag[1]).quantize(GRAM)


PLACES, GRAM = Decimal("0.01"), Decimal("0.001")
_NAMES: tuple[str, ...] = tuple(ConsignmentFacts.__slots__)
_VALUES = attrgetter(*_NAMES)  # ten thousand shipments of one bill are read at once
_COUNTED = (Decimal, int, bool)
_AS_THEY_ARE = (str, int, bool)  # kept as they stand
_PLAIN = frozenset((str, int, bool, type(None)))
_OF_HISTORY = frozenset(HISTORY)
_AMOUNTS = frozenset(
    ("assessable_value", "weight_kg", "actual_weight_kg", *(f"same_day_value_{party}" for party in SAME_DAY))
)
_LISTS = frozenset(("tariff_items", "origins", "descriptions"))
_LISTS_OF_AMOUNTS = frozenset(("unit_values", "unit_value_percent"))


def said_of_all(
    shipments: Sequence[ConsignmentFacts],
) -> tuple[dict[str, Any], list[str], list[tuple[Any, ...]]]:
    """What is known of many consignments, as it is kept: what is the very same of all, the names of the rest, and that of each."""
    common: dict[str, Any] = {}
    names, columns = list[str](), list[Iterable[Any]]()
    for name, column in zip(_NAMES, zip(*map(_VALUES, shipments), strict=True), strict=bool(shipments)):
        first = column[0]
        same = column.count(first) == len(column) if first.__class__ in (str, dict) else len(set(map(id, column))) == 1
        if not same:
            names.append(name)
            columns.append(column if first.__class__ in _AS_THEY_ARE else map(_written, column))
        elif first or first.__class__ in _COUNTED:  # nought is said, an empty word is not
            common[name] = _written(first)
    return common, names, list(zip(*columns, strict=True)) if names else [()] * len(shipments)


def _written(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    return dict(value) if isinstance(value, Mapping) else value


def _read(name: str, value: Any) -> Any:
    if name in _AMOUNTS and value is not None:
        return Decimal(value)
    if name in _LISTS_OF_AMOUNTS:
        return tuple(Decimal(one) for one in value)
    return tuple(value) if name in _LISTS else value


_UNSAID: dict[str, Any] = {
    one.name: False if one.type == "bool" else Decimal(0) if one.type == "Decimal" else 0 if one.type == "int" else ""
    for one in fields(ConsignmentFacts)
    if one.default is MISSING and one.default_factory is MISSING
}
