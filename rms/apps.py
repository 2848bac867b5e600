"""The Risk Management System: which consignments are looked at, and why."""

from django.apps import AppConfig


class RmsConfig(AppConfig):
    """The Risk Management System: which consignments are looked at, and why."""

    name = "rms"
