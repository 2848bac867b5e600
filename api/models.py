"""The tables of the HTTP API: the keys of firms."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import AuthorisedCourier, Custodian, CustomsStation, User
from accounts.permissions import Actor
from api.folders.models import DropFolder, DroppedFile
from api.scopes import in_words
from api.webhooks.models import Delivery, Webhook
from eccs.pages import activity_of

__all__ = ["ApiKey", "Delivery", "DropFolder", "DroppedFile", "RepeatedAnswer", "Webhook"]


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Keys by who asks."""

    def managed_by(self, actor: Actor) -> Self:
        """Those of the own firm, at the stations where the actor manages its people."""
        stations = {held.station for held in actor.postings if activity_of("api-keys") in held.activities}
        if not stations:
            return self.none()
        own = (
            Q(courier_id=actor.courier_id) if actor.courier_id is not None else Q(custodian_id=actor.custodian_id or 0)
        )
        return self.filter(own if "" in stations else own & Q(station__in=stations))

    def live(self) -> Self:
        """Those that are neither revoked nor past their last day."""
        return self.filter(revoked_at=None, expires_on__gte=timezone.localdate())


class ApiKey(models.Model):
    """A key by which a program of a courier or custodian acts in the name of one of its people. Only its hash is kept."""

    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, null=True, related_name="api_keys")
    custodian = models.ForeignKey(Custodian, models.PROTECT, null=True, related_name="api_keys")
    name = models.CharField(max_length=40)  # what the firm calls the program
    slot = models.PositiveSmallIntegerField(default=1)  # 1 or 2: while one is replaced, both are in force
    public_id = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    person = models.ForeignKey(User, models.PROTECT, related_name="api_keys")
    station = models.ForeignKey(CustomsStation, models.PROTECT, null=True, related_name="+")
    scopes = ArrayField(models.CharField(max_length=8))  # see api.scopes
    sandbox = models.BooleanField(
        default=False, db_default=False
    )  # whatever is asked with it is checked, answered and undone
    expires_on = models.DateField()  # the last day
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True)  # by the person in whose name it acts
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.CharField(max_length=45, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(courier=None, custodian__isnull=False) | Q(courier__isnull=False, custodian=None),
                name="api_key_of_one_firm",
            ),
            models.UniqueConstraint(
                fields=["courier", "custodian", "name", "slot"], name="api_key_two_at_once", nulls_distinct=False,
                condition=Q(revoked_at=None),
            ),
            models.CheckConstraint(condition=Q(slot__in=(1, 2)), name="api_key_slot"),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(revoked_at__gte=F("made_at")), name="api_key_revoked_after_made"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} {self.public_id}"

    @property
    def called(self) -> str:
        """What the trail and the audit log call it."""
        return f"key {self.name} {self.public_id}"

    @property
    def firm(self) -> Any:
        """Whose it is."""
        return self.courier or self.custodian

    @property
    def owner(self) -> str:
        """Whose it is, as uploads and notices name firms."""
        return f"courier:{self.courier_id}" if self.courier_id is not None else f"custodian:{self.custodian_id}"

    @property
    def uses(self) -> list[str]:
        """What it may be used for, in words."""
        return in_words(self.scopes)

    def state_on(self, day: date) -> str:
        """How it stands on a day."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_on < day:
            return "expired"
        return "live" if self.accepted_at is not None else "waiting"


class RepeatedAnswer(models.Model):
    """What was answered to a request, by the key under which it may be sent again: whoever repeats it gets the same answer."""

    owner = models.CharField(max_length=40)  # `courier:7`
    key = models.CharField(max_length=64)
    asked = models.CharField(max_length=64)  # the digest of what was asked
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="api_answer_once")]
        indexes = [models.Index(fields=["at"], name="api_answer_by_time")]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
