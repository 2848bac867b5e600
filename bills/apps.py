"""Courier Bills of Entry and their clearance."""

from django.apps import AppConfig


class BillsConfig(AppConfig):
    """Courier Bills of Entry and their clearance."""

    name = "bills"
