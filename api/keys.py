"""API keys: made, taken up, replaced and revoked; and who acts by one.

A key is the program's, but what is filed with it is signed: it acts in the name of one person of the firm, who takes it
up with the own password, and never with more than that person may do today. A person who leaves, a courier that is
suspended, a day that has passed end it at once.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Actor, Held
from api import sandbox
from api.models import ApiKey
from api.scopes import opened_by
from eccs import audit
from eccs.acting import SYSTEM, acting_as
from eccs.dated_rules import rule_book
from eccs.workflow import Refused

BEGINS = "eccs_"
NOTED_APART = timedelta(minutes=1)  # between two notes of the last use


class NotInForce(Exception):
    """No such key is in force; which of the reasons it is, a stranger is not told."""


class Stopped(Exception):
    """The key is known, but its firm or its person may do nothing by it now; the text says why."""


def _digest(secret: str) -> str:
    """A key holds 256 random bits: one round of SHA-256 keeps it as well as any slow hash would."""
    return hashlib.sha256(secret.encode()).hexdigest()


def latest_day() -> date:
    """The last day until which a key made today may be in force."""
    today = timezone.localdate()
    return today + timedelta(days=rule_book().count("api_key_longest_days", today))


def make(
    actor: Actor, *, name: str, person: User, station: str, scopes: Sequence[str], expires_on: date, tries: bool = False
) -> tuple[ApiKey, str]:  # fmt: skip
    """A new key and its text, which is told this once. Two of one name are in force at once, so that one replaces the other.

    With one that only `tries` everything is checked and nothing stays.
    """
    secret, public_id, now = secrets.token_urlsafe(32), secrets.token_hex(4), timezone.now()
    courier, custodian = actor.courier_id, None if actor.courier_id else actor.custodian_id
    of_firm = ApiKey.objects.filter(Q(courier_id=courier) & Q(custodian_id=custodian), name=name)
    with transaction.atomic():
        of_firm.filter(revoked_at=None, expires_on__lt=timezone.localdate(now)).update(revoked_at=now)
        taken = set(of_firm.filter(revoked_at=None).values_list("slot", flat=True))
        free = next((slot for slot in (1, 2) if slot not in taken), 0)
        if not free:
            raise Refused([_("Two keys of this name are in force. Revoke one first.")])
        key = ApiKey(
            courier_id=courier, custodian_id=custodian, name=name,
            slot=free, public_id=public_id, digest=_digest(secret), person=person, station_id=station or None,
            scopes=list(scopes), sandbox=tries, expires_on=expires_on, made_by_id=actor.person_id, made_at=now,
            accepted_at=now if person.pk == actor.user_id else None,
        )  # fmt: skip
        try:
            with transaction.atomic():
                key.save()
        except IntegrityError as both:
            raise Refused([_("Another key of this name was made at the same moment. Try again.")]) from both
    _enter("api-key.made", key, actor)
    return key, f"{_beginning(key)}{public_id}_{secret}"


def accept(key: ApiKey, actor: Actor) -> None:
    """The person in whose name a key acts takes it up."""
    if ApiKey.objects.filter(pk=key.pk, accepted_at=None, revoked_at=None).update(accepted_at=timezone.now()):
        _enter("api-key.accepted", key, actor)


def revoke(key: ApiKey, actor: Actor) -> None:
    """The key opens nothing from now on."""
    now = timezone.now()
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now, revoked_by_id=actor.user_id):
        _enter("api-key.revoked", key, actor)


def _enter(event: str, key: ApiKey, actor: Actor) -> None:
    tries: dict[str, Any] = {"sandbox": True} if key.sandbox else {}
    audit.record(
        event, by=actor, about=str(key), station=key.station_id or "", acts_as=key.person.username,
        scopes=list(key.scopes), until=key.expires_on.isoformat(), **tries,
    )  # fmt: skip


def _beginning(key: ApiKey) -> str:
    """How the text of a key begins: of one of the sandbox otherwise, so that neither is taken for the other."""
    return sandbox.BEGINS if key.sandbox else BEGINS


def of_text(text: str) -> ApiKey:
    """The key whose text somebody sent. Raises NotInForce."""
    begins = sandbox.BEGINS if text.startswith(sandbox.BEGINS) else BEGINS
    public_id, _line, secret = text.strip().removeprefix(begins).partition("_")
    if not (text.startswith(BEGINS) and public_id.isascii() and public_id.isalnum() and len(public_id) == 8):
        raise NotInForce
    with acting_as(SYSTEM):  # whose it is is not known before it is found
        key = ApiKey.objects.live().select_related("courier", "custodian", "person").filter(public_id=public_id).first()
    if not constant_time_compare(key.digest if key else "", _digest(secret)) or key is None or key.accepted_at is None:
        raise NotInForce
    if begins != _beginning(key):
        raise NotInForce
    return key


def actor_by(key: ApiKey) -> Actor:
    """Who acts by a key: its person, at its station, with no more than its scopes open. Raises Stopped."""
    if not key.person.is_active:
        raise Stopped(_("%(person)s, in whose name the key acts, is not active.") % {"person": key.person})
    if key.courier is not None and (reasons := key.courier.why_not_in_force(timezone.localdate())):
        raise Stopped(" ".join(reasons))
    if key.courier_id != key.person.courier_id or key.custodian_id != key.person.custodian_id:
        raise Stopped(_("%(person)s, in whose name the key acts, has left the firm.") % {"person": key.person})
    whole, opened = Actor.of(key.person), opened_by(key.scopes)
    postings = tuple(
        Held(held.role, key.station_id or held.station, held.activities & opened)
        for held in whole.postings
        if key.station_id is None or held.station in ("", key.station_id)
    )
    if not postings:
        raise Stopped(_("%(person)s, in whose name the key acts, has no desk there now.") % {"person": key.person})
    return replace(whole, postings=postings).by_key(key.called)


def note_use(key: ApiKey, address: str) -> None:
    """Note when and from where a key was used last, at most once a minute."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at >= NOTED_APART or key.last_used_from != address:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now, last_used_from=address)
