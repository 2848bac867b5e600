"""The Electronic Cash Ledger: deposits through a bank, debits for challans, credits back; never below nought (section 51A).

Whoever changes a firm's balance locks the firm's account first, so deposits and debits follow one another. Each entry is asked
for under a key of its own: asked for again, it is the entry that was made the first time. The lock is one that leaves the
account's key alone: an entry whose lines name the account waits for nobody when it commits, with the receipt's number in hand.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from eccs.acting import SYSTEM, acting_as
from eccs.dated_rules import rule_book
from eccs.money import rupees
from eccs.pages import activity_of
from eccs.workflow import Refused
from payments.cash.models import CashAccount, CashEntry, CashLine

if TYPE_CHECKING:
    from payments.cash.withdrawals import CashWithdrawal
    from payments.models import Challan

NOTHING = Decimal(0)
Sort = CashEntry.Sort


def may_pay_from_ledger(station: str, on: datetime | None = None) -> bool:
    """Whether challans of a station are paid from the Electronic Cash Ledger on that day: a dated rule."""
    return rule_book().is_on("pay_from_cash_ledger", timezone.localdate(on), station)


def may_pay_at_bank(station: str, on: datetime | None = None) -> bool:
    """Whether challans of a station are paid at an authorised bank directly on that day: a dated rule."""
    return rule_book().is_on("pay_at_bank", timezone.localdate(on), station)


@acting_as(SYSTEM)  # the books are the system's: an entry has lines of other accounts than the firm's
def account_of(*, courier_id: int | None = None, importer_id: int | None = None) -> CashAccount:
    """The ledger of a firm; opened with nothing on it at the first asking."""
    whose: dict[str, Any] = {"courier_id": courier_id, "importer_id": importer_id}
    found, _made = CashAccount.objects.get_or_create(**whose, sort=CashAccount.Sort.FIRM, defaults={"balance": NOTHING})
    return found


def balance_of(*, courier_id: int | None, importer_id: int | None) -> Decimal:
    """What a firm has on its ledger."""
    whose: dict[str, Any] = {"courier_id": courier_id, "importer_id": importer_id}
    rows = CashAccount.objects.of_firms().filter(**whose)
    return rows.values_list("balance", flat=True).first() or NOTHING


def receive(challan: Challan) -> CashEntry:
    """Book what a bank has paid for a challan: a deposit is the firm's; anything else is deposited and debited in one entry."""
    ours, from_bank = _ledger_of(challan), _opposite(CashAccount.Sort.BANK, bank=challan.bank)
    key = f"bank:{challan.pk}"
    if challan.is_deposit:
        return _book(ours, challan.amount, from_bank, Sort.DEPOSIT, key, challan=challan)
    government = _opposite(CashAccount.Sort.GOVERNMENT, station_id=challan.station_id)
    amount = challan.amount
    lines = [(from_bank, -amount), (ours, amount), (ours, -amount), (government, amount)]
    return _write(Sort.DIRECT, key, amount, lines, challan=challan)  # the balance stays: nobody has to wait


def debit(challan: Challan) -> CashEntry:
    """Pay a challan from the firm's ledger, in the caller's transaction. Raises Refused where there is not enough on it."""
    government = _opposite(CashAccount.Sort.GOVERNMENT, station_id=challan.station_id)
    return _book(_ledger_of(challan), -challan.amount, government, Sort.PAYMENT, f"debit:{challan.pk}", challan=challan)


def credit_back(challan: Challan, amount: Decimal, key: str, words: str, by: Any, *, from_bank: str = "") -> CashEntry:
    """Credit a firm's ledger with what a bank received too much for its challan, or, without a bank, with what was paid and could not
    be credited to a bill. The bank is the one that received it, which need not be the one that the challan was sent to.
    """
    opposite = (
        _opposite(CashAccount.Sort.BANK, bank=from_bank)
        if from_bank
        else _opposite(CashAccount.Sort.GOVERNMENT, station_id=challan.station_id)
    )
    return _book(_ledger_of(challan), amount, opposite, Sort.RETURNED, key, challan=challan, words=words, by=by)


def refund(of: Any, amount: Decimal, key: str, words: str, by: Any) -> CashEntry:
    """Credit the ledger of the firm of a bill or transfer manifest with what is refundable; the entry names the challan that paid last."""
    government = _opposite(CashAccount.Sort.GOVERNMENT, station_id=of.station_id)
    paid = of.challan_lines.exclude(credited_at=None).order_by("-pk").first()
    challan, station = (paid.challan if paid else None), of.station_id
    return _book(
        account_for(of), amount, government, Sort.RETURNED, key, challan=challan, words=words, by=by, station=station
    )


def account_for(of: Any) -> CashAccount:
    """The ledger of the firm that filed a bill or a transfer manifest."""
    importer_id = getattr(of, "importer_id", None)
    return account_of(courier_id=None if importer_id else of.courier_id, importer_id=importer_id)


@acting_as(SYSTEM)
def hold(account: CashAccount) -> None:
    """Whoever else books on the account waits until this transaction ends."""
    CashAccount.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)


