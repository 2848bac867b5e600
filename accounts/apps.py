"""Who people are, as what, and at which station."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who people are, as what, and at which station."""

    name = "accounts"

    def ready(self) -> None:
        """Make people and roles known to pages and activities."""
        from accounts.listing import announce

        announce()
