"""Sign-in waits after wrong tries, each time longer, and never for a whole terminal.

A try is counted before it is judged, so that a hundred sent at once count as a hundred; a right one is taken back.
Three counts are kept. *One name from one address*: after five wrong tries (a dated rule) that pair waits. *One name from
anywhere*: an attack from many addresses is slowed, but not where the person has signed in before. *One address with any
name*: guessing through many names from one place is slowed for the names that never signed in there, so the help-desk
terminal behind that address goes on working for those who use it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, Q, When
from django.utils import timezone

from accounts import letters
from accounts.credentials import SignInTries
from accounts.models import User
from eccs import audit
from eccs.dated_rules import rule_book

NOWHERE = "-"  # a server behind a socket learns no address


@dataclass(frozen=True)
class Wait:
    """How long a count makes wait: from so many tries on, at first so long, doubled every so many tries, at most so long."""

    limit: int
    first: timedelta
    longest: timedelta
    doubled_every: int
    forgotten_after: timedelta

    def after(self, tries: int) -> timedelta | None:
        """The wait after so many wrong tries, or none."""
        if tries < self.limit:
            return None
        doublings: int = min(20, (tries - self.limit) // self.doubled_every)
        return min(self.longest, self.first * (1 << doublings))


def of_pair() -> Wait:
    """One name from one address: the policy, as dated rules."""
    rules, today = rule_book(), timezone.localdate()
    return Wait(
        rules.count("failures_before_lock", today), timedelta(seconds=rules.count("lock_first_seconds", today)),
        timedelta(minutes=rules.count("lock_longest_minutes", today)), 1,
        timedelta(hours=rules.count("failures_forgotten_hours", today)),
    )  # fmt: skip


def of_name() -> Wait:
    """One name from anywhere: a setting."""
    return _set(settings.SIGN_IN_WAIT_NAME)


def of_address() -> Wait:
    """One address with any name: a setting."""
    return _set(settings.SIGN_IN_WAIT_ADDRESS)


def _set(given: list[int]) -> Wait:
    limit, first, longest, doubled_every, forgotten_after = given
    seconds = (timedelta(seconds=n) for n in (first, longest, forgotten_after))
    return Wait(limit, next(seconds), next(seconds), max(1, doubled_every), next(seconds))


def known_for() -> timedelta:
    """How long an address is a person's own after a sign-in there."""
    return timedelta(days=settings.SIGN_IN_KNOWN_DAYS)


@dataclass(frozen=True)
class Try:
    """A try that was counted, until it turns out to be right or wrong."""

    pair: int
    others: tuple[int, ...]  # the counts of the name and of the address; none where the person has signed in before


def begin(name: str, address: str) -> Try | None:
    """Count a try before it is judged; nothing, and no count, where it has to wait."""
    name, address = name[:60], address or NOWHERE
    now = timezone.now()
    if first := _first_at_home(name, address, now):
        return first
    with transaction.atomic():
        counts = _counts(name, address, now)
        pair = counts[0][0]
        for row, wait in counts:
            if now - row.last_at >= wait.forgotten_after:
                row.tries, row.waits_until = 0, None
        if any(row.waits_until is not None and row.waits_until > now for row, _wait in counts):
            return None
        for row, wait in counts:
            row.tries, row.last_at = row.tries + 1, now
            span = wait.after(row.tries)
            row.waits_until = now + span if span else None
        _write([row for row, _wait in counts])
        if any(row.name and row.tries == wait.limit for row, wait in counts):
            letters.tell_locked(name)
    return Try(pair.pk, tuple(row.pk for row, _wait in counts[1:]))


def give_back(tried: Try) -> None:
    """Take back a try that was never judged."""
    _less_one(tried.pair, of_pair().limit)
    _give_back_others(tried)


def succeeded(tried: Try) -> None:
    """A right try: the pair begins anew, the other counts lose this one, and the address is known as the person's own."""
    SignInTries.objects.filter(pk=tried.pair).update(tries=0, waits_until=None, good_at=timezone.now())
    _give_back_others(tried)


def _give_back_others(tried: Try) -> None:
    for pk, wait in zip(tried.others, (of_name(), of_address()), strict=False):
        _less_one(pk, wait.limit)


