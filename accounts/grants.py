"""Giving and ending roles: what may be given to whom, and what conflicts, judged where the step is taken (PN17 3.0)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import letters
from accounts.circle import GIVE, is_in_circle, postings_ahead
from accounts.directory.querysets import in_force
from accounts.permissions import Actor, Held, composed, held_ahead, of_group
from accounts.role_work import give_back_unheld
from accounts.roles import APART, GROUP_ADMINS, Group, Role, label_of
from eccs.activities import conflicts
from eccs.workflow import Refused

if TYPE_CHECKING:
    from accounts.access import StationRole
    from accounts.models import Posting, User

END = "user.end_posting"


class Offer(NamedTuple):
    """A role that may be given: its code, its station, and the row it was composed in."""

    code: str
    station: str
    composed_in: int | None = None

    @property
    def key(self) -> str:
        """The offer as a form carries it."""
        return f"{self.code}@{self.station}"

    def __str__(self) -> str:
        return f"{label_of(self.code)}, {self.station}"


def offers(actor: Any, person: User) -> dict[str, Offer]:
    """What this actor may give this person, by key: open roles of the own station and the person's group."""
    found: dict[str, Offer] = {}
    for held in actor.postings:
        if is_in_circle(person, held, actor, GIVE):
            found.update({one.key: one for one in _offers_of(held, person)})
    return found


def _offers_of(held: Held, person: User) -> Iterable[Offer]:
    from accounts.access import StationRole
    from accounts.clearance import RoleStage
    from accounts.models import CustomsStation

    if held.role == Role.SYSTEM_ADMIN:
        for code in CustomsStation.objects.values_list("pk", flat=True):
            yield Offer(Role.PORT_ADMIN.value, code)
        return
    if held.role == Role.PORT_ADMIN:
        yield Offer(GROUP_ADMINS[person.group].value, held.station)
    roles = StationRole.objects.filter(group=person.group, stage=RoleStage.OPEN).order_by("station", "pk")
    if held.station:
        roles = roles.filter(station=held.station)
    if (operates := person.standing.firm_at) is not None:
        roles = roles.filter(station__in=operates)
    for role in roles:
        yield Offer(role.code, role.station_id, None if role.standard else role.pk)


def give(
    person: User, wanted: Offer, since: date, until: date | None, reason: str, *, despite_conflict: bool
) -> Posting:  # fmt: skip
    """The posting that a grant makes. Raises Refused where it may not be given, is held already, or conflicts unconfirmed."""
    from accounts.models import Posting

    actor = person.taken_by
    offer = offers(actor, person).get(wanted.key)
    if offer is None or not _still_open(offer):
        raise Refused(
            [_("This role is not yours to give to %(name)s, or is no longer open.") % {"name": person}], person
        )
    if since < timezone.localdate() or (until is not None and until < since):
        raise Refused([_("A role is given from today or a later day, and ends after it begins.")], person)
    same = Q(station_role=offer.composed_in) if offer.composed_in else Q(role=offer.code, station=offer.station)
    overlapping = postings_ahead(person).filter(same, Q(until=None) | Q(until__gte=since))
    if until is not None:
        overlapping = overlapping.filter(since__lte=until)
    if overlapping.exists():
        raise Refused([_("%(name)s holds this role already.") % {"name": person}], person)
    _refuse_second_admin(person, offer, since, until)
    if (found := conflicts_with(person, offer)) and not despite_conflict:
        raise Refused(found, person)
    if person.home_id is None and not person.is_of_trade:
        person.home_id = offer.station
    person.snapshot_for_trail = {
        "role": offer.code, "station": offer.station, "since": since, "until": until,
        "activities": sorted(opened_by(offer)), "conflicts": found,
    }  # fmt: skip
    record_grant("grant.given", person, offer.code, offer.station, reason)
    letters.tell(person, "role", role=offer.code, station=offer.station, day=f"{since:%d/%m/%Y}")
    return Posting(
        user=person, role="" if offer.composed_in else offer.code, station_role_id=offer.composed_in,
        station_id=offer.station, since=since, until=until,
    )  # fmt: skip


