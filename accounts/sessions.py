"""Where people are signed in, how long a session waits for an act, and how fresh their password is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db.models import Exists, OuterRef
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.credentials import LiveSession
from accounts.models import User
from eccs.client_address import address_of

SEEN, PROVED, BEGUN = "seen", "proved", "begun"  # in the session: seconds since 1970
KEPT_APART = 60  # seconds between two writes of the time of the last act
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip

View = Callable[..., Any]


def passive(view: View) -> View:
    """Mark a page that a browser asks for by itself: asking for it is no act of the person."""
    view.passive = True  # type: ignore[attr-defined]
    return view


def keeps_draft(view: View) -> View:
    """Mark a page whose POST only keeps what is being typed: it is taken even where a new password is due first."""
    view.keeps_draft = True  # type: ignore[attr-defined]
    return view


# ── the session of a request ─────────────────────────────────────────────────


def _seconds() -> int:
    return int(timezone.now().timestamp())


def is_idle(request: HttpRequest) -> bool:
    """Whether nothing was done for too long."""
    return seconds_left(request) <= 0


def seconds_left(request: HttpRequest) -> int:
    """How long the session still waits for an act."""
    seen = request.session.get(SEEN)
    whole: int = settings.IDLE_MINUTES * 60
    return whole - (_seconds() - seen if isinstance(seen, int) else 0)


def is_too_long(request: HttpRequest) -> bool:
    """Whether the person signed in so long ago that it is asked again who sits there, however much was done meanwhile."""
    begun = request.session.get(BEGUN)
    return isinstance(begun, int) and _seconds() - begun >= settings.LONGEST_SESSION_HOURS * 3600


def touch(request: HttpRequest) -> None:
    """Note an act, at most once a minute."""
    now, seen = _seconds(), request.session.get(SEEN)
    if not isinstance(seen, int) or now - seen >= KEPT_APART:
        request.session[SEEN] = now


def extend(request: HttpRequest) -> None:
    """The person says to be still there."""
    request.session[SEEN] = _seconds()


def prove(request: HttpRequest) -> None:
    """Note that the password was typed just now."""
    request.session[PROVED] = _seconds()


def renew(request: HttpRequest) -> None:
    """The session goes on under a new key, and the one of before opens nothing: after each proof of who it is."""
    old = request.session.session_key or ""
    request.session.cycle_key()
    moved(cast("User", request.user), old, request.session.session_key or "")


def fresh(request: HttpRequest) -> bool:
    """Whether the password was typed in the last ten minutes, as the weightiest acts ask."""
    proved = request.session.get(PROVED)
    return isinstance(proved, int) and 0 <= _seconds() - proved < settings.PASSWORD_FRESH_MINUTES * 60


def ask_password(request: HttpRequest, back_to: str = "") -> HttpResponse | None:
    """The way to the page that asks for the password, or nothing where it is fresh. Nothing of a form sent is taken."""
    if fresh(request):
        return None
    way = f"{reverse('confirm-password')}?{urlencode({'next': back_to or request.get_full_path()})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": way})
    return HttpResponseRedirect(way)


def our_address(request: HttpRequest, address: str) -> str:
    """The address where it leads to this site, else nothing: a whole address or one from the root, for a word alone leads nowhere."""
    whole = address.startswith(("/", "http://", "https://"))
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if whole and ours else ""


def page_of(request: HttpRequest) -> str:
    """The page a person was on: where a form or a fragment came from, or the page asked for."""
    if request.headers.get("HX-Request") == "true":
        shown = request.headers.get("HX-Current-URL", "")
    elif request.method == "GET":
        return request.get_full_path()
    else:
        shown = request.headers.get("Referer", "")
    parts = urlsplit(our_address(request, shown))
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"


# ── where somebody is signed in ──────────────────────────────────────────────


def in_words(agent: str) -> str:
    """A browser as people call it: Firefox on Windows."""
    browser = next((word for sign, word in BROWSERS if sign in agent), "")
    system = next((word for sign, word in SYSTEMS if sign in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Another program")


@dataclass(frozen=True)
class Place:
    """One browser where somebody is signed in."""

    pk: int
    here: bool
    address: str
    browser: str
    since: datetime
    last_seen: datetime


def places(user: User, here: str) -> list[Place]:
    """Every browser where the person is signed in now, this one first."""
    found = []
    for row in LiveSession.objects.filter(user=user):
        held = _store(row.key)
        if not _lives(held, user):
            continue
        seen = held.get(SEEN)
        last = datetime.fromtimestamp(seen, UTC) if isinstance(seen, int) else row.since
        if row.key != here and timezone.now() - last >= timedelta(minutes=settings.IDLE_MINUTES):
            continue
        found.append(Place(row.pk, row.key == here, row.address, row.browser, row.since, last))
    return sorted(found, key=lambda place: (not place.here, -place.last_seen.timestamp()))


def _lives(held: Any, user: User) -> bool:
    return constant_time_compare(held.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())


def _store(key: str) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(key)


def end(row: LiveSession, why: str = "elsewhere") -> None:
    """Sign out one browser; it is told why when it comes again."""
    cache.set(_tombstone(row.key), why, settings.SESSION_COOKIE_AGE)
    _store(row.key).delete()
    row.delete()


def end_all(user: User, *, but: str = "", why: str = "elsewhere") -> int:
    """Sign a person out everywhere, but for one browser."""
    rows = list(LiveSession.objects.filter(user=user).exclude(key=but))
    for row in rows:
        end(row, why)
    return len(rows)


def _tombstone(key: str) -> str:
    return f"session-ended:{hashlib.sha256(key.encode()).hexdigest()}"


def why_ended(request: HttpRequest) -> str:
    """Why the session this browser still names was ended by somebody, or nothing."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return str(cache.get(_tombstone(key)) or "") if key else ""


