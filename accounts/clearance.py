"""The life of a person in ECCS and of a role at a station, as steps of the engine (PN17 3.0)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import letters
from accounts.circle import Standing, is_in_circle, postings_ahead, standing_of
from accounts.roles import MANAGERS, Group, Role
from eccs import audit
from eccs.in_hand import give_back
from eccs.workflow import Actor, Document, Refused, Step, step

if TYPE_CHECKING:
    from accounts.access import StationRole
    from accounts.grants import Offer
    from accounts.models import CustomsStation, Posting, User

PARA = "PN17 3.0"


class Stage(models.TextChoices):
    """Whether a person may sign in."""

    ACTIVE = "ACTIVE", gettext_lazy("Active")
    SUSPENDED = "SUSPENDED", gettext_lazy("Suspended")
    LEFT = "LEFT", gettext_lazy("Left")


def belongs_to_customs(person: Any, actor: Actor) -> str:
    """Only an officer is transferred: a firm's people are given roles at its stations."""
    return "" if person.group == Group.CUSTOMS else _("Only officers are transferred.")


def can_be_reached_by_mail(person: Any, actor: Actor) -> str:
    """The person has an e-mail address."""
    return "" if person.email else _("Enter an e-mail address first, with “Change details”.")


def _record(event: str, document: User | StationRole, why: str, *, station: str, **details: Any) -> None:
    """A line of the audit log beside that of the trail, once the step is kept."""
    about = getattr(document, "username", "") or getattr(document, "code", "")
    audit.record(event, by=document.taken_by, about=about, station=station, why=why, **details)


