"""Challans, the bank and cyber receipts."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Challans, the bank and cyber receipts."""

    name = "payments"

    def ready(self) -> None:
        """Make challans known to desks, queues and pages."""
        from eccs.pages import register
        from payments.listing import CHALLANS

        register(CHALLANS)
