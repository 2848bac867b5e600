"""Reports for the Commissioner, from tallies that a worker rolls up."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Reports for the Commissioner, from tallies that a worker rolls up."""

    name = "reports"

    def ready(self) -> None:
        """Make the reports known to pages and navigation."""
        from reports import listing  # noqa: F401 it registers itself
