"""Write every secret that is kept encrypted under the first of the encryption keys, after a new one was put in front."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.authenticators import Authenticator
from eccs.encryption import Unreadable


class Command(BaseCommand):
    """Replace the encryption key: run it with the new and the old key set, then drop the old."""

    help = "Encrypt the authenticators' keys anew under the first key of ECCS_ENCRYPTION_KEYS."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Encrypt each key anew; name those that no key decrypts, and leave them as they are."""
        done, unreadable = 0, []
        for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
            with transaction.atomic():
                one = Authenticator.objects.select_for_update(of=("self",)).select_related(None).filter(pk=pk).first()
                try:
                    if one is not None:
                        one.encrypt_anew()
                        done += 1
                except Unreadable:
                    unreadable.append(one.user.username)
        self.stdout.write(f"{done} encrypted anew.")
        if unreadable:
            raise CommandError(
                f"No key decrypts those of: {', '.join(sorted(unreadable))}. Take them away on the people's pages."
            )
