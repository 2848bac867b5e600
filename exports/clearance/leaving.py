"""The life of a Courier Export Manifest: filed for a flight, its EGM number fed when the aircraft has left (Form F)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import COURIERS, Role
from counter.discarding import begun_at_the_counter
from eccs.workflow import SIGNED_FILING, Actor, Document, step
from exports.stages import Stage as BillStage
from manifests.clearance import courier_in_force, signatory_examined

if TYPE_CHECKING:
    from exports.models import CourierExportManifest

PARA = "Reg 6; Form F"
NAMED = 10


class Stage(models.TextChoices):
    """What an export manifest awaits."""

    DRAFT = "DRAFT", gettext_lazy("Draft")
    FILED = "FILED", gettext_lazy("Awaiting EGM number")
    EXPORTED = "EXPORTED", gettext_lazy("Exported")
    DISCARDED = "DISCARDED", gettext_lazy("Discarded")


def goods_may_leave(manifest: Any, actor: Actor) -> str:
    """At least one shipping bill or return to origin stands on it, each bill with its Let Export Order and nothing against it."""
    lines = manifest.lines.filter(live=True)
    if not lines.exists() and not manifest.re_exports.filter(live=True).exists():
        return _("No shipping bill stands on the manifest yet.")
    held = lines.exclude(bill__stage=BillStage.LET_EXPORT, bill__holds="").values_list("bill__hawb", "bill__number")
    named = [hawb or number for hawb, number in held.order_by("bill__hawb", "bill__number")[: NAMED + 1]]
    if not named:
        return ""
    words = _("These have no Let Export Order, or their cancellation is requested: %(hawbs)s.")
    return words % {"hawbs": ", ".join(named[:NAMED]) + (" …" if len(named) > NAMED else "")}


def something_leaves(manifest: Any, actor: Actor) -> str:
    """At least one shipping bill or return to origin was not shut out."""
    left = manifest.lines.filter(live=True).exists() or manifest.re_exports.filter(live=True).exists()
    return "" if left else _("Everything was shut out: nothing left with this flight.")


def no_open_amendment(manifest: Any, actor: Actor) -> str:
    """No requested amendment of the manifest waits for its decision."""
    waiting = manifest.amendments.filter(stage="REQUESTED").first()
    words = _("The amendment %(number)s is requested: it is decided or withdrawn first.")
    return words % {"number": waiting.number} if waiting else ""


class LeavingClearance(Document):
    """The steps of an export manifest."""

    unnumbered_stages = (Stage.DRAFT, Stage.DISCARDED)
    filed_at: datetime | None
    departed_at: datetime | None

    class Meta:
        abstract = True

    @step(
        Stage.DRAFT, Stage.FILED, role=Role.COURIER_SIGNATORY, signed=SIGNED_FILING, label=gettext_lazy("File export manifest"), para=PARA,
        guards=(goods_may_leave, courier_in_force, signatory_examined), grave=True,
    )  # fmt: skip
    def file(self: CourierExportManifest) -> None:
        """The manifest is filed before the flight and receives its number; every shipping bill on it is bound to the flight."""
        self.file_it()

    @step(
        Stage.DRAFT, Stage.DISCARDED, role=COURIERS, label=gettext_lazy("Discard"), para=PARA, guards=(begun_at_the_counter,), grave=True,
    )  # fmt: skip
    def discard(self: CourierExportManifest) -> None:
        """A draft nobody needs is put away; its shipping bills may stand on another."""
        self.lines.filter(live=True).update(live=False)
        self.re_exports.filter(live=True).update(live=False)

    @step(
        Stage.FILED, None, role=COURIERS, label=gettext_lazy("Shut out"), para=PARA, form="exports.forms.manifests.ShutOutForm",
        grave=True, anytime=True,
    )  # fmt: skip
    def shut_out(self: CourierExportManifest, *, hawbs: list[str], reason: str) -> None:
        """Goods that stay behind are taken off: their order holds, and they leave with another flight. Documents stay by the bag."""
        from exports import going_back

        going_back.shut_out(self, hawbs, reason)
        self.leave_behind(hawbs, reason, step="shut_out")
        self.sum_up()

    @step(
        Stage.FILED, Stage.EXPORTED, role=COURIERS, label=gettext_lazy("Feed EGM number"), para=PARA,
        form="exports.forms.manifests.FeedEgmForm", guards=(something_leaves, no_open_amendment),
    )  # fmt: skip
    def feed_egm(self: CourierExportManifest, *, egm_number: str, departed_at: datetime) -> None:
        """The aircraft has left: every shipping bill still on the manifest is exported; of documents, those that were aboard."""
        from exports import going_back, warehouse
        from exports.iii import leaving

        self.egm_number, self.departed_at = egm_number, departed_at
        lines, parts = self.lines.filter(live=True), leaving.in_part(self)
        self.move(lines.exclude(pk__in=parts), "export", egm_number=egm_number)
        self.move(lines.filter(pk__in=parts), "export_in_part", egm_number=egm_number)
        leaving.leave(self)
        self.lines.filter(pk__in=parts).update(in_part=True)
        warehouse.count_documents(self.lines.filter(pk__in=parts).values_list("bill", flat=True))
        going_back.leave(self)

    @step(
        (Stage.FILED, Stage.EXPORTED), None, role=Role.COURIER_SIGNATORY, signed=SIGNED_FILING,
        label=gettext_lazy("Request amendment"), para=PARA,
        form="exports.forms.amending.ManifestAmendmentForm", guards=(no_open_amendment,), anytime=True,
    )  # fmt: skip
    def request_amendment(self: CourierExportManifest, *, changes: list[dict[str, str]], reason: str) -> None:
        """The courier asks for a change: flight and shipping bills before departure, afterwards the EGM number and what stayed behind."""
        from exports.amending import open_amendment

        open_amendment(self, changes, reason)

    @step(
        (Stage.FILED, Stage.EXPORTED), None, role=Role.SYSTEM, label=gettext_lazy("Amend"), para=PARA, anytime=True,
    )  # fmt: skip
    def amend(self: CourierExportManifest, *, amendment: str, changes: list[dict[str, str]], reason: str) -> None:
        """The DC/AC has approved the amendment: the manifest reads anew, and its shipping bills go with it or stay."""
        from exports.amending import apply

        apply(self, changes, reason)
        self.version += 1
        self.snapshot_for_trail = self.declared()
