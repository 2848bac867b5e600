"""The kernel as a Django application."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Workflow, trail, numbering, dated rules, notices and uploads, shared by every document."""

    name = "eccs"
    label = "eccs"
