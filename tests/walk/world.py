"""The documents of one firm at one station, and the addresses behind which they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from bills.models import CourierBillOfEntry
from eccs.workflow import Document


@dataclass
class World:
    """The documents of the firm Swift at Bengaluru, one behind every kind of address."""

    documents: list[Document] = field(default_factory=list)
    directory: list[Document] = field(default_factory=list)  # firms, which belong to no station
    addresses: dict[str, list[str]] = field(default_factory=dict)  # name → addresses that belong to the firm alone
    shared: dict[str, list[str]] = field(default_factory=dict)  # name → addresses for everybody signed in
    national: set[str] = field(default_factory=set)  # of those that belong to somebody alone, the System Admin's

    def own(self, name: str, *args: Any) -> None:
        """An address that is nobody else's."""
        self.addresses.setdefault(name, []).append(reverse(name, args=args))

    def common(self, name: str, *args: Any) -> None:
        """An address that everybody has, each with the own documents behind it."""
        self.shared.setdefault(name, []).append(reverse(name, args=args))

    def words(self) -> list[str]:
        """What would give the documents away."""
        numbers = [one.number for one in self.documents if one.number]
        hawbs = [one.hawb.number for one in self.documents if isinstance(one, CourierBillOfEntry) and one.hawb]
        return [*numbers, *hawbs, "Krishna Electronics", "Contractor", "Zenith", "Zero desk"]
