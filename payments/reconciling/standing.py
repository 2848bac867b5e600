"""One difference as a comparison finds it, and which transactions a bank has told of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from payments.reconciling.models import BankScroll, Finding, ScrollEntry


@dataclass(frozen=True)
class Standing:
    """One difference as a comparison finds it: of a challan that the bank was paid for, or of a withdrawal that it paid out."""

    finding: Finding
    number: str  # of the challan or the withdrawal, as the bank or ECCS names it
    bank_transaction: str
    there_paise: int
    here_paise: int
    challan: Any = None
    withdrawal: Any = None
    payout: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same difference the next time."""
        return self.bank_transaction, self.number

    @property
    def station(self) -> Any:
        """Whose desk it comes to; nobody's own where the books know nothing of it."""
        about = self.challan or self.withdrawal
        return about.station_id if about else None


def transactions_told(bank: str, wanted: Collection[str]) -> set[str]:
    """Which of these transactions stand in a scroll of the bank that counts: the last one of each day, a sealed one before others."""
    count = BankScroll.objects.filter(bank=bank).order_by("day", "-sealed", "-pk").distinct("day")
    known = ScrollEntry.objects.filter(scroll__in=count.values("pk"), bank_transaction__in=wanted)
    return set(known.values_list("bank_transaction", flat=True))
