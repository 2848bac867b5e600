"""The life of a courier's registration in the directory (PN17 4.0; Regulations 2010, reg. 10 to 13A).

Registration itself is granted outside ECCS; the Joint Commissioner keeps its particulars here. Every filing asks
`why_not_at` whether the registration is in force at the station on that day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.directory.entering import entry_step
from accounts.directory.filings import claims_on
from accounts.roles import Role
from eccs.dated_rules import rule_book
from eccs.workflow import SIGNED_ORDER, Actor, Document, Refused, Step, step

if TYPE_CHECKING:
    from accounts.directory.models import AuthorisedCourier


class Stage(models.TextChoices):
    """How a registration stands."""

    APPLIED = "APPLIED", gettext_lazy("Applied")
    REGISTERED = "REGISTERED", gettext_lazy("Registered")
    SUSPENDED = "SUSPENDED", gettext_lazy("Suspended")
    INACTIVE = "INACTIVE", gettext_lazy("Inactive")
    SURRENDERED = "SURRENDERED", gettext_lazy("Surrendered")
    REVOKED = "REVOKED", gettext_lazy("Revoked")
    DISCARDED = "DISCARDED", gettext_lazy("Discarded")


UNREGISTERED = (Stage.APPLIED, Stage.DISCARDED)
STANDING = (Stage.REGISTERED, Stage.SUSPENDED, Stage.INACTIVE)
KEPT = (Stage.APPLIED, *STANDING)
JC = Role.JOINT_COMMISSIONER


def operates_at_a_station(courier: Any, actor: Actor) -> str:
    """The courier operates at a station at least."""
    return "" if courier.stations.exists() else _("No station is entered yet: extend the registration to one first.")


def security_entered(courier: Any, actor: Actor) -> str:
    """The bond and its security are entered for every station where the courier operates (reg. 11)."""
    missing = (
        courier.stations.filter(until=None, bond_amount=None).order_by("station").values_list("station_id", flat=True)
    )
    return _("The bond is not entered for: %(stations)s.") % {"stations": ", ".join(missing)} if missing else ""


def has_signatories(courier: Any, actor: Actor) -> str:
    """There is a person whose examination is entered."""
    return "" if courier.signatories.filter(until=None).exists() else _("No signatory is entered yet.")


def registration_has_an_end(courier: Any, actor: Actor) -> str:
    """Only a registration that ends on a day is renewed; since 27.10.2021 it is valid until revoked (reg. 10B)."""
    return "" if courier.valid_until else _("The registration is valid until it is revoked: nothing is to be renewed.")


def nothing_owed(courier: Any, actor: Actor) -> str:
    """All dues are paid (reg. 10A)."""
    return " ".join(claims_on(courier.pk))


def silent_for_too_long(courier: Any, actor: Actor) -> str:
    """Nothing was filed for longer than the dated rule allows; days of suspension do not count (reg. 10B)."""
    if courier.invalid_from() <= timezone.localdate():
        return ""
    return _("The last filing was on %(day)s: the year has not passed.") % {"day": f"{courier.last_active():%d/%m/%Y}"}


def inactivity_is_near(courier: Any, actor: Actor) -> str:
    """The day of deemed invalidation is near, and the courier was not told of that day yet."""
    if courier.warned_of == courier.invalid_from():
        return _("The courier was told already.")
    return "" if near(courier.invalid_from()) else _("The day is not near.")


def end_is_near(courier: Any, actor: Actor) -> str:
    """The last day of the registration is near, and the courier was not told of that day yet."""
    if courier.valid_until is None or courier.end_told == courier.valid_until:
        return _("There is nothing to tell.")
    return "" if near(courier.valid_until) else _("The day is not near.")


def near(day: date) -> bool:
    """Whether a day lies ahead, within the days of the dated rule."""
    today = timezone.localdate()
    return today <= day <= today + timedelta(days=rule_book().count("courier_warning_days", today))


def refuse_unless(holds: bool, words: str, document: Document) -> None:
    """Stop a step whose answers break a rule."""
    if not holds:
        raise Refused([words], document)


class CourierRegistration(Document):
    """The steps of a registration, in the order of the Regulations. Kept by the Joint Commissioner."""

    unnumbered_stages = UNREGISTERED
    told_of_all = True
    registered_on: date | None
    valid_until: date | None
    active_from: date | None
    suspended_on: date | None
    inactive_since: date | None
    warned_of: date | None
    end_told: date | None

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The entry into the directory, which has no desk before it, and every step declared below."""
        return {"enter": ENTER, **super().steps()}

    @step(
        Stage.APPLIED, Stage.REGISTERED, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Register"), para="PN17 4.0; Regulations 2010, reg. 10",
        form="accounts.directory.forms.RegisterForm", guards=(operates_at_a_station, security_entered), grave=True,
    )  # fmt: skip
    def register(
        self: AuthorisedCourier, *, order_number: str, registered_on: date, valid_until: date | None = None
    ) -> None:
        """The registration that the Commissioner granted is entered; the courier gets one number, from its PAN, for all stations."""
        self.registered_on, self.valid_until, self.order_number = registered_on, valid_until, order_number
        self.active_from = self.today()

    @step(
        KEPT, None, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Extend to a station"), para="PN17 4.0; Regulations 2010, reg. 10 and 11, Form J",
        form="accounts.directory.forms.StationForm",
    )  # fmt: skip
    def extend_to_station(
        self: AuthorisedCourier, *, station: str, since: date, bond_number: str, bond_date: date, bond_amount: Decimal,
        security: str, security_reference: str,
    ) -> Iterable[models.Model]:  # fmt: skip
        """The courier operates at one more station, on a bond with security for that station."""
        from accounts.directory.models import CourierStation

        there = self.stations.filter(station=station, until=None).exists()
        refuse_unless(not there, _("The courier operates at this station already."), self)
        self.refuse_small_bond(station, since, bond_amount)
        return [
            CourierStation(
                courier_id=self.pk, station_id=station, since=since, bond_number=bond_number, bond_date=bond_date,
                bond_amount=bond_amount, security=security, security_reference=security_reference,
            )
        ]  # fmt: skip

    @step(
        KEPT, None, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Enter another bond"), para="Regulations 2010, reg. 11",
        form="accounts.directory.forms.BondForm", guards=(operates_at_a_station,),
    )  # fmt: skip
    def enter_bond(
        self: AuthorisedCourier, *, station: str, bond_number: str, bond_date: date, bond_amount: Decimal, security: str,
        security_reference: str,
    ) -> Iterable[models.Model]:  # fmt: skip
        """A bond takes the place of the earlier one at a station; the earlier one stays in the trail."""
        row = self.at_station(station)
        self.refuse_small_bond(station, bond_date, bond_amount)
        row.bond_number, row.bond_date, row.bond_amount = bond_number, bond_date, bond_amount
        row.security, row.security_reference = security, security_reference
        return [row]

    @step(
        KEPT, None, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Withdraw from a station"), para="PN17 4.0",
        form="accounts.directory.forms.WithdrawForm", guards=(operates_at_a_station,), grave=True,
    )  # fmt: skip
    def withdraw_from_station(
        self: AuthorisedCourier, *, station: str, until: date, reason: str
    ) -> Iterable[models.Model]:
        """The courier no longer operates at a station after a last day; what is filed there goes on."""
        row = self.at_station(station)
        refuse_unless(until >= row.since, _("The last day is before the first."), self)
        row.until, row.withdrawal = until, reason
        return [row]

    @step(
        KEPT, None, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Enter a signatory"), para="PN17 5.0(iii); CBLR 2018, reg. 6 and 13",
        form="accounts.directory.forms.SignatoryForm",
    )  # fmt: skip
    def enter_signatory(
        self: AuthorisedCourier, *, full_name: str, regulation: str, certificate: str, passed_on: date,
        valid_until: date | None = None, person: str = "",
    ) -> Iterable[models.Model]:  # fmt: skip
        """A person who passed the examination signs for the courier, as a user of ECCS where there is one."""
        from accounts.directory.models import CourierSignatory

        user = self.people.filter(username=person).first() if person else None
        refuse_unless(bool(user) or not person, _("The user is of another firm."), self)
        twice = user is not None and self.signatories.filter(user=user, until=None).exists()
        refuse_unless(not twice, _("This user is a signatory already."), self)
        return [
            CourierSignatory(
                courier_id=self.pk, user=user, name=full_name, regulation=regulation, certificate=certificate,
                passed_on=passed_on, valid_until=valid_until, since=self.today(),
            )
        ]  # fmt: skip

    @step(
        KEPT, None, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Enter an examination"), para="PN17 5.0(iii); CBLR 2018, reg. 6 and 13",
        form="accounts.directory.forms.ExaminationForm", guards=(has_signatories,),
    )  # fmt: skip
    def enter_examination(
        self: AuthorisedCourier, *, signatory: str, regulation: str, certificate: str, passed_on: date,
        valid_until: date | None = None,
    ) -> Iterable[models.Model]:  # fmt: skip
        """A signatory's certificate is entered anew, with its last day where it has one."""
        row = self.signatory(signatory)
        row.regulation, row.certificate, row.passed_on, row.valid_until = (
            regulation,
            certificate,
            passed_on,
            valid_until,
        )
        return [row]

    @step(
        KEPT, None, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("End a signatory"), para="PN17 5.0(iii)",
        form="accounts.directory.forms.EndSignatoryForm", guards=(has_signatories,),
    )  # fmt: skip
    def end_signatory(self: AuthorisedCourier, *, signatory: str, until: date, reason: str) -> Iterable[models.Model]:
        """After a last day the person is no signatory in the directory: filing warns of it, or is refused where the station orders it."""
        row = self.signatory(signatory)
        refuse_unless(until >= row.since, _("The last day is before the first."), self)
        row.until = until
        return [row]

    @step(
        KEPT, None, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Change particulars"), para="PN17 4.0",
        form="accounts.directory.forms.ParticularsForm",
    )  # fmt: skip
    def change_particulars(
        self: AuthorisedCourier, *, firm_name: str, short_name: str, address: str, email: str = "", reason: str = ""
    ) -> None:
        """Name or address is corrected; the PAN and the number stay."""
        self.name, self.short_name, self.address, self.email = firm_name, short_name, address, email

    @step(
        (Stage.REGISTERED, Stage.SUSPENDED), None, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Renew"), para="Regulations 2010, reg. 10",
        form="accounts.directory.forms.RenewForm", guards=(registration_has_an_end,),
    )  # fmt: skip
    def renew(self: AuthorisedCourier, *, order_number: str, order_date: date, valid_until: date | None = None) -> None:
        """A registration that ends on a day is renewed to a later day, or until it is revoked."""
        assert self.valid_until is not None
        later = valid_until is None or valid_until > self.valid_until
        refuse_unless(
            later, _("The new last day is not after %(day)s.") % {"day": f"{self.valid_until:%d/%m/%Y}"}, self
        )
        self.valid_until = valid_until

    @step(
        Stage.REGISTERED, Stage.SUSPENDED, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Suspend"), para="Regulations 2010, reg. 13",
        form="accounts.directory.forms.OrderForm", grave=True,
    )  # fmt: skip
    def suspend(self: AuthorisedCourier, *, order_number: str, order_date: date, reason: str) -> None:
        """From now on the courier files nothing at any station; drafts are kept, and what is filed goes on."""
        self.active_from = self.last_active()
        self.suspended_on, self.suspension_order = self.today(), order_number

    @step(
        Stage.SUSPENDED, Stage.REGISTERED, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Restore"), para="Regulations 2010, reg. 13",
        form="accounts.directory.forms.OrderForm",
    )  # fmt: skip
    def restore(self: AuthorisedCourier, *, order_number: str, order_date: date, reason: str) -> None:
        """The suspension is lifted; its days do not count as inactive."""
        assert self.suspended_on is not None and self.active_from is not None
        self.active_from += self.today() - self.suspended_on
        self.suspended_on, self.suspension_order = None, ""

    @step(
        Stage.REGISTERED, None, role=Role.SYSTEM, label=gettext_lazy("Warn of inactivity"),
        para="Regulations 2010, reg. 10B; Notification 85/2021-Customs (N.T.)", guards=(inactivity_is_near,), many=True,
    )  # fmt: skip
    def warn_of_inactivity(self: AuthorisedCourier) -> Iterable[models.Model]:
        """The courier is told that its registration becomes invalid on a day unless it files before."""
        day, since = self.invalid_from(), self.last_active()
        self.warned_of = day
        words = gettext_lazy(
            "Nothing was filed since %(since)s. The registration becomes invalid on %(day)s unless you file before."
        )
        return [self.notice(gettext_lazy("The registration becomes invalid on %(day)s"), words, since=since, day=day)]

    @step(
        Stage.REGISTERED, None, role=Role.SYSTEM, label=gettext_lazy("Warn of the end"), para="Regulations 2010, reg. 10",
        guards=(end_is_near,), many=True,
    )  # fmt: skip
    def warn_of_end(self: AuthorisedCourier) -> Iterable[models.Model]:
        """The courier is told that its registration ends on a day unless it is renewed."""
        assert self.valid_until is not None
        self.end_told = self.valid_until
        words = gettext_lazy(
            "The last day of the registration is %(day)s. Apply for renewal before; after it nothing can be filed."
        )
        return [self.notice(gettext_lazy("The registration ends on %(day)s"), words, day=self.valid_until)]

    @step(
        Stage.REGISTERED, Stage.INACTIVE, role=Role.SYSTEM, label=gettext_lazy("Record inactivity"),
        para="Regulations 2010, reg. 10B; Notification 85/2021-Customs (N.T.)", guards=(silent_for_too_long,), many=True,
    )  # fmt: skip
    def record_inactivity(self: AuthorisedCourier) -> None:
        """Nothing was filed for a year: the registration is deemed invalid from the first day after it."""
        self.inactive_since = self.invalid_from()

    @step(
        Stage.INACTIVE, Stage.REGISTERED, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Re-activate"),
        para="Regulations 2010, reg. 10B, Form K; Notification 85/2021-Customs (N.T.)", form="accounts.directory.forms.ReactivateForm",
    )  # fmt: skip
    def reactivate(
        self: AuthorisedCourier,
        *,
        applied_on: date,
        fee_receipt: str,
        order_number: str,
        order_date: date,
        satisfied: bool,
    ) -> None:
        """A registration that became invalid is renewed on an application in Form K, with its fee, made in time."""
        refuse_unless(satisfied, _("It is not said that the conditions of renewal are met."), self)
        last = self.apply_until()
        words = _("The application was made after %(day)s, the last day for Form K.") % {"day": f"{last:%d/%m/%Y}"}
        refuse_unless(applied_on <= last, words, self)
        self.inactive_since, self.warned_of, self.active_from = None, None, self.today()

    @step(
        STANDING, Stage.SURRENDERED, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Accept surrender"), para="Regulations 2010, reg. 10A",
        form="accounts.directory.forms.SurrenderForm", guards=(nothing_owed,), grave=True,
    )  # fmt: skip
    def accept_surrender(
        self: AuthorisedCourier, *, applied_on: date, order_number: str, order_date: date, dues_paid: bool,
        no_proceedings: bool,
    ) -> None:  # fmt: skip
        """The courier gives its registration up, all dues being paid and no proceedings pending; this cannot be undone."""
        settled = dues_paid and no_proceedings
        refuse_unless(settled, _("It is not said that all dues are paid and no proceedings are pending."), self)
        self.end(order_number)

    @step(
        STANDING, Stage.REVOKED, role=JC, signed=SIGNED_ORDER, label=gettext_lazy("Revoke"), para="Regulations 2010, reg. 13, 13A",
        form="accounts.directory.forms.RevokeForm", grave=True,
    )  # fmt: skip
    def revoke(self: AuthorisedCourier, *, notice_date: date, order_number: str, order_date: date, reason: str) -> None:
        """The registration is revoked by an order, after notice in time; this cannot be undone."""
        days = rule_book().count("courier_revocation_notice_days", order_date)
        words = _("The order came less than %(days)d days after the notice.") % {"days": days}
        refuse_unless((order_date - notice_date).days >= days, words, self)
        self.end(order_number)

    @step(Stage.APPLIED, Stage.DISCARDED, role=JC, label=gettext_lazy("Discard"), para="PN17 4.0", grave=True)
    def discard(self: AuthorisedCourier) -> None:
        """An entry made by mistake is put away before it has a number."""


ENTER = entry_step(
    "authorisedcourier", Stage.APPLIED, "A courier is entered with its PAN, before its registration is recorded."
)
