"""What a bag was found to weigh, shared by the shipments that are in it as they were declared, to the gram (PN17 5.2)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

GRAM = Decimal("0.001")


def shared(declared: Sequence[Decimal], actual: Decimal) -> list[Decimal]:
    """The share of each by what was declared of it; what rounding leaves over goes to the heaviest, and none weighs nothing."""
    whole = sum(declared, Decimal(0))
    shares = [max((kg * actual / whole).quantize(GRAM), GRAM) for kg in declared]
    heaviest = max(range(len(shares)), key=lambda at: shares[at])
    shares[heaviest] = max(shares[heaviest] + actual - sum(shares, Decimal(0)), GRAM)
    return shares
