"""What goods for export weigh at the terminal, held against what was declared."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from eccs.dated_rules import rule_book


def weighs_otherwise(bill: Any, declared: Decimal) -> bool:
    """Whether goods weigh more or less than declared by more than the dated rule allows; never where they were not weighed, nor of documents."""
    kg: Decimal | None = bill.actual_weight_kg
    if kg is None or bill.presented_on is None or bill.is_documents:
        return False
    tolerance = rule_book().amount("weight_tolerance_percent", bill.presented_on, bill.station_id)
    return abs(kg - declared) * 100 > declared * tolerance
