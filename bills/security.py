"""Bonds that secure a bill: fetched from the Bond Master, debited with the step that needs them, credited when it is settled.

A bond that is not registered is accepted only where the firm has none that fits (PN17 7.1(c), 7.1(n), 13.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from bills.kinds import Kind
from bills.models.provisional import BondType
from bonds import choosing, ledger
from bonds.choosing import Wanted
from bonds.master import Category, Purpose
from bonds.models import BankGuarantee, Bond
from eccs.money import rupees
from eccs.workflow import Refused

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry

SLUG = "bills/imports"


def wanted(bill: CourierBillOfEntry, purpose: str, bond_type: str = "") -> Wanted:
    """What is to be secured on a bill: a continuity bond is asked for by its category, every other by what it is for."""
    return Wanted(
        station=bill.station_id, courier=bill.courier_id, importer=bill.importer_id, purpose=purpose,
        about=bill.hawb.number if bill.hawb is not None else "",
        category=Category.CONTINUITY if bond_type == BondType.CONTINUITY else "",
    )  # fmt: skip


def registered_for(bill: CourierBillOfEntry, purpose: str) -> list[Bond]:
    """The firm's bonds that can secure something on the bill now, for the officer to see."""
    return list(choosing.valid(wanted(bill, purpose)).filter(balance__gt=0)[:20])


def declared_on(bill: CourierBillOfEntry) -> str:
    """The number of the bond that the bill declares, or nothing."""
    form_e = getattr(bill, "form_e", None) if bill.kind == Kind.XIV else None
    return form_e.bond_number.strip().upper() if form_e is not None else ""


def find(bill: CourierBillOfEntry, asked: Wanted, number: str, amount: Decimal) -> Bond | None:
    """The registered bond that secures an amount; nothing where the firm has none and a number was typed. Raises Refused.

    Without a number it is the one the bill declares, or else the first that fits the type and the amount.
    """
    fitting = choosing.fitting(asked, amount)
    if not number:
        declared = declared_on(bill)
        found = (fitting.filter(number=declared).first() if declared else None) or fitting.first()
        if found is None:
            told = {"amount": rupees(amount, 2)}
            raise Refused([_("No registered bond of this type has a balance of %(amount)s.") % told], bill)
        return found
    bond = choosing.registered(asked, number)
    if bond is not None:
        reason = ledger.why_not(bond, amount)
        if not reason and not choosing.valid(asked).filter(pk=bond.pk).exists():
            reason = _("%(bond)s is a bond of another type, or for another consignment.") % {"bond": bond}
        if reason:
            raise Refused([reason], bill)
        return bond
    if (other := fitting.first()) is not None:
        told = {"bond": str(other), "balance": rupees(other.balance, 2)}
        words = _("%(bond)s is registered, with a balance of %(balance)s: it is debited instead of a bond that is not.")
        raise Refused([words % told], bill)
    return None


def for_assessment(bill: CourierBillOfEntry, bond_type: str, number: str, amount: Decimal) -> Bond | None:
    """The registered bond for a provisional assessment. Raises Refused."""
    return find(bill, wanted(bill, Purpose.PROVISIONAL, bond_type), number, amount)


def for_release(
    bill: CourierBillOfEntry, number: str, amount: Decimal, guarantee: str
) -> tuple[Bond, BankGuarantee] | None:
    """The registered bond for a provisional release, with the bank guarantee behind it. Raises Refused."""
    bond = find(bill, wanted(bill, Purpose.RELEASE), number, amount)
    if bond is None:
        return None
    behind = choosing.guarantee_of(bond)
    if behind is None:
        raise Refused([_("%(bond)s has no bank guarantee in force.") % {"bond": bond}], bill)
    if guarantee and guarantee.strip().upper() != behind.number.upper():
        told = {"bond": bond, "guarantee": behind.number}
        raise Refused([_("Behind %(bond)s stands bank guarantee %(guarantee)s: no other is entered.") % told], bill)
    return bond, behind


def debit(bill: CourierBillOfEntry, bond: Bond, amount: Decimal, key: str) -> None:
    """Debit a bond for a bill within the step that is taken on it. Raises Refused."""
    ledger.debit(bond.pk, amount, key, ledger.of(bill, SLUG), bill.taken_by.name, bill.taken_at)


def release_key(bill_id: int) -> str:
    """Under which key a bond was debited for a provisional release: there is one of a bill."""
    return f"release:{bill_id}"


def free(keys: Iterable[str], by_name: str, at: datetime | None = None) -> None:
    """Credit all that was debited under these keys; where no registered bond was debited there is nothing to do."""
    ledger.credit_all(keys, by_name, at)
