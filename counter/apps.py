"""The Service Centre: walk-in couriers and importers are served by the custodian's operators."""

from django.apps import AppConfig


class CounterConfig(AppConfig):
    """The Service Centre: walk-in couriers and importers are served by the custodian's operators."""

    name = "counter"

    def ready(self) -> None:
        """Make tokens known to desks and pages."""
        from counter import answers_at_counter, listing  # noqa: F401 they register themselves
