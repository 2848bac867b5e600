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

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.credentials import SignInTries
from accounts.models import User
from eccs import audit
from eccs.dated_rules import rule_book

NOWHERE = "-"  # a server behind a socket learns no address
KNOWN_FOR = timedelta(days=90)  # an address is a person's own after a sign-in there


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


Counted = tuple[SignInTries, Wait]


def _pair() -> Wait:
    limit = rule_book().count("failures_before_lock", timezone.localdate())
    return Wait(limit, timedelta(minutes=1), timedelta(hours=1), 1, timedelta(days=1))


NAME = Wait(15, timedelta(seconds=30), timedelta(minutes=15), 1, timedelta(hours=1))
ADDRESS = Wait(50, timedelta(seconds=5), timedelta(minutes=1), 50, timedelta(hours=1))


def begin(name: str, address: str) -> bool:
    """Count a try and say whether it may be judged; one that has to wait is not counted."""
    with transaction.atomic():
        counts = _counts(name, address)
        now = timezone.now()
        for row, wait in counts:
            if now - row.last_at >= wait.forgotten_after:
                row.tries, row.waits_until = 0, None
        if any(row.waits_until is not None and row.waits_until > now for row, _wait in counts):
            return False
        for row, wait in counts:
            row.tries, row.last_at = row.tries + 1, now
            span = wait.after(row.tries)
            row.waits_until = now + span if span else None
        _write(counts)
    return True


def give_back(name: str, address: str) -> None:
    """Take back a try that was never judged."""
    with transaction.atomic():
        counts = _counts(name, address)
        _less_one(counts)
        _write(counts)


def succeeded(name: str, address: str) -> None:
    """A right try: the pair begins anew, the other counts lose this one, and the address is known as the person's own."""
    with transaction.atomic():
        counts = _counts(name, address)
        _less_one(counts)
        pair, _wait = counts[0]
        pair.tries, pair.waits_until, pair.good_at = 0, None, timezone.now()
        _write(counts)


def _less_one(counts: list[Counted]) -> None:
    for row, wait in counts:
        row.tries = max(0, row.tries - 1)
        if row.tries < wait.limit:
            row.waits_until = None


def _counts(name: str, address: str) -> list[Counted]:
    """The counts that a try adds to: where the person has signed in before, that of the pair alone."""
    pair, by_name, by_address = _rows(name[:60], address or NOWHERE)
    known = pair.good_at is not None and timezone.now() - pair.good_at < KNOWN_FOR
    return [(pair, _pair()), *([] if known else [(by_name, NAME), (by_address, ADDRESS)])]


def _rows(name: str, address: str) -> tuple[SignInTries, SignInTries, SignInTries]:
    """The three counts, locked, always in one order."""
    keys = ((name, address), (name, ""), ("", address))
    wanted = Q()
    for one, other in keys:
        wanted |= Q(name=one, address=other)
    rows = SignInTries.objects.select_for_update(of=("self",)).filter(wanted).order_by("pk")
    found = {(row.name, row.address): row for row in rows}
    if missing := [key for key in dict.fromkeys(keys) if key not in found]:
        SignInTries.objects.bulk_create((SignInTries(name=n, address=a) for n, a in missing), ignore_conflicts=True)
        found = {(row.name, row.address): row for row in rows.all()}
    return found[keys[0]], found[keys[1]], found[keys[2]]


def _write(counts: list[Counted]) -> None:
    SignInTries.objects.bulk_update([row for row, _wait in counts], ["tries", "last_at", "waits_until", "good_at"])


def waits_until(user: User) -> datetime | None:
    """Until when sign-in of a person waits from somewhere, for the page of the Group Admin; nothing where it does not."""
    rows = SignInTries.objects.filter(name=user.username, waits_until__gt=timezone.now()).order_by("-waits_until")
    return rows.values_list("waits_until", flat=True).first()


def unlock(user: User, by: Any) -> None:
    """Let a person try again at once, from everywhere; whoever may do that is decided by the caller's page."""
    SignInTries.objects.filter(name=user.username).update(tries=0, waits_until=None)
    audit.record("account.unlocked", by=by, about=user.username)


def forget_old() -> int:
    """Drop the counts that nobody needs any more."""
    now = timezone.now()
    old = Q(last_at__lt=now - timedelta(days=2)) & (Q(good_at=None) | Q(good_at__lt=now - KNOWN_FOR))
    return SignInTries.objects.filter(old).delete()[0]
