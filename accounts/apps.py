"""Who people are, as what, and at which station."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who people are, as what, and at which station."""

    name = "accounts"

    def ready(self) -> None:
        """Make advisories known to pages, and say whose the pages of the whole system are."""
        from accounts import listing  # noqa: F401 it registers itself