def _refuse_second_admin(person: User, offer: Offer, since: date, until: date | None) -> None:
    """Raise Refused where the group, of the same firm at the same station, has a Group Admin at the time: each has one (PN17 3.0)."""
    from accounts.models import CustomsStation, Posting

    if offer.code not in GROUP_ADMINS.values():
        return
    CustomsStation.objects.select_for_update(of=("self",), no_key=True).get(pk=offer.station)  # two at once: one waits
    others = Posting.objects.filter(
        Q(until=None) | Q(until__gte=since), role=offer.code, station=offer.station, user__courier=person.courier_id,
        user__importer=person.importer_id, user__custodian=person.custodian_id,
    ).exclude(user=person.pk)  # fmt: skip
    if until is not None:
        others = others.filter(since__lte=until)
    if (other := others.select_related("user").first()) is not None:
        words = {"name": other.user, "role": label_of(offer.code)}
        raise Refused([_("%(name)s is %(role)s here, and a group has one: end that posting first.") % words], person)


def _still_open(offer: Offer) -> bool:
    """Whether the station's role is open, held so until the grant is written: a withdrawal waits for it, or it for that."""
    from accounts.access import StationRole
    from accounts.clearance import RoleStage

    if offer.code in (Role.PORT_ADMIN, *GROUP_ADMINS.values()):
        return True
    roles = StationRole.objects.select_for_update(of=("self",)).filter(stage=RoleStage.OPEN, station=offer.station)
    chosen = Q(pk=offer.composed_in) if offer.composed_in else Q(standard=offer.code)
    return roles.filter(chosen).first() is not None


def postings_to_end(actor: Any, person: User) -> QuerySet[Posting]:
    """The person's postings that this actor may end: those at the own station, or of the own firm."""
    mine = Q(pk__in=())
    for held in actor.postings:
        if not is_in_circle(person, held, actor, END):
            continue
        if held.role == Role.SYSTEM_ADMIN or (person.is_of_trade and not held.station):
            return postings_ahead(person)
        mine |= Q(station=held.station)
        if is_in_circle(person, held, actor, ""):
            mine |= Q(station=None)
    return postings_ahead(person).filter(mine)


def end(person: User, postings: Iterable[Posting], on: date, reason: str) -> list[Posting]:
    """End postings: from the day on they are not held. Where none is left, every session of the person ends."""
    if on < timezone.localdate():
        raise Refused([_("A posting ends today or on a later day.")], person)
    ended = []
    for posting in postings:
        last = on - timedelta(days=1)
        posting.until = last if posting.until is None else min(last, posting.until)
        ended.append(posting)
        record_grant("grant.ended", person, posting.code, posting.station_id or "", reason)
        told = {"role": posting.code, "station": posting.station_id or "", "day": f"{posting.until:%d/%m/%Y}"}
        letters.tell(person, "role-ended", **told)
    person.snapshot_for_trail = {
        "ended": [{"role": one.code, "station": one.station_id, "last_day": one.until} for one in ended]
    }
    today = timezone.localdate()
    if on == today:
        over, now = {f"{one.code}@{one.station_id or ''}" for one in ended}, Actor.of(person)
        after = replace(now, postings=tuple(held for held in now.postings if held.key not in over))
        give_back_unheld(person, after, reason)
    left = postings_ahead(person).exclude(pk__in=[one.pk for one in ended if one.until and one.until < today])
    if not left.exists():
        person.sessions_ended += 1
    return ended


def record_grant(event: str, person: User, code: str, station: str, reason: str) -> None:
    """One line of the audit log, once the grant is written."""
    from django.db import transaction

    from eccs import audit

    by = person.taken_by
    transaction.on_commit(
        lambda: audit.record(event, by=by, about=person.username, station=station, why=reason, role=code)
    )


# ── conflicts ────────────────────────────────────────────────────────────────


