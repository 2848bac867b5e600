"""How withdrawals from the cash ledger are listed and shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from eccs.moments import moment
from eccs.pages import Column, Listing, by_own_number
from eccs.written import grouped
from payments.cash.withdrawals import CashWithdrawal
from payments.cash.withdrawing import WithdrawalStage

WITHDRAWALS = Listing(
    model=CashWithdrawal, slug="payments/withdrawals", label=_("Withdrawals"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("courier", _("Firm"), "courier__name__icontains", officers_only=True, hint=_("contains"), cell=lambda one: str(one.firm)),
        Column("amount", _("Amount ₹"), "amount__gte", hint=_("from"), number=True, cell=lambda one: grouped(one.amount)),
        Column("asked", _("Requested"), cell=lambda one: moment(one.requested_at)),
    ),
    page_template="payments/cash/withdrawal.html", trade_template="payments/cash/withdrawal_trade.html",
    related=("station", "courier", "importer"), search=by_own_number, dated_by="requested_at",
    targets=dict.fromkeys(WithdrawalStage.values, "target_of_days"),
)  # fmt: skip