class PersonClearance(Document):
    """What can be done to a person: each with who, when, what and why in the trail.

    Whose circle a person is in, is said in `accounts.circle`. Nobody holds a document by name: queues belong to desks,
    so whatever a person worked on stands in the queue of the desk when the posting ends, and nothing stays behind.
    """

    unnumbered_stages = tuple(Stage.values)
    taken_by: Any
    is_active: bool
    sessions_ended: int
    home_id: str | None

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The making of a person, which has no stage before it, and every step declared below."""
        return {"create": CREATE, **super().steps()}

    @cached_property
    def standing(self) -> Standing:
        """Rank, home and stations, as they were when they were first asked for."""
        return standing_of(self)

    def owner_key(self) -> tuple[Any, ...]:
        """Each person is within a circle of the own."""
        return (self.pk,)

    def is_in_circle_of(self, held: Any, actor: Any, activity: str = "") -> bool:
        """Whether a role of somebody's lets them do this to the person."""
        return is_in_circle(self, held, actor, activity)

    def out_of_circle(self) -> str:
        """What somebody is told who does not manage this person."""
        return _("%(name)s is not in your circle, or manages people at your rank.") % {"name": self}

    @step(
        Stage.ACTIVE, None, role=MANAGERS, label=gettext_lazy("Give role"), para=PARA,
        form="accounts.people_forms.GiveRoleForm", weighty=True,
    )  # fmt: skip
    def give_role(
        self: User, *, role: Offer, since: date, until: date | None = None, reason: str, despite_conflict: bool = False
    ) -> Iterable[models.Model]:
        """The person holds the role from a day on; more than the group may have is never given."""
        from accounts.grants import give

        return [give(self, role, since, until, reason, despite_conflict=despite_conflict)]

    @step(
        (Stage.ACTIVE, Stage.SUSPENDED), None, role=MANAGERS, label=gettext_lazy("End posting"), para=PARA,
        form="accounts.people_forms.EndPostingForm",
    )  # fmt: skip
    def end_posting(self: User, *, posting: Posting, on: date, reason: str) -> Iterable[models.Model]:
        """The role is no longer held from a day on; what the person has in hand goes back to the queue of the desk that day."""
        from accounts.grants import end, postings_to_end

        mine = postings_to_end(self.taken_by, self).filter(pk=posting.pk)
        if not mine:
            raise Refused([_("This posting has ended already, or another station or firm manages it.")], self)
        return end(self, mine, on, reason)

    @step(
        Stage.ACTIVE, None, role=(Role.PORT_ADMIN, Role.CUSTOMS_ADMIN, Role.SYSTEM_ADMIN), label=gettext_lazy("Transfer"),
        para=PARA, form="accounts.people_forms.TransferForm", guards=(belongs_to_customs,),
    )  # fmt: skip
    def transfer(self: User, *, station: CustomsStation, on: date, reason: str) -> Iterable[models.Model]:
        """Every posting here ends on a day, and the other station manages the person from now on and gives roles there."""
        from accounts.grants import end, postings_to_end

        if station.pk in self.standing.homes:
            raise Refused([_("%(name)s is at home at this station.") % {"name": self}], self)
        _record("person.transferred", self, reason, station=station.pk, left=self.home_id or "")
        ended = end(self, postings_to_end(self.taken_by, self), on, reason)
        self.home_id = station.pk
        return ended

    @step(
        (Stage.ACTIVE, Stage.SUSPENDED), None, role=MANAGERS, label=gettext_lazy("Change details"), para=PARA,
        form="accounts.people_forms.DetailsForm", weighty=True,
    )  # fmt: skip
    def change_details(self: User, *, full_name: str, email: str, reason: str) -> None:
        """Name and e-mail address are put right; the user name and the firm stay as they are."""
        if email != self.email:
            for address in filter(None, (self.email, email)):
                letters.tell(self, "address", to=address, address=email)
        given = {"full_name": full_name, "email": email}
        changed = {name: [old, new] for name, new in given.items() if new != (old := getattr(self, name))}
        _record("person.changed", self, reason, station=self.home_id or "", **changed)
        self.full_name, self.email = full_name, email

    @step(
        Stage.ACTIVE, Stage.SUSPENDED, role=MANAGERS, label=gettext_lazy("Suspend"), para=PARA,
        form="accounts.people_forms.ReasonForm", grave=True,
    )  # fmt: skip
    def suspend(self: User, *, reason: str) -> None:
        """The person is signed out at once and cannot sign in until re-activated; what is in hand goes back to the queues."""
        give_back(self)
        self.is_active = False
        self.sessions_ended += 1
        letters.tell(self, "suspended")
        _record("person.suspended", self, reason, station=self.home_id or "")

    @step(
        (Stage.SUSPENDED, Stage.LEFT), Stage.ACTIVE, role=MANAGERS, label=gettext_lazy("Re-activate"), para=PARA,
        form="accounts.people_forms.ReasonForm",
    )  # fmt: skip
    def reactivate(self: User, *, reason: str) -> None:
        """The person can sign in again; whoever had left is given roles anew."""
        self.is_active = True
        _record("person.reactivated", self, reason, station=self.home_id or "")

    @step(
        (Stage.ACTIVE, Stage.SUSPENDED), Stage.LEFT, role=MANAGERS, label=gettext_lazy("Record departure"), para=PARA,
        form="accounts.people_forms.ReasonForm", grave=True,
    )  # fmt: skip
    def leave(self: User, *, reason: str) -> Iterable[models.Model]:
        """The person has left: every posting ends today, and nobody signs in under the user name."""
        from accounts.grants import end

        give_back(self)
        self.is_active = False
        _record("person.left", self, reason, station=self.home_id or "")
        return end(self, postings_ahead(self), timezone.localdate(), reason)

    @step(
        Stage.ACTIVE, None, role=MANAGERS, label=gettext_lazy("Unlock"), para=PARA,
        form="accounts.people_forms.ReasonForm",
    )  # fmt: skip
    def unlock(self: User, *, reason: str) -> None:
        """Failed sign-ins are forgotten, so that the person can try again at once."""
        from accounts.entry import unlock

        unlock(self, by=self.taken_by, why=reason)

    @step(
        Stage.ACTIVE, None, role=MANAGERS, label=gettext_lazy("Reset second factor"), para=PARA,
        form="accounts.people_forms.ReasonForm", grave=True, weighty=True,
    )  # fmt: skip
    def reset_second_factor(self: User, *, reason: str) -> None:
        """The person enrols a new authenticator at the next sign-in, and every session ends."""
        from accounts.entry import forget_second_factor

        self.sessions_ended += 1
        forget_second_factor(self, by=self.taken_by, why=reason)

    @step(
        Stage.ACTIVE, None, role=MANAGERS, label=gettext_lazy("Send a new password link"), para=PARA,
        form="accounts.people_forms.ReasonForm", guards=(can_be_reached_by_mail,), weighty=True,
    )  # fmt: skip
    def send_password_link(self: User, *, reason: str) -> None:
        """The person gets a link by e-mail, good once and for a short time, to choose a password."""
        from accounts.entry import send_password_link_after_commit

        _record("password.reset-sent", self, reason, station=self.home_id or "")
        send_password_link_after_commit(self)


