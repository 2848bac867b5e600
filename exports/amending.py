"""Amending a filed export manifest: what may still change, and changing it with its shipping bills when the DC/AC approves.

until the EGM number is fed   | flight, MAWB, destination, scheduled departure; shipping bills added or taken off
when the aircraft has left    | EGM number and departure as they should have been; shipping bills found to have stayed behind
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eccs.beginning import begin_as
from eccs.moments import moment
from eccs.workflow import Refused
from exports import going_back, leaving
from exports.clearance.leaving import Stage
from exports.iii import leaving as iii
from exports.kinds import Kind
from exports.models import CourierExportManifest, ExportManifestAmendment, ExportManifestLine
from exports.models.manifest import named_so

Change = dict[str, str]  # old and new of a detail; a shipping bill that comes has no old, one that goes no new

BILL = "hawb"
MOMENTS = ("scheduled_departure", "departed_at")
OPEN = {
    Stage.FILED: ("airline", "flight_number", "mawb", "airport_of_destination", "scheduled_departure"),
    Stage.EXPORTED: ("egm_number", "departed_at"),
}
LABELS: dict[str, Any] = {
    "airline": gettext_lazy("Airline"), "flight_number": gettext_lazy("Flight number"), "mawb": gettext_lazy("MAWB"),
    "airport_of_destination": gettext_lazy("Airport of destination"),
    "scheduled_departure": gettext_lazy("Scheduled departure"), "egm_number": gettext_lazy("EGM number"),
    "departed_at": gettext_lazy("Actual departure"), BILL: gettext_lazy("House airway bill"),
}  # fmt: skip


def now_of(manifest: CourierExportManifest) -> dict[str, str]:
    """The details that may change at the stage of the manifest, as they are kept in an amendment."""
    return {name: _kept(getattr(manifest, name)) for name in OPEN.get(Stage(manifest.stage), ())}


def _kept(value: Any) -> str:
    """A detail as an amendment keeps it: a moment to the minute, as it is typed."""
    return timezone.localtime(value).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else str(value)


def _read(name: str, text: str) -> Any:
    return timezone.make_aware(datetime.fromisoformat(text)) if name in MOMENTS else text


def changes_of(
    manifest: CourierExportManifest, given: dict[str, Any], add: Collection[str], off: Collection[str]
) -> list[Change]:
    """What is asked for, detail by detail, with what stands there now; what does not change is left out."""
    details = [
        {"name": name, "old": old, "new": new}
        for name, old in now_of(manifest).items()
        if (new := _kept(given.get(name, old))) != old
    ]
    comes = [{"name": BILL, "old": "", "new": hawb} for hawb in add]
    return details + comes + [{"name": BILL, "old": hawb, "new": ""} for hawb in off]


def in_words(changes: list[Change]) -> list[dict[str, Any]]:
    """The changes with their labels and moments as people read them."""
    return [
        {"label": LABELS[one["name"]], "old": _told(one["name"], one["old"]), "new": _told(one["name"], one["new"])}
        for one in changes
    ]


def _told(name: str, text: str) -> str:
    return moment(_read(name, text)) if name in MOMENTS and text else text


def open_amendment(manifest: CourierExportManifest, changes: list[Change], reason: str) -> None:
    """An amendment is requested: before and after of each detail go to the DC/AC."""
    made = ExportManifestAmendment(
        manifest=manifest, station_id=manifest.station_id, courier_id=manifest.courier_id,
        requested_by_id=manifest.taken_by.user_id, requested_at=manifest.taken_at, stage_since=manifest.taken_at,
        reason=reason, changes=changes,
    )  # fmt: skip
    activity = type(manifest).steps()["request_amendment"].activity_at(manifest.stage)
    begin_as(manifest.taken_by.acts_as(activity, manifest), [made], "request", manifest.taken_by, reason=reason)


def _bills(changes: list[Change], which: str) -> list[str]:
    return [one[which] for one in changes if one["name"] == BILL and one[which]]


def may_come(manifest: CourierExportManifest, hawbs: Collection[str]) -> Any:
    """Of these shipping bills those that may be put on the manifest: let go, not held, on no other. A CSB-III is told by its number."""
    rows = leaving.may_go(manifest.courier_id, manifest.station_id)
    return rows.filter(Q(hawb__in=hawbs) | Q(number__in=hawbs))


def may_not_come(manifest: CourierExportManifest, numbers: Collection[str]) -> list[str]:
    """Of these numbers those that stand for no shipping bill that may be put on the manifest, in the order in which they were told."""
    bills = may_come(manifest, numbers).values_list("hawb", "number")
    return _missing(
        numbers, bills, going_back.may_come(manifest, numbers).values_list("hawb__number", "re_export__number")
    )


def not_aboard(manifest: CourierExportManifest, numbers: Collection[str]) -> list[str]:
    """Of these numbers those that stand for nothing on the manifest: house airway bills, bags of documents, shipping bills, returns."""
    goods = manifest.live_lines().filter(named_so(numbers)).exclude(bill__kind=Kind.III)
    documents = iii.named(manifest, numbers)
    if manifest.stage == Stage.EXPORTED:
        documents = documents.filter(left_with__isnull=False)
    told = documents.values_list("number", "bag__number", "bill__number")
    returns = going_back.named(manifest, numbers).values_list("origin__hawb__number", "origin__re_export__number")
    return _missing(numbers, goods.values_list("bill__hawb", "bill__number"), told, returns)


def _missing(numbers: Collection[str], *found: Any) -> list[str]:
    there = {number for rows in found for row in rows for number in row}
    return [number for number in numbers if number not in there]


def changed_since(amendment: ExportManifestAmendment) -> str:
    """Why the changes no longer fit the manifest, or nothing."""
    manifest, changes = amendment.manifest, amendment.changes
    now = now_of(manifest)
    other = [LABELS[c["name"]] for c in changes if c["name"] != BILL and now.get(c["name"]) != c["old"]]
    if other:
        return _("The manifest has changed since: %(what)s.") % {"what": ", ".join(map(str, other))}
    if stay := may_not_come(manifest, _bills(changes, "new")):
        return _("These may not leave with it any more: %(hawbs)s.") % {"hawbs": ", ".join(stay[:10])}
    if gone := not_aboard(manifest, _bills(changes, "old")):
        return _("These are not on it any more: %(hawbs)s.") % {"hawbs": ", ".join(gone[:10])}
    return ""


def apply(manifest: CourierExportManifest, changes: list[Change], reason: str) -> None:
    """Change a locked manifest as approved, and its shipping bills with it. Raises Refused where one cannot go."""
    for one in changes:
        if one["name"] != BILL:
            setattr(manifest, one["name"], _read(one["name"], one["new"]))
    left = manifest.stage == Stage.EXPORTED
    if off := _bills(changes, "old"):
        manifest.leave_behind(off, reason, step="short_ship" if left else "shut_out")
        going_back.shut_out(manifest, off, reason)
    if left and (wrong := [one["old"] for one in changes if one["name"] == "egm_number"]):
        with_it = manifest.live_lines().filter(bill__egm_number=wrong[0])  # of documents, the last flight counts
        manifest.move(with_it, "correct_egm", egm_number=manifest.egm_number)
    if left and any(one["name"] in OPEN[Stage.EXPORTED] for one in changes):
        going_back.correct(manifest)
    if add := _bills(changes, "new"):
        bills = list(may_come(manifest, add).select_for_update(of=("self",)).values_list("pk", flat=True))
        if len(bills) + going_back.put_on(manifest, add) < len(add):
            raise Refused([_("Not every shipping bill may leave with the manifest any more.")], manifest)
        ExportManifestLine.objects.bulk_create(ExportManifestLine(manifest=manifest, bill_id=pk) for pk in bills)
        manifest.move(manifest.live_lines().filter(bill__in=bills), "put_on_manifest")
    manifest.sum_up()
