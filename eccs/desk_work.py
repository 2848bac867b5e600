"""Work in hand: a document is taken up, set aside, given back, taken over from a colleague, or allocated anew.

Each is one transaction that holds the document's row, as every step does: of two people who take the same document up at
once one has it. Each leaves a line in the audit log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.clearance import Stage
from accounts.models import Posting, User
from accounts.permissions import Actor, Held, composed
from accounts.roles import Group, Role, group_of
from eccs import audit, pages
from eccs.in_hand import InHand, Priority, in_whose_hands, kind_of
from eccs.notices import worded
from eccs.rows import lock_rows
from eccs.workflow import Document, Refused, holders


def place(listing: pages.Listing, document: Any, actor: Actor) -> tuple[str, list[str]]:
    """The role in which a person sits at the desk where a document is, with the steps that are open there; or nothing."""
    if not listing.queued or document.stage not in listing.waiting_at(actor):
        return "", []
    stage = document.stage
    here = [s for s in document.steps().values() if stage in s.sources and not s.anytime]
    found = {s.name: role for s in here if (role := actor.acts_as(s.activity_at(stage), document))}
    done = listing.elsewhere.get(stage)
    role = next(iter(found.values()), "") or (actor.acts_as(done.activity, document) if done else "")
    return role, list(found)


def may_allocate(listing: pages.Listing, document: Any, actor: Actor) -> bool:
    """Whether the person allocates the work of the desk where a document is: a supervisor of the same user group."""
    groups = {Role(role).group for role in _roles_at(listing, document)}
    return any(
        held.group in groups and held.reaches(document, actor, ALLOCATES)
        for held in actor.postings
        if ALLOCATES in held.activities
    )


ALLOCATES = pages.activity_of("work")
PRIORITISES = pages.activity_of("work-priority")


def _roles_at(listing: pages.Listing, document: Document) -> set[str]:
    done = listing.elsewhere.get(document.stage)
    found = {*holders(type(document), document.stage), *(done.roles if done else ())} - {Role.SYSTEM.value}
    return found if listing.queued else set()


def colleagues(listing: pages.Listing, document: Any) -> list[Actor]:
    """Everybody who sits at the desk where a document is, by name: one query."""
    today, station = timezone.localdate(), getattr(document, "station_id", None)
    in_force = Q(since__lte=today) & (Q(until=None) | Q(until__gte=today))
    postings = Posting.objects.filter(in_force, Q(station=station) | Q(station=None), user__stage=Stage.ACTIVE)
    if not any(Role(role).group not in (Group.COURIER, Group.IMPORTER) for role in _roles_at(listing, document)):
        firm = Q(user__importer=document.importer_id) if getattr(document, "importer_id", None) else Q(pk__in=())
        postings = postings.filter(firm | Q(user__courier=document.courier_id, user__courier__isnull=False))
    found: dict[int, tuple[User, list[Held]]] = {}
    for one in postings.select_related("user", "station_role").order_by("user__full_name", "pk"):
        own = one.station_role
        held = (
            Held(one.role, one.station_id or "") if own is None
            else composed(own.group, own.name, one.station_id or "", own.activities)
        )  # fmt: skip
        found.setdefault(one.user_id, (one.user, []))[1].append(held)
    actors = [
        Actor(
            user_id=user.pk, name=user.full_name, username=user.username, courier_id=user.courier_id,
            importer_id=user.importer_id, custodian_id=user.custodian_id, postings=tuple(roles),
        )
        for user, roles in found.values()
    ]  # fmt: skip
    return [actor for actor in actors if place(listing, document, actor)[0]]


def visible_hand(row: InHand | None, actor: Actor) -> InHand | None:
    """Who has a document in hand, for the people of the same user group alone."""
    return row if row is not None and group_of(row.role) in actor.groups else None


@contextmanager
def _held(document: Any) -> Iterator[tuple[Any, InHand | None]]:
    """The document with its row locked, and who has it in hand; refused where it is at another stage meanwhile."""
    with transaction.atomic():
        locked = lock_rows(type(document), [document.pk])
        if not locked or locked[0].stage != document.stage:
            raise Refused([_("The document has left this desk meanwhile.")], document)
        row = InHand.objects.of(type(document)).live().filter(document_id=document.pk).select_related("by").first()
        yield locked[0], row


def _place_or_refused(listing: pages.Listing, document: Any, actor: Actor) -> tuple[str, list[str]]:
    role, steps = place(listing, document, actor)
    if not role:
        raise Refused([_("The document is not at a desk of yours.")], document)
    return role, steps


def _put(document: Any, actor: Actor, role: str, steps: list[str], **aside: Any) -> InHand:
    """The document is in this person's hands now, and in nobody else's."""
    given = {
        "stage": document.stage, "station": getattr(document, "station_id", None) or "",
        "courier_id": getattr(document, "courier_id", None), "importer_id": getattr(document, "importer_id", None),
        "by_id": actor.user_id, "role": role, "steps": steps, "since": timezone.now(), "aside_until": None, "aside_why": "",
    }  # fmt: skip
    row, _made = InHand.objects.update_or_create(
        kind=kind_of(type(document)), document_id=document.pk, defaults=given | aside
    )
    return row


def _record(event: str, document: Any, actor: Actor, why: str = "", **details: Any) -> None:
    audit.record(
        event, by=actor, about=document.key, station=getattr(document, "station_id", None) or "", why=why, **details
    )


def _tell(person: int, subject: Callable[[], str], document: Document, reason: str) -> None:
    """A notice to one person, sent with the others."""
    body = f"{reason}\n{settings.PUBLIC_URL}{document.get_absolute_url()}"
    worded(f"person:{person}", lambda: (subject(), body)).save()


def take_up(listing: pages.Listing, document: Any, actor: Actor) -> None:
    """The document is in the person's hands: colleagues see that and do not begin it too."""
    role, steps = _place_or_refused(listing, document, actor)
    with _held(document) as (locked, row):
        if row is not None and row.by_id != actor.user_id:
            raise Refused([in_whose_hands(row)], document)
        _put(locked, actor, role, steps)
    _record("work.taken-up", locked, actor)