CREATE = Step(
    name="create", document="user", sources=(), targets=(Stage.ACTIVE,), roles=MANAGERS,
    label=gettext_lazy("Create person"),  # type: ignore[arg-type]  # every label is translated when it is shown
    para=PARA, rule="A person gets a user name, and a link by e-mail to choose a password.",
)  # fmt: skip


class RoleStage(models.TextChoices):
    """Whether a role of a station can be given."""

    OPEN = "OPEN", gettext_lazy("Open")
    WITHDRAWN = "WITHDRAWN", gettext_lazy("Withdrawn")


def held_by_nobody(role: Any, actor: Actor) -> str:
    """Nobody holds the role, today or from a later day on."""
    names = sorted({str(one.user) for one in role.held_by().select_related("user")[:20]})
    return _("Held by %(names)s. End these postings first.") % {"names": ", ".join(names)} if names else ""


def is_composed(role: Any, actor: Actor) -> str:
    """A standard role follows the code: only a composed one is changed."""
    return _("A standard role has the activities declared for it.") if role.standard else ""


class StationRoleClearance(Document):
    """What can be done to a role of a station."""

    unnumbered_stages = tuple(RoleStage.values)
    taken_by: Any

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The opening of a role, which has no stage before it, and every step declared below."""
        return {"open": OPEN_ROLE, **super().steps()}

    @step(
        RoleStage.OPEN, None, role=Role.PORT_ADMIN, label=gettext_lazy("Change activities"), para=PARA,
        form="accounts.role_forms.ChangeRoleForm", guards=(is_composed,), weighty=True,
    )  # fmt: skip
    def change(
        self: StationRole,
        *,
        activities: list[str],
        description: str = "",
        reason: str,
        despite_conflict: bool = False,
        work_goes_back: bool = False,
    ) -> None:
        """The role has these activities from now on, for everybody who holds it; what they have in hand and cannot do any more goes back to its queue."""
        from accounts.grants import conflicts_of_holders, refuse_activities
        from accounts.role_work import give_back_lost, losses

        refuse_activities(self.group, activities, despite_conflict=despite_conflict)
        found = conflicts_of_holders(self, activities)
        if found and not despite_conflict:
            raise Refused(found, self)
        if not work_goes_back and (lost := losses(self, activities)):
            raise Refused([_("This would go back to its queue: %(work)s.") % {"work": one} for one in lost], self)
        self.snapshot_for_trail = {"conflicts": found, "given_back": give_back_lost(self, activities, reason)}
        before, after = self.opens, frozenset(activities)
        _record("role.changed", self, reason, station=self.station_id, added=after - before, removed=before - after)
        self.activities, self.description = sorted(activities), description

    @step(
        RoleStage.OPEN, RoleStage.WITHDRAWN, role=Role.PORT_ADMIN, label=gettext_lazy("Withdraw"), para=PARA,
        form="accounts.people_forms.ReasonForm", guards=(held_by_nobody,), weighty=True,
    )  # fmt: skip
    def withdraw(self: StationRole, *, reason: str) -> None:
        """The role is no longer given at the station."""
        _record("role.withdrawn", self, reason, station=self.station_id)

    @step(
        RoleStage.WITHDRAWN, RoleStage.OPEN, role=Role.PORT_ADMIN, label=gettext_lazy("Open again"), para=PARA,
        form="accounts.people_forms.ReasonForm", weighty=True,
    )  # fmt: skip
    def reopen(self: StationRole, *, reason: str) -> None:
        """The role can be given at the station again."""
        _record("role.reopened", self, reason, station=self.station_id)


OPEN_ROLE = Step(
    name="open", document="stationrole", sources=(), targets=(RoleStage.OPEN,), roles=(Role.PORT_ADMIN,),
    label=gettext_lazy("Open role"),  # type: ignore[arg-type]  # every label is translated when it is shown
    para=PARA, rule="A role can be given at the station: a standard one, or one composed of activities of its group.",
)  # fmt: skip
