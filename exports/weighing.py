"""What goods for export weigh at the terminal, held against what was declared: goods as a whole, documents by the bag (PN17 5.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from eccs.dated_rules import rule_book


class Off(NamedTuple):
    """What weighs otherwise than declared, kg: goods under the number of their HAWB, documents by the bag or the loose shipment."""

    number: str
    declared: Decimal
    actual: Decimal


def is_beyond(bill: Any, declared: Decimal, actual: Decimal) -> bool:
    """Whether the difference is more than the dated rule allows on the day on which the bill was presented."""
    tolerance = rule_book().amount("weight_tolerance_percent", bill.presented_on, bill.station_id)
    return abs(actual - declared) * 100 > declared * tolerance


def weighs_otherwise(bill: Any, declared: Decimal) -> bool:
    """Whether the goods of a bill weigh otherwise than this, beyond the tolerance; never where they were not weighed."""
    kg: Decimal | None = bill.actual_weight_kg
    return kg is not None and bill.presented_on is not None and is_beyond(bill, declared, kg)


def off_the_scale(bill: Any) -> list[Off]:
    """What of a bill weighs otherwise than declared now, beyond the tolerance."""
    if bill.is_documents:
        from exports.iii import weighing

        return weighing.off_the_scale([bill]).get(bill.pk, [])
    if not weighs_otherwise(bill, bill.gross_weight_kg):
        return []
    return [Off(bill.hawb, bill.gross_weight_kg, bill.actual_weight_kg)]


def off_when_judged(bill: Any) -> list[Off]:
    """The same inside a step; of bills of documents that are judged together it is asked once."""
    if bill.actual_weight_kg is None:
        return []
    locked = getattr(bill._state, "locked", None)
    if not bill.is_documents or locked is None:
        return off_the_scale(bill)
    if "off_the_scale" not in locked.asked:
        from exports.iii import weighing

        locked.asked["off_the_scale"] = weighing.off_the_scale([one for one in locked.rows if one.is_documents])
    found: list[Off] = locked.asked["off_the_scale"].get(bill.pk, [])
    return found
