"""Making challans, sending payers to the bank, and acting on what the bank says: each challan once."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM, Actor
from bills import dues
from bills.clearance.penalties import PenaltyStage
from bills.clearance.provisional import ProvisionalStage
from bills.models import CourierBillOfEntry, PenaltyDemand, ProvisionalAssessment
from bills.stages import Stage as BillStage
from eccs.beginning import begin
from eccs.celery import after_commit
from eccs.money import rupees
from eccs.workflow import Refused, take
from payments import bank, banks, ledger, transactions
from payments.authorised import bank_for, note_refusal
from payments.clearance import ASKED, CREATE, Stage, wait_before_asking_again
from payments.models import BankMessage, Challan, ChallanLine
from payments.querysets import payable_bills
from payments.verdicts import Said, Verdict, may_be_booked, verdict

logger = logging.getLogger(__name__)

MOST_BILLS = 1000
SILENT_RUNNING = 3  # so often without an answer, a bank is away
NOTHING = Decimal(0)


def create_challan(bill_ids: Collection[int], actor: Actor, at: datetime | None = None, bank_code: str = "") -> Challan:
    """Put payable bills of the actor's firm and of one station on a new challan; Refused says why not.

    A fixed number of statements, however many bills there are.
    """
    at = at or timezone.now()
    if not bill_ids:
        raise Refused([_("Tick the bills to be paid first.")])
    if len(set(bill_ids)) > MOST_BILLS:
        raise Refused([_("One challan holds at most %(most)d bills.") % {"most": MOST_BILLS}])
    with transaction.atomic():
        wanted = CourierBillOfEntry.objects.visible_to(actor).filter(pk__in=bill_ids)
        locked = set(wanted.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        bills = list(payable_bills(actor).filter(pk__in=locked).select_related("manifest").order_by("pk"))
        _refuse_unpayable(bill_ids, bills)
        lines = _lines(bills, timezone.localdate(at))
        first = bills[0]
        chosen = bank_for(first.station_id, bank_code)
        challan = Challan(
            station_id=first.station_id, courier_id=None if actor.files_for_importer else first.courier_id, importer_id=actor.files_for_importer, amount=sum(line.amount for line in lines),
            heads=ledger.as_text(ledger.summed(line.heads for line in lines)), bill_count=len(lines),
            created_by_id=cast("int", actor.user_id), created_at=at, stage_since=at, bank=chosen,
        )  # fmt: skip
        told = {"amount": str(challan.amount), "bills": challan.bill_count}
        begin([challan], CREATE.name, actor, CREATE.activity_at(""), **told)
        for line in lines:
            line.challan = challan
        ChallanLine.objects.bulk_create(lines, batch_size=MOST_BILLS)
    return challan


def _refuse_unpayable(bill_ids: Collection[int], bills: list[Any]) -> None:
    if missing := len(set(bill_ids)) - len(bills):
        raise Refused(
            [
                _("%(count)d of the bills can no longer be paid: paid, on another challan, or not yours.")
                % {"count": missing}
            ]
        )
    if len({bill.station_id for bill in bills}) > 1:
        raise Refused([_("A challan is for one station.")])


def _lines(bills: list[Any], on: date) -> list[ChallanLine]:
    """What each bill owes on the day, by head, the interest that has run until then among it."""
    extra = _extra_duty([bill.pk for bill in bills if bill.stage != BillStage.DUTY])
    imposed = _penalties([bill.pk for bill in bills if bill.stage == BillStage.CONFISCATED])
    calendar = dues.calendar_for(bills)
    lines = []
    for bill in bills:
        if bill.stage == BillStage.CONFISCATED:
            penalty = imposed[bill.pk]
            heads = {"penalty": penalty.amount}
            lines.append(ChallanLine(bill=bill, penalty=penalty, amount=penalty.amount, heads=ledger.as_text(heads)))
            continue
        if bill.stage == BillStage.DUTY:
            due = dues.due(bill, on, calendar)
            lines.append(ChallanLine(
                bill=bill, amount=due.amount, heads=ledger.as_text(due.heads), interest=due.accrued.amount,
                interest_kept=due.accrued.kept(),
            ))  # fmt: skip
            continue
        found = extra[bill.pk]
        due = dues.final_due(found, on)
        lines.append(ChallanLine(
            bill=bill, assessment=found, amount=due.amount, heads=ledger.as_text(due.heads), interest=due.accrued.amount,
                interest_kept=due.accrued.kept(),
        ))  # fmt: skip
    return lines


def _penalties(bill_ids: Collection[int]) -> dict[int, PenaltyDemand]:
    """By bill, the penalty of the order that confiscated the goods."""
    rows = PenaltyDemand.objects.filter(bill__in=bill_ids, stage=PenaltyStage.DUE)
    return {row.bill_id: row for row in rows} if bill_ids else {}


def _extra_duty(bill_ids: Collection[int]) -> dict[int, ProvisionalAssessment]:
    """By bill, the final assessment that asks for more than was paid."""
    rows = ProvisionalAssessment.objects.filter(bill__in=bill_ids, stage=ProvisionalStage.EXTRA_DUTY)
    rows = rows.select_related("bill").defer("bill__draft")
    return {row.bill_id: row for row in rows} if bill_ids else {}


def send_to_bank(challan: Challan, actor: Actor, return_url: str) -> str:
    """Take the challan to the bank and return the signed address for the payer's browser."""
    try:
        sent = take(challan, "go_to_bank", actor)
    except Refused:
        if challan.stage == Stage.AT_BANK:  # another amount is due by now: was the old one paid?
            _ask_at_once(challan)
        raise
    payment = bank.Payment(
        challan=sent.number, amount_paise=sent.paise, payer=sent.payer.name, return_url=return_url,
        sent_at=sent.sent_to_bank_at.replace(microsecond=0),
    )  # fmt: skip
    return banks.gateway(sent.bank).payment_address(payment)


