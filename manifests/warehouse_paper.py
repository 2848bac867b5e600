"""The warehouse register as it is printed for the shed, or for an inspection."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from eccs.papers import Column, Head, Kind, Paper, day, footing, moment
from manifests.models import WarehouseEntry

if TYPE_CHECKING:
    from manifests.register import Register

MOST = 5_000  # lines on one paper; more are taken as a file


def register_paper(book: Register, entries: Iterable[Any], view: str, printed_by: str) -> bytes:
    """The register, or the view of it that was asked for, as PDF."""
    now, rows = timezone.now(), list(entries)
    head = Head(
        title=str(book.title), subtitle=str(book.views[view]), number=moment(now), token=f"REGISTER {timezone.localdate():%Y%m%d}",
        place=", ".join(dict.fromkeys(str(row.station) for row in rows)) or "-",
        address=f"{settings.PUBLIC_URL}{reverse(book.page('register'))}",
        kind=Kind.REGISTER_EXTRACT, foot=footing(printed_by),
    )  # fmt: skip
    sheet = Paper(head)
    table = sheet.table(book.paper_columns())
    for entry in rows:
        table.row(book.on_paper(entry, now))
    return sheet.close()


def columns() -> list[Column]:
    """The columns of the register of imports on paper."""
    return [
        Column(_("HAWB"), 0.15), Column(_("Goods"), 0.17), Column(_("Consignee"), 0.17), Column(_("Courier"), 0.13),
        Column(_("In"), 0.11), Column(_("Days"), 0.06, right=True), Column(_("Location"), 0.08),
        Column(_("Held, detained or out"), 0.13),
    ]  # fmt: skip


def row(entry: WarehouseEntry, now: datetime) -> list[str]:
    """A line of the register of imports on paper."""
    hawb = entry.hawb
    return [
        f"{hawb.number}\n{hawb.packages_arrived}/{hawb.packages}", hawb.description, hawb.consignee_name,
        hawb.manifest.courier.short_name, *stay(entry, now), entry.location or "-", "\n".join(_standing(entry)),
    ]  # fmt: skip


def stay(entry: Any, now: datetime) -> list[str]:
    """Since when goods are in, and for how many days they are or were."""
    if not entry.in_at:
        return [_("not yet here"), ""]
    return [moment(entry.in_at), str(((entry.out_at or now) - entry.in_at).days)]


def _standing(entry: WarehouseEntry) -> list[str]:
    """What keeps the goods, or took them away, with its day."""
    told = []
    if entry.hawb.held_since:
        told.append(_("Held %(day)s") % {"day": day(timezone.localdate(entry.hawb.held_since))})
    if entry.detained_since:
        told.append(_("Detained %(day)s") % {"day": day(timezone.localdate(entry.detained_since))})
    if entry.out_at:
        told.append(f"{entry.get_out_on_display()} {day(timezone.localdate(entry.out_at))}".strip())
    return told
