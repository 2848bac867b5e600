"""New people and new roles: written with the first line of their trail, in one transaction (PN17 3.0)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import StationRole
from accounts.clearance import CREATE, OPEN_ROLE
from accounts.directory.querysets import in_force
from accounts.entry import send_password_link_after_commit
from accounts.grants import refuse_activities
from accounts.models import AuthorisedCourier, Custodian, CustomsStation, Importer, Posting, User
from accounts.permissions import SYSTEM, Actor
from accounts.roles import GROUP_ADMINS, Group, Role, group_of, standard_roles
from eccs import audit
from eccs.beginning import begin, begin_as
from eccs.workflow import Refused


@dataclass(frozen=True)
class Place:
    """Where a new person belongs: a group, its firm, and the station that manages the account."""

    key: str  # as a form carries it
    label: str
    role: str  # of whoever may put somebody there
    home_id: str | None = None
    courier_id: int | None = None
    importer_id: int | None = None
    custodian_id: int | None = None


def places(actor: Actor) -> dict[str, Place]:
    """Where this actor may create people: a Group Admin in the own circle alone, whatever a form says."""
    found: dict[str, Place] = {}
    for held in actor.postings:
        if held.role == Role.SYSTEM_ADMIN:
            made = _for_port_admins()
        elif held.role == Role.PORT_ADMIN:
            made = _at_station(held.station)
        elif held.role in GROUP_ADMINS.values():
            made = _own(held.role, held.station, actor)
        else:
            continue
        found.update({place.key: place for place in made})
    return found


def _for_port_admins() -> list[Place]:
    return [
        Place(f"customs:{one.pk}", _("Customs, %(station)s") % {"station": one}, Role.SYSTEM_ADMIN, home_id=one.pk)
        for one in CustomsStation.objects.all()
    ]


def _at_station(station: str) -> list[Place]:
    role, here, today = Role.PORT_ADMIN, CustomsStation.objects.get(pk=station), timezone.localdate()
    found = [Place(f"customs:{station}", _("Customs, %(station)s") % {"station": here}, role, home_id=station)]
    found += [
        Place(f"custodian:{one.pk}", f"{Group.CUSTODIAN.label}: {one}", role, home_id=station, custodian_id=one.pk)
        for one in Custodian.objects.filter(in_force(today), station=station).order_by("name")
    ]
    found += [
        Place(f"courier:{one.pk}@{station}", f"{Group.COURIER.label}: {one}", role, home_id=station, courier_id=one.pk)
        for one in AuthorisedCourier.objects.at(station, today)
    ]
    found += [
        Place(
            f"importer:{one.pk}@{station}", f"{Group.IMPORTER.label}: {one}", role, home_id=station, importer_id=one.pk
        )
        for one in Importer.objects.filter(stage=Importer.Stage.IN_FORCE).order_by("name")
    ]
    return found


def _own(role: str, station: str, actor: Actor) -> list[Place]:
    """The one place of a Group Admin: the own group at the own station, or the own firm."""
    group, home = group_of(role), station or None
    if group is Group.COURIER and actor.courier_id is not None:
        return [Place(f"own:{role}@{station}", str(group.label), role, home_id=home, courier_id=actor.courier_id)]
    if group is Group.IMPORTER and actor.importer_id is not None:
        return [Place(f"own:{role}@{station}", str(group.label), role, home_id=home, importer_id=actor.importer_id)]
    if group is Group.CUSTODIAN and actor.custodian_id is not None:
        return [Place(f"own:{role}@{station}", str(group.label), role, home_id=home, custodian_id=actor.custodian_id)]
    return [Place(f"own:{role}@{station}", str(group.label), role, home_id=station)] if group is Group.CUSTOMS else []


def create_person(actor: Actor, place: str, username: str, full_name: str, email: str, reason: str) -> User:
    """A person with a user name and a link on its way to choose a password. Raises Refused where the place is not the actor's."""
    chosen = places(actor).get(place)
    if chosen is None:
        raise Refused([_("You create people in your own circle only.")])
    refuse_taken(username)
    with transaction.atomic():
        person = User(
            username=username.lower(), full_name=full_name, email=email, home_id=chosen.home_id, courier_id=chosen.courier_id,
            importer_id=chosen.importer_id, custodian_id=chosen.custodian_id,
        )  # fmt: skip
        person.set_unusable_password()
        _save_new(person)
        answers = {"username": person.username, "email": email, "firm": str(person.firm or ""), "reason": reason}
        begin_as(chosen.role, [person], CREATE.name, actor, **answers)
        send_password_link_after_commit(person)
        transaction.on_commit(
            lambda: audit.record(
                "person.created", by=actor, about=person.username, station=chosen.home_id or "", why=reason
            )
        )
    return person


