"""What the Risk Management System may look at: the facts of one consignment, frozen."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


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

    def kept(self) -> dict[str, Any]:
        """The facts as they are kept beside the decision: values and weights as text, so that no digit is lost."""
        told = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: str(value) if isinstance(value, Decimal) else value for name, value in told}
