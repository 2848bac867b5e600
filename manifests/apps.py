"""Express Cargo Manifests, house airway bills and their arrival."""

from django.apps import AppConfig


class ManifestsConfig(AppConfig):
    """Express Cargo Manifests, house airway bills and their arrival."""

    name = "manifests"
