"""The ledger of a bond: debits for what it secures, credits when that is settled; never overdrawn, never changed (PN17 13.2).

Whoever moves a balance locks the bond's row first, so debits and credits follow one another. Each is asked for under a
key of its own: asked for again, it is the entry that was made the first time. Debits of a firm wait for each other, so a
debit is one statement, which changes nothing where the bond cannot give the amount; only then is it looked why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from bonds.clearance import USABLE
from bonds.models import NOTHING, BankGuarantee, Bond, BondEntry
from eccs.money import rupees
from eccs.workflow import Document, Refused

_USABLE = [str(stage) for stage in USABLE]
_BOND, _ENTRY, _GUARANTEE = (model._meta.db_table for model in (Bond, BondEntry, BankGuarantee))
_INTO = f"INSERT INTO {_ENTRY} (bond_id, sort, key, change, balance_after, settles_id, slug, document, at, by_name) "
_DEBIT = (  # a bond that cannot give the amount, or whose entry is there, stays as it is
    f"WITH moved AS (UPDATE {_BOND} SET balance = balance - %(amount)s WHERE id = %(bond)s AND balance >= %(amount)s "  # noqa: S608 our own tables
    f"AND stage = ANY(%(usable)s) AND valid_until >= %(today)s AND NOT EXISTS (SELECT 1 FROM {_ENTRY} WHERE key = %(key)s) "
    f"AND coalesce(security, 0) <= (SELECT coalesce(sum(g.amount), 0) FROM {_GUARANTEE} g WHERE g.bond_id = %(bond)s "
    "AND g.registered_at IS NOT NULL AND g.ended_at IS NULL AND g.valid_until >= %(today)s) "
    f"RETURNING id, balance) {_INTO} SELECT id, 'DEBIT', %(key)s, -%(amount)s, balance, NULL, %(slug)s, %(document)s, %(at)s, "
    "%(by)s FROM moved RETURNING id, balance_after"
)
_HOLD_FOR_CREDIT = (
    f"SELECT e.id, e.bond_id, e.change, e.slug, e.document FROM {_ENTRY} e JOIN {_BOND} b ON b.id = e.bond_id "  # noqa: S608
    "WHERE e.key = %s AND e.sort = 'DEBIT' FOR NO KEY UPDATE OF b"
)
_CREDIT_THE_REST = (  # on a bond that is locked: what is left of the debit, where something is
    f"WITH rest AS (SELECT %(debited)s - coalesce(sum(change), 0) AS amount FROM {_ENTRY} WHERE settles_id = %(settles)s), "  # noqa: S608
    f"moved AS (UPDATE {_BOND} SET balance = balance + rest.amount FROM rest WHERE id = %(bond)s AND rest.amount > 0 "
    f"RETURNING id, balance, rest.amount) {_INTO} SELECT id, 'CREDIT', %(key)s, amount, balance, %(settles)s, %(slug)s, "
    "%(document)s, %(at)s, %(by)s FROM moved RETURNING id, change, balance_after"
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
    at = at or timezone.now()
    given: dict[str, Any] = {
        "amount": amount, "bond": bond_id, "usable": _USABLE, "today": timezone.localdate(), "key": key, "slug": of.slug,
        "document": of.document, "at": at, "by": by_name,
    }  # fmt: skip
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_DEBIT, given)
            moved = cursor.fetchone()
    except IntegrityError:  # entered under this key by somebody else at this moment
        moved = None
    if moved is None:
        return _known_debit(bond_id, amount, key)
    made = BondEntry(
        pk=moved[0], bond_id=bond_id, sort=BondEntry.Sort.DEBIT, change=-amount, key=key, balance_after=moved[1],
        slug=of.slug, document=of.document, at=at, by_name=by_name,
    )  # fmt: skip
    made._state.adding = False
    return made


def _known_debit(bond_id: int, amount: Decimal, key: str) -> BondEntry:
    """The entry that was made under the key before. Raises Refused, with the reason, where there is none."""
    with transaction.atomic():
        bond = _locked(bond_id)
        known = BondEntry.objects.filter(key=key).first()
        if known is None:
            raise Refused(
                [why_not(bond, amount) or _("%(bond)s was debited meanwhile: try again.") % {"bond": bond}], bond
            )
        if (known.bond_id, known.sort, known.change) != (bond.pk, BondEntry.Sort.DEBIT, -amount):
            raise KeyTaken(key)
        return known


def credit(
    debit_key: str, by_name: str, at: datetime | None = None, *, amount: Decimal | None = None, key: str = ""
) -> BondEntry | None:
    """Give back to a bond what was debited under a key, all that is left of it or an amount; nothing where nothing is left.

    An expired bond takes it too: what it secured is settled. A part is credited under a key of its own.
    """
    name = key or f"{debit_key}:settled"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_HOLD_FOR_CREDIT, [debit_key])
        held = cursor.fetchone()
        if held is None:
            raise BondEntry.DoesNotExist(debit_key)
        debited, at = _Debited(*held), at or timezone.now()
        if amount is None and (made := _credit_the_rest(cursor, debited, name, by_name, at)):
            return made
        known = BondEntry.objects.filter(key=name).first()
        if known is not None:
            if known.settles_id != debited.pk or (amount is not None and known.change != amount):
                raise KeyTaken(name)
            return known
        if amount is None:
            return None
        return _credit_part(debited, amount, name, by_name, at)


@dataclass(frozen=True)
class _Debited:
    """A debit whose bond is locked."""

    pk: int
    bond_id: int
    change: Decimal
    slug: str
    document: str


def _credit_the_rest(cursor: Any, debited: _Debited, name: str, by_name: str, at: datetime) -> BondEntry | None:
    """Credit what is left of a debit; nothing where nothing is."""
    cursor.execute(
        _CREDIT_THE_REST,
        {
            "debited": -debited.change, "settles": debited.pk, "bond": debited.bond_id, "key": name, "slug": debited.slug,
            "document": debited.document, "at": at, "by": by_name,
        },
    )  # fmt: skip
    moved = cursor.fetchone()
    if moved is None:
        return None
    made = BondEntry(
        pk=moved[0], bond_id=debited.bond_id, sort=BondEntry.Sort.CREDIT, change=moved[1], key=name, balance_after=moved[2],
        settles_id=debited.pk, slug=debited.slug, document=debited.document, at=at, by_name=by_name,
    )  # fmt: skip
    made._state.adding = False
    return made


def _credit_part(debited: _Debited, amount: Decimal, name: str, by_name: str, at: datetime) -> BondEntry | None:
    """Credit an amount of a debit, never more than is left of it."""
    given_back = BondEntry.objects.filter(settles=debited.pk).aggregate(sum=Sum("change"))["sum"] or NOTHING
    if amount > -debited.change - given_back or amount < 0:
        raise ValueError("more is credited than was debited")
    if not amount:
        return None
    bond = _locked(debited.bond_id)
    bond.balance += amount
    Bond.objects.filter(pk=bond.pk).update(balance=bond.balance)
    entry = _entry(bond, BondEntry.Sort.CREDIT, amount, name, by_name, at)
    entry.slug, entry.document, entry.settles_id = debited.slug, debited.document, debited.pk
    entry.save(force_insert=True)
    return entry


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
    held = bond.guaranteed(timezone.localdate())
    if held < (bond.security or NOTHING):
        told |= {"held": rupees(held), "wants": rupees(bond.security or 0)}
        return (
            _("%(bond)s has bank guarantees in force for %(held)s, and needs %(wants)s: a new one is to be handed in.")
            % told
        )
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


def _entry(bond: Bond, sort: str, change: Decimal, key: str, by_name: str, at: datetime) -> BondEntry:
    return BondEntry(
        bond_id=bond.pk, sort=sort, change=change, key=key, balance_after=bond.balance, by_name=by_name, at=at
    )


def of(document: Document, slug: str) -> Of:
    """A document as the ledger names it."""
    return Of(slug, document.number or document.key)
