"""The IGM number and the actual arrival: when they are believed, and what a correction of them would reach (PN17 5.1, 12.0)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from eccs.dated_rules import rule_book
from eccs.moments import moment

if TYPE_CHECKING:
    from manifests.models import ExpressCargoManifest

IGM = ("igm_number", "actual_arrival")


def igm_of(manifest: ExpressCargoManifest) -> dict[str, str]:
    """IGM number and actual arrival as an amendment writes them; the moment in India's time."""
    landed = manifest.actual_arrival
    written = timezone.localtime(landed).isoformat(timespec="minutes") if landed else ""
    return {"igm_number": manifest.igm_number, "actual_arrival": written}


def why_not_landed(manifest: Any, when: datetime) -> str:
    """Why an aircraft cannot have landed then, or nothing: not to come, not far from its schedule, not after its first scan."""
    if when > timezone.now():
        return _("The actual arrival cannot be in the future.")
    days = rule_book().count("arrival_off_schedule_days", timezone.localdate(), manifest.station_id)
    if abs(when - manifest.scheduled_arrival) > timedelta(days=days):
        return _("The aircraft was to arrive on %(scheduled)s: enter an arrival within %(days)d days of it.") % {
            "scheduled": moment(manifest.scheduled_arrival), "days": days,
        }  # fmt: skip
    if manifest.scan_started_at is not None and when > manifest.scan_started_at:
        return _("The arrival scan began on %(at)s: the aircraft had landed before.") % {
            "at": moment(manifest.scan_started_at)
        }
    return ""


def why_not_corrected(manifest: ExpressCargoManifest, after: dict[str, str]) -> str:
    """Why IGM number and arrival cannot be corrected so, or nothing."""
    if not manifest.igm_number:
        return _("The IGM number is not fed yet: feed it first.")
    landed = after.get("actual_arrival", "")
    return why_not_landed(manifest, datetime.fromisoformat(landed)) if landed else ""


def corrections(manifest: ExpressCargoManifest) -> list[dict[str, Any]]:
    """What the IGM number and the arrival were before each approved correction, the first one first."""
    from manifests.models import AmendmentLine

    lines = AmendmentLine.objects.filter(
        amendment__manifest=manifest, amendment__stage="APPROVED", kind=AmendmentLine.Kind.IGM
    ).select_related("amendment")
    return [
        {
            "amendment": line.amendment, "number": line.before.get("igm_number", ""),
            "landed": datetime.fromisoformat(at) if (at := line.before.get("actual_arrival", "")) else None,
        }
        for line in lines.order_by("pk")
    ]  # fmt: skip


def reached(manifest: ExpressCargoManifest, landed: str) -> dict[str, list[str]]:
    """The bills whose day of rates a corrected arrival moves: those still open, and those whose goods are out already."""
    day = timezone.localtime(datetime.fromisoformat(landed)).date()
    bills: Any = manifest.bills.filter(hawb__isnull=False, number__isnull=False).exclude(stage="CANCELLED")
    found: dict[str, list[str]] = {"open": [], "out": []}
    opened = bills.model.open_stages()
    told = bills.values_list("number", "stage", "presented_on", "rates_on", "released_at")
    for number, stage, presented, rates_on, released in told.order_by("pk"):
        if max(presented, day) != rates_on:
            still = stage in opened and released is None
            found["open" if still else "out"].append(number)
    return found
