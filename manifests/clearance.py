"""The life of an Express Cargo Manifest, from draft to arrived (PN17 5.1, 5.2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.directory.models import examination_doubt
from accounts.roles import COURIERS, Role
from counter.discarding import begun_at_the_counter
from counter.sealing import on_behalf, sealed_print_attached
from eccs.dated_rules import rule_book
from eccs.workflow import SIGNED_FILING, Actor, Document, Refused, Step, step
from manifests.events import aircraft_arrived
from manifests.regularising import left_on_paper


class Stage(models.TextChoices):
    """What a manifest awaits."""

    DRAFT = "DRAFT", gettext_lazy("Draft")
    SUBMITTED = "SUBMITTED", gettext_lazy("Submitted")
    IGM_FED = "IGM_FED", gettext_lazy("IGM fed")
    ARRIVAL_SCAN = "ARRIVAL_SCAN", gettext_lazy("Arrival scan")
    ARRIVED = "ARRIVED", gettext_lazy("Arrived")
    DISCARDED = "DISCARDED", gettext_lazy("Discarded")


def has_shipments(manifest: Any, actor: Actor) -> str:
    """A manifest declares at least one house airway bill."""
    return "" if manifest.hawb_count else _("The manifest has no house airway bill yet.")


def courier_in_force(filed: Any, actor: Actor) -> str:
    """The courier is registered at the station on the day of filing."""
    return " ".join(filed.courier.why_not_at(filed.station_id, timezone.localdate()))


SHOWN = 5  # house airway bills named in a refusal


def courier_in_force_or_left_on_paper(manifest: Any, actor: Actor) -> str:
    """The courier is registered at the station on the day of filing, or all that the manifest declares left before on numbered paper forms that wait for their bills (PN17 15.0)."""
    reason = courier_in_force(manifest, actor)
    left = left_on_paper(manifest.courier_id, manifest.station_id) if reason else {}
    if not left:
        return reason
    here = manifest.hawbs.exclude(number__in=left)
    others = list(here.order_by("number").values_list("number", flat=True)[:SHOWN])
    if not others:
        return ""
    told = {"n": here.count(), "hawbs": ", ".join(others)}
    return reason + " " + _("What left on a paper form is manifested all the same, by itself: take off %(n)d that did not (%(hawbs)s).") % told  # fmt: skip


def signatory_examined(document: Any, actor: Actor) -> str:
    """Whoever files for a courier has an examination in force, where a dated rule of the station asks for it.

    At the Service Centre its personnel sign, and the courier signs and seals the print-out (PN17 2.4).
    """
    if getattr(actor, "customer", None) is not None:
        return ""
    if actor.user_id is None or document.courier_id is None or getattr(document, "importer_id", None) is not None:
        return ""
    today = timezone.localdate()
    if not rule_book().is_on("signatory_examination", today, document.station_id):
        return ""
    return examination_doubt(actor.user_id, document.courier_id, today)


def not_on_hold(bill: Any, actor: Actor) -> str:
    """A shipment that the courier has on hold is not filed until the hold is released (PN17 5.3)."""
    held = bill.hawb_id is not None and bill.hawb.held_since is not None
    return _("%(hawb)s is on hold. Release the hold first.") % {"hawb": bill.hawb} if held else ""


def _line(name: str, label: str | Promise, roles: tuple[Role, ...], para: str, rule: str) -> Step:
    """Something done to a manifest that leaves it at its desk and is written into its trail (see manifests.noting)."""
    return Step(
        name=name, document="expresscargomanifest", sources=(), targets=(), roles=roles,
        label=label, para=para, rule=rule,  # type: ignore[arg-type]  # every label is translated when it is shown
    )  # fmt: skip


NOTED = {
    one.name: one
    for one in (
        _line("hold", gettext_lazy("Put on hold"), COURIERS, "PN17 5.3", "A shipment is kept from clearance."),
        _line("release_hold", gettext_lazy("Release hold"), COURIERS, "PN17 5.3", "A shipment may be cleared."),
        _line("amend", gettext_lazy("Amend manifest"), (Role.DCAC, Role.SYSTEM), "PN17 12.0", "An approved amendment is applied."),
        _line(
            "settle", gettext_lazy("Settle short or excess"), (Role.DCAC, Role.SHED_SUPERINTENDENT), "PN17 5.2",
            "What was short or in excess is explained.",
        ),
    )
}  # fmt: skip


class ManifestClearance(Document):
    """The steps of a manifest, in the order of the public notice."""

    unnumbered_stages = (Stage.DRAFT, Stage.DISCARDED)
    actual_arrival: datetime | None
    submitted_at: datetime | None
    scan_started_at: datetime | None
    scan_closed_at: datetime | None
    courier_id: int
    station_id: str

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """Every step declared below, and what else the trail tells."""
        return {**super().steps(), **NOTED}

    @step(
        Stage.DRAFT, Stage.SUBMITTED, role=(Role.COURIER_SIGNATORY, Role.SERVICE_CENTRE), signed=SIGNED_FILING, label=gettext_lazy("Submit manifest"), para="PN17 5.1",
        guards=(has_shipments, courier_in_force_or_left_on_paper, signatory_examined, sealed_print_attached), grave=True, form="manifests.forms.SubmitForm",
    )  # fmt: skip
    def submit(self, *, after_scheduled_arrival: str = "") -> None:
        """The manifest is submitted before arrival and receives its number; one that comes after it is flagged as late.

        Of a courier not in force any more the trail tells the paper forms on which its goods had left.
        """
        self.submitted_at = self.taken_at
        self.snapshot_for_trail = {**self.declared(), **on_behalf(self)}  # type: ignore[attr-defined]
        if why := courier_in_force(self, self.taken_by):
            papers = {one.paper for one in left_on_paper(self.courier_id, self.station_id).values()}
            self.snapshot_for_trail |= {"not_in_force": why, "left_on_paper": sorted(papers)}

    @step(
        Stage.DRAFT,
        Stage.DISCARDED,
        role=(*COURIERS, Role.SERVICE_CENTRE),
        label=gettext_lazy("Discard"),
        para="PN17 5.1",
        guards=(begun_at_the_counter,),
        grave=True,
    )
    def discard(self) -> None:
        """A draft nobody needs is put away; it never had a number."""

    @step(
        Stage.SUBMITTED, Stage.IGM_FED, role=COURIERS, label=gettext_lazy("Feed IGM number"), para="PN17 5.1",
        form="manifests.forms.FeedIgmForm",
    )  # fmt: skip
    def feed_igm(
        self, igm_number: str, actual_arrival: datetime, submitted_after_landing: str = ""
    ) -> Iterable[models.Model]:
        """The IGM number and the actual time of arrival are fed; the duty of the manifest's bills is worked out again."""
        from manifests.igm import why_not_landed

        if reason := why_not_landed(self, actual_arrival):
            raise Refused([reason], self)
        self.igm_number, self.actual_arrival = igm_number, actual_arrival
        aircraft_arrived.send(type(self), manifest=self, actor=self.taken_by)
        return self._told_late()

    def _told_late(self) -> list[models.Model]:
        """The firm is told that its manifest came after the aircraft."""
        from django.conf import settings

        from eccs.notices import firms_of, worded
        from manifests.lateness import words

        if not words(self):
            return []
        address = f"{self}  {settings.PUBLIC_URL}{self.get_absolute_url()}"

        def told() -> tuple[str, str]:
            return _("%(manifest)s: submitted after the aircraft landed") % {
                "manifest": self
            }, f"{words(self)}\n{address}"

        return [worded(firm, told, self.station_id) for firm in firms_of(self)]

    @step(
        Stage.IGM_FED, Stage.ARRIVAL_SCAN, role=Role.ARRIVAL_SCANNER, label=gettext_lazy("Start arrival scan"),
        para="PN17 5.2",
    )  # fmt: skip
    def start_arrival_scan(self) -> None:
        """The custodian begins to scan the packages, after the IGM number and the actual arrival were fed."""
        self.scan_started_at = self.taken_at

    @step(
        Stage.ARRIVAL_SCAN, Stage.ARRIVED, role=Role.ARRIVAL_SCANNER, label=gettext_lazy("Close arrival"), para="PN17 5.2",
        grave=True, form="manifests.forms.CloseArrivalForm",
    )  # fmt: skip
    def close_arrival(self, remarks: str = "") -> Iterable[models.Model]:
        """The custodian closes the arrival; what is short and what landed in excess is listed."""
        from manifests.reconciliation import found

        self.scan_closed_at = self.taken_at
        return found(self, self.taken_at)  # type: ignore[arg-type]
