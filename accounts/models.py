"""Stations, firms, people and their postings."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from accounts.roles import Role


class CustomsStation(models.Model):
    """An International Courier Terminal, named by the three letters that its documents' numbers carry."""

    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField(max_length=60)
    location_code = models.CharField(max_length=6, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


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


class User(AbstractBaseUser):
    """A person. What the person may do comes from postings; whose documents, from the firm."""

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

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects = UserManager()

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.full_name

    def get_full_name(self) -> str:
        """The person's name as the trail writes it."""
        return self.full_name


class Posting(models.Model):
    """A person at a desk: a role at a station from a day until a day; couriers and importers work at every station."""

    user = models.ForeignKey(User, models.PROTECT, related_name="postings")
    role = models.CharField(max_length=24, choices=Role.choices)
    station = models.ForeignKey(CustomsStation, models.PROTECT, null=True, blank=True, related_name="postings")
    since = models.DateField(default=date.today)
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "station"], name="posting_once", nulls_distinct=False, condition=Q(until=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.station_id or 'all stations'}"


# The directory stands on stations and people: Django finds its tables through this module
from accounts.directory.firms import Custodian, CustodianTrail, Importer, ImporterTrail  # noqa: E402
from accounts.directory.models import AuthorisedCourier, CourierSignatory, CourierStation, CourierTrail  # noqa: E402

__all__ = [
    "AuthorisedCourier", "CourierSignatory", "CourierStation", "CourierTrail", "Custodian", "CustodianTrail",
    "CustomsStation", "Importer", "ImporterTrail", "Posting", "User", "UserManager",
]  # fmt: skip
