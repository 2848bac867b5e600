"""A question is asked: from which page, about which document, to which station; and what the asker does with it later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.urls import Resolver404, resolve

from accounts.models import CustomsStation
from accounts.permissions import SYSTEM, Actor
from accounts.roles import label_of
from eccs import pages
from eccs.beginning import begin_as
from eccs.workflow import take
from helpdesk.models import HelpTicket

LONGEST = 200
NEVER = ("password-reset",)  # pages whose address is itself a secret


@dataclass(frozen=True)
class Asked:
    """From where a question comes: the page without what was typed there, and its document where the person may see it."""

    page: str = ""
    document: str = ""
    station: str = ""


def whence(address: str, actor: Actor) -> Asked:
    """What goes with a question from an address of this system; nothing from any other."""
    path = urlsplit(address).path
    if len(path) > LONGEST or not path.startswith("/") or path[1:2] in ("/", "\\"):  # two begin another site's address
        return Asked()
    try:
        match = resolve(path)
    except Resolver404:
        return Asked()
    if match.url_name in NEVER:
        return Asked()
    listing = pages.listing_of(match.kwargs.get("slug", ""))
    key = match.kwargs.get("key", "")
    if listing is None or not key:
        return Asked(path)
    found = listing.visible_to(actor).filter(listing.model.by_key(key)).first()
    return Asked(path, found.key[:60], getattr(found, "station_id", None) or "") if found else Asked(path)


def stations_for(actor: Actor) -> list[tuple[str, str]]:
    """The stations whose help desk somebody may ask: those of the postings, or for who works everywhere all of them."""
    rows = CustomsStation.objects.all()
    found = rows.filter(pk__in=actor.stations) if actor.stations else rows
    return [(one.pk, str(one)) for one in found]


def ask(actor: Actor, asked: Asked, *, station: str, subject: str, question: str) -> HelpTicket:
    """Raise a ticket: it is open at the help desk of the station from now on."""
    ticket = HelpTicket(
        station_id=station, subject=subject, question=question, page=asked.page, document=asked.document,
        asked_as=", ".join(label_of(role) for role in actor.roles)[:LONGEST], raised_by_id=actor.person_id,
    )  # fmt: skip
    with transaction.atomic():
        begin_as(actor.roles[0] if actor.roles else SYSTEM.roles[0], [ticket], "raise", actor, subject=subject)
    return ticket


def act_on_own(ticket: HelpTicket, step: str, actor: Actor, **answers: Any) -> HelpTicket:
    """A step of whoever asked: the caller has seen that the ticket is that person's. It is taken in no role of a desk."""
    done: HelpTicket = take(ticket, step, replace(actor, postings=SYSTEM.postings), **answers)
    return done
