"""Days and moments as people read them: DD/MM/YYYY, the 24-hour clock, Indian Standard Time."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

_ISO = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d.*)?")


def local(moment: datetime) -> datetime:
    """A moment in Indian Standard Time; one without a zone is there already."""
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def day(moment: date | None) -> str:
    """A day as DD/MM/YYYY, in Indian Standard Time."""
    if moment is None:
        return ""
    return (local(moment) if isinstance(moment, datetime) else moment).strftime("%d/%m/%Y")


def moment(at: datetime | None) -> str:
    """A moment as DD/MM/YYYY HH:MM, in Indian Standard Time."""
    return "" if at is None else local(at).strftime("%d/%m/%Y %H:%M")


def as_read(value: Any) -> Any:
    """What was kept as people read it: a day or a moment of ISO 8601 as DD/MM/YYYY, lists without brackets; all else as it stands."""
    if isinstance(value, list):
        return "; ".join(str(as_read(one)) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {as_read(one)}" for name, one in value.items())
    if not isinstance(value, str) or not _ISO.fullmatch(value):
        return value
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return moment(at) if "T" in value else day(at)


def clock(at: datetime | None) -> str:
    """The time of day to the second, in Indian Standard Time."""
    return "" if at is None else local(at).strftime("%H:%M:%S")


def when(at: datetime | None) -> str:
    """A moment as briefly as it can be said: `today 10:58`, else the day with the time."""
    if at is None:
        return ""
    if local(at).date() == timezone.localdate():
        return _("today %(time)s") % {"time": local(at).strftime("%H:%M")}
    return moment(at)


def weekday(at: datetime | None) -> str:
    """The day of the week with the day: Thursday 19/11/2026."""
    return "" if at is None else f"{date_format(local(at), 'l')} {day(at)}"


def is_late(since: datetime, target_minutes: int) -> bool:
    """Whether a document has been at its desk for longer than the target, if there is one."""
    return bool(target_minutes) and timezone.now() - since >= timedelta(minutes=target_minutes)
