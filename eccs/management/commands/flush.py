"""Empty the tables as their owner: the accounts that work with them may not."""

from typing import Any

from django.core.management.commands import flush

from eccs.acting import OWNER, acting_as


class Command(flush.Command):
    """Django's command, in the account that DATABASE_URL names; the trails refuse it outside of tests."""

    def handle(self, **options: Any) -> None:
        """Empty them."""
        with acting_as(OWNER):
            super().handle(**options)
