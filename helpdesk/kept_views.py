"""What the help desk keeps: articles, where help is, times of rest. Each change is a line of the audit log."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import CustomsStation
from accounts.requests import Request
from eccs import audit, pages
from helpdesk.forms import ArticleForm, DeskForm, DowntimeForm
from helpdesk.models import Article, Downtime, HelpDesk, HelpTicket

NATIONAL = "all"


def _places(request: Request) -> list[tuple[str, str]]:
    """The help desks that somebody keeps: the System Admin every one, a Port Admin that of the own station."""
    actor, activity = request.actor, pages.activity_of("help-contact")
    every = any(not held.station and activity in held.activities for held in actor.postings)
    stations = (
        CustomsStation.objects.all() if every else CustomsStation.objects.filter(pk__in=actor.stations_for({activity}))
    )
    return [*([(NATIONAL, _("The whole country"))] if every else []), *((one.pk, str(one)) for one in stations)]


@require_GET
def kept(request: Request) -> HttpResponse:
    """All that the help desk keeps, with the way to change it."""
    pages.require(request.actor, "help-kept")
    desks = {one.station_id or NATIONAL: one for one in HelpDesk.objects.all()}
    context = {
        "desks": [(code, name, desks.get(code)) for code, name in _places(request)], "articles": Article.objects.all(),
        "planned": Downtime.objects.filter(until__gt=timezone.now()).order_by("begins_at"),
        "may_plan": request.actor.may(pages.activity_of("help-downtime-new")),
    }  # fmt: skip
    return render(request, "helpdesk/kept.html", context)


@require_http_methods(["GET", "POST"])
def article_new(request: Request) -> HttpResponse:
    """Write an article, from nothing or from what was answered on a ticket."""
    pages.require(request.actor, "help-article-new")
    ticket = HelpTicket.objects.visible_to(request.actor).filter(number=request.GET.get("ticket", "")).first()
    begun: dict[str, Any] = {}
    if ticket is not None:
        answer = ticket.messages.filter(of_desk=True).order_by("pk").last()
        begun = {"title": ticket.subject, "text": answer.text if answer else ""}
    return _article(request, Article(written_by_id=request.actor.person_id), begun)


@require_http_methods(["GET", "POST"])
def article(request: Request, pk: int) -> HttpResponse:
    """Correct an article, or put it away."""
    pages.require(request.actor, "help-article")
    return _article(request, get_object_or_404(Article, pk=pk), {})


def _article(request: Request, one: Article, begun: dict[str, Any]) -> HttpResponse:
    names = ("title", "text", "title_hi", "text_hi", "published")
    form = ArticleForm(
        request.POST if request.method == "POST" else None, initial={n: getattr(one, n) for n in names} | begun
    )
    if form.is_bound and form.is_valid():
        for name in names:
            setattr(one, name, form.cleaned_data[name])
        one.changed_at = timezone.now()
        one.save()
        audit.record("help.article", request=request, about=one.title, published=one.published)
        messages.success(request, _("The article is kept."))
        return redirect("help-kept")
    heading = _("Correct an article") if one.pk else _("Write an article")
    return _form(request, form, heading)


@require_http_methods(["GET", "POST"])
def contact(request: Request, code: str) -> HttpResponse:
    """Where the help desk of a station, or of the whole country, is reached."""
    pages.require(request.actor, "help-contact")
    places = dict(_places(request))
    if code not in places:
        if code == NATIONAL or CustomsStation.objects.filter(pk=code).exists():
            raise PermissionDenied
        raise Http404
    station = None if code == NATIONAL else code
    one = HelpDesk.objects.filter(station=station).first() or HelpDesk(station_id=station)
    names = ("phone", "email", "hours")
    form = DeskForm(request.POST if request.method == "POST" else None, initial={n: getattr(one, n) for n in names})
    if form.is_bound and form.is_valid():
        for name in names:
            setattr(one, name, form.cleaned_data[name])
        one.save()
        audit.record("help.contact", request=request, about=places[code], station=station or "", **form.cleaned_data)
        messages.success(request, _("%(place)s: where help is stands on every page now.") % {"place": places[code]})
        return redirect("help-kept")
    return _form(request, form, _("Where help is: %(place)s") % {"place": places[code]})


@require_http_methods(["GET", "POST"])
def downtime_new(request: Request) -> HttpResponse:
    """Plan a time of rest: every page tells of it."""
    pages.require(request.actor, "help-downtime-new")
    form = DowntimeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        made = Downtime.objects.create(**form.cleaned_data, planned_by_id=request.actor.person_id)
        audit.record(
            "help.downtime",
            request=request,
            about=made.title,
            begins=made.begins_at.isoformat(),
            until=made.until.isoformat(),
        )
        messages.success(request, _("The downtime is planned."))
        return redirect("help-kept")
    return _form(request, form, _("Plan a downtime"))


@require_POST
def downtime_cancel(request: Request, pk: int) -> HttpResponse:
    """A time of rest is not needed, or over sooner: no page tells of it any more."""
    pages.require(request.actor, "help-downtime-cancel")
    one = get_object_or_404(Downtime, pk=pk, cancelled_at=None)
    one.cancelled_at = timezone.now()
    one.save(update_fields=["cancelled_at"])
    audit.record("help.downtime-cancelled", request=request, about=one.title)
    messages.success(request, _("The downtime is cancelled."))
    return redirect("help-kept")


def _form(request: Request, form: Any, heading: str) -> HttpResponse:
    return render(
        request, "helpdesk/form.html", {"form": form, "heading": heading}, status=422 if form.is_bound else 200
    )
