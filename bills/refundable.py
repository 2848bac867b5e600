"""What is given back of what was paid on a bill that ends without Out of Charge, head by head (section 27).

The duty was paid on goods that never entered for home consumption: it goes back, and with it the interest on it. Fine, penalty and
late charge were not paid for the goods but for what was done: they stay paid, whatever becomes of the goods.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from bills.dues import COLUMNS, NOTHING, Heads, owed, paid
from bills.duty.demands import DEMANDS
from bills.duty.heads import head_label, set_off
from eccs.money import rupees

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry

KEPT = tuple(head for head in COLUMNS if head != "interest")


@dataclass(frozen=True)
class Parted:
    """What was paid on a bill, by head: what goes back, and what stays paid."""

    back: Heads
    kept: Heads

    @property
    def refundable(self) -> Decimal:
        """What goes back in all, rupees."""
        return sum(self.back.values(), NOTHING)


def parted(bill: CourierBillOfEntry) -> Parted:
    """Duty and the interest on it go back; fine, penalty and late charge stay paid as far as they are settled.

    What was paid too much under one head settles another first, and what was paid too much in all goes back under any head.
    """
    demanded, given = owed(bill), paid(bill)
    left = {head: demanded.get(head, NOTHING) - given.get(head, NOTHING) for head in (*demanded, *given)}
    still = set_off(left)
    back, kept = {}, {}
    for head in left:
        settled = demanded.get(head, NOTHING) - still.get(head, NOTHING)
        if head in KEPT:
            kept[head] = min(demanded[head], settled)
            settled -= kept[head]
        back[head] = settled
    return Parted(_of_some(back), _of_some(kept))


def amount(bill: CourierBillOfEntry) -> Decimal:
    """What is refundable on a bill that ends without Out of Charge, in rupees."""
    return parted(bill).refundable


def rows(bill: CourierBillOfEntry) -> list[dict[str, Any]]:
    """Each head paid on a bill that ends without Out of Charge: what goes back, what does not, and why."""
    found = parted(bill)
    laws = {one.head: one.words().rstrip(".।") for one in DEMANDS}
    duty = (
        _(
            "Duty on goods that did not land, or were lost or pilfered before clearance, with the interest on it (Customs Act 1962, sections 13, 23 and 27)."
        )
        if bill.is_wholly_short
        else _("Duty on goods that are not cleared, with the interest on it (Customs Act 1962, section 27).")
    )
    excess, stays = (
        _("Paid beyond what was demanded."),
        _("%(law)s: no duty, it stays paid whatever becomes of the goods."),
    )
    return [
        {"name": head_label(head), "back": given, "kept": NOTHING, "why": excess if head in KEPT else duty}
        for head, given in found.back.items()
    ] + [
        {"name": head_label(head), "back": NOTHING, "kept": given, "why": stays % {"law": laws[head]}}
        for head, given in found.kept.items()
    ]


def words(bill: CourierBillOfEntry) -> str:
    """The same in lines of a notice."""
    lines = []
    for row in rows(bill):
        told = {"head": row["name"], "back": rupees(row["back"], 2), "kept": rupees(row["kept"], 2), "why": row["why"]}
        line = _("%(head)s: %(kept)s is not refundable.") if row["kept"] else _("%(head)s: %(back)s is refundable.")
        lines.append(f"{line % told} {row['why']}")
    return "\n".join(lines)


def _of_some(heads: Heads) -> Heads:
    return {head: amount for head, amount in heads.items() if amount}
