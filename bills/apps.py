"""Courier Bills of Entry and their clearance."""

from django.apps import AppConfig


class BillsConfig(AppConfig):
    """Courier Bills of Entry and their clearance."""

    name = "bills"

    def ready(self) -> None:
        """Make bills known to desks and pages, their file to the uploads, and listen to the manifest's news."""
        from bills import at_counter, filing, issued, listing, receivers  # noqa: F401 each registers itself
        from bills.manual import listing as manual  # noqa: F401
        from bills.rate_files import listing as rate_files  # noqa: F401
        from bills.uncleared import at_counter as uncleared_at_counter  # noqa: F401
        from bills.uncleared import listing as uncleared  # noqa: F401
        from bills.xi import uploading  # noqa: F401
