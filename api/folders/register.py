"""Drop folders are named and ended by the Group Admin; whoever holds the other half of the registered key signs in to them."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from api.folders.models import DropFolder
from api.webhooks import telling
from eccs import audit
from eccs.workflow import Refused

KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
LEAST_RSA_BITS = 3072


class NoKey(ValueError):
    """Why a text is no public key that may sign in."""


def public_key(text: str) -> str:
    """A public key of OpenSSH in one line, without options before it or a comment behind it. Raises NoKey."""
    words = text.split()
    if len(words) < 2 or words[0] not in KINDS or len(text.strip().splitlines()) != 1:
        raise NoKey(_("Enter one line that begins with ssh-ed25519, ecdsa-sha2-… or ssh-rsa."))
    try:
        fields = _fields(base64.b64decode(words[1], validate=True))
    except (binascii.Error, ValueError) as fault:
        raise NoKey(_("The key is cut off or not whole.")) from fault
    if not fields or fields[0] != words[0].encode() or len(fields) < 2:
        raise NoKey(_("The key is cut off or not whole."))
    if words[0] == "ssh-rsa" and int.from_bytes(fields[-1]).bit_length() < LEAST_RSA_BITS:
        raise NoKey(_("An RSA key has at least %(bits)d bits.") % {"bits": LEAST_RSA_BITS})
    return f"{words[0]} {words[1]}"


def _fields(blob: bytes) -> list[bytes]:
    """The fields of a key, each with its length before it (RFC 4253, 6.6)."""
    found = []
    while blob:
        length = int.from_bytes(blob[:4])
        field, blob = blob[4 : 4 + length], blob[4 + length :]
        if len(field) != length:
            raise ValueError
        found.append(field)
    return found


def make(actor: Actor, *, program: str, key: str) -> DropFolder:
    """A new drop folder of the actor's firm for one of its programs. Its name is nobody's choice, so it leads nowhere else."""
    whose: dict[str, Any] = {
        "courier_id": actor.courier_id, "custodian_id": None if actor.courier_id else actor.custodian_id,
    }  # fmt: skip
    with transaction.atomic():
        firm = f"courier-{actor.courier_id}" if actor.courier_id else f"custodian-{actor.custodian_id}"
        nth = DropFolder.objects.filter(**whose).count() + 1
        try:
            with transaction.atomic():
                made = DropFolder.objects.create(
                    **whose, name=f"{firm}-{nth}", program=program, public_key=key, made_by_id=actor.person_id
                )
        except IntegrityError as twice:
            raise Refused([_("This program has a drop folder already.")]) from twice
    audit.record("drop-folder.made", by=actor, about=made.name, program=program)
    return made


def end(folder: DropFolder, actor: Actor) -> None:
    """Nothing is taken up from the folder or told into it any more, and nobody signs in to it."""
    now = timezone.now()
    with transaction.atomic():
        if not DropFolder.objects.filter(pk=folder.pk, ended_at=None).update(ended_at=now, ended_by_id=actor.user_id):
            return
        for webhook in folder.webhooks.live():
            telling.end(webhook, actor)
    audit.record("drop-folder.ended", by=actor, about=folder.name)


def is_on() -> bool:
    """Whether drop folders are looked into at all here."""
    return settings.DROP_ROOT is not None
