"""Bonds and bank guarantees."""

from django.apps import AppConfig


class BondsConfig(AppConfig):
    """Bonds and bank guarantees."""

    name = "bonds"
