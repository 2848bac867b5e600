"""The heads under which money is demanded and paid: their words, a duty spread over heads, and what was paid too much under one set off against another."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from bills.duty.levies import HEADS
from bills.duty.valuation import apportion, made_up

NOTHING = Decimal(0)


WORDS: dict[str, Any] = {
    "bcd": _("BCD"), "aidc": _("AIDC"), "sws": _("SWS"), "igst": _("IGST"), "cess": _("Compensation cess"), "cmpnstry": _("Compensation cess"),
    "duty": _("Duty"), "interest": _("Interest"), "fine": _("Fine"), "penalty": _("Penalty"),
    "late": _("Late charge"), "fee": _("Transshipment fee"), "deposit": _("Deposit into the cash ledger"),
}  # fmt: skip


def head_label(head: str) -> str:
    """The words of a head of account."""
    return str(WORDS.get(head.lower(), head.upper()))


def spread(duty: Decimal, heads: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """A duty set as one sum, shared over heads as they stand; of whole rupees each share is whole, and none is below nothing.

    The shares add up.
    """
    shares = dict(heads)
    if not sum(shares.values()):
        shares = {HEADS[0]: Decimal(1)}
    parts = apportion(duty, list(shares.values()))
    if duty == duty.to_integral_value():
        parts = [part.to_integral_value() for part in parts]
        parts = made_up(parts, duty - sum(parts), by=parts)
    return dict(zip(shares, parts, strict=True))


def set_off(left: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What is left to pay by head, after what was paid too much under one head is set off against the others, in their order.

    Where more is owed than was paid too much no head is below nothing; where less, none is above it: that is the refund.
    """
    surplus = min(
        sum((-amount for amount in left.values() if amount < 0), NOTHING),
        sum((amount for amount in left.values() if amount > 0), NOTHING),
    )
    found, owed, paid = {}, surplus, surplus
    for head, amount in left.items():
        if amount > 0:
            part = min(amount, owed)
            owed, found[head] = owed - part, amount - part
        else:
            part = min(-amount, paid)
            paid, found[head] = paid - part, amount + part
    return {head: amount for head, amount in found.items() if amount}
