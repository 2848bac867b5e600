"""Challans, the bank and cyber receipts."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Challans, the bank and cyber receipts."""

    name = "payments"

    def ready(self) -> None:
        """Make challans known to desks, queues and pages."""
        from django.utils.translation import gettext_lazy as _

        from accounts.roles import COURIERS, OFFICERS, TRADE, Role
        from eccs.pages import link, register
        from payments.clearance import PAYERS
        from payments.listing import CHALLANS

        register(CHALLANS)
        link(_("Payments"), "payment-history", *TRADE, *OFFICERS)
        link(_("Pay duty"), "new-challan", *PAYERS, nav=False)
        link(_("Pay transshipment fees"), "fee-challan", *COURIERS, nav=False)
        link(_("Payments to reconcile"), "reconciliation", Role.DCAC)
        link(_("Close a message of the bank"), "close-reconciliation", Role.DCAC, nav=False)
