"""Who people are, as what, and at which station."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who people are, as what, and at which station."""

    name = "accounts"

    def ready(self) -> None:
        """Say whose pages of their own these are, and hear of sign-ins."""
        from importlib import import_module

        from django.utils.translation import gettext_lazy as _

        from accounts.roles import Role
        from eccs.pages import link

        import_module("accounts.sessions")
        link(_("Password expiry"), "expiry-exercises", Role.SYSTEM_ADMIN)
        link(_("Second factor"), "second-factor-policy", Role.SYSTEM_ADMIN)
