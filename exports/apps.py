"""Courier Shipping Bills and their clearance."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Courier Shipping Bills and their clearance."""

    name = "exports"

    def ready(self) -> None:
        """Make shipping bills known to desks, queues and pages."""
        from exports import listing  # noqa: F401 it registers itself
