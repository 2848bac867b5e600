"""A bank's transaction: booked once, whatever challan names it (PN17 8.1).

Every message of a bank asks these questions, repeated ones too, so they are asked in plain SQL.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from eccs.rows import lock_rows
from payments.cash.ledger import is_on_the_ledger, key_of
from payments.models import BankMessage, Challan

_BOOKED = """
SELECT %(transaction)s <> '' AND EXISTS (SELECT FROM payments_challan
        WHERE bank = %(bank)s AND bank_transaction = %(transaction)s AND id <> %(challan)s),
    EXISTS (SELECT FROM payments_bankmessage WHERE challan_id = %(challan)s AND outcome = ANY(%(left)s)
        AND bank_transaction = %(transaction)s AND amount_paise = %(paise)s),
    %(transaction)s <> '' AND EXISTS (SELECT FROM payments_cashentry WHERE key = %(key)s)
"""
_LEFT_TO_PEOPLE = [str(BankMessage.Outcome.LATE), str(BankMessage.Outcome.DIFFERS)]


def held_challan(number: str) -> Challan | None:
    """The challan of a number, held until the transaction ends; or nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM payments_challan WHERE number = %s FOR UPDATE", [number])
        found = cursor.fetchone()
    return lock_rows(Challan, found)[0] if found else None


def known_message(nonce: str) -> BankMessage | None:
    """The message that came with this nonce before, or nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM payments_bankmessage WHERE nonce = %s", [nonce])
        found = cursor.fetchone()
    return BankMessage.objects.get(pk=found[0]) if found else None


def hold(bank: str, bank_transaction: str) -> None:
    """Whoever books a transaction of the bank waits until whoever books it now is done, for whatever challan.

    The challan's own row is locked before.
    """
    if bank_transaction:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key_of(bank, bank_transaction)])


def booked(challan: Challan, bank: str, bank_transaction: str, paise: int) -> tuple[bool, bool, bool]:
    """Whether a transaction paid another challan, was left to people as this payment before, and is on a firm's cash ledger.

    Whoever books it now is waited for.
    """
    hold(bank, bank_transaction)
    told: dict[str, Any] = {
        "bank": bank, "transaction": bank_transaction, "challan": challan.pk, "paise": paise,
        "key": key_of(bank, bank_transaction), "left": _LEFT_TO_PEOPLE,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED, told)
        another, before, on_ledger = cursor.fetchone()
    return bool(another), bool(before), bool(on_ledger)


def stands_elsewhere(said: Any) -> str:
    """Where what the transaction of a message brought is booked already, in words; nothing where it stands nowhere."""
    if other := said.pays_another():
        told = {"transaction": said.bank_transaction, "challan": other}
        return _("Transaction %(transaction)s paid challan %(challan)s: nothing more was received.") % told
    if is_on_the_ledger(said.bank, said.bank_transaction):
        return _("What this transaction of the bank brought is on the firm's cash ledger already.")
    return ""


def why_refused(bank: str, bank_transaction: str) -> str:
    """That the DC/AC has refused what a transaction brought, so that the bank pays it back; nothing where nobody has."""
    rows = BankMessage.objects.filter(bank=bank, bank_transaction=bank_transaction).exclude(settled_at=None)
    differed = Q(outcome=BankMessage.Outcome.DIFFERS, challan__trail__step="refuse_difference")
    late = Q(outcome=BankMessage.Outcome.LATE, challan__trail__step="refuse_late_payment")
    late &= ~Q(challan__bank_transaction=bank_transaction)
    refused = rows.filter(differed | late).first() if bank_transaction else None
    if refused is None:
        return ""
    told = {"transaction": bank_transaction, "challan": refused.challan_number}
    return _("Transaction %(transaction)s was refused for challan %(challan)s: the bank pays it back.") % told