def opened_by(offer: Offer) -> frozenset[str]:
    """The activities that a role on offer opens."""
    return held_of(offer).activities


def held_of(offer: Offer) -> Held:
    """A role on offer, as it would be held."""
    from accounts.access import StationRole

    if offer.composed_in is None:
        return Held(offer.code, offer.station)
    row = StationRole.objects.get(pk=offer.composed_in)
    return composed(row.group, row.name, offer.station, row.activities)


def conflicts_with(person: User, offer: Offer) -> list[str]:
    """What the person could then do alone on one document, though the notice wants two: in words, each pair by name."""
    before = [held for held in held_ahead(person) if held.station in ("", offer.station) or not offer.station]
    now = held_of(offer)
    activities = frozenset().union(*(held.activities for held in before))
    known = set(_pairs(activities))
    pairs = [pair for pair in _pairs(activities | now.activities) if pair not in known]
    roles = {held.role for held in before}
    pairs += [
        (str(one.label), str(other.label))
        for one, other in APART
        if (now.role == one and other in roles) or (now.role == other and one in roles)
    ]
    return [_told(pair) for pair in dict.fromkeys(pairs)]


def conflicts_within(activities: Collection[str]) -> list[str]:
    """The pairs that stand against each other within one set of activities, in words."""
    return [_told(pair) for pair in dict.fromkeys(_pairs(activities))]


def conflicts_of_holders(role: StationRole, activities: Collection[str]) -> list[str]:
    """What the holders of a composed role could do alone once it has these activities, in words, each by name."""
    wanted, found = frozenset(activities), []
    within = set(_pairs(wanted))
    for posting in role.held_by().select_related("user"):
        others = (
            held
            for held in held_ahead(posting.user)
            if held.station in ("", role.station_id) and (held.role, held.station) != (role.code, role.station_id)
        )
        beside: frozenset[str] = frozenset().union(*(held.activities for held in others))
        known = within | set(_pairs(beside | role.opens))
        found += [
            _("%(name)s: %(conflict)s") % {"name": posting.user, "conflict": _told(pair)}
            for pair in _pairs(beside | wanted)
            if pair not in known
        ]
    return list(dict.fromkeys(found))


def _pairs(activities: Collection[str]) -> list[tuple[str, str]]:
    return [(str(one.label), str(other.label)) for one, other in conflicts(activities)]


def _told(pair: tuple[str, str]) -> str:
    return _("“%(one)s” and “%(other)s” are kept apart: on one document two people take them.") % {
        "one": pair[0], "other": pair[1],
    }  # fmt: skip


def refuse_activities(group: str, activities: Collection[str], *, despite_conflict: bool) -> None:
    """Raise Refused where a role would hold more than its group may have, nothing, or a conflict nobody confirmed."""
    reasons = []
    if not activities:
        reasons.append(_("A role holds at least one activity."))
    if group not in GROUP_ADMINS or not frozenset(activities) <= of_group(group):
        reasons.append(_("A role never holds more than its group may have."))
    if not reasons and not despite_conflict:
        reasons = conflicts_within(activities)
    if reasons:
        raise Refused(reasons)


def groups_without_admin(actor: Actor) -> list[str]:
    """The groups of the actor's stations that have no Group Admin yet."""
    from accounts.models import CourierStation, Posting

    today = timezone.localdate()
    stations = {held.station for held in actor.postings if held.role == Role.PORT_ADMIN}
    here = CourierStation.objects.filter(in_force(today), station__in=stations)
    there = set(
        Posting.objects.filter(
            Q(until=None) | Q(until__gte=today),
            Q(station__in=stations)
            | Q(station=None, user__courier__in=here.values("courier"))
            | Q(station=None, user__importer__isnull=False, user__home__in=stations),
            role__in=GROUP_ADMINS.values(),
        )
        .exclude(user__custodian__until__lt=today)
        .values_list("role", flat=True)
    )
    return [str(Group(group).label) for group, role in GROUP_ADMINS.items() if role.value not in there]
