"""The help desk: tickets, answers that were published, where help is, and when the system rests."""

from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    """The help desk: tickets, answers that were published, where help is, and when the system rests."""

    name = "helpdesk"

    def ready(self) -> None:
        """Make tickets known to desks, queues and pages."""
        from helpdesk import listing  # noqa: F401 it registers itself
