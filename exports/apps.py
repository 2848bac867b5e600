"""Courier Shipping Bills and their clearance."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Courier Shipping Bills and their clearance."""

    name = "exports"

    def ready(self) -> None:
        """Make shipping bills known to desks and pages, and their file to the uploads."""
        from bills.returns import judged_by
        from exports import at_counter, filing, issued, listing, manifests_at_counter, returns  # noqa: F401 each registers itself
        from exports.iii import uploading  # noqa: F401

        judged_by(returns.judge)
