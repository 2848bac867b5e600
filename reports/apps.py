"""Reports for the Commissioner, from tallies that a worker rolls up."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Reports for the Commissioner, from tallies that a worker rolls up."""

    name = "reports"
