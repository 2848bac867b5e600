"""Custodians of the courier terminals and importers with a code: small records of the directory, each with a trail.

No source names who keeps them; the Joint Commissioner keeps the directory of couriers (PN17 4.0), and so these as well.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.directory.entering import entry_step
from accounts.directory.models import Standing
from accounts.directory.querysets import CustodianQuerySet, ImporterQuerySet
from accounts.directory.registration import refuse_unless
from accounts.roles import Role
from eccs.dated_rules import rule_book
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from eccs.workflow import SIGNED_ORDER, Document, Step, step

JC = Role.JOINT_COMMISSIONER


class CustodianStage(models.TextChoices):
    """How the appointment of a custodian stands."""

    APPOINTED = "APPOINTED", gettext_lazy("Appointed")
    SUSPENDED = "SUSPENDED", gettext_lazy("Suspended")
    ENDED = "ENDED", gettext_lazy("Ended")


class Custodian(Document):
    """Whoever keeps the courier terminal at a station, from a first to a last day (Customs Act 1962, section 45)."""

    unnumbered_stages = ()
    courier_id = None
    Stage = CustodianStage

    stage = StageField(choices=CustodianStage.choices, default=CustodianStage.APPOINTED, max_length=9)
    name = models.CharField(gettext_lazy("name"), max_length=120)
    station = models.ForeignKey("accounts.CustomsStation", models.PROTECT, related_name="custodians")
    address = models.CharField(max_length=200, blank=True)
    since = models.DateField(default=timezone.localdate)
    until = models.DateField(null=True, blank=True)  # the last day
    suspended_on = models.DateField(null=True, blank=True)
    suspension_order = models.CharField(max_length=60, blank=True)

    objects = CustodianQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = gettext_lazy("custodian")
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="custodian_days"),
            models.CheckConstraint(
                condition=~Q(stage=CustodianStage.ENDED) | Q(until__isnull=False), name="custodian_ended_has_day"
            ),
            models.CheckConstraint(
                condition=~Q(stage=CustodianStage.SUSPENDED) | Q(suspended_on__isnull=False),
                name="custodian_suspended_has_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def series(self) -> str:
        """Counted by station."""
        return f"CUSTODIAN_{self.station_id}"

    def numbered(self, serial: int) -> str:
        """`CUSTODIAN_BLR_01`."""
        return f"{self.series()}_{serial:02d}"

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The entry into the directory, and every step declared below."""
        return {"enter": ENTER_CUSTODIAN, **super().steps()}

    def standing(self, on: date) -> Standing | None:
        """What the custodian's people are told on every page: that it is suspended, or that its last day is near."""
        if reason := self.why_not_on(on):
            return Standing("error", reason)
        if self.until is None or self.until - on > timedelta(days=rule_book().count("courier_warning_days", on)):
            return None
        words = {"custodian": self.name, "day": f"{self.until:%d/%m/%Y}"}
        return Standing("warning", _("The appointment of %(custodian)s ends on %(day)s.") % words)

    def why_not_on(self, on: date) -> str:
        """Why the custodian's people may do nothing on a day, in words; nothing where they may."""
        words = {"custodian": self.name, "order": self.suspension_order}
        if self.stage == CustodianStage.SUSPENDED and self.suspended_on is not None:
            told = words | {"day": f"{self.suspended_on:%d/%m/%Y}"}
            return _("%(custodian)s is suspended since %(day)s, order %(order)s.") % told
        if self.until is not None and self.until < on:
            return _("The appointment of %(custodian)s ended on %(day)s.") % (words | {"day": f"{self.until:%d/%m/%Y}"})
        return ""

    @step(
        (CustodianStage.APPOINTED, CustodianStage.SUSPENDED), None, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Change particulars"),
        para="PN17 4.0", form="accounts.directory.firm_forms.CustodianForm",
    )  # fmt: skip
    def change_particulars(self, *, firm_name: str, address: str = "", reason: str = "") -> None:
        """Name or address is corrected; the station stays."""
        self.name, self.address = firm_name, address

    @step(
        CustodianStage.APPOINTED, CustodianStage.SUSPENDED, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Suspend"),
        para="Handling of Cargo in Customs Areas Regulations 2009, regulation 11", form="accounts.directory.forms.OrderForm",
        grave=True,
    )  # fmt: skip
    def suspend(self, *, order_number: str, order_date: date, reason: str) -> None:
        """The custodian is suspended by an order: from now on its people do nothing in the system."""
        self.suspended_on, self.suspension_order = timezone.localtime(self.taken_at).date(), order_number

    @step(
        CustodianStage.SUSPENDED, CustodianStage.APPOINTED, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Restore"),
        para="Handling of Cargo in Customs Areas Regulations 2009, regulation 11", form="accounts.directory.forms.OrderForm",
    )  # fmt: skip
    def restore(self, *, order_number: str, order_date: date, reason: str) -> None:
        """The suspension is lifted."""
        self.suspended_on, self.suspension_order = None, ""

    @step(
        (CustodianStage.APPOINTED, CustodianStage.SUSPENDED), CustodianStage.ENDED, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("End the appointment"),
        para="Customs Act 1962, section 45", form="accounts.directory.firm_forms.EndCustodianForm", grave=True,
    )  # fmt: skip
    def end_appointment(self, *, until: date, order_number: str, reason: str) -> None:
        """The terminal has another custodian after a last day; this cannot be undone."""
        refuse_unless(until >= self.since, _("The last day is before the first."), self)
        self.until = until


