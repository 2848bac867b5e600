"""The ledger of a bond: debits for what it secures, credits when that is settled; never overdrawn, never changed (PN17 13.2).

Whoever moves a balance locks the bond's row first, so debits and credits follow one another. Each is asked for under a
key of its own: asked for again, it is the entry that was made the first time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from bonds.clearance import USABLE
from bonds.models import NOTHING, Bond, BondEntry
from eccs.money import rupees
from eccs.workflow import Document, Refused

_COLUMNS = [field.attname for field in BondEntry._meta.concrete_fields if not field.primary_key]
_MOVE = (
    f"WITH moved AS (UPDATE {Bond._meta.db_table} SET balance = %s WHERE id = %s) "  # noqa: S608 our own table and columns
    f"INSERT INTO {BondEntry._meta.db_table} ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))}) RETURNING id"
)


@dataclass(frozen=True)
class Of:
    """The document that a debit is for, by the address of its kind and its number."""

    slug: str
    document: str


class KeyTaken(ValueError):
    """The key belongs to another entry: a fault of the caller, not of a person."""


def opening(bond: Bond) -> BondEntry:
    """The first entry: the whole amount. Written by the step that registers the bond."""
    return _entry(bond, BondEntry.Sort.OPENED, bond.balance, f"opened:{bond.pk}", bond.taken_by.name, bond.taken_at)


def raised(bond: Bond, more: Decimal) -> BondEntry:
    """What a renewal adds to the amount. Written by the step that registers the renewal."""
    key = f"raised:{bond.pk}:{bond.trail_length + 1}"
    return _entry(bond, BondEntry.Sort.RAISED, more, key, bond.taken_by.name, bond.taken_at)


def debit(bond_id: int, amount: Decimal, key: str, of: Of, by_name: str, at: datetime | None = None) -> BondEntry:
    """Take an amount out of a bond for a document, in the caller's transaction. Raises Refused where the bond cannot give it."""
    if amount <= 0:
        raise ValueError("a debit is above zero")
    with transaction.atomic():
        bond = _locked(bond_id)
        known = BondEntry.objects.filter(key=key).first()
        if known is not None:
            if (known.bond_id, known.sort, known.change) != (bond.pk, BondEntry.Sort.DEBIT, -amount):
                raise KeyTaken(key)
            return known
        if reason := why_not(bond, amount):
            raise Refused([reason], bond)
        return _move(bond, BondEntry.Sort.DEBIT, -amount, key, by_name, at, of=of)


def credit(
    debit_key: str, by_name: str, at: datetime | None = None, *, amount: Decimal | None = None, key: str = ""
) -> BondEntry | None:
    """Give back to a bond what was debited under a key, all that is left of it or an amount; nothing where nothing is left.

    An expired bond takes it too: what it secured is settled. A part is credited under a key of its own.
    """
    with transaction.atomic():
        debited = BondEntry.objects.get(key=debit_key, sort=BondEntry.Sort.DEBIT)
        bond = _locked(debited.bond_id)
        name = key or f"{debit_key}:settled"
        known = BondEntry.objects.filter(key=name).first()
        if known is not None:
            if known.settles_id != debited.pk or (amount is not None and known.change != amount):
                raise KeyTaken(name)
            return known
        left = -debited.change - (debited.credits.aggregate(sum=Sum("change"))["sum"] or NOTHING)
        back = left if amount is None else amount
        if back > left or back < 0:
            raise ValueError("more is credited than was debited")
        if not back:
            return None
        of = Of(debited.slug, debited.document)
        return _move(bond, BondEntry.Sort.CREDIT, back, name, by_name, at, of=of, settles=debited)


def credit_all(debit_keys: Iterable[str], by_name: str, at: datetime | None = None) -> list[BondEntry]:
    """Give back all that was debited under these keys, bond by bond in one order, so that two never wait for each other."""
    with transaction.atomic():
        rows = BondEntry.objects.filter(key__in=list(debit_keys), sort=BondEntry.Sort.DEBIT).order_by("bond_id", "pk")
        keys = list(rows.values_list("key", flat=True))
        return [made for key in keys if (made := credit(key, by_name, at)) is not None]


def why_not(bond: Bond, amount: Decimal) -> str:
    """Why a bond cannot give an amount today, in words; nothing where it can."""
    told = {"bond": bond, "stage": bond.get_stage_display(), "amount": rupees(amount, 2)}
    if bond.stage not in USABLE:
        return _("%(bond)s is at “%(stage)s”: nothing can be debited.") % told
    assert bond.valid_until is not None
    if bond.valid_until < timezone.localdate():
        ended = {"bond": bond, "day": f"{bond.valid_until:%d/%m/%Y}"}
        return _("%(bond)s was valid until %(day)s: it is to be renewed first.") % ended
    if bond.balance < amount:
        told["balance"] = rupees(bond.balance, 2)
        return _("%(bond)s has a balance of %(balance)s: %(amount)s cannot be debited.") % told
    return ""


def faults() -> QuerySet[Bond, Any]:
    """Bonds whose balance is not the sum of their entries: there are none."""
    summed = Bond.objects.annotate(entered=Coalesce(Sum("entries__change"), NOTHING))
    return summed.filter(~Q(balance=F("entered")))


def _locked(bond_id: int) -> Bond:
    found: Bond = Bond.objects.select_for_update(of=("self",)).get(pk=bond_id)
    return found


def _move(
    bond: Bond, sort: str, change: Decimal, key: str, by_name: str, at: datetime | None, *, of: Of,
    settles: BondEntry | None = None,
) -> BondEntry:  # fmt: skip
    """Write an entry and the balance it leaves, on a bond that is locked."""
    bond.balance += change
    entry = _entry(bond, sort, change, key, by_name, at or timezone.now())
    entry.slug, entry.document, entry.settles = of.slug, of.document, settles
    with connection.cursor() as cursor:  # both in one statement: every debit of a firm waits for the one before it
        cursor.execute(_MOVE, [entry.balance_after, bond.pk, *(getattr(entry, name) for name in _COLUMNS)])
        (entry.pk,) = cursor.fetchone()
    entry._state.adding = False
    return entry


def _entry(bond: Bond, sort: str, change: Decimal, key: str, by_name: str, at: datetime) -> BondEntry:
    return BondEntry(
        bond_id=bond.pk, sort=sort, change=change, key=key, balance_after=bond.balance, by_name=by_name, at=at
    )


def of(document: Document, slug: str) -> Of:
    """A document as the ledger names it."""
    return Of(slug, document.number or document.key)
