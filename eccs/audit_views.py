"""The page of the audit log: searched, opened line by line, exported; read by the Port Admin, the Auditor and the System Admin."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import Request
from accounts.roles import label_of
from eccs import keyset, log_files, pages
from eccs.audit import EVENTS, AuditLine, AuditQuerySet
from eccs.audit_answers import exported
from eccs.dated_rules import rule_book
from eccs.uploads.files import safe

NAMESAKES = 50  # people whose name holds what was typed
AT_ONCE = 2000  # lines of an export read at a time
DAYS = ("%d/%m/%Y", "%Y-%m-%d")
NO_DAY = {"invalid": _("Write the day as DD/MM/YYYY.")}
COLUMNS = (
    "at_utc", "event", "user_name", "posted_as", "stations", "about", "ip_address", "browser", "request_id", "why", "details", "lane",
    "line", "seal",
)  # fmt: skip


class AuditFilterForm(forms.Form):
    """What lines are looked for."""

    since = forms.DateField(label=_("From"), required=False, input_formats=DAYS, error_messages=NO_DAY)
    until = forms.DateField(label=_("Until"), required=False, input_formats=DAYS, error_messages=NO_DAY)
    event = forms.ChoiceField(label=_("Event"), required=False, choices=[("", _("Any")), *EVENTS.items()])
    person = forms.CharField(label=_("Person"), required=False, max_length=120)
    station = forms.CharField(label=_("Station"), required=False, max_length=3)
    about = forms.CharField(label=_("Document, user name or file"), required=False, max_length=200)
    address = forms.GenericIPAddressField(
        label=_("IP address"),
        required=False,
        unpack_ipv4=True,
        error_messages={"invalid": _("Write a whole address, such as 203.0.113.9.")},
    )
    request_id = forms.CharField(label=_("Request"), required=False, max_length=64)

    def fitting(self, lines: AuditQuerySet) -> AuditQuerySet:
        """The lines that fit; days are those of India."""
        given = self.cleaned_data
        equal = {name: given[name] for name in ("event", "address", "request_id") if given[name]}
        lines = lines.filter(**equal)
        if given["since"]:
            lines = lines.filter(at__gte=_midnight(given["since"]))
        if given["until"] and given["until"] < date.max:
            lines = lines.filter(at__lt=_midnight(given["until"] + timedelta(days=1)))
        if given["station"]:
            lines = lines.filter(stations__contains=[given["station"].upper()])
        if given["person"]:
            lines = lines.filter(username__in=_user_names(given["person"]))
        if given["about"]:
            lines = lines.filter(about=given["about"])
        return lines


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _user_names(text: str) -> list[str]:
    """The user names meant by a user name, its beginning, or a part of somebody's name."""
    meant = User.objects.filter(Q(username__startswith=text.lower()) | Q(full_name__icontains=text))
    return [text.lower(), *meant.order_by("pk").values_list("username", flat=True)[:NAMESAKES]]


def _visible(request: Request, page: str) -> AuditQuerySet:
    """The lines the reader may see on a page: those of the stations where the page is the reader's."""
    pages.require(request.actor, page)
    return AuditLine.objects.visible_to(request.actor, pages.activity_of(page))


def _found(request: Request, page: str) -> tuple[AuditFilterForm, AuditQuerySet]:
    visible, form = _visible(request, page), AuditFilterForm(request.GET)
    return form, form.fitting(visible) if form.is_valid() else visible.none()


def _kept(request: Request) -> dict[str, str]:
    """The filters as they were given."""
    return {name: value for name in AuditFilterForm.base_fields if (value := request.GET.get(name, "").strip())}


@require_GET
@never_cache
def lines(request: Request) -> HttpResponse:
    """The audit log, newest first, with everything it can be searched by."""
    form, found = _found(request, "audit")
    kept = _kept(request)
    shown = keyset.page(found.select_related("by"), "-at", request.GET.get("mark", ""))
    actor = request.actor
    context = {
        "form": form, "rows": shown.rows, "filtered": bool(kept), "query": urlencode(kept), "given": request.GET,
        "stations": sorted(actor.stations_for([pages.activity_of("audit")])),
        "days": rule_book().count("audit_online_days", timezone.localdate()),
        "away": log_files.away_until(),
        "next_url": f"?{urlencode({**kept, 'mark': shown.next_mark})}" if shown.next_mark else "",
        "previous_url": f"?{urlencode({**kept, 'mark': shown.previous_mark})}" if shown.previous_mark else "",
    }  # fmt: skip
    return render(request, "eccs/audit.html", context)


@require_GET
@never_cache
def line(request: Request, pk: int) -> HttpResponse:
    """One line with all it says, and whether it is as it was written."""
    shown = get_object_or_404(_visible(request, "audit-line").select_related("by"), pk=pk)
    posted = [(label_of(role), place) for role, _space, place in (p.partition("@") for p in shown.postings.split(", "))]
    details = [
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in shown.details.items()
    ]
    context = {
        "line": shown,
        "posted": posted if shown.postings else [],
        "details": details,
        "utc": shown.at.astimezone(UTC),
    }
    return render(request, "eccs/audit_line.html", context)


@require_GET
@never_cache
def export(request: Request) -> HttpResponse | StreamingHttpResponse:
    """The lines found, as a CSV that no spreadsheet takes for formulas; the export is itself a line of the log."""
    form, found = _found(request, "audit-export")
    if not form.is_valid():
        return lines(request)
    now = timezone.now()
    exported(request, "audit", **{f"filter_{name}": value for name, value in _kept(request).items()})
    response = StreamingHttpResponse(_written(found.filter(at__lte=now)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="eccs-audit-{now:%Y%m%d-%H%M%S}Z.csv"'
    return response


def _written(found: AuditQuerySet) -> Iterator[bytes]:
    """The file in pieces, so that a long one neither waits nor fills the memory."""
    yield b"\xef\xbb\xbf" + _piece([COLUMNS])
    told = keyset.all_of(found, "-at", AT_ONCE)
    while some := list(islice(told, AT_ONCE)):
        yield _piece([safe(cell) for cell in _cells(one)] for one in some)


def _piece(rows: Any) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cells(one: AuditLine) -> list[str]:
    return [
        one.at.astimezone(UTC).isoformat(timespec="microseconds"), one.event, one.username, one.postings, " ".join(one.stations),
        one.about, one.address, one.browser, one.request_id, one.why,
        json.dumps(one.details, ensure_ascii=False, sort_keys=True) if one.details else "", one.lane, str(one.seq), one.seal,
    ]  # fmt: skip
