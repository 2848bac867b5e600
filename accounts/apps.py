"""Who people are, as what, and at which station."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who people are, as what, and at which station."""

    name = "accounts"

    def ready(self) -> None:
        """Make the directory known to pages and activities."""
        from accounts.directory.listing import announce as announce_directory

        announce_directory()
