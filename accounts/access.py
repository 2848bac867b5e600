"""The roles of a station: standard ones opened there, and sets of activities composed there (PN17 3.0)."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.clearance import RoleStage, StationRoleClearance
from accounts.models import CustomsStation, Posting, User
from accounts.permissions import of_group
from accounts.roles import Group, Role, composed_code
from eccs import pages
from eccs.activities import of_role
from eccs.stage_field import StageField
from eccs.trail import TrailLine


class StationRoleQuerySet(models.QuerySet[Any]):
    """Roles of stations by who asks."""

    def visible_to(self, actor: Any) -> Self:
        """Those of the stations where the actor is Port Admin."""
        return self.filter(station_id__in=actor.stations_for([pages.activity_of("roles")]))


class StationRole(StationRoleClearance):
    """A role that can be given at a station: a standard one, or one composed of activities of its group."""

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="roles", verbose_name=_("station"))
    group = models.CharField(_("group"), max_length=9, choices=Group.choices)
    name = models.CharField(_("name"), max_length=28)
    standard = models.CharField(max_length=24, choices=Role.choices, blank=True)
    activities = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    stage = StageField(choices=RoleStage.choices, default=RoleStage.OPEN, max_length=9)

    objects = StationRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        constraints = [
            models.UniqueConstraint("station", "group", Lower("name"), name="role_name_once_a_station_and_group"),
            models.UniqueConstraint(
                fields=["station", "standard"], name="standard_role_once_a_station", condition=~Q(standard="")
            ),
            models.CheckConstraint(
                condition=Q(standard="") | Q(activities=[]), name="standard_role_follows_the_code"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(Role(self.standard).label) if self.standard else self.name

    @property
    def key(self) -> str:
        """What it is called in an address."""
        return str(self.pk)

    @classmethod
    def by_key(cls, key: str) -> Q:
        """The condition that finds the role of an address."""
        return Q(pk=int(key)) if key.isdecimal() and len(key) < 19 else Q(pk__in=())

    @property
    def code(self) -> str:
        """The role as the trail writes it."""
        return self.standard or composed_code(self.group, self.name)

    @property
    def opens(self) -> frozenset[str]:
        """The activities it holds now."""
        return of_role(self.standard) if self.standard else frozenset(self.activities) & of_group(self.group)

    def held_by(self) -> QuerySet[Posting]:
        """The postings of the role here, in force today or beginning later."""
        today = timezone.localdate()
        same = Q(station_role=self)
        if self.standard:
            same |= Q(role=self.standard, station=self.station_id)
        return Posting.objects.filter(same, Q(until=None) | Q(until__gte=today)).order_by("user__full_name", "pk")


class StationRoleTrail(TrailLine):
    """The trail of a role of a station."""

    tells_firms = False
    document = models.ForeignKey(StationRole, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="role_trail_seq")]


StationRole.trail_model = StationRoleTrail


class PersonTrail(TrailLine):
    """The trail of a person: every grant with who, when, what and why."""

    tells_firms = False
    document = models.ForeignKey(User, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="person_trail_seq")]


User.trail_model = PersonTrail
