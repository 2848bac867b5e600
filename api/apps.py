"""The HTTP API: what couriers and custodians do by their own programs."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Keys of firms, and what is asked with them."""

    name = "api"

    def ready(self) -> None:
        """Make the pages of keys known to whom they belong."""
        from api import pages  # noqa: F401 it declares them
