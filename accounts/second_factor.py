"""The second factor: a code of an authenticator after the password, and recovery codes where the telephone is lost.

Whose roles ask for it is data that the System Admin keeps. A code is accepted once, also when it is sent twice at the
same moment; wrong codes make wait as wrong passwords do. Recovery codes are kept under the slow hash of passwords.
"""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from binascii import unhexlify
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.util import random_hex

from accounts import letters, lockout, sessions
from accounts.authenticators import Authenticator
from accounts.credentials import RecoveryCode, SecondFactorRole
from accounts.hashing import Busy, slot
from accounts.models import User
from accounts.permissions import Actor
from accounts.roles import group_of
from eccs import audit
from eccs.client_address import address_of
from eccs.encryption import Unreadable, decrypt, encrypt

DONE = "second-factor"  # in the session: a code was given
PENDING = "second-factor-pending"  # in the session: whose password was right, and where the person was going
PENDING_KEY = "second-factor-key"  # in the session: a secret that no code has confirmed yet
PENDING_SECONDS = 600
CODES = 10
LENGTH = 10  # signs of a recovery code
SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another
_POLICY = "second-factor-roles"
_CODE = re.compile(r"[0-9]{6}")


# ── whose roles ask for it ───────────────────────────────────────────────────


def required_roles() -> frozenset[str]:
    """The roles whose holders sign in with a second factor."""
    held = cache.get(_POLICY)
    if held is None:
        held = sorted(SecondFactorRole.objects.values_list("role", flat=True))
        cache.set(_POLICY, held, 60)
    return frozenset(held)


def require(roles: Collection[str], by: Any) -> None:
    """Set anew whose roles ask for a second factor."""
    before = frozenset(SecondFactorRole.objects.values_list("role", flat=True))
    with transaction.atomic():
        SecondFactorRole.objects.exclude(role__in=roles).delete()
        SecondFactorRole.objects.bulk_create((SecondFactorRole(role=r) for r in roles), ignore_conflicts=True)
    cache.delete(_POLICY)
    after = frozenset(roles)
    audit.record("second-factor.policy", by=by, added=sorted(after - before), dropped=sorted(before - after))


def is_required(actor: Actor) -> bool:
    """Whether one of the person's roles asks for it: a composed one does where a standard role of its group does."""
    if not settings.SECOND_FACTOR:
        return False
    required = required_roles()
    groups = {group_of(role) for role in required}
    return any(one.role in required or (one.composed is not None and one.group in groups) for one in actor.postings)


def has_device(user: User) -> bool:
    """Whether the person has an authenticator."""
    return bool(Authenticator.objects.filter(user=user, confirmed=True).exists())


def is_done(request: HttpRequest) -> bool:
    """Whether this session has given a code."""
    return request.session.get(DONE) is True


def mark_done(request: HttpRequest) -> None:
    """Note that this session has given a code."""
    request.session[DONE] = True


# ── taking up an authenticator ───────────────────────────────────────────────


def pending_key(request: HttpRequest) -> str:
    """The secret offered to this session, made at the first asking; the session keeps it encrypted."""
    key = offered_key(request)
    if not key:
        key = random_hex(20)
        request.session[PENDING_KEY] = encrypt(unhexlify(key), PENDING_KEY)
    return key


def offered_key(request: HttpRequest) -> str:
    """The secret that this session was offered, or nothing."""
    try:
        return decrypt(request.session.get(PENDING_KEY, ""), PENDING_KEY).hex()
    except Unreadable:
        return ""


def typed_key(key: str) -> str:
    """The secret as it is typed into an authenticator, in groups of four."""
    text = b32encode(unhexlify(key)).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def key_address(user: User, key: str) -> str:
    """What the QR code holds."""
    return str(Authenticator.holding(user, key).config_url)


def enrol(request: HttpRequest, user: User, code: str) -> list[str]:
    """Take up the authenticator that shows this code, in place of any before; the recovery codes, or nothing. Raises Busy."""
    key = offered_key(request)
    tried = _counted(request, user) if key and _CODE.fullmatch(code) else None
    if tried is None:
        return []
    device = Authenticator.holding(user, key, name="authenticator", confirmed=True)
    if not device.shows(code):
        return []
    with _judged(tried):
        codes = _drawn(user)
    with transaction.atomic():
        _lock(user)
        Authenticator.objects.filter(user=user).delete()
        if not device.verify_token(code):
            transaction.set_rollback(True)
            return []
        _put_in_place(user, codes)
    lockout.succeeded(tried)
    del request.session[PENDING_KEY]
    mark_done(request)
    audit.record("second-factor.enrolled", request=request, by=user)
    letters.tell(user, "second-factor")
    return list(codes)


