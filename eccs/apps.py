"""The kernel as a Django application."""

from importlib import import_module

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Workflow, trail, numbering, dated rules, notices and uploads, shared by every document."""

    name = "eccs"
    label = "eccs"

    def ready(self) -> None:
        """Make the system checks known to Django, and enter sign-ins into the audit log; the doctor examines where its lines lie."""
        import_module("eccs.checks")
        import_module("eccs.retention")
        import_module("eccs.archiving")
        import_module("eccs.sign_ins")
