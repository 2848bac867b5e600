"""Whose circle a person is in: who may see, and who may manage, whom (PN17 3.0).

An account (name, e-mail, password, suspension) is managed at the person's home; a role, where it is given. So an admin
who gives an officer of another station a role here cannot take over the account with which that officer signs in there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.directory.querysets import in_force
from accounts.roles import GROUP_ADMINS, RANKS, Group, Role, group_of

if TYPE_CHECKING:
    from accounts.models import Posting
    from accounts.permissions import Actor, Held

GIVE = "user.give_role"
AT_THE_STATION = (GIVE, "user.end_posting")
"""What concerns a role at a station, and not the account as a whole."""


class Standing(NamedTuple):
    """What decides whose circle a person is in."""

    rank: int
    homes: frozenset[str]  # where the account is managed; nothing for a firm's people who are of no one station
    posted: frozenset[str]  # where the person holds a role, or will
    firm_at: frozenset[str] | None  # where the person's firm operates; nothing said where that is everywhere


def postings_ahead(person: Any) -> QuerySet[Posting]:
    """The postings of a person in force today or beginning later."""
    today = timezone.localdate()
    postings: QuerySet[Posting] = person.postings.filter(Q(until=None) | Q(until__gte=today)).order_by("pk")
    return postings


def standing_of(person: Any) -> Standing:
    """The standing of a person now."""
    held = list(postings_ahead(person).values_list("role", "station_id"))
    posted = frozenset(station for _role, station in held if station)
    home = person.home_id or (person.custodian.station_id if person.custodian_id else None)
    homes = frozenset([home]) if home else frozenset() if person.is_of_trade else posted
    firm_at = None
    if person.courier_id is not None:
        firm_at = frozenset(person.courier.stations_on().values_list("pk", flat=True))
    return Standing(max((RANKS.get(role, 0) for role, _station in held), default=0), homes, posted, firm_at)


def is_in_circle(person: Any, held: Held, actor: Actor, activity: str) -> bool:
    """Whether this role lets the actor do this to the person.

    Nobody manages themselves, or their own rank or above; only System Admins manage one another. The System Admin keeps
    the accounts of the trade's people who are of no station, as those of an importer that files everywhere: no Port Admin does.
    """
    standing: Standing = person.standing
    rank = RANKS.get(held.role, 0)
    if person.pk == actor.user_id:
        return False
    if held.role == Role.SYSTEM_ADMIN and standing.rank == rank:
        return activity != GIVE  # there is nobody above: of two, each manages the account of the other
    if rank <= standing.rank:
        return False
    if held.role == Role.SYSTEM_ADMIN:
        if person.is_of_trade:
            return activity != GIVE and not standing.homes and not standing.firm_at
        new = standing.rank == 0 and not standing.posted
        return person.group == Group.CUSTOMS and (standing.rank == RANKS[Role.PORT_ADMIN] or new or activity == GIVE)
    if held.role == Role.PORT_ADMIN:
        return _in_reach_of_port_admin(person, standing, held.station, activity)
    if person.group != held.group or not _of_own_firm(person, actor):
        return False
    if person.is_of_trade and not held.station:
        return True
    return bool(held.station) and _at_station(person, standing, held.station, activity)


def _in_reach_of_port_admin(person: Any, standing: Standing, station: str, activity: str) -> bool:
    if not person.is_of_trade:
        return _at_station(person, standing, station, activity)
    if standing.firm_at is None:  # an importer works everywhere: whoever has no desk here is not of this station
        return station in standing.homes or (activity in AT_THE_STATION and station in standing.posted)
    operates = station in standing.firm_at
    return operates and (not standing.homes or station in standing.homes or activity in AT_THE_STATION)


def _at_station(person: Any, standing: Standing, station: str, activity: str) -> bool:
    """At home here, or posted here; an officer of another station can be given a role here, by user name."""
    if station in standing.homes or (activity in AT_THE_STATION and station in standing.posted):
        return True
    return activity == GIVE and person.group == Group.CUSTOMS


def _of_own_firm(person: Any, actor: Actor) -> bool:
    """Whether both are of one firm; officers are of none."""
    firms = (actor.courier_id, actor.importer_id, actor.custodian_id)
    return person.group == Group.CUSTOMS or (person.courier_id, person.importer_id, person.custodian_id) == firms


# ── who is seen ──────────────────────────────────────────────────────────────


def seen_by(actor: Actor) -> Q:
    """The condition that finds the people an admin may see."""
    seen = Q(pk__in=())
    for held in actor.postings:
        if held.role == Role.SYSTEM_ADMIN:
            seen |= _seen_by_system_admin()
        elif held.role == Role.PORT_ADMIN:
            seen |= _at(held.station) | _of_couriers_at(held.station)
        elif held.role in GROUP_ADMINS.values():
            seen |= _seen_by_group_admin(held, actor)
    return seen


def _posted(**given: Any) -> Q:
    from accounts.models import Posting

    today = timezone.localdate()
    ahead = Posting.objects.filter(Q(until=None) | Q(until__gte=today), **given)
    return Q(pk__in=ahead.values("user"))


def _of_couriers_at(station: str) -> Q:
    """The people of the couriers who operate at a station today."""
    from accounts.models import AuthorisedCourier

    return Q(courier__in=AuthorisedCourier.objects.at(station, timezone.localdate()))


OFFICERS_ONLY = Q(courier=None, importer=None, custodian=None)


def _seen_by_system_admin() -> Q:
    from accounts.models import CourierStation

    admins = _posted(role__in=(Role.SYSTEM_ADMIN, Role.PORT_ADMIN))
    operating = CourierStation.objects.filter(in_force(timezone.localdate()))
    of_no_station = Q(home=None) & (
        Q(importer__isnull=False) | Q(courier__isnull=False) & ~Q(courier__in=operating.values("courier"))
    )
    return admins | (OFFICERS_ONLY & Q(home__isnull=False) & ~_posted()) | of_no_station


def _at(station: str) -> Q:
    return Q(home=station) | Q(custodian__station=station) | _posted(station=station)


def _seen_by_group_admin(held: Held, actor: Actor) -> Q:
    group = group_of(held.role)
    here = _at(held.station) if held.station else Q()
    if group is Group.COURIER and actor.courier_id is not None:
        return Q(courier=actor.courier_id) & here
    if group is Group.IMPORTER and actor.importer_id is not None:
        return Q(importer=actor.importer_id) & here
    if group is Group.CUSTOMS:
        return OFFICERS_ONLY & _at(held.station)
    if group is Group.CUSTODIAN and actor.custodian_id is not None:
        return Q(custodian=actor.custodian_id) & _at(held.station)
    return Q(pk__in=())
