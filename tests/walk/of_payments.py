"""The addresses of payments, with what the bank said behind them."""

from __future__ import annotations

from django.utils import timezone

from payments.cash import ledger as cash
from payments.models import BankAuthorisation, BankMessage, Challan, RefusedMessage
from payments.reconciling.models import BankScroll, ScrollEntry
from tests.factories.requests import provisional_assessment
from tests.walk.world import World


def of_payments(world: World, owed: Challan, paid: Challan) -> None:
    """Addresses of challans, the bank, the cash ledger and the reconciliation."""
    for one in (owed, paid):
        world.own("go-to-bank", one.number)
        world.own("challan-anew", one.number)
        world.own("cyber-receipt", one.number)
        world.own("challan-print", one.number)
    world.own("refund-credit", "assessment", provisional_assessment("FINAL", refund=9, extra_duty=0).pk)
    said = BankMessage.objects.create(
        nonce="walk", sort="confirmation", challan=paid, challan_number=str(paid.number), bank_transaction="SBX1",
        amount_paise=100, status="PAID", outcome="QUEUED", reason="PAID_TWICE",
    )  # fmt: skip
    world.own("close-reconciliation", said.pk)
    world.own(
        "close-refused",
        RefusedMessage.objects.create(day=timezone.localdate(), sort="return", fault="FORGED", challan=paid).pk,
    )
    today = timezone.localdate()
    world.own(
        "bank-end",
        BankAuthorisation.objects.create(station_id="BLR", bank="BANK", from_date=today, source="Order 7").pk,
    )
    world.national.add(world.addresses["bank-end"][-1])
    account = cash.receive(paid).lines.filter(account__sort="FIRM")[0].account
    for name in ("cash-account", "cash-account-export", "cash-account-print"):
        world.own(name, account.pk)
    scroll = BankScroll.objects.create(
        bank="BANK", day=today, sha256="0" * 64, entry_count=1, total_paise=paid.paise, sealed=True
    )
    ScrollEntry.objects.create(
        scroll=scroll, challan_number=str(paid.number), bank_transaction=paid.bank_transaction, amount_paise=paid.paise,
        decided_at=timezone.now(), finding="MATCHED",
    )  # fmt: skip
    for name in ("scroll-report", "scroll-export", "scroll-print"):
        world.common(name, "BANK", f"{today:%Y-%m-%d}")
    line = paid.lines.get()
    line.refusal = "The bill is closed."
    line.save()
    world.own("record-refundable", line.pk)
