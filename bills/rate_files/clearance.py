"""A file of rates, step by step: loaded and proposed by one person, approved by another, in force from its days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from eccs import audit
from eccs.workflow import Document, Refused, Step, step

if TYPE_CHECKING:
    from bills.models import RateFile

LAW = "Customs Act 1962, sections 14 and 15"
LOAD: Any = gettext_lazy("Load a file of rates")
REASON = "bills.manual.forms.ReasonForm"


class Stage(models.TextChoices):
    """What a file of rates awaits."""

    DRAFT = "DRAFT", gettext_lazy("Loaded, not proposed yet")
    PROPOSED = "PROPOSED", gettext_lazy("Rates proposed")
    APPROVED = "APPROVED", gettext_lazy("Approved")
    REFUSED = "REFUSED", gettext_lazy("Not approved")
    REVOKED = "REVOKED", gettext_lazy("Taken back before its day")
    DISCARDED = "DISCARDED", gettext_lazy("Discarded")


def is_checked(file: RateFile, actor: Any) -> str:
    """The file is read without a fault, and something in it differs from what is in force."""
    if file.upload_id is None:
        return _("The file is not checked yet, or must be corrected.")
    changes = file.new + file.changed + file.ended
    return "" if changes else _("Nothing in the file differs from what is in force on its days.")


def is_to_come(file: RateFile, actor: Any) -> str:
    """What was in force on a day that has passed stays as it was."""
    if file.first_day is not None and file.first_day < timezone.localdate():
        told = {"day": f"{file.first_day:%d/%m/%Y}"}
        return (
            _(
                "Its first day, %(day)s, has passed: documents were decided by what was in force then. Load it with a later day."
            )
            % told
        )
    return ""


def is_compared_with_what_stands(file: RateFile, actor: Any) -> str:
    """Nothing was approved or taken back since the file was compared with what is in force."""
    from bills.rate_files.applying import last_turn

    if file.base != last_turn(file.sort):
        return _(
            "Other rates were approved or taken back since this file was compared with those in force. Load it again."
        )
    return ""


def has_not_begun(file: RateFile, actor: Any) -> str:
    """Rates that are in force, or were, are never taken back."""
    if file.first_day is not None and file.first_day <= timezone.localdate():
        return _("Its first day has come: the rates stay. Load a file with the right ones from a later day.")
    return ""


def is_the_last(file: RateFile, actor: Any) -> str:
    """Later files were compared with this one's rates."""
    from bills.rate_files.applying import last_turn

    return "" if file.turn == last_turn(file.sort) else _("Other rates were approved since: take those back first.")


class RateFileSteps(Document):
    """The steps of a file of rates, in their order."""

    courier_id: ClassVar[None] = None  # it is no firm's

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The loading, which is a page of its own, and every step declared below."""
        loading = Step(
            name="load", document="ratefile", sources=(), targets=("DRAFT",), roles=(Role.SYSTEM,),
            label=LOAD, para=LAW, rule="The System Admin loads a file; every row of it is checked.",
        )  # fmt: skip
        return {"load": loading, **super().steps()}

    @step(
        Stage.DRAFT, Stage.PROPOSED, role=Role.SYSTEM_ADMIN, label=gettext_lazy("Propose these rates"), para=LAW,
        guards=(is_checked, is_to_come, is_compared_with_what_stands), grave=True,
    )  # fmt: skip
    def propose(self: RateFile) -> None:
        """The differences are right: another System Admin is asked to approve them."""
        self.snapshot_for_trail = _facts(self)
        _enter(self, "rates.proposed")

    @step(
        Stage.PROPOSED, Stage.APPROVED, role=Role.SYSTEM_ADMIN, label=gettext_lazy("Approve these rates"), para=LAW,
        guards=(is_to_come, is_compared_with_what_stands), apart_from=("load", "propose"), grave=True, weighty=True,
    )  # fmt: skip
    def approve(self: RateFile) -> None:
        """A second person has compared them with the notification: each is in force from its day."""
        from bills.rate_files import applying

        applying.wait_for_turn(self.sort)
        if reason := is_compared_with_what_stands(self, self.taken_by):
            raise Refused([reason], self)
        applying.put_in_force(self)
        self.turn = applying.last_turn(self.sort) + 1
        _enter(self, "rates.approved")

    @step(
        Stage.PROPOSED, Stage.REFUSED, role=Role.SYSTEM_ADMIN, label=gettext_lazy("Do not approve"), para=LAW, form=REASON,
    )  # fmt: skip
    def refuse(self: RateFile, *, remarks: str) -> None:
        """The rates are not those of the notification, or not wanted: nothing of the file comes into force."""
        self.decision = remarks
        _enter(self, "rates.refused", remarks)

    @step(
        Stage.APPROVED, Stage.REVOKED, role=Role.SYSTEM_ADMIN, label=gettext_lazy("Take back before they begin"), para=LAW,
        form=REASON, guards=(has_not_begun, is_the_last), anytime=True, grave=True, weighty=True,
    )  # fmt: skip
    def revoke(self: RateFile, *, remarks: str) -> None:
        """The rates are still to come and wrong: they are taken back, and what was in force before stays in force."""
        from bills.rate_files import applying

        applying.wait_for_turn(self.sort)
        if reason := has_not_begun(self, self.taken_by) or is_the_last(self, self.taken_by):
            raise Refused([reason], self)
        applying.take_back(self)
        self.turn = applying.last_turn(self.sort) + 1
        self.decision = remarks
        _enter(self, "rates.revoked", remarks)

    @step(
        Stage.DRAFT, Stage.DISCARDED, role=Role.SYSTEM_ADMIN, label=gettext_lazy("Discard"), para=LAW, grave=True,
    )  # fmt: skip
    def discard(self: RateFile) -> None:
        """A file that is not wanted is put away."""


def _facts(file: RateFile) -> dict[str, Any]:
    """What was proposed, as the trail and the audit log keep it."""
    return {
        "sort": file.sort, "digest": file.upload.digest if file.upload else "", "file": file.upload.name if file.upload else "",
        "notification": file.notification, "from": file.first_day.isoformat() if file.first_day else "", "whole": file.whole,
        "new": file.new, "changed": file.changed, "ended": file.ended, "same": file.same,
    }  # fmt: skip


def _enter(file: RateFile, event: str, why: str = "") -> None:
    """Tell the audit log once the step is kept and the file has its number."""
    by = file.taken_by
    transaction.on_commit(lambda: audit.record(event, by=by, about=file.key, why=why, **_facts(file)))
