"""Who people are, as what, and at which station."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who people are, as what, and at which station."""

    name = "accounts"
