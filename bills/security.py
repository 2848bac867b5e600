"""Bonds that secure a bill: fetched from the Bond Master, debited with the step that needs them, credited when it is settled.

A number of ECCS's own series is a bond of the firm, or of the importer whose goods they are, registered at the station.
A bond executed elsewhere is accepted only where a dated rule lets it, and where the firm has none registered that fits; what it
secures on all bills is counted, and comes to no more than its amount (PN17 7.1(c), 7.1(n), 13.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bills.kinds import Kind
from bills.models.provisional import BondType
from bonds import choosing, ledger, outside
from bonds.choosing import Wanted
from bonds.master import Category, Purpose
from bonds.models import BankGuarantee, Bond, OutsideBond
from bonds.numbers import is_of_series
from bonds.outside import Firm, Paper
from eccs.dated_rules import rule_book
from eccs.identifiers import PERSONAL_IMPORT_IEC
from eccs.models import Notice
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
        goods_of=bill.iec if bill.importer_id is None and bill.iec != PERSONAL_IMPORT_IEC else "",
    )  # fmt: skip


def registered_for(bill: CourierBillOfEntry, purpose: str) -> list[Bond]:
    """The firm's bonds that can secure something on the bill now, and those of the importer of the goods, for the officer to see."""
    return list(choosing.valid(wanted(bill, purpose), named=True).filter(balance__gt=0)[:20])


def recorded_for(bill: CourierBillOfEntry) -> list[OutsideBond]:
    """Bonds executed elsewhere that were typed for the firm before, with what each secures; nothing where none is accepted."""
    if not rule_book().is_on("outside_bonds_accepted", timezone.localdate(), bill.station_id):
        return []
    return outside.known_to(_firm(bill))


def _firm(bill: CourierBillOfEntry) -> Firm:
    iec = bill.iec if bill.iec != PERSONAL_IMPORT_IEC else ""
    return Firm(bill.station_id, None if bill.importer_id else bill.courier_id, bill.importer_id, iec)


def paper_of(number: str, amount: Any = None, executed_on: Any = None, valid_until: Any = None) -> Paper:
    """A bond executed elsewhere, as it was typed or as the answers of a step keep it."""
    days = (
        date.fromisoformat(one) if one and isinstance(one, str) else one or None for one in (executed_on, valid_until)
    )
    return Paper(number, Decimal(amount) if amount else None, *days)


def executed_elsewhere(bill: CourierBillOfEntry, paper: Paper, secures: Decimal) -> Paper:
    """The bond executed elsewhere that would secure an amount, whole, with what is recorded of it. Raises Refused."""
    try:
        return outside.particulars(_firm(bill), paper, secures, ledger.of(bill, SLUG))
    except Refused as refusal:
        raise Refused(refusal.reasons, bill) from None


def use_elsewhere(bill: CourierBillOfEntry, paper: Paper, secures: Decimal, key: str) -> OutsideBond:
    """Count what a bond executed elsewhere secures on a bill, within the step that is taken on it. Raises Refused."""
    try:
        by_name, at = bill.taken_by.name, bill.taken_at
        return outside.use(_firm(bill), paper, secures, key, ledger.of(bill, SLUG), by_name, at)
    except Refused as refusal:
        raise Refused(refusal.reasons, bill) from None


def declared_on(bill: CourierBillOfEntry) -> str:
    """The number of the bond that the bill declares, or nothing."""
    form_e = getattr(bill, "form_e", None) if bill.kind == Kind.XIV else None
    return form_e.bond_number.strip().upper() if form_e is not None else ""


def find(bill: CourierBillOfEntry, asked: Wanted, number: str, amount: Decimal) -> Bond | None:
    """The registered bond that secures an amount; nothing where one executed elsewhere was typed. Raises Refused.

    Without a number it is the one the bill declares, or else the first of the firm that fits the type and the amount.
    """
    fitting, number = choosing.fitting(asked, amount), number.strip().upper()
    if not number:
        declared = declared_on(bill)
        named = (
            choosing.valid(asked, named=True).filter(balance__gte=amount, number=declared)
            if declared
            else fitting.none()
        )
        found = named.first() or fitting.first()
        if found is None:
            told = {"amount": rupees(amount, 2)}
            reasons = [_("No registered bond of this type has a balance of %(amount)s.") % told]
            if is_of_series(declared):
                reasons.append(_why_not(asked, declared, amount))
            elif (other := choosing.lapsed(asked, amount)) is not None:
                reasons = [ledger.why_not(other, amount)]
            raise Refused(reasons, bill)
        return found
    if is_of_series(number):
        if reason := _why_not(asked, number, amount):
            raise Refused([reason], bill)
        return choosing.registered(asked, number)
    if not rule_book().is_on("outside_bonds_accepted", timezone.localdate(), bill.station_id):
        words = _("%(number)s is not registered in ECCS, and %(station)s accepts registered bonds alone.")
        raise Refused([words % {"number": number, "station": bill.station_id}], bill)
    if (other := fitting.first()) is not None:
        told = {"bond": str(other), "balance": rupees(other.balance, 2)}
        words = _("%(bond)s is registered, with a balance of %(balance)s: it is debited instead of a bond that is not.")
        raise Refused([words % told], bill)
    return None


def _why_not(asked: Wanted, number: str, amount: Decimal) -> str:
    """Why the bond of a number of ECCS's series cannot secure an amount; nothing where it can."""
    bond = choosing.registered(asked, number)
    if bond is None:
        return choosing.why_not_registered(asked, number)
    reason = ledger.why_not(bond, amount)
    if not reason and not choosing.valid(asked, named=True).filter(pk=bond.pk).exists():
        reason = _("%(bond)s is a bond of another type, or for another consignment.") % {"bond": bond}
    return reason


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
    """Debit a bond for a bill within the step that is taken on it. Raises Refused.

    An importer whose bond secures what its courier filed is told.
    """
    ledger.debit(bond.pk, amount, key, ledger.of(bill, SLUG), bill.taken_by.name, bill.taken_at)
    if bond.importer_id != bill.importer_id:
        told = {"bond": bond, "amount": rupees(amount, 2), "bill": bill, "courier": bill.courier}
        news = bond.news(lambda: _("%(bond)s is debited with %(amount)s for %(bill)s of %(courier)s") % told)
        Notice.objects.bulk_create(news)


def release_key(bill_id: int) -> str:
    """Under which key a bond was debited for a provisional release: there is one of a bill."""
    return f"release:{bill_id}"


def free(keys: Iterable[str], by_name: str, at: datetime | None = None) -> None:
    """What was secured under these keys is settled: registered bonds are credited, of others it is counted no more."""
    settled = list(keys)
    ledger.credit_all(settled, by_name, at)
    outside.free(settled, at)