class CustodianTrail(TrailLine):
    """The trail of a custodian."""

    document = models.ForeignKey(Custodian, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="custodian_trail_seq")]
        indexes = [models.Index(fields=["id"], name="custodian_trail_outbox", condition=Q(noticed_at=None))]


Custodian.trail_model = CustodianTrail
ENTER_CUSTODIAN = entry_step(
    "custodian", CustodianStage.APPOINTED, "A custodian is entered for its station.", SIGNED_ORDER
)


class ImporterStage(models.TextChoices):
    """How the code of an importer stands."""

    IN_FORCE = "IN_FORCE", gettext_lazy("In force")
    SUSPENDED = "SUSPENDED", gettext_lazy("Suspended")
    CANCELLED = "CANCELLED", gettext_lazy("Cancelled")


class Importer(Document):
    """An importer with an Importer-Exporter Code who files for its own goods."""

    unnumbered_stages = ()
    courier_id = None
    station_id = None
    Stage = ImporterStage

    stage = StageField(choices=ImporterStage.choices, default=ImporterStage.IN_FORCE, max_length=9)
    name = models.CharField(gettext_lazy("name"), max_length=120)
    iec = models.CharField(gettext_lazy("IEC"), max_length=10, unique=True)
    address = models.CharField(max_length=200, blank=True)
    suspended_on = models.DateField(null=True, blank=True)  # suspended or cancelled since
    suspension_order = models.CharField(max_length=60, blank=True)

    objects = ImporterQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = gettext_lazy("importer")
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=(ImporterStage.SUSPENDED, ImporterStage.CANCELLED), suspended_on__isnull=False)
                | Q(stage=ImporterStage.IN_FORCE, suspended_on=None),
                name="importer_suspended_has_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """An importer's number is its code."""
        if self.number is None:
            self.number = self.iec
        super().save(*args, **kwargs)

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The entry into the directory, and every step declared below."""
        return {"enter": ENTER_IMPORTER, **super().steps()}

    def series(self) -> str:
        """Its own: the code is the number."""
        return f"IEC_{self.iec}"

    def numbered(self, serial: int) -> str:
        """The code."""
        return self.iec

    def standing(self, on: date) -> Standing | None:
        """What the importer's people are told on every page while the code is not in force."""
        reason = self.why_not_on(on)
        return Standing("error", reason) if reason else None

    def why_not_on(self, on: date | None = None) -> str:
        """Why the importer may not file on a day, in words; nothing where it may."""
        on = on or timezone.localdate()
        if self.suspended_on is None or self.suspended_on > on:
            return ""
        words = {"importer": self.name, "day": f"{self.suspended_on:%d/%m/%Y}", "order": self.suspension_order}
        if self.stage == ImporterStage.CANCELLED:
            return _("The IEC of %(importer)s is cancelled since %(day)s, order %(order)s.") % words
        return _("The IEC of %(importer)s is suspended since %(day)s, order %(order)s.") % words

    @step(
        (ImporterStage.IN_FORCE, ImporterStage.SUSPENDED), None, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Change particulars"),
        para="PN17 4.0", form="accounts.directory.firm_forms.ImporterForm",
    )  # fmt: skip
    def change_particulars(self, *, firm_name: str, address: str = "", reason: str = "") -> None:
        """Name or address is corrected; the code stays."""
        self.name, self.address = firm_name, address

    @step(
        ImporterStage.IN_FORCE, ImporterStage.SUSPENDED, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Suspend"),
        para="FT(D&R) Act 1992, section 8", form="accounts.directory.forms.OrderForm", grave=True,
    )  # fmt: skip
    def suspend(self, *, order_number: str, order_date: date, reason: str) -> None:
        """The code is suspended by an order: from now on the importer files nothing."""
        self.suspended_on, self.suspension_order = timezone.localtime(self.taken_at).date(), order_number

    @step(
        ImporterStage.SUSPENDED, ImporterStage.IN_FORCE, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Restore"),
        para="FT(D&R) Act 1992, section 8", form="accounts.directory.forms.OrderForm",
    )  # fmt: skip
    def restore(self, *, order_number: str, order_date: date, reason: str) -> None:
        """The suspension of the code is lifted."""
        self.suspended_on, self.suspension_order = None, ""

    @step(
        (ImporterStage.IN_FORCE, ImporterStage.SUSPENDED), ImporterStage.CANCELLED, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Cancel the code"),
        para="FT(D&R) Act 1992, section 8", form="accounts.directory.forms.OrderForm", grave=True,
    )  # fmt: skip
    def cancel(self, *, order_number: str, order_date: date, reason: str) -> None:
        """The code is surrendered, or cancelled by an order: the importer files nothing any more; this cannot be undone."""
        self.suspended_on, self.suspension_order = timezone.localtime(self.taken_at).date(), order_number


class ImporterTrail(TrailLine):
    """The trail of an importer."""

    document = models.ForeignKey(Importer, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="importer_trail_seq")]
        indexes = [models.Index(fields=["id"], name="importer_trail_outbox", condition=Q(noticed_at=None))]


Importer.trail_model = ImporterTrail
ENTER_IMPORTER = entry_step("importer", ImporterStage.IN_FORCE, "An importer is entered with its code.", SIGNED_ORDER)
