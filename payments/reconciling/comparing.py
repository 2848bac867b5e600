"""Comparing a bank's scroll with the books of ECCS. Done again it finds the same: a difference is opened once.

    the scroll says          | the books of ECCS                     | finding
    -------------------------+---------------------------------------+---------------------
    a debit for a challan    | paid by it, the same amount           | matched
    a debit for a challan    | on the firm's cash ledger, as it is   | matched
    a debit for a challan    | the challan, of another amount        | different amount
    a debit for a challan    | not paid by this transaction, or none | missing here
    nothing                  | paid that day by a transaction of it  | missing at the bank

A challan that is still undecided here, or was given up, is first asked of the bank: only what a bank signs for one challan is
ever credited, never a line of a file. What agrees by then is no difference; one that was open is cleared up by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.permissions import SYSTEM
from accounts.roles import Role
from eccs.beginning import begin_as
from eccs.workflow import Refused, take
from payments import services
from payments.cash.ledger import key_of
from payments.cash.models import CashEntry
from payments.clearance import ASKED, Stage
from payments.models import Challan
from payments.reconciling import scrolls
from payments.reconciling.clearance import FIND, DifferenceStage
from payments.reconciling.models import BankDifference, BankScroll, Finding, ScrollEntry

UNDECIDED = (*ASKED, Stage.FAILED, Stage.REJECTED)
ASKED_AT_ONCE = 500


@dataclass(frozen=True)
class Standing:
    """One difference as a comparison finds it."""

    finding: Finding
    challan: Any
    challan_number: str
    bank_transaction: str
    there_paise: int
    here_paise: int

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same difference the next time."""
        return self.bank_transaction, self.challan_number


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
        numbers = {entry.challan_number for entry in entries}
        challans = {one.number: one for one in Challan.objects.filter(number__in=numbers)}
        found = _of_scroll(locked, entries, challans)
        found += _missing_there(bank, day)
        _open(bank, day, found)
        _clear_up(bank, day, {one.key for one in found})
        BankScroll.objects.filter(pk=locked.pk).update(compared_at=timezone.now())
    return locked


def _ask_about_undecided(scroll: BankScroll) -> None:
    """Ask the bank about challans of the scroll that are undecided here; what it signs is acted on as always."""
    numbers = scroll.entries.exclude(finding=Finding.MATCHED).values("challan_number")
    waiting = Challan.objects.filter(number__in=numbers, bank=scroll.bank, stage__in=UNDECIDED).order_by("pk")
    services.ask_in_turn(waiting[:ASKED_AT_ONCE])  # what a silent bank leaves, the sweep and the next comparison ask


def _of_scroll(scroll: BankScroll, entries: list[ScrollEntry], challans: dict[Any, Any]) -> list[Standing]:
    found, changed = [], []
    keys = {entry.pk: key_of(scroll.bank, entry.bank_transaction) for entry in entries}
    credited = dict(CashEntry.objects.filter(key__in=keys.values()).values_list("key", "amount"))
    for entry in entries:
        challan = challans.get(entry.challan_number)
        finding = finding_of(entry, challan, scroll.bank, credited.get(keys[entry.pk]))
        if entry.finding != finding:
            entry.finding = finding
            changed.append(entry)
        if finding != Finding.MATCHED:
            by_this = challan and (challan.bank, challan.bank_transaction) == (scroll.bank, entry.bank_transaction)
            here = challan.paise if challan and by_this else 0
            found.append(
                Standing(finding, challan, entry.challan_number, entry.bank_transaction, entry.amount_paise, here)
            )
    ScrollEntry.objects.bulk_update(changed, ["finding"], batch_size=2000)
    return found


def _missing_there(bank: str, day: date) -> list[Standing]:
    """What stands paid here on that day and in no scroll of the bank that counts."""
    paid = Challan.objects.filter(bank=bank, stage=Stage.PAID, paid_at__date=day).exclude(bank_transaction="")
    rows = {one.bank_transaction: one for one in paid}
    count = BankScroll.objects.filter(bank=bank).order_by("day", "-sealed", "-pk").distinct("day")  # that of each day
    known = ScrollEntry.objects.filter(scroll__in=count.values("pk"), bank_transaction__in=rows)
    told = set(known.values_list("bank_transaction", flat=True))
    return [
        Standing(Finding.MISSING_THERE, one, str(one.number), number, 0, one.paise)
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
        station = one.challan.station_id if one.challan else None
        made = BankDifference(
            station_id=station, finding=one.finding, bank=bank, day=day, challan=one.challan,
            challan_number=one.challan_number, bank_transaction=one.bank_transaction, there_paise=one.there_paise,
            here_paise=one.here_paise, found_at=now, stage_since=now,
        )  # fmt: skip
        by_station.setdefault(station, []).append(made)
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
