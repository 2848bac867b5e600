"""What happens to a challan around the bank's messages: it is given up, made anew, verified by hand, decided by the DC/AC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.permissions import SYSTEM
from bench import world
from bench.payment_histories import Anew, Before, Desk, History
from eccs.workflow import Refused, take, take_many
from payments import anew, bank, services
from payments.clearance import Stage
from payments.models import BankMessage, Challan, ChallanLine
from payments.tasks import verify_challan

LONG_AGO = {Before.REJECTED: timedelta(hours=1), Before.SILENT: timedelta(days=91), Before.GIVEN_UP: timedelta(days=91)}
Tell = Callable[[type[bank.Outcome], dict[str, str]], None]


class Courses:
    """The people of the histories, and what they do."""

    def __init__(self, tell: Tell, keys: bank.KeyRing) -> None:
        self.tell, self.keys = tell, keys
        self.payer, self.officer = world.actor("signatory.swift"), world.actor("dcac.blr")
        self.wrong = 0  # how often somebody could do what must be refused, or could not do what must be possible

    def give_up(self, told: list[tuple[History, Challan]]) -> None:
        """Before the bank tells of their payment: what became of these challans."""
        for before, ago in LONG_AGO.items():
            mine = [challan.pk for one, challan in told if one.before is before]
            Challan.objects.filter(pk__in=mine).update(sent_to_bank_at=timezone.now() - ago)
        quiet = [challan.pk for one, challan in told if one.before in (Before.SILENT, Before.GIVEN_UP)]
        self.wrong += len(take_many(Challan, quiet, "report_silence", SYSTEM).refused)
        for one, challan in told:
            if one.before is Before.FAILED:
                self.tell(*one.failure(self.keys))
            elif one.before is Before.REJECTED:
                services.ask_bank(challan)
            elif one.before is Before.GIVEN_UP:
                take(challan, "give_up", self.officer, remarks="The bank has said nothing for days")
            one.debited = True

    def replace(self, one: History, challan: Challan) -> None:
        """The payer makes the challan anew; the new one is paid, or is at the bank, when the late payment is told."""
        made = anew.make_anew(Challan.objects.get(pk=challan.pk), self.payer)
        if one.anew is not Anew.WITHDRAWN:
            services.send_to_bank(made, self.payer, "http://eccs.example/payments/bank/return/")
        if one.anew is Anew.PAID:
            self._outcome(made, bank.Status.PAID)

    def replace_if_it_may_be(self, one: History, challan: Challan) -> None:
        """The same while the late payment is told: whoever comes first, the bills stand on one challan."""
        try:
            self.replace(one, challan)
        except Refused:
            return

    def verify_by_hand(self, one: History, challan: Challan) -> None:
        """The payer types the number of the transaction, and the bank is asked; where the bank came first there is nothing to ask."""
        name = "verify_silent_payment" if one.before is Before.SILENT else "verify_payment"
        try:
            take(challan, name, self.payer, bank_transaction=one.transaction)
        except Refused:
            return
        verify_challan(challan.pk, one.transaction)

    def compare(self, challan: Challan) -> None:
        """The scroll of the bank names the challan that was given up: the bank is asked about it."""
        services.ask_bank(challan)

    def decide(self, one: History, challan: Challan) -> None:
        """The DC/AC decides on the late payment; while the bills stand on another challan, or are paid by it, he cannot accept it."""
        now = Challan.objects.get(pk=challan.pk)
        if one.desk is Desk.REFUSES:
            take(now, "refuse_late_payment", self.officer, remarks="The bank pays it back")
        elif one.desk is Desk.ACCEPTS:
            if one.anew is not Anew.NONE:
                self._settle_the_other(one, now)
            if one.anew is not Anew.PAID:
                take(now, "accept_late_payment", self.officer)

    def _settle_the_other(self, one: History, challan: Challan) -> None:
        others = Challan.objects.filter(lines__bill__in=challan.lines.values("bill")).exclude(pk=challan.pk)
        other = others.first()
        if other is None:
            return  # the late payment came before it could be made
        try:
            take(challan, "accept_late_payment", self.officer)
            self.wrong += 1
        except Refused:
            pass
        if one.anew is Anew.PAID:
            take(challan, "refuse_late_payment", self.officer, remarks="Its bill was paid by another challan")
        elif one.anew is Anew.FAILED:
            self._outcome(other, bank.Status.FAILED)
        else:
            take(other, "withdraw", self.payer)

    def _outcome(self, challan: Challan, status: bank.Status) -> None:
        said = bank.Confirmation(
            challan=str(challan.number),
            amount_paise=challan.paise,
            bank_transaction=f"ANEW{challan.pk:012d}",
            status=status,
        )
        self.tell(bank.Confirmation, said.signed(self.keys))


def faults(told: list[tuple[History, Challan]]) -> dict[str, Any]:
    """Which of these challans do not stand as their histories say: at their stage, told of at the desk once, their bills paid once."""
    ids = [challan.pk for _one, challan in told]
    stood = {
        pk: (stage, number)
        for pk, stage, number in Challan.objects.filter(pk__in=ids).values_list("pk", "stage", "bank_transaction")
    }
    at_desk: dict[int, list[bool]] = {}
    messages = BankMessage.objects.filter(challan__in=ids, outcome=BankMessage.Outcome.LATE)
    for pk, settled in messages.values_list("challan", "settled_at"):
        at_desk.setdefault(pk, []).append(settled is None)
    rows = ChallanLine.objects.filter(challan__in=ids)
    lines = {
        pk: (live, paid, owed)
        for pk, live, paid, owed in rows.values_list("challan", "live", "bill__duty_paid", "bill__total_duty")
    }
    found: dict[str, Any] = {}
    for one, challan in told:
        waits = one.ends[0] == Stage.LATE
        pays = one.ends[0] == Stage.PAID or one.anew is Anew.PAID
        live, paid, owed = lines.get(challan.pk, (waits, 0, 0))
        right = stood[challan.pk] == one.ends and at_desk.get(challan.pk, []) == ([waits] if one.late else [])
        if not right or live != waits or paid != (owed if pays else 0):
            told_of = f"{one.before} {one.anew} {one.desk}"
            found[one.challan] = (told_of, one.ends, stood[challan.pk], at_desk.get(challan.pk), (live, paid, owed))
    return found