def new_recovery_codes(request: HttpRequest, user: User) -> list[str]:
    """Ten new recovery codes; those of before are worth nothing any more. Raises Busy."""
    codes = _new_codes(user)
    audit.record("recovery-codes.made", request=request, by=user)
    return codes


def _new_codes(user: User) -> list[str]:
    codes = _drawn(user)
    with transaction.atomic():
        _lock(user)
        _put_in_place(user, codes)
    return list(codes)


def _drawn(user: User) -> dict[str, RecoveryCode]:
    """Ten codes by lot, as they are shown and as they are kept, each beginning with another sign.

    Ten slow hashes take more than a second: nothing of the person is locked meanwhile, and they wait in line but once.
    """
    firsts = secrets.SystemRandom().sample(SIGNS, CODES)
    codes = [first + "".join(secrets.choice(SIGNS) for _n in range(LENGTH - 1)) for first in firsts]
    with slot():
        return {
            f"{code[:5]}-{code[5:]}": RecoveryCode(user=user, first_sign=code[0], digest=make_password(code))
            for code in codes
        }


def _put_in_place(user: User, codes: dict[str, RecoveryCode]) -> None:
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(codes.values())


def codes_left(user: User) -> int:
    """How many recovery codes were not used yet."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _digest(code: str) -> str:
    """What was kept of a recovery code before the slow hash."""
    return salted_hmac("accounts.recovery-code", code, algorithm="sha256").hexdigest()


# ── giving a code ────────────────────────────────────────────────────────────


def accept(request: HttpRequest, user: User, given: str, *, recovery: bool = False) -> bool:
    """Whether a code opens the door. Each code does so once; a wrong one is counted. Raises Busy."""
    tried = _counted(request, user)
    if tried is None:
        audit.record("second-factor.locked", request=request, by=user)
        return False
    with _judged(tried):
        found = _recovery_code(user, given) if recovery else None
    with transaction.atomic():
        _lock(user)
        good = _use_recovery_code(found) if recovery else _use_code(user, given)
    if not good:
        audit.record("second-factor.failed", request=request, by=user)
        return False
    lockout.succeeded(tried)
    if recovery:
        audit.record("recovery-code.used", request=request, by=user, left=codes_left(user))
    return True


def _use_code(user: User, given: str) -> bool:
    code = re.sub(r"\s", "", given)
    device = Authenticator.objects.filter(user=user, confirmed=True).first()
    return device is not None and _CODE.fullmatch(code) is not None and bool(device.verify_token(code))


def _recovery_code(user: User, given: str) -> RecoveryCode | None:
    """The unused recovery code that was given, or None. A try costs one slow hash, also where no code begins so."""
    code = re.sub(r"[\s-]", "", given).upper()
    begins_so, of_before = Q(first_sign=code[:1]), Q(first_sign=None, digest=_digest(code))
    found = RecoveryCode.objects.filter(begins_so | of_before, user=user, used_at=None).first()
    if found is None or found.first_sign is None:
        make_password(code)  # takes as long as the hash of a code would: time tells nothing
        return found
    return found if check_password(code, found.digest) else None


def _use_recovery_code(found: RecoveryCode | None) -> bool:
    """Whether it is still unused, and there, now that the person is locked."""
    unused = RecoveryCode.objects.filter(used_at=None)
    return found is not None and unused.filter(pk=found.pk).update(used_at=timezone.now()) == 1


def _lock(user: User) -> None:
    """One code of a person is judged at a time, so that the same one cannot pass twice."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _counted(request: HttpRequest, user: User) -> lockout.Try | None:
    """A try with a code is counted apart from those with a password."""
    return lockout.begin(lockout.for_codes(user), address_of(request))


@contextmanager
def _judged(tried: lockout.Try) -> Iterator[None]:
    """A try for which no hash can be reckoned now is not judged, and counts against nobody."""
    try:
        yield
    except Busy:
        lockout.give_back(tried)
        raise


def waits_until(user: User) -> datetime | None:
    """Until when no code of the person is taken from somewhere, after too many wrong ones; nothing where it is."""
    return lockout.waits_until(user, lockout.for_codes(user))


# ── lost ─────────────────────────────────────────────────────────────────────


def reset(user: User, by: Any, why: str = "") -> None:
    """Take the authenticator away from somebody who has lost it: all sessions end, the next sign-in takes up another.

    Who may do that is decided by the caller's page.
    """
    with transaction.atomic():
        _lock(user)
        Authenticator.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
    lockout.forget(lockout.for_codes(user))
    sessions.end_all(user)
    audit.record("second-factor.reset", by=by, about=user.username, why=why)
    letters.tell(user, "second-factor-reset")
