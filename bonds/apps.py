"""Bonds and bank guarantees."""

from django.apps import AppConfig


class BondsConfig(AppConfig):
    """Bonds and bank guarantees."""

    name = "bonds"

    def ready(self) -> None:
        """Make bonds and the Bond Master known to desks, queues and pages."""
        from bonds import at_counter, issued, listing  # noqa: F401 each registers itself
