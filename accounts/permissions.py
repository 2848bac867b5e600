"""What a person may do: one answer for pages, queues, buttons, files and steps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Posting, User
from accounts.roles import Group, Role


@dataclass(frozen=True)
class Actor:
    """A signed-in person with the postings in force today, or the system itself."""

    user_id: int | None
    name: str
    username: str = ""
    courier_id: int | None = None
    importer_id: int | None = None
    custodian_id: int | None = None
    postings: tuple[tuple[str, str], ...] = field(default=())  # (role, station code or "" for all stations)

    @classmethod
    def of(cls, user: User) -> Actor:
        """The actor a person is today: one query for the postings."""
        today = timezone.localdate()
        postings = Posting.objects.filter(Q(until=None) | Q(until__gte=today), user=user, since__lte=today)
        return cls(
            user_id=user.pk, name=user.full_name, username=user.username, courier_id=user.courier_id,
            importer_id=user.importer_id, custodian_id=user.custodian_id,
            postings=tuple((role, station or "") for role, station in postings.order_by("pk").values_list("role", "station_id")),
        )  # fmt: skip

    @cached_property
    def roles(self) -> frozenset[str]:
        """Every role held at any station."""
        return frozenset(role for role, _station in self.postings)

    @cached_property
    def stations(self) -> frozenset[str]:
        """The stations where officers and custodians are posted; couriers and importers work at all."""
        return frozenset(station for _role, station in self.postings if station)

    @cached_property
    def groups(self) -> frozenset[Group]:
        """The user groups the roles belong to."""
        return frozenset(Role(role).group for role in self.roles)

    @property
    def is_officer(self) -> bool:
        """Whether the person is Customs: sees lanes, RMS and CCR instructions."""
        return Group.CUSTOMS in self.groups

    @property
    def is_trade(self) -> bool:
        """Whether the person belongs to a courier or an importer."""
        return Group.COURIER in self.groups or Group.IMPORTER in self.groups

    def stations_as(self, *roles: str) -> frozenset[str]:
        """The stations where one of the roles is held."""
        return frozenset(station for role, station in self.postings if role in roles and station)

    def role_for(self, roles: Collection[str], document: Any) -> str:
        """The role in which the actor may act on the document, or nothing."""
        for role, station in self.postings:
            if role not in roles:
                continue
            group = Role(role).group
            if group is Group.COURIER and self.courier_id is not None and document.courier_id == self.courier_id:
                return role
            if group is Group.IMPORTER and self.importer_id is not None:
                if getattr(document, "importer_id", None) == self.importer_id:
                    return role
            elif group is Group.SYSTEM or (station and station == document.station_id):
                return role
        return ""

    def why_not(self, roles: Collection[str], document: Any) -> str:
        """Why the actor may not act on the document in any of these roles, or nothing where it may."""
        if self.role_for(roles, document):
            return ""
        if self.roles.isdisjoint(roles):
            desks = ", ".join(str(Role(role).label) for role in roles)
            return _("This is for the desk of: %(desks)s.") % {"desks": desks}
        if self.is_trade:
            return _("The document belongs to another firm.")
        return _("The document is at another station.")


SYSTEM = Actor(user_id=None, name="ECCS", postings=((Role.SYSTEM.value, ""),))
"""The system itself, for the steps nobody's hand takes."""