def receive(said: bank.Outcome, bank_code: str = "", *, named_transaction: bool = False) -> BankMessage:
    """Act on a genuine message of a bank (the first one where none is named), whatever number of times and in whatever order such messages come."""
    now, code = timezone.now(), bank_code or next(iter(banks.names()))
    with transaction.atomic():
        challan = transactions.held_challan(said.challan)
        known = transactions.known_message(said.nonce)
        if known is not None:
            return known
        heard = Said(
            status=said.status, amount_paise=said.amount_paise, bank_transaction=said.bank_transaction,
            named_transaction=named_transaction, is_answer=said.sort == bank.Answer.sort,
            of_another_bank=challan is not None and challan.bank != code,
        )  # fmt: skip
        if challan is not None and may_be_booked(challan, heard):
            another, before, on_ledger = transactions.booked(challan, code, said.bank_transaction, said.amount_paise)
            heard = replace(heard, transaction_of_another=another, told_before=before, on_the_ledger=on_ledger)
        decided, reason = verdict(challan, heard, now)
        facts: dict[str, Any] = {
            "bank": code, "sort": said.sort, "challan": challan, "challan_number": said.challan, "status": said.status,
            "bank_transaction": said.bank_transaction, "amount_paise": said.amount_paise, "received_at": now,
            "outcome": decided.value, "reason": reason.value,
        }  # fmt: skip
        if challan is None:
            message, _created = BankMessage.objects.get_or_create(nonce=said.nonce, defaults=facts)
        else:  # it is locked: nobody else has kept this message meanwhile
            _act(challan, decided, said)
            message = BankMessage.objects.create(nonce=said.nonce, **facts)
    if decided is Verdict.QUEUE:
        logger.warning("challan %s: the bank's %s is left to reconciliation (%s)", said.challan, said.sort, reason)
    return message


def _act(challan: Challan, decided: Verdict, said: bank.Outcome) -> None:
    if decided is Verdict.CREDIT:
        take(challan, "confirm_paid", SYSTEM, bank_transaction=said.bank_transaction, told_by=said.sort)
        _close_corrected(challan, said)
    elif decided is Verdict.FAIL:
        take(challan, "fail", SYSTEM, bank_transaction=said.bank_transaction)
    elif decided is Verdict.REJECT:
        take(challan, "reject", SYSTEM)
    elif decided is Verdict.LATE:
        take(challan, "report_late_payment", SYSTEM, bank_transaction=said.bank_transaction)
    elif decided is Verdict.DIFFER:
        amount = rupees(Decimal(said.amount_paise) / 100, 2)
        take(challan, "report_difference", SYSTEM, bank_transaction=said.bank_transaction, amount=amount)
    elif decided is Verdict.QUEUE and said.sort != bank.Answer.sort:
        _ask_at_once(challan)
    elif decided is Verdict.REPEATED and said.status is bank.Status.PAID and said.sort == bank.Answer.sort:
        _close_corrected(challan, said)
    elif challan.stage in ASKED:
        _ask_later(challan)


