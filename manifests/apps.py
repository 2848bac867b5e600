"""Express Cargo Manifests, house airway bills and their arrival."""

from django.apps import AppConfig


class ManifestsConfig(AppConfig):
    """Express Cargo Manifests, house airway bills and their arrival."""

    name = "manifests"

    def ready(self) -> None:
        """Make manifests known to desks and pages, and their file to the uploads."""
        from manifests import listing, reading  # noqa: F401 each registers itself