WHY = ("idle", "long", "elsewhere", "password", "reset")


def why_in_words(code: str) -> str:
    """Why somebody must sign in again, for the sign-in page."""
    words = {
        "idle": _("You were signed out because nothing was done for %(n)d minutes. Drafts of bills were saved as you typed. Sign in again to go on where you were.") % {"n": settings.IDLE_MINUTES},
        "long": _("You were signed out because you signed in %(n)d hours ago. Sign in again to go on where you were.") % {"n": settings.LONGEST_SESSION_HOURS},
        "elsewhere": _("You were signed out from another browser, or by your administrator. If that was not you, choose a new password."),
        "password": _("You were signed out because your password was changed."),
        "reset": _("Your password is changed. Sign in with the new one."),
    }  # fmt: skip
    return words.get(code, "")


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """A browser where somebody has signed in is listed; its session has a new key by now."""
    request.session[SEEN] = request.session[BEGUN] = _seconds()
    if request.session.session_key:
        agent = request.META.get("HTTP_USER_AGENT", "")
        row = LiveSession(
            key=request.session.session_key, user=user, address=address_of(request), browser=in_words(agent)[:60]
        )
        # who signs in once more in the same browser keeps its line
        LiveSession.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["key"], update_fields=["user", "address", "browser"]
        )


@receiver(user_logged_out)
def note_sign_out(request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    """A browser that has signed out is no longer listed."""
    if user is not None:
        LiveSession.objects.filter(key=request.session.session_key or "").delete()


def moved(user: User, old_key: str, new_key: str) -> None:
    """The session goes on under another key."""
    LiveSession.objects.filter(user=user, key=old_key).update(key=new_key)


def forget_ended() -> int:
    """Drop what is listed of sessions that are over."""
    live = Session.objects.filter(session_key=OuterRef("key"), expire_date__gt=timezone.now())
    return LiveSession.objects.filter(~Exists(live)).delete()[0]
