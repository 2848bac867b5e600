"""Express Cargo Manifests, house airway bills and their arrival."""

from django.apps import AppConfig


class ManifestsConfig(AppConfig):
    """Express Cargo Manifests, house airway bills and their arrival."""

    name = "manifests"

    def ready(self) -> None:
        """Make manifests known to desks and pages, their files to the uploads, the register to what happens above."""
        from manifests import amending_at_counter, at_counter, issued, listing, reading, warehouse  # noqa: F401 each registers itself