def set_aside(listing: pages.Listing, document: Any, actor: Actor, *, until: datetime, why: str) -> None:
    """The document waits for something, and comes back into the queue by itself at that moment."""
    role, steps = _place_or_refused(listing, document, actor)
    with _held(document) as (locked, row):
        if row is not None and row.by_id != actor.user_id:
            raise Refused([in_whose_hands(row)], document)
        _put(locked, actor, role, steps, aside_until=until, aside_why=why)
    _record("work.set-aside", locked, actor, why, until=timezone.localtime(until).isoformat(timespec="minutes"))


def give_back(listing: pages.Listing, document: Any, actor: Actor) -> None:
    """The document is in the queue again, for everybody at the desk."""
    with _held(document) as (locked, row):
        if row is None or row.by_id != actor.user_id:
            raise Refused([_("The document is not in your hands.")], document)
        row.delete()
    _record("work.given-back", locked, actor)


def take_over(listing: pages.Listing, document: Any, actor: Actor, *, reason: str) -> None:
    """The document goes from a colleague's hands into the person's; the colleague is told why."""
    role, steps = _place_or_refused(listing, document, actor)
    with _held(document) as (locked, row):
        if row is None or row.by_id == actor.user_id:
            raise Refused([_("No colleague has the document in hand.")], document)
        _put(locked, actor, role, steps)
        words = {"name": actor.name, "document": locked}
        _tell(row.by_id, lambda: _("%(name)s took over %(document)s") % words, locked, reason)
    _record("work.taken-over", locked, actor, reason, **{"from": row.by.username})


def allocate(listing: pages.Listing, document: Any, actor: Actor, *, person: Actor | None, reason: str) -> None:
    """A supervisor puts the document into somebody's hands, or back into the queue; whoever had it and has it now is told."""
    if not may_allocate(listing, document, actor):
        raise Refused([_("The work of this desk is allocated by its supervisors.")], document)
    with _held(document) as (locked, row):
        before = row.by_id if row is not None else None
        if person is None:
            InHand.objects.of(type(locked)).filter(document_id=locked.pk).delete()
        else:
            role, steps = _place_or_refused(listing, locked, person)
            _put(locked, person, role, steps)
        words = {"name": actor.name, "document": locked}
        if before is not None and (person is None or before != person.user_id):
            _tell(before, lambda: _("%(name)s allocated %(document)s anew") % words, locked, reason)
        if person is not None and person.user_id not in (before, actor.user_id):
            _tell(int(person.user_id or 0), lambda: _("%(name)s allocated %(document)s to you") % words, locked, reason)
        was = row.by.username if row is not None else ""
    _record("work.allocated", locked, actor, reason, **{"from": was, "to": person.username if person else ""})


def prioritise(listing: pages.Listing, document: Any, actor: Actor, *, reason: str, remarks: str) -> None:
    """The document goes before the others at every desk until it is finished; without a reason it does not any more."""
    if not actor.acts_as(PRIORITISES, document) or document.stage not in document.awaited_stages():
        raise Refused(
            [_("Priority is given to documents that are not finished, by those who supervise the desks.")], document
        )
    with _held(document) as (locked, _row):
        key = {"kind": kind_of(type(locked)), "document_id": locked.pk}
        if reason:
            given = {
                "station": getattr(locked, "station_id", None) or "", "reason": reason, "remarks": remarks,
                "by_id": actor.user_id, "by_name": actor.name, "at": timezone.now(),
            }  # fmt: skip
            Priority.objects.update_or_create(**key, defaults=given)
        else:
            Priority.objects.filter(**key).delete()
    _record("work.priority", locked, actor, remarks, reason=reason)