def pay_out(withdrawal: CashWithdrawal) -> CashEntry:
    """Debit a withdrawal that is approved to the firm's ledger: the bank pays it out. Raises Refused where there is not enough."""
    return _withdraw(withdrawal, -withdrawal.amount, Sort.PAYOUT, f"withdrawal:{withdrawal.pk}")


def put_back(withdrawal: CashWithdrawal) -> CashEntry:
    """Credit a withdrawal back that the bank could not pay out."""
    return _withdraw(withdrawal, withdrawal.amount, Sort.RETURNED, f"withdrawal-back:{withdrawal.pk}")


def _withdraw(one: CashWithdrawal, change: Decimal, sort: str, key: str) -> CashEntry:
    account = account_of(courier_id=one.courier_id, importer_id=one.importer_id)
    through = _opposite(CashAccount.Sort.BANK, bank=one.bank)
    words, station = str(one.number), one.station_id
    return _book(account, change, through, sort, key, challan=None, words=words, by=one.taken_by, station=station)


def _ledger_of(challan: Challan) -> CashAccount:
    return account_of(courier_id=challan.courier_id, importer_id=challan.importer_id)


def _opposite(sort: str, **whose: Any) -> CashAccount:
    found, _made = CashAccount.objects.get_or_create(sort=sort, **whose)
    return found


@acting_as(SYSTEM)
def _book(
    account: CashAccount, change: Decimal, opposite: CashAccount, sort: str, key: str, *,
    challan: Challan | None, words: str = "", by: Any = None, station: str | None = None,
) -> CashEntry:  # fmt: skip
    """One entry between a firm's account, which is locked, and one opposite."""
    with transaction.atomic():
        rows = CashAccount.objects.select_for_update(of=("self",), no_key=True)  # see the head of this module
        locked = rows.get(pk=account.pk)
        known = CashEntry.objects.filter(key=key).first()
        if known is not None:
            return known
        if short := why_not(locked.balance or NOTHING, -change, told=False):
            raise Refused([short], challan)
        CashAccount.objects.filter(pk=locked.pk).update(balance=F("balance") + change)
        lines = [(locked, change), (opposite, -change)]
        return _write(sort, key, abs(change), lines, challan=challan, words=words, by=by, station=station)


def tells_balance(actor: Any) -> bool:
    """Whether the person is told what is on a firm's ledger: not who works for the firm at some stations, nor an officer without the
    page of the ledgers.
    """
    if actor.is_trade:
        return actor.firm_stations is None
    return bool(actor.stations_for([activity_of("cash-accounts")]))


def why_not(balance: Decimal, amount: Decimal, *, told: bool) -> str:
    """Why an amount cannot be debited from a balance, in words; nothing where it can. The balance itself where it may be told."""
    if amount <= balance:
        return ""
    if not told:
        return _("Less is on the cash ledger: %(amount)s cannot be debited.") % {"amount": rupees(amount, 2)}
    words = {"balance": rupees(balance, 2), "amount": rupees(amount, 2)}
    return _("The cash ledger has a balance of %(balance)s: %(amount)s cannot be debited.") % words


def _write(
    sort: str, key: str, amount: Decimal, lines: list[tuple[CashAccount, Decimal]], *,
    challan: Challan | None, words: str = "", by: Any = None, station: str | None = None,
) -> CashEntry:  # fmt: skip
    with transaction.atomic(savepoint=False):  # an entry without its lines is refused when the transaction ends
        entry = CashEntry.objects.create(
            key=key, sort=sort, challan=challan, amount=amount, words=words[:300], station_id=station,
            by_id=by.user_id if by else None, by_name=by.name if by else "ECCS",
        )  # fmt: skip
        CashLine.objects.bulk_create(
            CashLine(entry=entry, account=account, amount=gained, at=entry.at) for account, gained in lines
        )
    return entry


def key_of(bank: str, bank_transaction: str) -> str:
    """Under what a bank's transaction is credited to a ledger: once, whatever names it."""
    return f"scroll:{bank}:{bank_transaction}"


@acting_as(SYSTEM)
def is_on_the_ledger(bank: str, bank_transaction: str) -> bool:
    """Whether what a bank's transaction brought was credited to a firm's ledger when a difference was settled."""
    return bool(bank_transaction) and CashEntry.objects.filter(key=key_of(bank, bank_transaction)).exists()


def faults() -> QuerySet[CashAccount]:
    """Firms' accounts whose balance is not the sum of their lines: there are none."""
    summed = CashAccount.objects.of_firms().annotate(written=Coalesce(Sum("lines__amount"), NOTHING))
    return summed.filter(~Q(balance=F("written")))


def received_from(code: str) -> Decimal:
    """What ECCS has booked as received through a bank, in rupees: what that bank's own books must say too."""
    rows = CashLine.objects.filter(account__sort=CashAccount.Sort.BANK, account__bank=code)
    return -(rows.aggregate(sum=Sum("amount"))["sum"] or NOTHING)
