"""The pages of uncleared goods: the list, its file and print, the notice, and how return and disposal are asked for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import Request
from bills.models import ReturnToOrigin, UnclearedNotice
from bills.uncleared import goods, papers
from bills.uncleared.forms import PostedForm, ProposalForm, RequestForm
from eccs import keyset, pages
from eccs.acting import SYSTEM, acting_as
from eccs.audit_answers import concerns, exported
from eccs.papers import as_pdf
from eccs.signing.presenting import begin_or_ask
from eccs.uploads import files
from eccs.workflow import Refused

VIEWS = {"return": goods.RETURN, "disposal": goods.DISPOSAL}
MOST_EXPORTED, MOST_PRINTED = 50_000, 2_000


def _asked(request: Request) -> dict[str, str]:
    """The list as it was asked for: after which spell, and of which goods."""
    pages.require(request.actor, "uncleared")
    view = request.GET.get("view", "")
    return {
        "view": view if view in VIEWS else "return", "q": request.GET.get("q", "").strip()[:60].replace("\x00", ""),
    }  # fmt: skip


def _rows(request: Request, asked: dict[str, str]) -> Any:
    return goods.listed(request.actor, VIEWS[asked["view"]], asked["q"])


def _title(view: str) -> str:
    days = goods.days_of(VIEWS[view])
    return ngettext("After %(n)d day", "After %(n)d days", days) % {"n": days}


@require_GET
def listed(request: Request) -> HttpResponse:
    """The goods not cleared after 15 and after 30 days, the longest in first."""
    asked, actor = _asked(request), request.actor
    page = keyset.page(_rows(request, asked), "since", request.GET.get("mark", ""), 100)
    context = {
        **asked, "page": page, "lines": goods.lines(page.rows), "views": [(view, _title(view)) for view in VIEWS],
        "kept": urlencode({name: value for name, value in asked.items() if value}), "now": timezone.now(),
        "may_return": actor.may(pages.activity_of("uncleared-return")),
        "may_dispose": actor.may(pages.activity_of("uncleared-dispose")),
        "may_post": actor.may(pages.activity_of("uncleared-posted")),
    }  # fmt: skip
    return render(request, "bills/uncleared.html", context)


@require_GET
def export(request: Request) -> HttpResponse:
    """The list as a CSV file."""
    asked = _asked(request)
    rows = _rows(request, asked).order_by("since", "pk")[:MOST_EXPORTED]
    content = files.written(papers.COLUMNS, papers.exported(goods.lines(rows)), is_xlsx=False)
    exported(request, "uncleared", **{f"filter_{name}": value for name, value in asked.items()})
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="uncleared-goods-{timezone.localdate():%Y-%m-%d}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
def printed(request: Request) -> HttpResponse:
    """The list as it is printed."""
    asked, actor = _asked(request), request.actor
    rows = list(_rows(request, asked).order_by("since", "pk")[:MOST_PRINTED])
    places = ", ".join(dict.fromkeys(str(row.station) for row in rows)) or "-"
    return as_pdf(papers.list_paper(goods.lines(rows), _title(asked["view"]), places, actor.name), "uncleared-goods")


@require_GET
def notice(request: Request, number: str) -> HttpResponse:
    """A notice of uncleared goods as it is sent by post."""
    actor = request.actor
    pages.require(actor, "uncleared-notice")
    found = get_object_or_404(UnclearedNotice.objects.visible_to(actor), number=number)
    with acting_as(SYSTEM):  # it tells an importer of a shipment on a courier's manifest
        rows = UnclearedNotice.objects.select_related("hawb__manifest__courier", "hawb__master", "station")
        return as_pdf(papers.notice_paper(rows.get(pk=found.pk), actor.name), number)


@require_GET
def re_export(request: Request, number: str) -> HttpResponse:
    """The re-export record of goods that go back to their sender, as it is printed."""
    rows = ReturnToOrigin.objects.visible_to(request.actor).select_related(
        "hawb__manifest", "hawb__master", "station", "courier", "re_export"
    )
    asked: ReturnToOrigin = get_object_or_404(rows, re_export__number=number)
    concerns(request, asked)
    return as_pdf(papers.re_export_paper(asked.re_export, request.actor.name), number)


@require_http_methods(["GET", "POST"])
def posted(request: Request, number: str) -> HttpResponse:
    """The custodian records the day on which a notice was posted to the declared importer (PN17 5.0(v))."""
    actor = request.actor
    pages.require(actor, "uncleared-posted")
    at = actor.stations_for([pages.activity_of("uncleared-posted")])
    one = get_object_or_404(UnclearedNotice.objects.select_related("hawb"), number=number, station_id__in=at)
    form, reasons = PostedForm(request.POST or None, notice=one), list[str]()
    if request.method == "POST" and form.is_valid():
        try:
            goods.record_posting(number, form.cleaned_data["posted_on"], actor)
            messages.success(request, _("%(notice)s: the posting is recorded.") % {"notice": one})
            return redirect(f"{reverse('uncleared')}?view={one.after.lower()}")
        except Refused as refusal:
            reasons = refusal.reasons
    status = 409 if reasons else 422 if form.is_bound else 200
    return render(
        request, "bills/uncleared_posted.html", {"notice": one, "form": form, "reasons": reasons}, status=status
    )


@require_http_methods(["GET", "POST"])
def send_back(request: Request, pk: int) -> HttpResponse:
    """The courier asks for the return of goods to their sender (reg. 5(6))."""
    actor = request.actor
    pages.require(actor, "uncleared-return")
    entry = get_object_or_404(goods.within_reach(actor), pk=pk)
    if not actor.acts_as(pages.activity_of("uncleared-return"), entry.hawb.manifest):
        raise Http404
    form = RequestForm(request.POST or None)
    reasons = goods.why_not_request(entry.hawb)
    if request.method == "POST" and form.is_valid() and not reasons:
        try:
            why = form.cleaned_data["reason"]
            made, away = begin_or_ask(request, lambda: goods.request_return(pk, why, actor), form)
            if away:
                return redirect(away)
            messages.success(
                request, _("%(document)s: the return of %(hawb)s is requested.") % {"document": made, "hawb": made.hawb}
            )
            return redirect(made)
        except Refused as refusal:
            reasons = refusal.reasons
    posted = request.method == "POST"
    status = 409 if posted and reasons else 422 if posted else 200
    context = {"entry": entry, "line": goods.lines([entry])[0], "form": form, "reasons": reasons}
    return render(request, "bills/uncleared_return.html", context, status=status)


@require_http_methods(["GET", "POST"])
def dispose(request: Request) -> HttpResponse:
    """The custodian proposes to sell or destroy the ticked goods (PN17 5.0(v))."""
    actor = request.actor
    pages.require(actor, "uncleared-dispose")
    ids = {int(pk) for pk in request.POST.getlist("entry") if pk.isdecimal() and len(pk) < 19}
    at = actor.stations_for([pages.activity_of("uncleared-dispose")])
    entries = list(goods.within_reach(actor).filter(pk__in=ids, station_id__in=at).order_by("since", "pk"))
    if not entries:
        messages.error(request, _("Tick the goods first. Nothing has changed."))
        return redirect(f"{reverse('uncleared')}?{request.GET.urlencode() or 'view=disposal'}")
    form = ProposalForm(request.POST if "confirm" in request.POST else None)
    too_many = len(entries) > goods.MOST_AT_ONCE
    reasons = [_too_many(len(entries))] if too_many else []
    if form.is_bound and form.is_valid() and not too_many:
        given = form.cleaned_data
        try:
            ticked = [entry.pk for entry in entries]
            made, away = begin_or_ask(
                request, lambda: goods.propose_disposal(ticked, given["manner"], given["reason"], actor), form
            )
            if away:
                return redirect(away)
            words = ngettext("%(n)d disposal is proposed.", "%(n)d disposals are proposed.", len(made))
            messages.success(request, words % {"n": len(made)})
            return redirect(made[0]) if len(made) == 1 else redirect("uncleared")
        except Refused as refusal:
            reasons = refusal.reasons
    status = 409 if reasons else 422 if form.is_bound else 200
    context = {"lines": goods.lines(entries), "form": form, "reasons": reasons, "too_many": too_many}
    return render(request, "bills/uncleared_dispose.html", context, status=status)


def _too_many(ticked: int) -> str:
    words = _(
        "%(ticked)d shipments are ticked, and at most %(most)d are proposed at once: untick some. They stay on the list."
    )
    return words % {"ticked": ticked, "most": goods.MOST_AT_ONCE}
