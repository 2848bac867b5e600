"""Challans, the bank and cyber receipts."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Challans, the bank and cyber receipts."""

    name = "payments"
