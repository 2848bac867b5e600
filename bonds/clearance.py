"""The life of a bond, from the firm's request to its release (PN17 13.2 to 13.4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from eccs.money import rupees
from eccs.workflow import GET_STATE, SIGNED_FILING, SIGNED_ORDER, Actor, Document, Step, step

if TYPE_CHECKING:
    from bonds.models import Bond

FIRMS = (Role.COURIER_SIGNATORY, Role.IMPORTER)
REGISTRATION, RELEASE = "PN17 13.2", "PN17 13.4"
REMARKS = "bonds.forms.RemarksForm"


class Stage(models.TextChoices):
    """What a bond awaits."""

    REQUESTED = "REQUESTED", _("Bond requested")
    COMPUTED = "COMPUTED", _("Bond amount computed")
    APPROVED = "APPROVED", _("Bond approved, to be executed")
    ENTERED = "ENTERED", _("Bond to be registered")
    ACTIVE = "ACTIVE", _("Bond registered")
    EXPIRING = "EXPIRING", _("Bond expiring")
    RENEWAL = "RENEWAL", _("Renewal requested")
    RENEWAL_APPROVAL = "RENEWAL_APPROVAL", _("Increase to be approved")
    RENEWAL_ENTERED = "RENEWAL_ENTERED", _("Renewal to be registered")
    EXPIRED = "EXPIRED", _("Bond expired")
    RELEASE_REQUESTED = "RELEASE_REQUESTED", _("Release requested")
    VERIFIED = "VERIFIED", _("Release verified")
    RELEASED = "RELEASED", _("Bond released")
    CANCELLED = "CANCELLED", _("Bond cancelled")
    REFUSED = "REFUSED", _("Bond refused")
    WITHDRAWN = "WITHDRAWN", _("Request withdrawn")


RENEWING = (Stage.RENEWAL, Stage.RENEWAL_APPROVAL, Stage.RENEWAL_ENTERED)
USABLE = (Stage.ACTIVE, Stage.EXPIRING, *RENEWING)  # until the last day: see `Bond.in_force`
RELEASING = (Stage.RELEASE_REQUESTED, Stage.VERIFIED)
REGISTERED = (*USABLE, Stage.EXPIRED, *RELEASING, Stage.RELEASED, Stage.CANCELLED)
STANDING = (Stage.ACTIVE, Stage.EXPIRING, Stage.EXPIRED)


def where_it_stands(bond: Bond, **_answers: object) -> Stage:
    """A registered bond is registered, expiring from its first alert on, or expired after its last day."""
    from bonds.alerts import thresholds

    today = timezone.localdate(getattr(bond, "taken_at", None))
    assert bond.valid_until is not None
    left = (bond.valid_until - today).days
    if left < 0:
        return Stage.EXPIRED
    return Stage.EXPIRING if left <= max(thresholds(today, bond.station_id)) else Stage.ACTIVE


def after_renewal_entered(bond: Bond, **_answers: object) -> Stage:
    """A higher amount is approved by the DC/AC; a longer validity goes to the Bond Checker at once."""
    assert bond.renew_amount is not None and bond.amount is not None
    return Stage.RENEWAL_APPROVAL if bond.renew_amount > bond.amount else Stage.RENEWAL_ENTERED


def nothing_secured(bond: Any, actor: Actor) -> str:
    """Every debit of the bond is credited again."""
    if bond.balance == bond.amount:
        return ""
    return gettext("The bond secures %(amount)s still: see its ledger.") % {"amount": rupees(bond.secured, 2)}


def guarantees_suffice(bond: Any, actor: Actor) -> str:
    """The bank guarantees that will stand behind the bond are for as much as the amount wants secured."""
    amount = bond.renew_amount if bond.renew_amount is not None else bond.amount
    wants = bond.security_for(amount)
    held = bond.guaranteed_once_registered(timezone.localdate(getattr(bond, "taken_at", None)))
    if held >= wants:
        return ""
    told = {"held": rupees(held), "wants": rupees(wants)}
    return (
        gettext("The bank guarantees come to %(held)s, and %(wants)s are to be secured: have a guarantee entered.")
        % told
    )


class BondClearance(Document):
    """The steps of a bond, in the order of the public notice."""

    unnumbered_stages = ()
    amount: Decimal | None
    balance: Decimal
    executed_on: date | None
    valid_until: date | None
    renew_until: date | None
    renew_amount: Decimal | None
    approved_at: datetime | None
    registered_at: datetime | None
    released_at: datetime | None

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The request, which the firm makes on a page of its own, and every step declared below."""
        return {"request": REQUEST, **super().steps()}

    @step(
        Stage.REQUESTED, Stage.COMPUTED, role=Role.BOND_MAKER, label=_("Compute amount"), para=REGISTRATION,
        form="bonds.forms.ComputationForm",
    )  # fmt: skip
    def compute(self: Bond, *, base: str, percent: str, security_percent: str, remarks: str = "") -> None:
        """The designated officer computes the amount of the bond, and of the bank guarantee behind it."""
        self.set_amount(Decimal(base), Decimal(percent), Decimal(security_percent))
        self.remarks = remarks

    @step(
        Stage.COMPUTED, Stage.APPROVED, role=Role.DCAC, signed=SIGNED_ORDER, label=_("Approve amount"), para=REGISTRATION, apart_from=("compute",),
    )  # fmt: skip
    def approve(self: Bond) -> Iterable[models.Model]:
        """The DC/AC approves the amount: the firm executes the bond for it."""
        self.approved_at = self.taken_at
        amount = rupees(self.amount or 0)
        told = {"bond": self, "amount": amount}
        return self.news(lambda: gettext("%(bond)s is approved for %(amount)s: execute it and hand it in") % told)

    @step(
        Stage.COMPUTED,
        Stage.REQUESTED,
        role=Role.DCAC,
        label=_("Return to Bond Maker"),
        para=REGISTRATION,
        form=REMARKS,
    )
    def return_for_computation(self: Bond, *, remarks: str) -> None:
        """The DC/AC sends the computation back with remarks."""
        self.remarks = remarks

    @step(
        (Stage.REQUESTED, Stage.COMPUTED), Stage.REFUSED,
        role={Stage.REQUESTED: Role.BOND_MAKER, Stage.COMPUTED: Role.DCAC}, signed=SIGNED_ORDER, label=_("Refuse bond"), para=REGISTRATION,
        form=REMARKS, grave=True,
    )  # fmt: skip
    def refuse(self: Bond, *, remarks: str) -> Iterable[models.Model]:
        """No bond is registered on this request; the firm reads why."""
        self.remarks = remarks
        return self.news(lambda: gettext("%(bond)s is refused") % {"bond": self}, remarks)

    @step(
        (Stage.REQUESTED, Stage.COMPUTED, Stage.APPROVED), Stage.WITHDRAWN, role=FIRMS, signed=SIGNED_FILING, label=_("Withdraw request"),
        para=REGISTRATION, grave=True, anytime=True,
    )  # fmt: skip
    def withdraw(self: Bond) -> None:
        """The firm needs the bond no more: nothing is registered."""

    @step(
        Stage.APPROVED, Stage.ENTERED, role=Role.BOND_MAKER, label=_("Enter executed bond"), para=REGISTRATION,
        form="bonds.forms.ExecutedForm",
    )  # fmt: skip
    def enter_bond(self: Bond, *, executed_on: str, valid_until: str, **guarantee: str) -> Iterable[models.Model]:
        """The Bond Maker enters the bond as it was executed, with its bank guarantee."""
        self.executed_on, self.valid_until = date.fromisoformat(executed_on), date.fromisoformat(valid_until)
        return self.put_guarantee(**guarantee)

    @step(
        Stage.ENTERED, GET_STATE(where_it_stands, states=list(STANDING)), role=Role.BOND_CHECKER, signed=SIGNED_ORDER, label=_("Register bond"),
        para="PN17 13.1, 13.2", guards=(guarantees_suffice,), apart_from=("compute", "enter_bond"), grave=True,
    )  # fmt: skip
    def register(self: Bond) -> Iterable[models.Model]:
        """The Bond Checker registers what the Bond Maker entered: the bond can be debited from now on."""
        from bonds import ledger

        assert self.amount is not None
        self.registered_at, self.balance = self.taken_at, self.amount
        news = self.news(lambda: gettext("%(bond)s is registered") % {"bond": self})
        return [ledger.opening(self), *self.accept_guarantees(replaces=False), *news]

    @step(
        Stage.ENTERED, Stage.APPROVED, role=Role.BOND_CHECKER, label=_("Return to Bond Maker"), para="PN17 13.1, 13.2",
        form=REMARKS,
    )  # fmt: skip
    def return_to_bond_maker(self: Bond, *, remarks: str) -> None:
        """What was entered is not what was executed: it is entered anew."""
        self.remarks = remarks

    @step(
        (Stage.EXPIRING, Stage.EXPIRED), Stage.RENEWAL, role=FIRMS, signed=SIGNED_FILING, label=_("Request renewal"), para="PN17 13.3",
        form="bonds.forms.RenewalRequestForm",
    )  # fmt: skip
    def request_renewal(self: Bond, *, valid_until: str, amount: str, reason: str) -> None:
        """The firm asks for a longer validity, with a new bank guarantee where that ends too, or for a higher amount."""
        self.ask_renewal(valid_until, amount, reason)

    @step(
        Stage.ACTIVE, Stage.RENEWAL, role=FIRMS, signed=SIGNED_FILING, label=_("Ask for renewal or increase"), para="PN17 13.3",
        form="bonds.forms.RenewalRequestForm", anytime=True,
    )  # fmt: skip
    def request_increase(self: Bond, *, valid_until: str, amount: str, reason: str) -> None:
        """The firm renews or replenishes the bond in time, long before it expires."""
        self.ask_renewal(valid_until, amount, reason)

    @step(
        Stage.RENEWAL, GET_STATE(after_renewal_entered, states=[Stage.RENEWAL_APPROVAL, Stage.RENEWAL_ENTERED]),
        role=Role.BOND_MAKER, label=_("Enter renewal"), para="PN17 13.2, 13.3", form="bonds.forms.RenewalForm",
    )  # fmt: skip
    def enter_renewal(
        self: Bond, *, valid_until: str, amount: str, replaces: bool = False, **guarantee: str
    ) -> Iterable[models.Model]:
        """The Bond Maker enters the bond as it was renewed, with a new bank guarantee where there is one."""
        self.renew_until, self.renew_amount = date.fromisoformat(valid_until), Decimal(amount)
        self.guarantee_replaces = replaces
        return self.put_guarantee(**guarantee)

    @step(
        Stage.RENEWAL_APPROVAL, Stage.RENEWAL_ENTERED, role=Role.DCAC, signed=SIGNED_ORDER, label=_("Approve increase"), para=REGISTRATION,
        apart_from=("enter_renewal",),
    )  # fmt: skip
    def approve_increase(self: Bond) -> None:
        """The DC/AC approves the higher amount."""
        self.approved_at = self.taken_at

    @step(
        Stage.RENEWAL_ENTERED, GET_STATE(where_it_stands, states=list(STANDING)), role=Role.BOND_CHECKER,
        signed=SIGNED_ORDER, label=_("Register renewal"), para="PN17 13.1, 13.3", guards=(guarantees_suffice,), apart_from=("enter_renewal",),
        grave=True,
    )  # fmt: skip
    def register_renewal(self: Bond) -> Iterable[models.Model]:
        """The Bond Checker registers the renewal: the new validity and amount count from now on."""
        raised = self.renew()
        news = self.news(lambda: gettext("%(bond)s is renewed") % {"bond": self})
        return [*raised, *self.accept_guarantees(replaces=self.guarantee_replaces), *news]

    @step(
        RENEWING, GET_STATE(where_it_stands, states=list(STANDING)),
        role={
            Stage.RENEWAL: Role.BOND_MAKER, Stage.RENEWAL_APPROVAL: Role.DCAC, Stage.RENEWAL_ENTERED: Role.BOND_CHECKER,
        },
        signed=SIGNED_ORDER, label=_("Refuse renewal"), para="PN17 13.3", form=REMARKS,
    )  # fmt: skip
    def refuse_renewal(self: Bond, *, remarks: str) -> Iterable[models.Model]:
        """The bond stays as it is registered; the firm reads why."""
        self.remarks, self.renew_until, self.renew_amount = remarks, None, None
        news = self.news(lambda: gettext("%(bond)s: the renewal is refused") % {"bond": self}, remarks)
        return [*self.drop_guarantees(), *news]

    @step(
        STANDING, Stage.RELEASE_REQUESTED, role=FIRMS, signed=SIGNED_FILING, label=_("Request release"), para=RELEASE,
        form="bonds.forms.ReasonForm", guards=(nothing_secured,), grave=True, anytime=True,
    )  # fmt: skip
    def request_release(self: Bond, *, reason: str) -> None:
        """The firm asks for its bond and bank guarantee back: nothing can be debited meanwhile."""
        self.reason = reason

    @step(
        Stage.RELEASE_REQUESTED, Stage.VERIFIED, role=Role.ASSESSING_OFFICER, label=_("Verify release"), para=RELEASE,
        form=REMARKS, guards=(nothing_secured,),
    )  # fmt: skip
    def verify_release(self: Bond, *, remarks: str) -> None:
        """The Assessing Officer verifies that bond and bank guarantee secure nothing any more."""
        self.remarks = remarks

    @step(
        Stage.VERIFIED, Stage.RELEASED, role=Role.DCAC, signed=SIGNED_ORDER, label=_("Permit release"), para=RELEASE, guards=(nothing_secured,),
        apart_from=("verify_release",), grave=True, weighty=True,  # it frees bond and guarantee
    )  # fmt: skip
    def permit_release(self: Bond) -> Iterable[models.Model]:
        """The DC/AC permits it: bond and bank guarantees go back to the firm."""
        news = self.news(lambda: gettext("%(bond)s is released") % {"bond": self})
        return [*self.let_go(), *news]

    @step(
        RELEASING, GET_STATE(where_it_stands, states=list(STANDING)),
        role={Stage.RELEASE_REQUESTED: Role.ASSESSING_OFFICER, Stage.VERIFIED: Role.DCAC}, signed=SIGNED_ORDER, label=_("Refuse release"),
        para=RELEASE, form=REMARKS,
    )  # fmt: skip
    def refuse_release(self: Bond, *, remarks: str) -> Iterable[models.Model]:
        """The bond stays registered; the firm reads why."""
        self.remarks = remarks
        return self.news(lambda: gettext("%(bond)s: the release is refused") % {"bond": self}, remarks)

    @step(
        STANDING, Stage.CANCELLED, role=Role.DCAC, signed=SIGNED_ORDER, label=_("Cancel bond"), para=RELEASE, form=REMARKS,
        guards=(nothing_secured,), grave=True, weighty=True, anytime=True,
    )  # fmt: skip
    def cancel(self: Bond, *, remarks: str) -> Iterable[models.Model]:
        """The DC/AC ends a bond that should not have been registered, or that the firm cannot answer for; nothing is secured by it."""
        self.remarks = remarks
        news = self.news(lambda: gettext("%(bond)s is cancelled") % {"bond": self}, remarks)
        return [*self.let_go(), *news]

    @step(Stage.ACTIVE, Stage.EXPIRING, role=Role.SYSTEM, label=_("Announce expiry"), para="PN17 13.3", follows=True)
    def announce_expiry(self: Bond) -> None:
        """The first of the alerts before the last day: the bond is to be renewed in time."""

    @step(
        (Stage.ACTIVE, Stage.EXPIRING),
        Stage.EXPIRED,
        role=Role.SYSTEM,
        label=_("Expire"),
        para="PN17 13.3",
        follows=True,
    )
    def expire(self: Bond) -> Iterable[models.Model]:
        """The last day is past: nothing can be debited before the bond is renewed. What it secures stays secured."""
        return self.news(lambda: gettext("%(bond)s has expired") % {"bond": self})


REQUEST = Step(
    name="request", document="bond", sources=(), targets=(Stage.REQUESTED,), roles=FIRMS, signed=SIGNED_FILING,
    label=_("Request bond"),  # type: ignore[arg-type]  # every label is translated when it is shown
    para=REGISTRATION, rule="The courier or importer asks for a bond at a station, and says what it is to secure.",
)  # fmt: skip
