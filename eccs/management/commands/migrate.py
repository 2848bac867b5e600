"""Migrate as the owner of the tables: the accounts that work with them may alter none."""

from typing import Any

from django.core.management.commands import migrate

from eccs.acting import OWNER, acting_as


class Command(migrate.Command):
    """Django's command, in the account that DATABASE_URL names."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring the tables up to date."""
        with acting_as(OWNER):
            super().handle(*args, **options)
