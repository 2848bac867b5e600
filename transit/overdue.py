"""Goods that have not arrived by the last day: listed, and the firm reminded until they have (PN17 14.0)."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from eccs.dated_rules import rule_book
from eccs.models import Notice
from eccs.money import rupees
from eccs.notices import firms_of, worded
from transit.models import CargoTransferManifest


def remind(today: date) -> int:
    """Remind firms of what is overdue, on the first day after the last one and then every so many days; return how many."""
    found = CargoTransferManifest.objects.overdue(today).order_by("pk").values_list("pk", flat=True)
    return sum(_remind(pk, today) for pk in list(found))


def _remind(transfer_id: int, today: date) -> int:
    """One transfer manifest, locked, so that two beats at once remind of it once."""
    with transaction.atomic():
        rows = CargoTransferManifest.objects.select_for_update(of=("self",)).overdue(today)
        one: CargoTransferManifest | None = rows.select_related("destination").filter(pk=transfer_id).first()
        if one is None:  # it has arrived at this moment
            return 0
        every = rule_book().count("transshipment_reminder_days", today, one.station_id)
        if one.reminded_on is not None and one.reminded_on + timedelta(days=every) > today:
            return 0
        one.reminded_on = today
        one.save(update_fields=["reminded_on"])
        Notice.objects.bulk_create(worded(firm, lambda: _words(one, today), one.station_id) for firm in firms_of(one))
    return 1


def _words(one: CargoTransferManifest, today: date) -> tuple[str, str]:
    days = one.days_over(today)
    told = {"transfer": one, "n": days, "to": one.destination, "secured": rupees(one.secured)}
    words = ngettext(
        "%(transfer)s: the goods for %(to)s are overdue by %(n)d day",
        "%(transfer)s: the goods for %(to)s are overdue by %(n)d days",
        days,
    )
    body = _("%(secured)s stay debited to the bond until the arrival is certified.") % told
    return words % told, f"{body}\n{settings.PUBLIC_URL}{one.get_absolute_url()}"
