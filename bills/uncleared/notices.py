"""Notices of uncleared goods: to the courier and the declared importer, each once (PN17 5.0(v))."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.directory.firms import Importer
from bills.models import CourierBillOfEntry, UnclearedNotice
from bills.stages import PUT_AWAY, Stage
from bills.uncleared.goods import DISPOSAL, RETURN, SINCE, days_of, return_in_force, uncleared
from eccs import numbering
from eccs.models import Notice
from eccs.notices import worded
from manifests.models import WarehouseEntry

AT_ONCE = 500
NAMED = 20  # shipments named one by one in a message


def issue(after: str) -> int:
    """Issue the notices of a spell that were not issued yet, some hundred to a transaction; return how many."""
    issued = 0
    while found := _issue_some(after):
        issued += found
    return issued


def _issue_some(after: str) -> int:
    with transaction.atomic():
        known = UnclearedNotice.objects.filter(after=after).values("hawb")
        rows = uncleared(after).exclude(hawb__in=known).select_related("hawb__manifest").order_by(SINCE, "pk")
        if after == RETURN:
            rows = rows.filter(station_id__in=[s for s in _stations(rows) if return_in_force(s)])
        entries = list(rows.select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
        importers = _declared_importers(entries)
        now, days = timezone.now(), days_of(after)
        made = [
            UnclearedNotice(
                hawb=entry.hawb, station_id=entry.station_id, after=after, days=days, issued_at=now,
                importer_id=importers.get(entry.hawb_id),
            )
            for entry in entries
        ]  # fmt: skip
        numbering.number(made)
        UnclearedNotice.objects.bulk_create(made)
        Notice.objects.bulk_create(_messages(made, after))
    return len(made)


def _stations(rows: Any) -> list[str]:
    return list(rows.order_by().values_list("station_id", flat=True).distinct())


def _declared_importers(entries: list[WarehouseEntry]) -> dict[int, int]:
    """The importers of the directory by whose code the goods are declared on the bill that stands; without it, the consignee's letter."""
    hawbs = [entry.hawb_id for entry in entries]
    bills = (
        CourierBillOfEntry.objects.filter(hawb__in=hawbs).exclude(stage__in=(Stage.DRAFT, *PUT_AWAY)).exclude(iec="")
    )
    codes: dict[int, str] = dict(bills.order_by("pk").values_list("hawb_id", "iec"))
    known: dict[str, int] = dict(Importer.objects.filter(iec__in=codes.values()).values_list("iec", "pk"))
    return {hawb: known[iec] for hawb, iec in codes.items() if iec in known}


def _messages(made: list[UnclearedNotice], after: str) -> list[Notice]:
    """One message for each firm at a station, however many of its shipments it is about."""
    told: dict[tuple[str, str], list[UnclearedNotice]] = defaultdict(list)
    for one in made:
        told[f"courier:{one.hawb.manifest.courier_id}", one.station_id].append(one)
        if one.importer_id is not None:
            told[f"importer:{one.importer_id}", one.station_id].append(one)
    return [_message(audience, station, notices, after) for (audience, station), notices in told.items()]


def _message(audience: str, station: str, notices: list[UnclearedNotice], after: str) -> Notice:
    return worded(audience, lambda: _words(audience, notices, after), station)


def _words(audience: str, notices: list[UnclearedNotice], after: str) -> tuple[str, str]:
    count = {"hawb": notices[0].hawb, "n": len(notices), "days": notices[0].days}
    subject = ngettext(
        "%(hawb)s is not cleared after %(days)d days", "%(n)d shipments are not cleared after %(days)d days", len(notices)
    )  # fmt: skip
    to_courier = audience.startswith("courier")
    lines = [_WORDS[UnclearedNotice.After(after), to_courier]() % count, ""]
    lines += [
        _("%(notice)s: %(hawb)s, %(goods)s, for %(consignee)s")
        % {"notice": n, "hawb": n.hawb, "goods": n.hawb.description, "consignee": n.hawb.consignee_name}
        + ("" if to_courier else f"  {settings.PUBLIC_URL}{reverse('uncleared-notice', args=[n.number])}")
        for n in notices[:NAMED]
    ]
    if len(notices) > NAMED:
        lines.append(_("and %(count)d more") % {"count": len(notices) - NAMED})
    if to_courier:
        lines += ["", f"{settings.PUBLIC_URL}{reverse('uncleared')}?view={after.lower()}"]
    return subject % count, "\n".join(lines)


def _of_return() -> str:
    return _(
        "These goods are not cleared %(days)d days after their arrival. You may file or complete their bills, or ask for their "
        "return to origin."
    )


def _of_return_to_importer() -> str:
    return _(
        "These goods are not cleared %(days)d days after their arrival. Have them cleared, or have the Authorised Courier ask "
        "for their return to origin."
    )


def _of_disposal() -> str:
    return _(
        "These goods are not cleared %(days)d days after their arrival. They may be sold or destroyed with the permission of "
        "Customs (PN17 5.0(v)). Clear them before that, or ask through the Authorised Courier for their return to origin."
    )


_WORDS = {
    (RETURN, True): _of_return, (RETURN, False): _of_return_to_importer, (DISPOSAL, True): _of_disposal,
    (DISPOSAL, False): _of_disposal,
}  # fmt: skip