def _less_one(pk: int, limit: int) -> None:
    """One try less; below the limit nothing waits any more."""
    SignInTries.objects.filter(pk=pk, tries__gt=0).update(
        waits_until=Case(When(tries__gt=limit, then=F("waits_until")), default=None), tries=F("tries") - 1
    )


def _first_at_home(name: str, address: str, now: datetime) -> Try | None:
    """A first try where the person has signed in before, as nearly all are: counted by one statement, with nothing to look up."""
    if of_pair().limit <= 1:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_signintries SET tries = 1, last_at = %s "
            "WHERE name = %s AND address = %s AND tries = 0 AND waits_until IS NULL AND good_at > %s RETURNING id",
            [now, name, address, now - known_for()],
        )
        row = cursor.fetchone()
    return Try(row[0], ()) if row else None


def _counts(name: str, address: str, now: datetime) -> list[tuple[SignInTries, Wait]]:
    """The counts of a try, locked: that of the pair, then of the name, then of the address; of a known pair its own alone."""
    locked = SignInTries.objects.select_for_update(of=("self",))
    pair = locked.filter(name=name, address=address).first()
    if pair is not None and pair.good_at is not None and now - pair.good_at < known_for():
        return [(pair, of_pair())]
    keys = [(name, address), (name, ""), ("", address)]
    SignInTries.objects.bulk_create([SignInTries(name=n, address=a) for n, a in keys], ignore_conflicts=True)
    wanted = Q(*(Q(name=n, address=a) for n, a in keys), _connector=Q.OR)
    place = Case(When(~Q(name="") & ~Q(address=""), then=0), When(address="", then=1), default=2)
    return list(zip(locked.filter(wanted).order_by(place), (of_pair(), of_name(), of_address()), strict=True))


def _write(rows: list[SignInTries]) -> None:
    kept = ["tries", "last_at", "waits_until"]
    if len(rows) == 1:
        rows[0].save(update_fields=kept)
    else:
        SignInTries.objects.bulk_update(rows, kept)


def within(what: str, address: str, most: int, window: timedelta) -> bool:
    """Count something of an address, or of a person where none is given; whether it was not more than so often in the window.

    One statement, so that a hundred sent at once count as a hundred.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_signintries AS row (name, address, tries, last_at, waits_until) VALUES (%s, %s, 1, %s, %s) "
            "ON CONFLICT (name, address) DO UPDATE SET last_at = EXCLUDED.last_at, "
            "tries = CASE WHEN row.waits_until > EXCLUDED.last_at THEN row.tries + 1 ELSE 1 END, "
            "waits_until = CASE WHEN row.waits_until > EXCLUDED.last_at THEN row.waits_until ELSE EXCLUDED.waits_until END "
            "RETURNING tries",
            [what, address, now, now + window],
        )
        return bool(cursor.fetchone()[0] <= most)


def for_codes(user: User) -> str:
    """The name under which a person's codes are counted, apart from the passwords: no user name has a colon."""
    return f"code:{user.username}"


def names_of(user: User) -> tuple[str, str]:
    """The names under which a person's tries are counted: with the password, and with a code."""
    return user.username, for_codes(user)


def forget(name: str) -> None:
    """Forget the tries of a name, from everywhere."""
    rows = SignInTries.objects.filter(name=name)
    for some in (rows.exclude(address=""), rows.filter(address="")):  # in the order in which a try locks them
        some.update(tries=0, waits_until=None)


def waits_until(user: User, *names: str) -> datetime | None:
    """Until when a person waits somewhere with the password or a code, for the page of the Group Admin; nothing where not."""
    now = timezone.now()
    rows = SignInTries.objects.filter(name__in=names or names_of(user), waits_until__gt=now).order_by("-waits_until")
    return rows.values_list("waits_until", flat=True).first()


def unlock(user: User, by: Any, why: str = "") -> None:
    """Let a person try again at once, from everywhere; whoever may do that is decided by the caller's page."""
    for name in names_of(user):
        forget(name)
    audit.record("account.unlocked", by=by, about=user.username, why=why)


def forget_old() -> int:
    """Drop the counts that nobody needs any more."""
    now = timezone.now()
    old = Q(last_at__lt=now - timedelta(days=2)) & (Q(good_at=None) | Q(good_at__lt=now - known_for()))
    return SignInTries.objects.filter(old).delete()[0]
