"""Exemption notifications by number, serial, words or tariff item, each serial with how it stands on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import Lead
from django.utils.translation import gettext as _

from bills.duty.exemptions import cited, serial_cited
from bills.models import ExemptionRate


def find(typed: str) -> QuerySet[Any]:
    """The serials that fit what is typed; of everything, where nothing is. Each with the day from which the next row holds."""
    rows = ExemptionRate.objects.select_related("file")
    if typed:
        rows = rows.filter(_fits(typed))
    following = Window(Lead("from_date"), partition_by=F("code"), order_by=F("from_date").asc())
    return rows.annotate(next_day=following).order_by("notification", "code", "-from_date")


def _fits(typed: str) -> Q:
    fits = Q(code__istartswith=cited(typed)) | Q(notification__icontains=typed) | Q(description__icontains=typed)
    fits |= Q(serial__iexact=typed) | Q(code__iendswith=f"|{serial_cited(typed)}")
    digits = typed.replace(" ", "").replace(".", "")
    if digits.isascii() and digits.isdigit() and len(digits) <= 8:
        above = "|".join(digits[:n] for n in (2, 4, 6, 8) if n <= len(digits))
        fits |= Q(covers__contains=digits)
        fits |= Q(covers__regex=rf"(^| )({above})( |$)") if above else Q()
    return fits


def stands(row: Any, on: date) -> tuple[str, str]:
    """How a row stands on a day: the look of it, and the word."""
    if row.from_date > on:
        return "wait", _("to come")
    if (row.next_day is not None and row.next_day <= on) or (row.until is not None and row.until < on):
        return "off", _("until then")
    return ("late", _("rescinded")) if row.ended else ("ok", _("in force"))
