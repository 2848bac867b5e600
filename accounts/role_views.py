"""The pages about the roles of a station: which are open, which are composed, and of what."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import sessions
from accounts.access import StationRole
from accounts.models import CustomsStation, Posting
from accounts.newcomers import compose, open_standard
from accounts.requests import Request
from accounts.role_forms import ComposeForm, OpenForm
from accounts.roles import GROUP_ADMINS, Group, Role, standard_roles
from eccs import pages
from eccs.workflow import Refused


def _station(request: Request) -> tuple[Any, CustomsStation]:
    """The Port Admin and the station asked about: one of the own."""
    actor: Any = request.actor
    pages.require(actor, "roles")
    own = sorted(actor.stations_for([pages.activity_of("roles")]))
    wanted = request.POST.get("station") or request.GET.get("station") or (own[0] if own else "")
    if wanted not in own:
        raise Http404
    return actor, CustomsStation.objects.get(pk=wanted)


@require_GET
def roles(request: Request) -> HttpResponse:
    """The roles of the station by group, with how many hold each."""
    actor, station = _station(request)
    rows = list(StationRole.objects.visible_to(actor).filter(station=station).order_by("pk"))
    holders = _holders(station)
    groups = []
    for group in GROUP_ADMINS:
        here = [row for row in rows if row.group == group]
        known = {row.standard for row in here}
        groups.append({
            "group": group, "label": group.label,
            "rows": [{"role": row, "holders": len(holders.get(row.code, ()))} for row in here],
            "closed": [role for role in standard_roles(group) if role.value not in known],
        })  # fmt: skip
    context = {
        "station": station, "groups": groups, "form": OpenForm(), "any_closed": any(one["closed"] for one in groups),
        "stations": CustomsStation.objects.filter(pk__in=actor.stations_for([pages.activity_of("roles")])),
    }  # fmt: skip
    return render(request, "accounts/roles.html", context)


def _holders(station: CustomsStation) -> dict[str, set[int]]:
    """Who holds each role at a station, today or from a later day, by the role's code."""
    today = timezone.localdate()
    ahead = Posting.objects.filter(Q(until=None) | Q(until__gte=today), station=station).select_related("station_role")
    found: dict[str, set[int]] = {}
    for posting in ahead:
        found.setdefault(posting.code, set()).add(posting.user_id)
    return found


@require_POST
def open_roles(request: Request) -> HttpResponse:
    """Open the ticked standard roles at the station, or all of them."""
    actor, station = _station(request)
    if prove := sessions.ask_password(request, reverse("roles")):
        return prove
    given = request.POST.copy()
    if "all" in given:
        given.setlist("roles", [role.value for group in GROUP_ADMINS for role in standard_roles(group)])
    form = OpenForm(given)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, f"{errors[0]}. {_('Nothing has changed.')}")
        return redirect("roles")
    try:
        opened = open_standard(actor, station.pk, form.cleaned_data["roles"], form.cleaned_data["reason"])
    except Refused as refusal:
        messages.error(request, " ".join(refusal.reasons))
        return redirect("roles")
    words = ngettext("%(count)d role is open now.", "%(count)d roles are open now.", len(opened))
    messages.success(request, words % {"count": len(opened)})
    return redirect("roles")


@require_http_methods(["GET", "POST"])
def new(request: Request, group: str) -> HttpResponse:
    """Compose a role of activities of its group."""
    actor, station = _station(request)
    if prove := sessions.ask_password(request):
        return prove
    code = group.upper()
    if code not in GROUP_ADMINS:
        raise Http404
    form = ComposeForm(request.POST or None, group=code)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = compose(actor, station.pk, code, **form.cleaned_data)
        except Refused as refusal:
            reasons = refusal.reasons
        else:
            messages.success(request, _("The role %(name)s can be given now.") % {"name": made})
            return redirect(made)
    context = {"form": form, "station": station, "group": Group(code), "reasons": reasons, "standard": Role}
    status = 409 if reasons else 422 if form.errors else 200
    return render(request, "accounts/role_new.html", context, status=status)
