"""The HTTP API: what couriers and custodians do by their own programs."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Keys of firms, and what is asked with them."""

    name = "api"

    def ready(self) -> None:
        """Make the pages of keys and webhooks known to whom they belong, and hear of what firms are told."""
        from api import pages  # noqa: F401 it declares them
        from api.webhooks import telling
        from eccs import notices

        if telling.enter not in notices.listeners:
            notices.listeners.append(telling.enter)
