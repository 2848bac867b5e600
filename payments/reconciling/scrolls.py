"""Reading a bank's scroll: asked of the bank, sealed; or loaded by hand."""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from payments import bank, banks
from payments.authorised import note_refusal
from payments.models import Challan
from payments.reconciling.models import BankScroll, ScrollEntry

COLUMNS = ("challan", "bank_transaction", "amount_paise", "currency", "status", "decided_at")
MOST = 200_000
_NUMBERS = {bank.Status.PAID.value: r"\d{10}", bank.PAID_OUT: r"WDR_[A-Z0-9]{1,8}_\d{4}-\d{4}_\d{6,9}"}  # by status
_SHAPES = {
    "status": "|".join(_NUMBERS), "bank_transaction": r"[A-Z0-9]{12,22}", "amount_paise": r"[1-9]\d{0,14}",
    "currency": bank.CURRENCY,
}  # fmt: skip


class Unreadable(Exception):
    """A scroll that cannot be taken; its words say where and why."""


@dataclass(frozen=True)
class Debit:
    """One line of a scroll: a debit for a challan, or what was paid out for a withdrawal."""

    challan: str  # or the withdrawal
    bank_transaction: str
    amount_paise: int
    decided_at: datetime
    payout: bool = False


def read(content: bytes, day: date) -> list[Debit]:
    """The debits of a scroll of a day. Raises Unreadable with the line and the column that does not fit."""
    try:
        lines = csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        if tuple(lines.fieldnames or ()) != COLUMNS:
            raise Unreadable(_("The first line must name the columns: %(names)s.") % {"names": ", ".join(COLUMNS)})
        found: dict[str, Debit] = {}
        for number, line in enumerate(lines, 2):
            if number > MOST:
                raise Unreadable(_("A scroll has at most %(most)d lines.") % {"most": MOST})
            debit = _debit(number, line, day)
            if debit.bank_transaction in found:
                raise Unreadable(_("Line %(line)d: the transaction stands there twice.") % {"line": number})
            found[debit.bank_transaction] = debit
    except (UnicodeDecodeError, csv.Error) as fault:
        raise Unreadable(_("The file is no CSV in UTF-8.")) from fault
    return list(found.values())


def _debit(number: int, line: dict[str, str | None], day: date) -> Debit:
    for name, shape in (*_SHAPES.items(), ("challan", _NUMBERS.get(line.get("status") or "", r"\d{10}"))):
        if not re.fullmatch(shape, line.get(name) or "", re.ASCII):
            raise Unreadable(_("Line %(line)d: %(name)s cannot be read.") % {"line": number, "name": name})
    try:
        at = datetime.fromisoformat(line["decided_at"] or "")
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or timezone.localdate(at) != day:
        raise Unreadable(_("Line %(line)d: decided_at is no moment of the day.") % {"line": number})
    payout = line["status"] == bank.PAID_OUT
    return Debit(str(line["challan"]), str(line["bank_transaction"]), int(line["amount_paise"] or 0), at, payout)


def ask(code: str, day: date) -> BankScroll:
    """Ask a bank for the scroll of a day and keep it. Raises BankSilent, NotAccepted or Unreadable; what was forged goes to a desk."""
    try:
        sent = banks.gateway(code).scroll(f"{day:%Y-%m-%d}")
        debits = read(sent.text, day)
        if (len(debits), sum(one.amount_paise for one in debits)) != (sent.seal.entries, sent.seal.total_paise):
            raise Unreadable(_("The entries are not those that the seal counts."))
    except bank.NotAccepted as refusal:
        note_refusal(bank.Scroll.sort, refusal.fault, str(refusal), {})
        raise
    except Unreadable as fault:
        note_refusal(bank.Scroll.sort, bank.Fault.UNREADABLE, str(fault), {})
        raise
    return keep(code, day, sent.text, debits, sealed=True)


def keep(
    code: str, day: date, content: bytes, debits: list[Debit], *, sealed: bool, by_id: int | None = None
) -> BankScroll:
    """Keep a scroll; the very same file is the scroll that is there already."""
    with transaction.atomic():
        scroll, made = BankScroll.objects.get_or_create(
            bank=code, day=day, sha256=hashlib.sha256(content).hexdigest(),
            defaults={
                "entry_count": len(debits), "total_paise": sum(one.amount_paise for one in debits if not one.payout),
                "paid_out_paise": sum(one.amount_paise for one in debits if one.payout), "sealed": sealed,
                "loaded_by_id": by_id,
            },
        )  # fmt: skip
        if made:
            ScrollEntry.objects.bulk_create(
                (
                    ScrollEntry(
                        scroll=scroll, challan_number=one.challan, bank_transaction=one.bank_transaction,
                        amount_paise=one.amount_paise, decided_at=one.decided_at, payout=one.payout,
                    )
                    for one in debits
                ),
                batch_size=2000,
            )  # fmt: skip
        elif sealed and not scroll.sealed:
            scroll.sealed = True
            scroll.save(update_fields=["sealed"])
    return scroll


def latest(code: str, day: date) -> BankScroll | None:
    """The scroll that counts for a day: one that the bank sealed before one loaded by hand, then the last one loaded."""
    return BankScroll.objects.filter(bank=code, day=day).order_by("-sealed", "-pk").first()


def days_without(code: str, today: date) -> list[date]:
    """The days for which a bank has sealed no scroll yet, oldest first; a file loaded by hand is none.

    They are counted from the first payment through the bank, and the past week always; a day that is missing stays so until the
    bank has sealed it.
    """
    paid = (
        Challan.objects.filter(bank=code).exclude(paid_at=None).order_by("pk").values_list("paid_at", flat=True).first()
    )
    since = min(timezone.localdate(paid) if paid else today, today - timedelta(days=7))
    days = [since + timedelta(days=n) for n in range((today - since).days)]
    known = set(
        BankScroll.objects.filter(bank=code, day__gte=since, sealed=True).values_list("day", flat=True).distinct()
    )
    return [day for day in days if day not in known]
