"""Who people are, as what, and at which station."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who people are, as what, and at which station."""

    name = "accounts"

    def ready(self) -> None:
        """Make people, roles, the directory, advisories and pages known, and hear of sign-ins."""
        from importlib import import_module

        from accounts.directory.listing import announce as announce_directory
        from accounts.listing import announce

        announce()
        announce_directory()
        import_module("accounts.advisory_listing")
        import_module("accounts.examined")
        import_module("accounts.sessions")
