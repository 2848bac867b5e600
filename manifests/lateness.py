"""A manifest is filed before the aircraft lands; one that was not is flagged as late, and cleared all the same (PN17 5.0(i), 5.1).

Until the landing is fed the scheduled arrival counts. A corrected arrival may make a manifest late, or late no longer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LATE = Q(submitted_at__gt=Coalesce(F("actual_arrival"), F("scheduled_arrival")))
"""The condition that finds what was submitted after its aircraft had landed."""

CHOICES = (("late", gettext_lazy("After landing")), ("before", gettext_lazy("Before landing")))


def of_choice(text: str) -> Q:
    """The condition of a filter."""
    return LATE if text == "late" else ~LATE & Q(submitted_at__isnull=False) if text == "before" else Q(pk__in=())


def late_by(manifest: Any, landed: datetime | None = None) -> timedelta | None:
    """By how much a manifest was submitted after the landing; nothing where it was in time, or is not submitted yet."""
    arrival = landed or manifest.actual_arrival or manifest.scheduled_arrival
    submitted = manifest.submitted_at
    return submitted - arrival if submitted is not None and submitted > arrival else None


def by_how_much(late: timedelta | None) -> str:
    """So many hours and minutes, or nothing."""
    if late is None:
        return ""
    minutes = max(1, int(late.total_seconds() // 60))
    return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}


def words(manifest: Any) -> str:
    """That a manifest was submitted late, in a sentence; nothing where it was not."""
    late = by_how_much(late_by(manifest))
    if not late:
        return ""
    if manifest.actual_arrival is None:
        return _("Submitted %(late)s after the scheduled arrival: the manifest is due before the aircraft lands.") % {
            "late": late
        }
    return _("Submitted %(late)s after the aircraft landed: the manifest is due before.") % {"late": late}


def cell(manifest: Any) -> SafeString | str:
    """What the row of a list says of the time of submission."""
    late = by_how_much(late_by(manifest))
    if not late:
        return ""
    return format_html('<span class="state state--late">{}</span>', _("late by %(late)s") % {"late": late})
