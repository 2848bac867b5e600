"""The warehouse register as it is printed for the shed, or for an inspection."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from eccs.papers import Column, Head, Paper, day, moment
from manifests.models import WarehouseEntry

MOST = 5_000  # lines on one paper; more are taken as a file


def register_paper(entries: Iterable[WarehouseEntry], title: str, places: str, printed_by: str) -> bytes:
    """The register, or the view of it that was asked for, as PDF."""
    now = timezone.now()
    head = Head(
        title=_("Warehouse register"), subtitle=title, number=moment(now), token=f"REGISTER {timezone.localdate():%Y%m%d}",
        place=places, address=f"{settings.PUBLIC_URL}{reverse('warehouse-register')}",
        foot=_("printed %(at)s by %(who)s") % {"at": moment(now), "who": printed_by},
    )  # fmt: skip
    sheet = Paper(head)
    table = sheet.table(
        [
            Column(_("HAWB"), 0.15), Column(_("Goods"), 0.17), Column(_("Consignee"), 0.17), Column(_("Courier"), 0.13),
            Column(_("In"), 0.11), Column(_("Days"), 0.06, right=True), Column(_("Location"), 0.08),
            Column(_("Held, detained or out"), 0.13),
        ]
    )  # fmt: skip
    for entry in entries:
        hawb = entry.hawb
        until = entry.out_at or now
        table.row(
            [
                f"{hawb.number}\n{hawb.packages_arrived}/{hawb.packages}", hawb.description, hawb.consignee_name,
                hawb.manifest.courier.short_name, moment(entry.in_at) if entry.in_at else _("not yet here"),
                str((until - entry.in_at).days) if entry.in_at else "", entry.location or "-", "\n".join(_standing(entry)),
            ]
        )  # fmt: skip
    return sheet.close()


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
