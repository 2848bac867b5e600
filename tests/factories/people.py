"""People and the roles of stations, at every stage."""

from __future__ import annotations

from typing import Any

from accounts.access import StationRole
from accounts.clearance import RoleStage, Stage
from accounts.models import Posting, User
from accounts.roles import Role
from tests.factories import firms


def officer(stage: str = Stage.ACTIVE, *, station: str = "BLR", name: str = "Kavya Sethi", **given: Any) -> User:
    """An officer at home at a station, with one posting there."""
    open_role("ASSESSING_OFFICER", station=station)
    fields: dict[str, Any] = {
        "username": name.lower().replace(" ", "."), "full_name": name, "email": "kavya@eccs.example", "home_id": station,
        "stage": stage, "is_active": stage == Stage.ACTIVE,
    }  # fmt: skip
    made = User(**fields | given)
    made.set_unusable_password()
    made.save()
    Posting.objects.create(user=made, role="DCAC", station_id=station)
    return made


def open_role(code: str, *, station: str = "BLR") -> StationRole:
    """A standard role, open at a station."""
    role = Role(code)
    made, _created = StationRole.objects.get_or_create(
        station_id=station, standard=code, defaults={"group": role.group, "name": str(role.label)}
    )
    return made


def station_role(stage: str = RoleStage.OPEN, *, station: str = "BLR", **given: Any) -> StationRole:
    """A role composed at a station, held by nobody."""
    fields: dict[str, Any] = {
        "station_id": station, "group": "CUSTOMS", "name": "Night desk", "stage": stage,
        "activities": ["courierbillofentry.clear_xray"],
    }  # fmt: skip
    return StationRole.objects.create(**fields | given)


def courier_person(firm: str = "swift", name: str = "Om Gill", *, home: str | None = None) -> User:
    """Somebody of a courier, without a role."""
    made = firms.person(name, firms.courier(firm))
    made.home_id, made.email = home, f"{made.username}@{firm}.example"
    made.save()
    return made


def posted(person: User, code: str, station: str | None = None, **given: Any) -> Posting:
    """A person in a role."""
    made: Posting = Posting.objects.create(user=person, role=code, station_id=station, **given)
    return made
