"""Challans, the bank and cyber receipts."""

from django.apps import AppConfig

PAYMENTS = "payment-history"  # the page that other pages of payments stand beside


class PaymentsConfig(AppConfig):
    """Challans, the bank and cyber receipts."""

    name = "payments"

    def ready(self) -> None:
        """Make challans known to desks, queues and pages, and the banks to the doctor."""
        from importlib import import_module

        from django.utils.translation import gettext_lazy as _

        from accounts.roles import COURIERS, OFFICERS, TRADE, Role
        from eccs.pages import link, register
        from payments import issued  # noqa: F401 it registers itself
        from payments.cash.listing import WITHDRAWALS
        from payments.clearance import AT_BANK_PAYERS, PAYERS
        from payments.listing import CHALLANS
        from payments.reconciling.listing import DIFFERENCES

        import_module("payments.examined")
        register(CHALLANS)
        register(DIFFERENCES)
        register(WITHDRAWALS)
        link(_("Payments"), PAYMENTS, *TRADE, *OFFICERS, Role.SERVICE_CENTRE)
        link(_("Pay duty"), "new-challan", *AT_BANK_PAYERS, nav=False)
        link(_("Pay transshipment fees"), "fee-challan", *PAYERS, nav=False)
        link(_("Pay fines and penalties on exports"), "fine-challan", *COURIERS, nav=False)
        link(_("Payments to reconcile"), "reconciliation", Role.DCAC, under=PAYMENTS)
        link(_("Bank scrolls"), "scrolls", Role.DCAC, under=PAYMENTS)
        link(_("Load a scroll"), "scroll-load", Role.DCAC, nav=False)
        link(_("Cash ledger"), "cash-ledger", *PAYERS, under=PAYMENTS)
        link(_("Deposit into the cash ledger"), "cash-deposit", *PAYERS, nav=False)
        link(_("Withdraw from the cash ledger"), "cash-withdraw", *PAYERS, nav=False)
        link(_("Cash ledgers"), "cash-accounts", Role.DCAC, under=PAYMENTS)
        link(_("Refunds"), "refunds", Role.DCAC, under=PAYMENTS)
        link(_("Credit a refund"), "refund-credit", Role.DCAC, nav=False)
        link(_("Authorised banks"), "authorised-banks", Role.PORT_ADMIN, Role.SYSTEM_ADMIN)
        link(_("Authorise a bank"), "bank-authorise", Role.PORT_ADMIN, Role.SYSTEM_ADMIN, nav=False)
        link(_("Books of the cash ledgers"), "books", Role.SYSTEM_ADMIN, under="authorised-banks")
        link(_("Close a message of the bank"), "close-reconciliation", Role.DCAC, nav=False)
