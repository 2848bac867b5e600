"""The public window: what anybody may ask without signing in."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """The public window: what anybody may ask without signing in."""

    name = "public"
