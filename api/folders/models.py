"""The tables of drop folders: which firm has which, and what was taken up from it."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, Custodian
from accounts.permissions import Actor
from eccs.models import Upload
from eccs.pages import activity_of


class DropFolderQuerySet(models.QuerySet["DropFolder"]):
    """Drop folders by who asks."""

    def managed_by(self, actor: Actor) -> Self:
        """Those of the own firm, for whoever manages its people at all of its stations: a folder is of no one station."""
        stations = {held.station for held in actor.postings if activity_of("drop-folders") in held.activities}
        if actor.courier_id is not None:
            return self.filter(courier_id=actor.courier_id) if "" in stations else self.none()
        return self.filter(custodian_id=actor.custodian_id or 0) if stations else self.none()

    def live(self) -> Self:
        """Those that are looked into."""
        return self.filter(ended_at=None)


class DropFolder(models.Model):
    """A folder of a courier or custodian from which files are taken up, and into which the answers are put."""

    name = models.CharField(max_length=40, unique=True)  # of the folder, and of the account that signs in by SFTP
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, null=True, related_name="drop_folders")
    custodian = models.ForeignKey(Custodian, models.PROTECT, null=True, related_name="drop_folders")
    program = models.CharField(
        max_length=40
    )  # the name of the firm's API keys: what is dropped acts by the newest in force
    public_key = models.CharField(max_length=1000)  # whoever holds its other half signs in by SFTP
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    looked_at = models.DateTimeField(null=True)  # when it was looked into last
    stands_still = models.CharField(max_length=300, blank=True)  # why nothing is taken up from it

    objects = DropFolderQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(courier=None, custodian__isnull=False) | Q(courier__isnull=False, custodian=None),
                name="drop_folder_of_one_firm",
            ),
            models.UniqueConstraint(
                fields=["courier", "custodian", "program"], name="drop_folder_of_program_once", nulls_distinct=False,
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("made_at")), name="drop_folder_ended_after_made"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class DroppedFile(models.Model):
    """A file that was taken up from a drop folder: the same content under the same name is taken up once."""

    class State(models.TextChoices):
        """How far it is."""

        TAKEN = "TAKEN", _("Taken up")
        CHECKED = "CHECKED", _("Being checked")
        ACCEPTED = "ACCEPTED", _("Accepted")
        REFUSED = "REFUSED", _("Refused")

    folder = models.ForeignKey(DropFolder, models.PROTECT, related_name="files")
    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.TAKEN)
    status = models.PositiveSmallIntegerField(default=0)  # as the API answered
    answer: models.JSONField[Any, Any] = models.JSONField(default=dict)
    upload = models.ForeignKey(Upload, models.PROTECT, null=True, related_name="+", db_index=False)
    upload_told = models.CharField(max_length=8, blank=True)  # the last state of the upload that stands in the outbox
    taken_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["folder", "name", "digest"], name="dropped_file_once")]
        indexes = [models.Index(fields=["folder"], name="dropped_file_open", condition=Q(finished_at=None))]

    def __str__(self) -> str:
        return self.name
