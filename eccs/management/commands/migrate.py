"""Migrate as the owner of the tables: the accounts that work with them may alter none."""

from typing import Any

from django.core.management.commands import migrate

from eccs.acting import OWNER, acting_as


class Command(migrate.Command):
    """Django's command, in the account that DATABASE_URL names."""

    def execute(self, *args: Any, **options: Any) -> Any:
        """Bring the tables up to date; the checks before it ask an empty database too, which has no other account yet."""
        with acting_as(OWNER):
            return super().execute(*args, **options)
