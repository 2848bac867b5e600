"""The life of a manifest amendment: asked for by the courier, decided by the DC/AC (PN17 12.0)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import COURIERS, Role
from counter.discarding import begun_at_the_counter
from eccs.workflow import SIGNED_FILING, SIGNED_ORDER, Actor, Document, Refused, step

if TYPE_CHECKING:
    from manifests.models import ManifestAmendment


class AmendmentStage(models.TextChoices):
    """What an amendment awaits."""

    DRAFT = "DRAFT", gettext_lazy("Draft")
    REQUESTED = "REQUESTED", gettext_lazy("Requested")
    APPROVED = "APPROVED", gettext_lazy("Approved")
    REJECTED = "REJECTED", gettext_lazy("Rejected")
    WITHDRAWN = "WITHDRAWN", gettext_lazy("Withdrawn")


def says_something(amendment: Any, actor: Actor) -> str:
    """An amendment changes at least one thing."""
    return "" if amendment.lines.exists() else _("The amendment changes nothing yet.")


def touches_nothing_locked(amendment: Any, actor: Actor) -> str:
    """No line touches what the stage of the manifest, or a bill that is filed, has locked."""
    from manifests.locks import reasons_locked

    return " ".join(reasons_locked(amendment))


def manifest_as_it_was(amendment: Any, actor: Actor) -> str:
    """What is to be changed still reads as it did when the change was asked for."""
    from manifests.amendments import changed_since

    return changed_since(amendment)


def adjudicated(amendment: Any, actor: Actor) -> str:
    """After the arrival is closed a manifest is amended on adjudication only."""
    from manifests.locks import why_not_adjudicated

    return why_not_adjudicated(amendment)


def not_what_the_scale_showed(amendment: Any, actor: Actor) -> str:
    """A weight that the scale showed is not put away: it is asked for, or weighed again."""
    if amendment.of_weight and amendment.lines.exists():
        return _(
            "The custodian recorded a weight beyond the tolerance: request the amendment, or have the goods weighed again."
        )
    return ""


class AmendmentClearance(Document):
    """The steps of a manifest amendment, in the order of the public notice."""

    unnumbered_stages = (AmendmentStage.DRAFT, AmendmentStage.WITHDRAWN)

    class Meta:
        abstract = True

    @step(
        AmendmentStage.DRAFT, None, role=Role.SYSTEM, label=gettext_lazy("Record weight discrepancy"), para="PN17 5.2"
    )
    def record_weight(self: ManifestAmendment, *, hawb: str, declared: str, actual: str) -> Iterable[models.Model]:
        """The custodian weighed a shipment and the difference is beyond the tolerance: the manifest is to be amended, and the courier is told."""
        from eccs.models import Notice
        from eccs.notices import firms_of

        told = {"hawb": hawb, "declared": declared, "actual": actual}
        subject = _("%(hawb)s: weight beyond the tolerance, %(declared)s kg declared, %(actual)s kg found") % told
        body = f"{self.manifest}  {settings.PUBLIC_URL}{self.get_absolute_url()}"
        return [Notice(audience=firm, station=self.station_id, subject=subject, body=body) for firm in firms_of(self)]

    @step(
        AmendmentStage.DRAFT, AmendmentStage.REQUESTED, role=Role.COURIER_SIGNATORY, signed=SIGNED_FILING, label=gettext_lazy("Request amendment"),
        para="PN17 12.0", form="manifests.amendment_forms.RequestForm", guards=(says_something, touches_nothing_locked),
    )  # fmt: skip
    def request_amendment(self: ManifestAmendment, *, reason: str, adjudication_reference: str = "") -> None:
        """The courier asks for the changes. After the arrival is closed an adjudication reference is needed."""
        from manifests.locks import wants_adjudication

        if not adjudication_reference and wants_adjudication(self):
            raise Refused([_("After arrival a manifest is amended on adjudication only: give the reference.")], self)
        self.reason, self.adjudication_reference = reason, adjudication_reference
        lines = list(self.lines.all())
        self.snapshot_for_trail = {"lines": [line.told() for line in lines]}
        if self.of_weight:
            from manifests.amendments import settled

            settled(self.manifest_id, lines, self.taken_at)

    @step(
        AmendmentStage.DRAFT, AmendmentStage.WITHDRAWN, role=COURIERS, label=gettext_lazy("Withdraw"), para="PN17 12.0",
        guards=(not_what_the_scale_showed, begun_at_the_counter), grave=True,
    )  # fmt: skip
    def withdraw(self) -> None:
        """An amendment that was not asked for yet is put away."""

    @step(
        AmendmentStage.REQUESTED, AmendmentStage.APPROVED, role=Role.DCAC, signed=SIGNED_ORDER, label=gettext_lazy("Approve amendment"),
        para="PN17 12.0", guards=(touches_nothing_locked, manifest_as_it_was, adjudicated), apart_from=("request_amendment",), grave=True,
    )  # fmt: skip
    def approve_amendment(self: ManifestAmendment) -> None:
        """The DC/AC permits the changes; the manifest is changed at once and its earlier version kept."""
        from manifests.applying import apply

        self.snapshot_for_trail = apply(self, self.taken_by, self.taken_at)

    @step(
        AmendmentStage.REQUESTED, AmendmentStage.APPROVED, role=Role.SYSTEM, label=gettext_lazy("Carry amendment of the bill"),
        para="PN17 11.0, 12.0", guards=(manifest_as_it_was, adjudicated),
    )  # fmt: skip
    def carry_with_bill(self: ManifestAmendment, *, amendment: str) -> None:
        """The DC/AC has approved the change on the bill: the manifest says the same at once, and its earlier version is kept."""
        from manifests.applying import apply

        self.snapshot_for_trail = apply(self, self.taken_by, self.taken_at, with_bill=True)

    @step(
        AmendmentStage.REQUESTED, AmendmentStage.REJECTED, role=Role.DCAC, signed=SIGNED_ORDER, label=gettext_lazy("Reject amendment"),
        para="PN17 12.0", form="manifests.amendment_forms.RejectionForm", apart_from=("request_amendment",),
    )  # fmt: skip
    def reject_amendment(self: ManifestAmendment, *, remarks: str) -> None:
        """The DC/AC refuses the changes with the reason; the manifest stays as it is."""
        self.decision_remarks = remarks
