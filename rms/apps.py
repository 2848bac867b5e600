"""The Risk Management System: which consignments are looked at, and why."""

from django.apps import AppConfig


class RmsConfig(AppConfig):
    """The Risk Management System: which consignments are looked at, and why."""

    name = "rms"

    def ready(self) -> None:
        """Make risk rules known to desks, queues and pages."""
        from rms import listing  # noqa: F401 it registers itself
