"""Guesses at the second factor over sockets: after a right password neither codes nor recovery codes can be tried out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tools.attack import headers
from tools.attack.brute import TIMED, TRIES, alike, post, told_by_time
from tools.attack.headers import Trick
from tools.attack.site import Site

if TYPE_CHECKING:
    from accounts.models import User

CODE, RECOVERY = "/sign-in/code/", "/sign-in/recovery-code/"
WRONG = {CODE: ("000000", "123456", "999999", "12 34 56"), RECOVERY: ("AAAAA-AAAAA", "22222-33333", "abcde-fghjk")}


def guessed(site: Site, password: str, key: str) -> Iterator[str]:
    """A code and a recovery code, each guessed at for a person of its own who has both."""
    for target, who in ((CODE, "dcac.blr"), (RECOVERY, "commissioner.blr")):
        user, right = _given_both(who, target)
        yield from (f"second factor, {target}: {one}" for one in _tried(site, password, user, target, right))
        if target == RECOVERY:
            yield from _used_or_unknown(site, password, user)


def _given_both(who: str, target: str) -> tuple[User, Callable[[], str]]:
    """Somebody with an authenticator and recovery codes, and how a right one is found."""
    from binascii import unhexlify

    from django_otp.oath import totp

    from accounts import second_factor
    from accounts.authenticators import Authenticator
    from accounts.models import User

    user, secret = User.objects.get(username=who), secrets.token_hex(20)
    Authenticator.objects.filter(user=user).delete()
    Authenticator.holding(user, secret, name="authenticator", confirmed=True).save()
    codes = second_factor._new_codes(user)
    return user, (lambda: f"{totp(unhexlify(secret)):06d}") if target == CODE else (lambda: codes[0])


def _waiting(site: Site, password: str, who: str) -> str:
    """The cookie of somebody whose password was right and who owes a code; nothing where the password alone opened, or did not."""
    answer, _took = post(site, "/sign-in/", username=who, password=password)
    made = next((one for one in answer.of("set-cookie") if one.startswith("eccs=")), "")
    owes = answer.status == 302 and answer.of("location")[0].startswith(CODE)
    return made.partition(";")[0] if owes else ""


def _opens(site: Site, cookie: str) -> bool:
    return headers.over(site.front)(Trick("", "/account/", (("Cookie", cookie),))).status == 200


def _tried(site: Site, password: str, user: User, target: str, right: Callable[[], str]) -> Iterator[str]:
    from accounts import lockout
    from eccs.audit import AuditLine

    one, other = (_waiting(site, password, user.username) for _n in range(2))
    if not one or not other:
        yield "a right password does not lead to the question for a code"
        return
    if _opens(site, one):
        yield "the password alone opens the door"
    answers = set()
    for n in range(TRIES):  # each pretends to come from elsewhere, half of them in another session
        code = WRONG[target][n % len(WRONG[target])]
        answer, _took = post(site, target, (one, other)[n % 2], origin=f"10.1.{n}.1", code=code)
        answers.add(alike(answer, code))
    if len(answers) > 1 or {status for status, _body in answers} != {422}:
        yield f"{len(answers)} different answers to wrong codes, {sorted({status for status, _body in answers})}"
    if not any("too many tries" in body for _status, body in answers):
        yield "nobody is told that too many tries were made"
    if not AuditLine.objects.filter(event="second-factor.locked", by=user).exists():
        yield "the audit log has no line about the codes that were no longer looked at"
    for cookie in (one, other, _waiting(site, password, user.username)):
        if post(site, target, cookie, origin="10.1.99.1", code=right())[0].status == 302:
            yield f"after {TRIES} wrong codes the right one is still taken"
            return
    lockout.unlock(user, by=user)
    code, answer = right(), post(site, target, one, code=right())[0]
    made = next((found for found in answer.of("set-cookie") if found.startswith("eccs=")), "")
    if answer.status != 302 or not _opens(site, made.partition(";")[0]):
        yield f"unlocked, the right code is answered with {answer.status}"
    if made.partition(";")[0] in ("", one) or _opens(site, one):
        yield "the session of before the code is signed in after it"
    if post(site, target, other, code=code)[0].status == 302:
        yield "the same code opens twice"


def _used_or_unknown(site: Site, password: str, user: User) -> Iterator[str]:
    """Neither words nor time tell whether a recovery code has ever been one."""
    from django.utils import timezone

    from accounts import lockout, second_factor
    from accounts.credentials import RecoveryCode

    codes = second_factor._new_codes(user)
    RecoveryCode.objects.filter(user=user).update(used_at=timezone.now())
    lockout.unlock(user, by=user)
    cookie, answers, times = _waiting(site, password, user.username), set(), dict[str, list[float]]()
    for n in range(TIMED):
        for kind, code in (("used", codes[n % len(codes)]), ("unknown", f"AAAAA-{n:05d}")):
            lockout.forget(lockout.for_codes(user))
            answer, took = post(site, RECOVERY, cookie, code=code)
            answers.add(alike(answer, code))
            times.setdefault(kind, []).append(took)
    if len(answers) > 1:
        yield f"recovery codes: a used one is answered otherwise than one that never was ({len(answers)} answers)"
    yield from told_by_time("recovery codes", times)
