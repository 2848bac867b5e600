"""What the help desk puts on every page: where help is for the reader, and when the system rests."""

from __future__ import annotations

from time import monotonic
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from helpdesk.models import Downtime, HelpDesk

KEY, KEPT_FOR = "helpdesk:board", 60  # seconds
LOOK_AGAIN = 1.0  # seconds that a process goes by what it has read


class Contact(NamedTuple):
    """A help desk as a page shows it."""

    station: str  # its code, or nothing for the whole country
    phone: str
    email: str
    hours: str


class Board(NamedTuple):
    """Every help desk, and the times of rest that are not over."""

    contacts: dict[str, Contact]
    downtimes: list[Downtime]


class _Held:
    """What this process has read last, and when."""

    board: Board | None = None
    looked = 0.0


def board_now() -> Board:
    """The board, read once a minute, as it is on every page; what is changed is seen by all processes within a second."""
    now = monotonic()
    if _Held.board is not None and now - _Held.looked < LOOK_AGAIN:
        return _Held.board
    found: Board | None = cache.get(KEY)
    if found is None:
        found = _read()
        cache.set(KEY, found, KEPT_FOR)
    _Held.board, _Held.looked = found, now
    return found


def _read() -> Board:
    rows = [Contact(one.station_id or "", one.phone, one.email, one.hours) for one in HelpDesk.objects.all()]
    contacts = {one.station: one for one in rows}
    if "" not in contacts and (settings.HELPDESK_PHONE or settings.HELPDESK_EMAIL):
        contacts[""] = Contact("", settings.HELPDESK_PHONE, settings.HELPDESK_EMAIL, "")
    return Board(
        contacts, list(Downtime.objects.filter(cancelled_at=None, until__gt=timezone.now()).order_by("begins_at"))
    )


def contact_of(stations: Any) -> Contact | None:
    """The help desk of the first of these stations that has one of its own, or the national one."""
    contacts = board_now().contacts
    own = (contacts[code] for code in sorted(stations) if code in contacts)
    return next(own, contacts.get(""))


def shown_now() -> list[Downtime]:
    """The times of rest that every page tells of now."""
    return [one for one in board_now().downtimes if is_shown(one)]


def is_shown(one: Downtime) -> bool:
    """Whether every page tells of this time of rest now."""
    return bool(one.announced_from <= timezone.now() < one.until)


def board(request: HttpRequest) -> dict[str, Any]:
    """Given to every page; nothing is asked for where the page does not show it."""

    def contact() -> Contact | None:
        user: Any = getattr(request, "user", None)
        actor: Any = getattr(request, "actor", None)
        signed_in = user is not None and user.is_authenticated and actor is not None
        return contact_of(actor.stations if signed_in else ())

    return {"help_contact": SimpleLazyObject(lambda: contact() or ""), "downtimes": SimpleLazyObject(shown_now)}


def forget(**_kwargs: Any) -> None:
    """What is on the board has changed."""
    _Held.board = None
    cache.delete(KEY)


for _model in (Downtime, HelpDesk):
    post_save.connect(forget, sender=_model)
    post_delete.connect(forget, sender=_model)
