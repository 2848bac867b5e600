"""Cargo Transfer Manifests: goods sent on in transshipment."""

from django.apps import AppConfig


class TransitConfig(AppConfig):
    """Cargo Transfer Manifests: goods sent on in transshipment."""

    name = "transit"

    def ready(self) -> None:
        """Make transfer manifests and arrivals known to desks, queues and pages."""
        from transit import at_counter, issued, listing  # noqa: F401 each registers itself
