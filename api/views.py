"""The pages of API keys: the Group Admin makes and revokes them, and who is to sign by one takes it up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import sessions
from accounts.requests import Request
from api import keys as register
from api.forms import NewKeyForm
from api.models import ApiKey
from eccs import pages
from eccs.workflow import Refused

SHOWN = 100


def _page(request: Request, form: NewKeyForm | None = None) -> HttpResponse:
    rows = ApiKey.objects.managed_by(request.actor)
    context = {"rows": _told(rows), "form": form or NewKeyForm(actor=request.actor)}
    return render(request, "api/keys.html", context, status=422 if form is not None else 200)


def _told(rows: QuerySet[ApiKey]) -> list[dict[str, Any]]:
    """Keys with how they stand today, those in force first."""
    today = timezone.localdate()
    found = rows.select_related("person", "station", "made_by", "revoked_by").order_by("revoked_at", "name", "-made_at")
    told = [{"key": key, "state": key.state_on(today)} for key in found[:SHOWN]]
    return sorted(told, key=lambda one: one["state"] in ("revoked", "expired"))


@require_GET
def keys(request: Request) -> HttpResponse:
    """The API keys of the firm: whose, where, for what, until when, and when each was used last."""
    pages.require(request.actor, "api-keys")
    return _page(request)


@require_POST
def new(request: Request) -> HttpResponse:
    """Make a key; its text is shown this once."""
    actor = request.actor
    pages.require(actor, "api-keys")
    if asked := sessions.ask_password(request, reverse("api-keys")):
        return asked
    form = NewKeyForm(request.POST, actor=actor)
    if not form.is_valid():
        return _page(request, form)
    given = form.cleaned_data
    try:
        key, text = register.make(
            actor, name=given["name"], person=given["person"], station=given["station"], scopes=given["scopes"],
            expires_on=given["expires_on"], tries=given["sandbox"],
        )  # fmt: skip
    except Refused as refusal:
        form.add_error("name", " ".join(refusal.reasons))
        return _page(request, form)
    return render(request, "api/key_made.html", {"key": key, "text": text})


@require_GET
def own(request: Request) -> HttpResponse:
    """The keys that act in the person's own name."""
    pages.require(request.actor, "own-api-keys")
    return render(request, "api/own_keys.html", {"rows": _told(_in_own_name(request))})


def _in_own_name(request: Request) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(person_id=request.actor.user_id)


@require_POST
def accept(request: Request, pk: int) -> HttpResponse:
    """Take up a key: from now on what it files is signed in the person's name."""
    pages.require(request.actor, "own-api-keys")
    key = get_object_or_404(_in_own_name(request), pk=pk, revoked_at=None, expires_on__gte=timezone.localdate())
    if asked := sessions.ask_password(request, reverse("own-api-keys")):
        return asked
    register.accept(key, request.actor)
    messages.success(request, _("%(key)s acts in your name from now on.") % {"key": key})
    return redirect("own-api-keys")


@require_POST
def revoke(request: Request, pk: int) -> HttpResponse:
    """Revoke a key: by the Group Admin of the firm, or by the person in whose name it acts."""
    actor = request.actor
    mine = actor.may(pages.activity_of("own-api-keys"))
    rows = ApiKey.objects.managed_by(actor) | (_in_own_name(request) if mine else ApiKey.objects.none())
    key = get_object_or_404(rows, pk=pk)
    back = "api-keys" if actor.may(pages.activity_of("api-keys")) else "own-api-keys"
    if asked := sessions.ask_password(request, reverse(back)):
        return asked
    register.revoke(key, actor)
    messages.success(request, _("%(key)s is revoked: it opens nothing any more.") % {"key": key})
    return redirect(back)
