"""The tables of webhooks: where a courier or a custodian wants to be told, and what was sent there."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, Custodian, CustomsStation
from accounts.permissions import Actor
from eccs import encryption
from eccs.pages import activity_of


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Webhooks by who asks."""

    def managed_by(self, actor: Actor) -> Self:
        """Those of the own firm, at the stations where the actor manages its people."""
        stations = {held.station for held in actor.postings if activity_of("webhooks") in held.activities}
        if not stations:
            return self.none()
        own = self.of_firm(actor.courier_id, actor.custodian_id)
        return own if "" in stations else own.filter(station__in=stations)

    def of_firm(self, courier_id: int | None, custodian_id: int | None) -> Self:
        """Those of a courier, or of a custodian."""
        if courier_id is not None:
            return self.filter(courier_id=courier_id)
        return self.filter(custodian_id=custodian_id) if custodian_id is not None else self.none()

    def live(self) -> Self:
        """Those that are told."""
        return self.filter(ended_at=None)


class Webhook(models.Model):
    """An address of a firm's own program that is told of each step of the documents that the firm may read."""

    key = models.UUIDField(unique=True, default=uuid4)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, null=True, related_name="webhooks")
    custodian = models.ForeignKey(Custodian, models.PROTECT, null=True, related_name="webhooks")
    station = models.ForeignKey(CustomsStation, models.PROTECT, null=True, related_name="+")  # none is every station
    address = models.CharField(max_length=300)
    folder = models.ForeignKey("api.DropFolder", models.PROTECT, null=True, related_name="webhooks", db_index=False)
    """The drop folder into which its messages are put; they are posted to the address where it has none."""
    secret = models.CharField(max_length=200)  # encrypted
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    failing_since = models.DateTimeField(null=True)
    failing_told_at = models.DateTimeField(null=True)  # when the firm was told of it

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["courier", "custodian", "station", "address"], name="webhook_of_firm_once",
                nulls_distinct=False, condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                condition=Q(courier=None, custodian__isnull=False) | Q(courier__isnull=False, custodian=None),
                name="webhook_of_one_firm",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("made_at")), name="webhook_ended_after_made"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.address

    @property
    def owner(self) -> str:
        """Whose it is, as uploads and notices name firms."""
        return f"courier:{self.courier_id}" if self.courier_id is not None else f"custodian:{self.custodian_id}"

    @property
    def whose(self) -> str:
        """To whom its encrypted secret belongs."""
        return f"webhook:{self.key}"

    @property
    def plain_secret(self) -> bytes:
        """What signs its messages. Raises Unreadable."""
        return encryption.decrypt(self.secret, self.whose)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Messages by how far they are."""

    def due(self, now: datetime) -> Self:
        """Those to be sent now."""
        return self.filter(delivered_at=None, gave_up_at=None, next_at__lte=now, webhook__ended_at=None)

    def posted(self) -> Self:
        """Those that go to an address, not into a drop folder."""
        return self.filter(webhook__folder=None)


class Delivery(models.Model):
    """One message to a webhook: steps of the firm's documents, sent until it is taken or given up."""

    class State(models.TextChoices):
        """How a message stands."""

        WAITING = "WAITING", _("To be sent")
        TAKEN = "TAKEN", _("Taken")
        GIVEN_UP = "GIVEN_UP", _("Given up")

    FIRST_AGAIN: ClassVar[int] = 30  # seconds after the first failure; four times as long after each further one
    LONGEST: ClassVar[int] = 6 * 60 * 60

    key = models.UUIDField(unique=True, default=uuid4)
    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="deliveries")
    events: models.JSONField[Any, Any] = models.JSONField(default=list)
    trial = models.BooleanField(
        default=False, db_default=False
    )  # asked for to try the receiver: its steps never happened
    created_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(default=timezone.now)  # from when it is tried: when it was made, or asked for again
    next_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    answer = models.CharField(max_length=200, blank=True)  # what came of the last attempt
    delivered_at = models.DateTimeField(null=True)
    gave_up_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["next_at", "id"], name="delivery_due", condition=Q(delivered_at=None, gave_up_at=None)
            ),
            models.Index(fields=["webhook", "-id"], name="delivery_by_webhook"),
            models.Index(fields=["created_at"], name="delivery_by_time"),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def state(self) -> str:
        """How it stands."""
        if self.delivered_at is not None:
            return self.State.TAKEN
        return self.State.GIVEN_UP if self.gave_up_at is not None else self.State.WAITING

    @property
    def state_words(self) -> str:
        """The same in words."""
        return str(self.State(self.state).label)

    @property
    def again_after(self) -> int:
        """So many seconds after a failure it is sent again."""
        further = max(0, min(self.attempts, 9) - 1)
        return min(self.FIRST_AGAIN * int(4**further), self.LONGEST)