def refuse_taken(username: str) -> None:
    """Raise Refused where somebody has the user name."""
    if User.objects.filter(username=username.lower()).exists():
        raise Refused([_("This user name is not free: choose another.")])


def _save_new(person: User) -> None:
    """Save a new person; Refused where somebody else took the user name at the same moment."""
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        refuse_taken(person.username)
        raise


def first_system_admin(username: str, full_name: str, email: str, *, another: bool = False, reason: str = "") -> User:
    """The person who sets up the first station, or another where the last one is lost, which is said why.

    Raises Refused where somebody is System Admin already and no other is asked for, or the name is taken.
    """
    if another and len(reason.strip()) < 5:
        raise Refused([_("Give a reason of at least 5 letters.")])
    with transaction.atomic():
        CustomsStation.objects.select_for_update(of=("self",)).order_by(
            "pk"
        ).first()  # two at once would both be the first
        if not another and Posting.objects.filter(role=Role.SYSTEM_ADMIN).exists():
            raise Refused([_("There is a System Admin already.")])
        refuse_taken(username)
        person = User(username=username.lower(), full_name=full_name, email=email)
        person.set_unusable_password()
        person.clean_fields(exclude=["password", "stage"])
        _save_new(person)
        answers = {"username": person.username, "email": email, "role": Role.SYSTEM_ADMIN.value}
        if reason:
            answers["reason"] = reason
        begin_as(Role.SYSTEM.value, [person], CREATE.name, SYSTEM, **answers)
        Posting.objects.create(user=person, role=Role.SYSTEM_ADMIN, since=timezone.localdate())
        transaction.on_commit(
            lambda: audit.record("grant.given", by=SYSTEM, about=person.username, role="SYSTEM_ADMIN", why=reason)
        )
    return person


def open_standard(actor: Actor, station: str, wanted: Collection[str], reason: str) -> list[StationRole]:
    """Open standard roles at a station; those open already stay as they are."""
    allowed = {role.value: role for group in GROUP_ADMINS for role in standard_roles(group)}
    if not frozenset(wanted) <= frozenset(allowed):
        raise Refused([_("These are not standard roles that a station opens.")])
    with transaction.atomic():
        CustomsStation.objects.select_for_update(of=("self",)).get(pk=station)
        there = set(StationRole.objects.filter(station=station).exclude(standard="").values_list("standard", flat=True))
        return [
            _opened(
                actor, StationRole(station_id=station, group=allowed[code].group, standard=code, name=code),
                reason,
            )
            for code in allowed
            if code in wanted and code not in there
        ]  # fmt: skip


def compose(
    actor: Actor, station: str, group: str, name: str, description: str, activities: Collection[str], reason: str, *,
    despite_conflict: bool = False,
) -> StationRole:  # fmt: skip
    """A role of the station, composed of activities of its group."""
    refuse_activities(group, activities, despite_conflict=despite_conflict)
    row = StationRole(
        station_id=station, group=group, name=name, description=description, activities=sorted(activities)
    )
    with transaction.atomic():
        CustomsStation.objects.select_for_update(of=("self",)).get(pk=station)
        if StationRole.objects.filter(station=station, group=group, name__iexact=name).exists():
            raise Refused([_("The group has a role of this name at the station.")])
        return _opened(actor, row, reason)


def _opened(actor: Actor, row: StationRole, reason: str) -> StationRole:
    told = {"group": row.group, "activities": row.activities, "reason": reason}
    begin([row], OPEN_ROLE.name, actor, OPEN_ROLE.activity_at(""), role=str(row), **told)
    transaction.on_commit(
        lambda: audit.record("role.opened", by=actor, about=row.code, station=row.station_id, why=reason)
    )
    return row
