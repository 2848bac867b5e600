"""Comparing a bank's scroll with the books of ECCS. Done again it finds the same: a difference is opened once.

    the scroll says          | the books of ECCS                     | finding
    -------------------------+---------------------------------------+---------------------
    a debit for a challan    | paid by it, the same amount           | matched
    a debit for a challan    | on the firm's cash ledger, as it is   | matched
    a debit for a challan    | the challan, of another amount        | different amount
    a debit for a challan    | not paid by this transaction, or none | missing here
    nothing                  | paid that day by a transaction of it  | missing at the bank
    no scroll came           | whatever they say                     | day without a scroll

A challan that is still undecided here, or was given up, is first asked of the bank: only what a bank signs for one challan is
ever credited, never a line of a file. What agrees by then is no difference; one that was open is cleared up by itself. What
the bank paid out is compared with the withdrawals beside it (`payouts`).
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.permissions import SYSTEM
from accounts.roles import Role
from eccs.beginning import begin_as
from eccs.dated_rules import rule_book
from eccs.workflow import Refused, take
from payments import services
from payments.cash.ledger import key_of
from payments.cash.models import CashEntry
from payments.clearance import ASKED, Stage
from payments.models import Challan
from payments.reconciling import payouts, scrolls
from payments.reconciling.clearance import FIND, DifferenceStage
from payments.reconciling.models import BankDifference, BankScroll, Finding, ScrollEntry
from payments.reconciling.standing import Standing, transactions_told

UNDECIDED = (*ASKED, Stage.FAILED, Stage.REJECTED)
ASKED_AT_ONCE = 500


def finding_of(entry: Any, challan: Any, bank: str, credited: Decimal | None = None) -> Finding:
    """What one debit is beside the challan that it names, and what the DC/AC credited of it to a cash ledger: a pure function."""
    if credited is not None and credited * 100 == entry.amount_paise:
        return Finding.MATCHED
    if challan is None or challan.bank != bank:
        return Finding.MISSING_HERE
    if entry.amount_paise != challan.paise:
        return Finding.AMOUNT
    paid = challan.stage == Stage.PAID and challan.bank_transaction == entry.bank_transaction
    return Finding.MATCHED if paid else Finding.MISSING_HERE


def compare(bank: str, day: date) -> BankScroll | None:
    """Compare the scroll of a day with the books, open what differs and clear up what agrees; nothing without a scroll."""
    scroll = scrolls.latest(bank, day)
    if scroll is None:
        return None
    _ask_about_undecided(scroll)
    with transaction.atomic():
        locked = BankScroll.objects.select_for_update(of=("self",)).get(pk=scroll.pk)
        entries = list(locked.entries.all())
        found = _of_scroll(locked, entries)
        found += [*_missing_there(bank, day), *payouts.missing_there(bank, day)]
        _open(bank, day, found)
        _clear_up(bank, day, {one.key for one in found})
        BankScroll.objects.filter(pk=locked.pk).update(compared_at=timezone.now())
    return locked


def miss_scroll(bank: str, day: date, today: date) -> None:
    """A day whose scroll is missing for longer than a bank may be silent comes to a desk, once; the scroll itself clears it up."""
    if (today - day).days > rule_book().count("bank_silent_days", today, ""):
        with transaction.atomic():
            _open(bank, day, [Standing(Finding.NO_SCROLL, "", "", 0, 0)])


def _ask_about_undecided(scroll: BankScroll) -> None:
    """Ask the bank about challans of the scroll that are undecided here; what it signs is acted on as always."""
    numbers = scroll.entries.exclude(finding=Finding.MATCHED).values("challan_number")
    waiting = Challan.objects.filter(number__in=numbers, bank=scroll.bank, stage__in=UNDECIDED).order_by("pk")
    services.ask_in_turn(waiting[:ASKED_AT_ONCE])  # what a silent bank leaves, the sweep and the next comparison ask


def _of_scroll(scroll: BankScroll, entries: list[ScrollEntry]) -> list[Standing]:
    told = _of_debits(scroll.bank, [entry for entry in entries if not entry.payout])
    told += payouts.compared(scroll.bank, [entry for entry in entries if entry.payout])
    changed = []
    for entry, finding, _standing in told:
        if entry.finding != finding:
            entry.finding = finding
            changed.append(entry)
    ScrollEntry.objects.bulk_update(changed, ["finding"], batch_size=2000)
    return [standing for _entry, finding, standing in told if finding != Finding.MATCHED]


def _of_debits(bank: str, entries: list[ScrollEntry]) -> list[tuple[ScrollEntry, Finding, Standing]]:
    numbers = {entry.challan_number for entry in entries}
    challans = {one.number: one for one in Challan.objects.filter(number__in=numbers)}
    keys = {entry.pk: key_of(bank, entry.bank_transaction) for entry in entries}
    credited = dict(CashEntry.objects.filter(key__in=keys.values()).values_list("key", "amount"))
    told = []
    for entry in entries:
        challan = challans.get(entry.challan_number)
        finding = finding_of(entry, challan, bank, credited.get(keys[entry.pk]))
        by_this = challan and (challan.bank, challan.bank_transaction) == (bank, entry.bank_transaction)
        here = challan.paise if challan and by_this else 0
        standing = Standing(
            finding, entry.challan_number, entry.bank_transaction, entry.amount_paise, here, challan=challan
        )
        told.append((entry, finding, standing))
    return told


def _missing_there(bank: str, day: date) -> list[Standing]:
    """What stands paid here on that day and in no scroll of the bank that counts."""
    paid = Challan.objects.filter(bank=bank, stage=Stage.PAID, paid_at__date=day).exclude(bank_transaction="")
    rows = {one.bank_transaction: one for one in paid}
    told = transactions_told(bank, rows)
    return [
        Standing(Finding.MISSING_THERE, str(one.number), number, 0, one.paise, challan=one)
        for number, one in rows.items()
        if number not in told
    ]


def _open(bank: str, day: date, found: Iterable[Standing]) -> None:
    before = BankDifference.objects.select_for_update(of=("self",)).filter(bank=bank, day=day)
    known = {(row.bank_transaction, row.challan_number): row for row in before}
    by_station: dict[Any, list[BankDifference]] = {}
    now = timezone.now()
    for one in found:
        if (row := known.get(one.key)) is not None:
            _put_right(row, one)
            continue
        made = BankDifference(
            station_id=one.station, finding=one.finding, bank=bank, day=day, challan=one.challan, withdrawal=one.withdrawal,
            payout=one.payout, challan_number=one.number, bank_transaction=one.bank_transaction,
            there_paise=one.there_paise, here_paise=one.here_paise, found_at=now, stage_since=now,
        )  # fmt: skip
        by_station.setdefault(one.station, []).append(made)
    for rows in by_station.values():
        begin_as(Role.SYSTEM, rows, FIND.name, SYSTEM)


def _put_right(row: BankDifference, found: Standing) -> None:
    """A difference that is still open says what is found now: a corrected scroll may have another amount."""
    if row.stage == DifferenceStage.OPEN:
        BankDifference.objects.filter(pk=row.pk).update(
            finding=found.finding, there_paise=found.there_paise, here_paise=found.here_paise
        )


def _clear_up(bank: str, day: date, standing: set[tuple[str, str]]) -> None:
    """Differences of the day that are none any more."""
    for one in BankDifference.objects.filter(bank=bank, day=day, stage=DifferenceStage.OPEN):
        if (one.bank_transaction, one.challan_number) not in standing:
            with suppress(Refused):  # somebody settled it meanwhile
                take(one, "clear_up", SYSTEM)


def compare_open() -> int:
    """Compare anew every day on which differences are open, and return how many days."""
    days = BankDifference.objects.filter(stage=DifferenceStage.OPEN).values_list("bank", "day").distinct()
    done = 0
    for bank, day in days:
        done += compare(bank, day) is not None
    return done