def _close_corrected(challan: Challan, said: bank.Outcome) -> None:
    """What the bank told wrongly of this very transaction before is put right by what it says now."""
    odd = (BankMessage.Outcome.QUEUED, BankMessage.Outcome.DIFFERS)
    wrong = challan.messages.filter(outcome__in=odd, settled_at=None, bank_transaction=said.bank_transaction)
    wrong.update(settled_at=timezone.now(), settlement=_("The bank has since confirmed the right amount."))


def _ask_at_once(challan: Challan) -> None:
    """A message that does not fit the challan is no answer: the bank is asked, by the sweep where the queue is away."""
    from payments.tasks import verify_challan

    Challan.objects.filter(pk=challan.pk).update(ask_again_at=timezone.now())
    after_commit(verify_challan, challan.pk)


def _ask_later(challan: Challan) -> None:
    again = wait_before_asking_again(challan.asked, timezone.now())
    Challan.objects.filter(pk=challan.pk).update(asked=challan.asked + 1, ask_again_at=again)


def ask_bank(challan: Challan, bank_transaction: str = "") -> BankMessage:
    """Ask the bank how it went and act on the answer. Raises bank.BankSilent where there is none.

    Where the bank does not know the transaction number that was typed, it is asked for the challan as such.
    """
    question = bank.Verification(challan=str(challan.number), bank_transaction=bank_transaction)
    try:
        answer = banks.gateway(challan.bank).ask(question)
    except bank.NotAccepted as refusal:
        note_refusal(bank.Answer.sort, refusal.fault, str(refusal), {"challan": challan.number})
        logger.warning("challan %s: the answer of the bank is not accepted (%s)", challan.number, refusal)
        note_silence(challan, question.nonce)
        raise bank.BankSilent(str(refusal)) from refusal
    except bank.BankSilent:
        note_silence(challan, question.nonce)
        raise
    message = receive(answer, challan.bank, named_transaction=bool(bank_transaction))
    if bank_transaction and answer.status is bank.Status.UNKNOWN:
        return ask_bank(challan)
    return message


def ask_in_turn(challans: Iterable[Challan]) -> int:
    """Ask one bank about challan after challan, and return about how many: a bank that is silent three times running is away.

    A bank that is silent about one challan alone is still asked about the others.
    """
    asked = silent = 0
    for challan in challans:
        asked += 1
        try:
            ask_bank(challan)
        except bank.BankSilent:
            silent += 1
            if silent == SILENT_RUNNING:
                break
        else:
            silent = 0
    return asked


def note_silence(challan: Challan, nonce: str) -> None:
    """The bank did not answer: the challan's payment is unknown until it does."""
    with transaction.atomic():
        locked = Challan.objects.select_for_update(of=("self",)).get(pk=challan.pk)
        BankMessage.objects.create(
            nonce=nonce, bank=locked.bank, sort=BankMessage.Sort.ANSWER, challan=locked, challan_number=str(locked.number),
            outcome=BankMessage.Outcome.SILENT,
        )  # fmt: skip
        if locked.stage == Stage.AT_BANK:
            take(locked, "lose_touch", SYSTEM)
        _ask_later(locked)


def with_interest(bills: list[Any], on: date) -> list[Any]:
    """These payable bills with the interest until a day in what is `due`, and by itself in `accrued`."""
    extra = _extra_duty([bill.pk for bill in bills if bill.stage != BillStage.DUTY])
    calendar = dues.calendar_for(bills)
    for bill in bills:
        bill.accrued = NOTHING
        if bill.stage == BillStage.CONFISCATED:
            continue  # on a penalty no interest runs
        at_desk = bill.stage == BillStage.DUTY
        found = dues.due(bill, on, calendar).accrued if at_desk else dues.final_interest(extra[bill.pk], on)
        bill.accrued = found.amount
        bill.due += found.amount
    return bills


def awaiting(actor: Actor) -> tuple[int, Decimal]:
    """How many payable bills the firm has, and what they come to today in rupees, with the interest that has run.

    Only bills on which interest can run are read: not those at the duty desk that were presented today or wait for the aircraft.
    """
    today, bills = timezone.localdate(), payable_bills(actor)
    told = bills.aggregate(count=Count("pk"), amount=Sum("due"))
    late = Q(presented_on__lt=today, manifest__actual_arrival__isnull=False)
    bearing = list(bills.filter(late | ~Q(stage=BillStage.DUTY)).select_related("manifest").defer("draft"))
    interest = sum((bill.accrued for bill in with_interest(bearing, today)), NOTHING)
    return told["count"], (told["amount"] or NOTHING) + interest
