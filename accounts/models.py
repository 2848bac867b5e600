"""Stations, firms, people and their postings."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.circle import seen_by
from accounts.clearance import PersonClearance, Stage
from accounts.roles import Group, Role, label_of
from eccs.stage_field import StageField

LENGTH_COUNTED = 32


def counted(password: str | None) -> int | None:
    """What is kept of the length of a password: no rule asks for more than 32 characters, and more is told to nobody."""
    return None if password is None else min(len(password), LENGTH_COUNTED)


class CustomsStation(models.Model):
    """An International Courier Terminal, named by the three letters that its documents' numbers carry."""

    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField(max_length=60)
    location_code = models.CharField(max_length=6, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class PersonQuerySet(models.QuerySet[Any]):
    """People by who asks."""

    def visible_to(self, actor: Any) -> Self:
        """Whoever is in the circle of the actor."""
        return self.filter(seen_by(actor))


class UserManager(BaseUserManager["User"]):
    """Makes people; a user name is always kept in lower case."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        """A person who can sign in with this user name."""
        user: User = self.model(username=username.lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """The person of a user name, in whatever letter case it was typed."""
        return self.get(username=(username or "").strip().lower())


class User(PersonClearance, AbstractBaseUser):
    """A person. What the person may do comes from postings; whose documents, from the firm."""

    stage = StageField(choices=Stage.choices, default=Stage.ACTIVE, max_length=9)
    home = models.ForeignKey(CustomsStation, models.PROTECT, null=True, blank=True, related_name="people")
    sessions_ended = models.PositiveIntegerField(default=0)  # counted up, it ends every session of the person
    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    courier = models.ForeignKey(
        "accounts.AuthorisedCourier", models.PROTECT, null=True, blank=True, related_name="people"
    )
    importer = models.ForeignKey("accounts.Importer", models.PROTECT, null=True, blank=True, related_name="people")
    custodian = models.ForeignKey("accounts.Custodian", models.PROTECT, null=True, blank=True, related_name="people")
    text_size = models.CharField(max_length=6, default="normal")
    keys_on = models.BooleanField(default=True)
    language = models.CharField(max_length=5, blank=True, default="")  # last chosen; letters are written in it
    password_set_at = models.DateTimeField(default=timezone.now)
    # Chosen by somebody else (`manage.py changepassword`), and so changed at the first sign-in; whoever is created by an
    # administrator chooses it by a link, and nobody else ever knows it
    must_change_password = models.BooleanField(default=False)
    # So that a role given later can ask for a longer one; not known of a password from before it was kept
    password_length = models.PositiveSmallIntegerField(null=True, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects = UserManager.from_queryset(PersonQuerySet)()

    class Meta:
        ordering = ["username"]
        verbose_name = _("person")
        constraints = [
            models.CheckConstraint(
                condition=Q(stage=Stage.ACTIVE, is_active=True) | (~Q(stage=Stage.ACTIVE) & Q(is_active=False)),
                name="person_signs_in_while_active",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def key(self) -> str:
        """What the person is called in an address."""
        return self.username

    @classmethod
    def by_key(cls, key: str) -> Q:
        """The condition that finds the person of an address."""
        return Q(username=key)

    @property
    def group(self) -> Group:
        """The user group: that of the firm, or Customs."""
        if self.courier_id is not None:
            return Group.COURIER
        if self.importer_id is not None:
            return Group.IMPORTER
        return Group.CUSTOMS if self.custodian_id is None else Group.CUSTODIAN

    @property
    def is_of_trade(self) -> bool:
        """Whether the person belongs to a courier or an importer."""
        return self.group in (Group.COURIER, Group.IMPORTER)

    @property
    def firm(self) -> AuthorisedCourier | Importer | Custodian | None:
        """The firm the person belongs to; none for Customs."""
        return self.courier or self.importer or self.custodian

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What ties a session to the password; it changes whenever every session of the person is to end."""
        tied: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return f"{tied}{self.sessions_ended}" if self.sessions_ended else tied

    def set_password(self, raw_password: str | None) -> None:
        """Hash a password, whose age begins now."""
        super().set_password(raw_password)
        self.password_set_at = timezone.now()
        self.password_length = counted(raw_password)

    def get_full_name(self) -> str:
        """The person's name as the trail writes it."""
        return self.full_name


class Posting(models.Model):
    """A person at a desk: a role at a station from a day until a day; couriers and importers mostly work at all stations.

    The role is a standard one, or one composed at the station.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="postings")
    role = models.CharField(max_length=24, choices=Role.choices, blank=True)
    station_role = models.ForeignKey(
        "accounts.StationRole", models.PROTECT, null=True, blank=True, related_name="postings"
    )
    station = models.ForeignKey(CustomsStation, models.PROTECT, null=True, blank=True, related_name="postings")
    since = models.DateField(default=timezone.localdate)
    until = models.DateField(null=True, blank=True)  # the last day

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "station"], name="posting_once", nulls_distinct=False,
                condition=Q(until=None) & ~Q(role=""),
            ),
            models.UniqueConstraint(
                fields=["user", "station_role"], name="composed_posting_once", condition=Q(until=None)
            ),
            models.CheckConstraint(
                condition=(Q(station_role=None) & ~Q(role="")) | (Q(station_role__isnull=False) & Q(role="")),
                name="posting_of_one_role",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user} · {self.label} · {self.station_id or _('all stations')}"

    @property
    def code(self) -> str:
        """The role as the trail writes it."""
        return self.role if self.station_role is None else self.station_role.code

    @property
    def label(self) -> str:
        """The role in words."""
        return label_of(self.code)


# What stands on stations and people: Django finds its tables through this module
from accounts.directory.firms import Custodian, CustodianTrail, Importer, ImporterTrail  # noqa: E402
from accounts.directory.models import AuthorisedCourier, CourierSignatory, CourierStation, CourierTrail  # noqa: E402

__all__ = [
    "AuthorisedCourier", "CourierSignatory", "CourierStation", "CourierTrail", "Custodian", "CustodianTrail",
    "CustomsStation", "Importer", "ImporterTrail", "Posting", "User", "UserManager",
]  # fmt: skip

# These stand on the directory too
from accounts import access, advisories, credentials, locations  # noqa: E402, F401
