"""Couriers in the directory: the registration, the stations with their bonds, the signatories (PN17 4.0)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.directory.filings import filed_all_the_same, last_filed
from accounts.directory.querysets import CourierQuerySet, in_force
from accounts.directory.registration import KEPT, UNREGISTERED, CourierRegistration, Stage, near, refuse_unless
from eccs.dated_rules import rule_book
from eccs.models import Notice
from eccs.notices import worded
from eccs.stage_field import StageField
from eccs.trail import TrailLine

if TYPE_CHECKING:
    from accounts.models import CustomsStation


class AuthorisedCourier(CourierRegistration):
    """A courier in the central directory, with one PAN-based registration number for all stations (PN17 4.0)."""

    station_id = None  # the directory is national

    stage = StageField(choices=Stage.choices, default=Stage.APPLIED, max_length=12)
    name = models.CharField(gettext_lazy("name"), max_length=120)
    short_name = models.CharField(gettext_lazy("short name"), max_length=40)
    pan = models.CharField(gettext_lazy("PAN"), max_length=10)
    address = models.CharField(gettext_lazy("address"), max_length=200)
    email = models.EmailField(blank=True)
    order_number = models.CharField(max_length=60, blank=True)  # by which it was registered
    registered_on = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)  # the last day; none: valid until it is revoked
    active_from = models.DateField(null=True, blank=True)  # inactivity is counted from here, or from a later filing
    suspended_on = models.DateField(null=True, blank=True)
    suspension_order = models.CharField(max_length=60, blank=True)
    inactive_since = models.DateField(null=True, blank=True)  # the first day of deemed invalidation
    warned_of = models.DateField(null=True, blank=True)  # the day of invalidation the courier was told of
    end_told = models.DateField(null=True, blank=True)  # the last day the courier was told of
    ended_on = models.DateField(null=True, blank=True)
    end_order = models.CharField(max_length=60, blank=True)

    objects = CourierQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = gettext_lazy("courier")
        constraints = [
            models.UniqueConstraint(
                fields=["pan"], name="courier_once_a_pan", condition=Q(stage__in=[str(s) for s in KEPT])
            ),
            models.CheckConstraint(
                condition=Q(stage__in=[str(s) for s in UNREGISTERED])
                | Q(number__isnull=False, registered_on__isnull=False, active_from__isnull=False),
                name="courier_registered_has_number",
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.SUSPENDED, suspended_on__isnull=False)
                | ~Q(stage=Stage.SUSPENDED) & Q(suspended_on=None)
                | Q(stage__in=(Stage.SURRENDERED, Stage.REVOKED)),
                name="courier_suspended_has_day",
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.INACTIVE, inactive_since__isnull=False)
                | ~Q(stage=Stage.INACTIVE) & Q(inactive_since=None)
                | Q(stage__in=(Stage.SURRENDERED, Stage.REVOKED)),
                name="courier_inactive_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=(Stage.SURRENDERED, Stage.REVOKED)) | Q(ended_on__isnull=False),
                name="courier_ended_has_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def courier_id(self) -> int:
        """The firm the entry belongs to: the courier itself."""
        return int(self.pk)

    def series(self) -> str:
        """Counted by PAN: who registers again after the end of a registration gets the next number."""
        return f"{self.pan}AC"

    def numbered(self, serial: int) -> str:
        """`AAQCS4821KAC01`."""
        return f"{self.series()}{serial:02d}"

    # ── what the steps need ──

    def today(self) -> date:
        """The day on which a step is taken."""
        return timezone.localtime(self.taken_at).date()

    def end(self, order_number: str) -> None:
        """The registration has ended by an order, today."""
        self.ended_on, self.end_order = self.today(), order_number

    def at_station(self, station: str) -> CourierStation:
        """The row of a station where the courier operates; Refused where it does not."""
        row = self.stations.filter(station=station, until=None).first()
        refuse_unless(row is not None, _("The courier does not operate at this station."), self)
        assert row is not None
        return row

    def signatory(self, key: str) -> CourierSignatory:
        """One of the signatories; Refused where it is none."""
        row = self.signatories.filter(pk=key, until=None).first() if str(key).isdecimal() else None
        refuse_unless(row is not None, _("This is no signatory of the courier."), self)
        assert row is not None
        return row

    def refuse_small_bond(self, station: str, on: date, amount: Decimal) -> None:
        """Refuse a bond below what the dated rule orders at the station."""
        least = least_security(station, on)
        words = _("The bond at %(station)s is for at least ₹ %(least)s.") % {
            "station": station,
            "least": f"{least:,.0f}",
        }
        refuse_unless(Decimal(amount) >= least, words, self)

    def notice(self, subject: str | Promise, words: str | Promise, **days: date) -> Notice:
        """News for the firm, with the days written in."""
        written = {name: f"{day:%d/%m/%Y}" for name, day in days.items()}
        address = f"{settings.PUBLIC_URL}{self.get_absolute_url()}"
        return worded(f"courier:{self.pk}", lambda: (str(subject) % written, f"{str(words) % written}\n{address}"))

    # ── whether it is in force ──

    def last_active(self) -> date:
        """The day of the last filing, or the later day from which inactivity is counted."""
        assert self.active_from is not None
        filed = last_filed(self.pk)
        return self.active_from if filed is None else max(filed, self.active_from)

    def invalid_from(self) -> date:
        """The first day after a year without a filing, should none be made before it (reg. 10B)."""
        last = self.last_active()
        days = rule_book().count("courier_inactive_after_days", timezone.localdate())
        return last + timedelta(days=days + 1)

    def apply_until(self) -> date:
        """The last day on which renewal can be asked for in Form K (reg. 10B)."""
        assert self.inactive_since is not None
        days = rule_book().count("courier_renewal_within_days", self.inactive_since)
        return self.inactive_since + timedelta(days=days)

    def silence(self) -> dict[str, date]:
        """When the courier was last active, and the day from which the registration is invalid without a filing."""
        last, day = self.last_active(), self.invalid_from()
        return {"last": last, "invalid_from": day}

    def standing(self, on: date) -> Standing | None:
        """What the firm's people are told on every page: not in force, or not for long; nothing where all is well."""
        if reasons := self.why_not_in_force(on):
            after = [
                _("Nothing can be filed now. Drafts are kept, and what is filed goes on."),
                *filed_all_the_same(self.pk),
            ]
            if self.stage == Stage.INACTIVE:
                last = f"{self.apply_until():%d/%m/%Y}"
                after.append(_("Renewal can be asked for in Form K until %(day)s.") % {"day": last})
            return Standing("error", " ".join([*reasons, *after]))
        words = {"day": f"{self.valid_until:%d/%m/%Y}" if self.valid_until else ""}
        if self.valid_until is not None and near(self.valid_until):
            return Standing("warning", _("Your registration ends on %(day)s: apply for renewal before.") % words)
        if self.warned_of is not None and near(self.warned_of) and self.invalid_from() == self.warned_of:
            words["day"] = f"{self.warned_of:%d/%m/%Y}"
            return Standing(
                "warning", _("Your registration becomes invalid on %(day)s unless you file before.") % words
            )
        return None

    def why_not_in_force(self, on: date) -> list[str]:
        """Every reason why the registration is not in force on a day, in words; nothing where it is."""
        words: dict[str, Any] = {"courier": self.name, "order": self.suspension_order}
        reasons: list[str] = []
        if self.stage in UNREGISTERED:
            return [_("The registration of %(courier)s is not granted yet.") % words]
        if self.stage == Stage.SUSPENDED and self.suspended_on is not None and self.suspended_on <= on:
            words["day"] = f"{self.suspended_on:%d/%m/%Y}"
            reasons.append(_("The registration of %(courier)s is suspended since %(day)s, order %(order)s.") % words)
        if self.stage == Stage.INACTIVE and self.inactive_since is not None and self.inactive_since <= on:
            words["day"] = f"{self.inactive_since:%d/%m/%Y}"
            reasons.append(
                _("The registration of %(courier)s is inactive since %(day)s: nothing was filed for a year.") % words
            )
        if self.stage in (Stage.SURRENDERED, Stage.REVOKED) and self.ended_on is not None and self.ended_on <= on:
            words |= {"day": f"{self.ended_on:%d/%m/%Y}", "order": self.end_order}
            ended = _("The registration of %(courier)s was surrendered on %(day)s, order %(order)s.")
            if self.stage == Stage.REVOKED:
                ended = _("The registration of %(courier)s was revoked on %(day)s, order %(order)s.")
            reasons.append(ended % words)
        if self.registered_on is not None and on < self.registered_on:
            words["day"] = f"{self.registered_on:%d/%m/%Y}"
            reasons.append(_("The registration of %(courier)s begins on %(day)s.") % words)
        if self.valid_until is not None and self.valid_until < on:
            words["day"] = f"{self.valid_until:%d/%m/%Y}"
            reasons.append(_("The registration of %(courier)s ended on %(day)s.") % words)
        return reasons

    def why_not_at(self, station: str, on: date | None = None) -> list[str]:
        """Every reason why the courier may not file at a station on a day, in words; one query."""
        from accounts.models import CustomsStation

        on = on or timezone.localdate()
        rows = (
            CustomsStation.objects.filter(pk=station)
            .annotate(there=FilteredRelation("couriers", condition=Q(couriers__courier=self.pk)))
            .order_by(F("there__since").desc(nulls_last=True))
            .values_list("name", "there__since", "there__until")
        )
        found = list(rows)
        reasons = self.why_not_in_force(on)
        if any(since is not None and since <= on and (until is None or until >= on) for _name, since, until in found):
            return reasons
        return [*reasons, self._why_not_there(station, on, found)]

    def _why_not_there(self, station: str, on: date, found: list[tuple[str, date | None, date | None]]) -> str:
        """Why the courier does not operate at a station on a day."""
        words = {"courier": self.name, "station": f"{found[0][0]} ({station})" if found else station}
        ends = [until for _name, since, until in found if since is not None and until is not None and until < on]
        begins = [since for _name, since, _until in found if since is not None and since > on]
        if begins:
            words["day"] = f"{min(begins):%d/%m/%Y}"
            return _("%(courier)s is registered at %(station)s from %(day)s only.") % words
        if ends:
            words["day"] = f"{max(ends):%d/%m/%Y}"
            return _("%(courier)s is not registered at %(station)s: withdrawn, last day %(day)s.") % words
        return _("%(courier)s is not registered at %(station)s.") % words

    def stations_on(self, on: date | None = None) -> models.QuerySet[CustomsStation]:
        """The stations where the courier operates on a day."""
        from accounts.models import CustomsStation

        there = self.stations.filter(in_force(on or timezone.localdate()))
        return CustomsStation.objects.filter(pk__in=there.values("station"))


