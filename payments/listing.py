"""How challans are listed and shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Actor
from bills.duty.heads import WORDS, head_label
from eccs.moments import moment
from eccs.pages import Column, Listing, activity_of
from eccs.written import grouped
from payments.cash import ledger as cash
from payments.clearance import AWAITED, GIVEN_UP, Stage
from payments.models import BankMessage, Challan


def heads_of(challan: Challan) -> list[str]:
    """The heads on a challan, in the order of the statute; heads without money are left out."""
    order = list(WORDS)
    return sorted(
        challan.heads, key=lambda head: (order.index(head.lower()) if head.lower() in order else len(order), head)
    )


def challan_context(challan: Challan, actor: Actor) -> dict[str, Any]:
    """What a challan's page shows besides its steps and trail."""
    heads = heads_of(challan)
    lines = challan.lines.select_related(
        "bill",
        "bill__hawb",
        "bill__courier",
        "assessment",
        "penalty",
        "transfer",
        "transfer__destination",
        "demand",
        "demand__bill",
    )
    told = dict(
        challan.messages.filter(outcome__in=("CREDITED", "REPEATED"), status="PAID").values_list("sort", "sort")
    )
    return {
        "heads": [(head_label(head), Decimal(challan.heads[head])) for head in heads],
        "lines": [
            {"line": line, "bill": line.paid_for, "amounts": [Decimal(line.heads.get(head, 0)) for head in heads]}
            for line in lines
        ],
        "receipt": getattr(challan, "receipt", None),
        "messages_of_bank": challan.messages.order_by("-pk")[:12],
        "told": [str(BankMessage.Sort(sort).label) for sort in told],
        "cash_balance": cash.balance_of(courier_id=challan.courier_id, importer_id=challan.importer_id)
        if challan.stage == Stage.CREATED and not challan.is_deposit and cash.tells_balance(actor)
        else None,
        "by_ledger": cash.may_pay_from_ledger(challan.station_id) and not challan.is_deposit,
        "asked": challan.stage in AWAITED, "is_new": challan.stage == Stage.CREATED,
        "pays": actor.is_trade or actor.serves(challan),
        "at_customs": AT_CUSTOMS.get(challan.stage, ""), "differing": challan.differing_payment(),
        "decision": _decision_of(challan),
        "given_up": challan.stage in GIVEN_UP,
        "may_anew": actor.is_trade and challan.stage in (Stage.CREATED, *GIVEN_UP) and _may_anew(challan, actor),
    }  # fmt: skip


AT_CUSTOMS = {
    Stage.LATE: _("The bank reported a payment for this challan after it had been given up. Customs decides whether it counts; you are told."),
    Stage.SILENT: _("The bank has given no final word for days. Customs has taken the challan up; the bank is still asked, and you are told."),
    Stage.DIFFERS: _("The bank names another payment than this challan's. Customs decides whether it goes onto your cash ledger or back to you; you are told."),
}  # fmt: skip
"""What the payer is told while the DC/AC has the challan."""


def _may_anew(challan: Challan, actor: Actor) -> bool:
    """Whether the challan can be made anew: what it asks for is another amount today, or it was given up."""
    from payments.anew import may_be_paid

    if challan.is_deposit or not actor.may(activity_of("new-challan")):
        return False
    if challan.stage == Stage.CREATED:
        return bool(challan.changed_today)
    return may_be_paid(challan, actor)


def _decision_of(challan: Challan) -> str:
    """The words of the DC/AC with which a challan was given up; nothing where the bank itself decided."""
    if challan.stage != Stage.REJECTED:
        return ""
    last = challan.trail.order_by("-seq").first()
    return str(last.answers.get("remarks", "")) if last else ""


CHALLANS = Listing(
    model=Challan, slug="payments/challans", label=_("Challans"),
    columns=(
        Column("number", _("Number"), lookup="number__startswith", hint=_("starts with")),
        Column("courier", _("Paid by"), lookup="courier__name__icontains", officers_only=True, hint=_("contains"), cell=lambda one: one.payer_short),
        Column("station", _("Station"), lookup="station__code__iexact", hint=_("BLR"), cell=lambda one: one.station_id),
        Column("bills", _("Bills"), number=True, cell=lambda one: grouped(one.bill_count)),
        Column("amount", _("Amount ₹"), lookup="amount__gte", hint=_("from"), number=True, sort="amount", cell=lambda one: grouped(one.amount)),
        Column("created", _("Made"), sort="created_at", cell=lambda one: moment(one.created_at)),
    ),
    page_template="payments/challan.html",
    trade_template="payments/challan.html", related=("station", "courier", "importer"),
    context=challan_context, search=lambda text: Q(number=text) | Q(bank_transaction=text.upper()), dated_by="created_at",
    targets=dict.fromkeys(Challan.stage_order(), "target_of_days"),
)  # fmt: skip


EXPORTED = (
    "challan", "kind", "stage", "payer", "payer_number", "station", "bank", "bills", "amount", "made", "sent_to_bank", "paid",
    "bank_transaction", "receipt",
)  # fmt: skip
"""The columns of the Transaction History as a file."""


def exported(challan: Challan) -> list[str]:
    """A challan as the cells of a file."""
    moments = (challan.created_at, challan.sent_to_bank_at, challan.paid_at)
    made, sent, paid = (f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else "" for at in moments)
    return [
        str(challan.number), challan.kind, challan.stage, challan.payer.name, challan.payer_number, challan.station_id,
        "LEDGER" if challan.paid_from_ledger else challan.bank, str(challan.bill_count), f"{challan.amount:.2f}",
        made, sent, paid, challan.bank_transaction, str(getattr(challan, "receipt", "")),
    ]  # fmt: skip
