"""The pages of advisories: those that concern the reader, and those that the reader's desk writes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.advisories import Advisory, AdvisoryRead, Stage, concerning, places_of
from accounts.advisory_forms import AdvisoryForm
from accounts.permissions import Actor
from accounts.requests import Request
from eccs import keyset, pages

VIEWS = (
    ("", gettext_lazy("In force")),
    ("unread", gettext_lazy("Not read yet")),
    ("past", gettext_lazy("Past")),
    ("withdrawn", gettext_lazy("Withdrawn")),
    ("all", gettext_lazy("All")),
)


def _actor(request: Request) -> Actor:
    actor: Actor = request.actor
    return actor


@require_GET
def advisories(request: Request) -> HttpResponse:
    """The advisories that concern the reader, newest first."""
    actor, chosen = _actor(request), request.GET.get("view", "")
    chosen = chosen if chosen in dict(VIEWS) else ""
    begun = Q(stage=Stage.PUBLISHED, from_date__lte=timezone.localdate()) | Q(stage=Stage.WITHDRAWN)
    rows = Advisory.objects.visible_to(actor).filter(begun & concerning(actor))
    if chosen == "":
        rows = rows.in_force()
    elif chosen == "unread":
        rows = rows.filter(pk__in=Advisory.objects.unread_by(actor).values("pk"))
    elif chosen == "past":
        rows = rows.filter(stage=Stage.PUBLISHED, until__lt=timezone.localdate())
    elif chosen == "withdrawn":
        rows = rows.filter(stage=Stage.WITHDRAWN)
    marks = AdvisoryRead.objects.filter(advisory=OuterRef("pk"), user_id=actor.user_id or 0)
    shown = keyset.page(
        rows.select_related("station").annotate(is_read=Exists(marks)), "-from_date", request.GET.get("mark", "")
    )
    context = {
        "rows": shown.rows,
        "views": VIEWS,
        "chosen": chosen,
        **_neighbours(shown, {"view": chosen} if chosen else {}),
    }
    return render(request, "accounts/advisories.html", context)


def _neighbours(shown: keyset.Page, kept: dict[str, str]) -> dict[str, str]:
    return {
        "next_url": f"?{urlencode({**kept, 'mark': shown.next_mark})}" if shown.next_mark else "",
        "previous_url": f"?{urlencode({**kept, 'mark': shown.previous_mark})}" if shown.previous_mark else "",
    }


@require_POST
def mark_read(request: Request, key: str) -> HttpResponse:
    """The advisory leaves the reader's desk."""
    actor = _actor(request)
    found = get_object_or_404(Advisory.objects.visible_to(actor), Advisory.by_key(key), stage=Stage.PUBLISHED)
    AdvisoryRead.objects.get_or_create(advisory=found, user_id=actor.user_id or 0)
    return redirect("desk")


@require_GET
def written(request: Request) -> HttpResponse:
    """The advisories of the writer's desk, drafts included, newest first."""
    pages.require(request.actor, "advisories-written")
    places = places_of(_actor(request))
    rows = Advisory.objects.filter(desk__in=places).exclude(stage=Stage.DISCARDED)
    stage = request.GET.get("stage", "")
    if stage in Stage.values:
        rows = rows.filter(stage=stage)
    shown = keyset.page(rows.select_related("station", "written_by"), "-from_date", request.GET.get("mark", ""))
    stages = [choice for choice in Stage.choices if choice[0] != Stage.DISCARDED]
    context = {
        "rows": shown.rows,
        "stages": stages,
        "chosen": stage,
        **_neighbours(shown, {"stage": stage} if stage else {}),
    }
    return render(request, "accounts/advisories_written.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Begin an advisory: it is kept as a draft and published from its own page."""
    pages.require(request.actor, "advisory-new")
    actor = _actor(request)
    form = AdvisoryForm(request.POST or None, actor=actor, initial={"from_date": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        draft = Advisory.objects.create(**form.fields_of(), written_by_id=actor.user_id)
        messages.success(request, _("The draft is kept. Nobody sees it before it is published."))
        return redirect(draft)
    return render(request, "accounts/advisory_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: Request, key: str) -> HttpResponse:
    """Correct a draft. What was published is never changed: it is withdrawn and published anew."""
    pages.require(request.actor, "advisory-edit")
    actor = _actor(request)
    with transaction.atomic():
        rows: Any = Advisory.objects.visible_to(actor).select_for_update(of=("self",))
        found: Advisory = get_object_or_404(rows, Advisory.by_key(key), stage=Stage.DRAFT)
        form = AdvisoryForm(request.POST, actor=actor) if request.method == "POST" else AdvisoryForm.of(found, actor)
        if form.is_valid():
            given = form.fields_of()
            for name, value in given.items():
                setattr(found, name, value)
            found.save(update_fields=list(given))
    if form.is_valid():
        messages.success(request, _("The draft is kept. Nobody sees it before it is published."))
        return redirect(found)
    context = {"form": form, "draft": found}
    return render(request, "accounts/advisory_form.html", context, status=422 if form.errors else 200)
