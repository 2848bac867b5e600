"""Releasing detained goods against a bond and a bank guarantee, and freeing both after the final order (PN17 7.1(n))."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from bills import security
from bills.models import CourierBillOfEntry, ProvisionalRelease
from bills.stages import Stage


def secured(
    bill: CourierBillOfEntry, amount: Decimal, bond_number: str, guarantee_number: str, typed: Mapping[str, str]
) -> ProvisionalRelease:
    """The record of a release: the registered bond is debited; of one that is not, what it secures is counted. Raises Refused."""
    made = ProvisionalRelease(bill_id=bill.pk, bond_amount=amount, at=bill.taken_at, by_id=bill.taken_by.user_id)
    found = security.for_release(bill, bond_number, amount, guarantee_number)
    if found is None:
        whole, dated, valid = (typed.get(name, "") for name in ("bond_whole", "bond_date", "bond_valid_until"))
        paper = security.executed_elsewhere(bill, security.paper_of(bond_number, whole, dated, valid), amount)
        security.use_elsewhere(bill, paper, amount, security.release_key(bill.pk))
        made.bond_number, made.bond_date, made.guarantee_number = bond_number, paper.execution_day, guarantee_number
        made.guarantee_amount = Decimal(typed["guarantee_amount"])
        made.guarantee_valid_until = date.fromisoformat(typed["guarantee_valid_until"])
        return made
    made.bond, behind = found
    made.bond_number, made.guarantee_number = made.bond.number or "", behind.number
    made.guarantee_amount, made.guarantee_valid_until = behind.amount, behind.valid_until
    made.bond_date = made.bond.execution_day
    security.debit(bill, made.bond, amount, security.release_key(bill.pk))
    return made


def free_if_nothing_due(bill: CourierBillOfEntry) -> None:
    """After the final order: where it demands nothing more the bond is credited at once. Part of the step."""
    if bill.amount_due <= 0:
        security.free([security.release_key(bill.pk)], bill.taken_by.name, bill.taken_at)


def free_when_paid(bills: Iterable[CourierBillOfEntry], by_name: str) -> None:
    """After a payment: what the final order demanded of these bills is paid, and their bonds are credited."""
    done = [security.release_key(bill.pk) for bill in bills if bill.stage == Stage.FINALISED]
    if done:
        security.free(done, by_name)