def least_security(station: str, on: date) -> Decimal:
    """The least amount of the bond at a station (reg. 11)."""
    return rule_book().amount("courier_security", on, station)


class Standing(NamedTuple):
    """What a firm's people are told about its registration, and how pressing it is."""

    level: str  # error or warning
    words: str


class CourierTrail(TrailLine):
    """The trail of a courier's registration."""

    document = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="courier_trail_seq")]
        indexes = [models.Index(fields=["id"], name="courier_trail_outbox", condition=Q(noticed_at=None))]


AuthorisedCourier.trail_model = CourierTrail


class CourierStation(models.Model):
    """A station where a courier operates, from a first to a last day, on a bond with security (reg. 11)."""

    class Security(models.TextChoices):
        """What secures the bond."""

        CASH = "CASH", gettext_lazy("Cash deposit")
        GUARANTEE = "GUARANTEE", gettext_lazy("Bank guarantee")

    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="stations")
    station = models.ForeignKey("accounts.CustomsStation", models.PROTECT, related_name="couriers")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    bond_number = models.CharField(max_length=40, blank=True)
    bond_date = models.DateField(null=True, blank=True)
    bond_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    security = models.CharField(max_length=9, choices=Security.choices, blank=True)
    security_reference = models.CharField(max_length=60, blank=True)
    withdrawal = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["station", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["courier", "station"], name="courier_once_at_station", condition=Q(until=None)
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="courier_station_days"),
            models.CheckConstraint(
                condition=Q(bond_amount=None) | Q(bond_amount__gt=0), name="courier_bond_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.courier} · {self.station_id}"


class CourierSignatory(models.Model):
    """A person who signs for a courier, with the examination passed (CBLR 2018, reg. 6 or 13; PN17 5.0(iii))."""

    class Regulation(models.TextChoices):
        """By which regulation of the CBLR 2018 the examination was passed."""

        SIX = "6", gettext_lazy("Regulation 6")
        THIRTEEN = "13", gettext_lazy("Regulation 13")

    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="signatories")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="signs_as")
    name = models.CharField(max_length=120)
    regulation = models.CharField(max_length=2, choices=Regulation.choices)
    certificate = models.CharField(max_length=40)
    passed_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], name="signatory_once_a_user", condition=Q(until=None) & ~Q(user=None)
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="signatory_days"),
        ]

    def __str__(self) -> str:
        return self.name

    def doubt(self, on: date) -> str:
        """What stands against the examination on a day, in words; nothing where it is in force."""
        if self.until is not None and self.until < on:
            return _("Signatory until %(day)s only") % {"day": f"{self.until:%d/%m/%Y}"}
        if self.valid_until is not None and self.valid_until < on:
            return _("Examination valid until %(day)s only") % {"day": f"{self.valid_until:%d/%m/%Y}"}
        return ""


def examination_doubt(user_id: int, courier_id: int, on: date) -> str:
    """What the directory says against a signatory's examination on a day, in words; nothing where all is well."""
    rows = CourierSignatory.objects.filter(user_id=user_id, courier_id=courier_id)
    row = rows.order_by(F("until").desc(nulls_first=True)).first()
    if row is None:
        return _("The directory holds no examination under regulation 6 or 13 of the CBLR 2018 for you.")
    return row.doubt(on)
