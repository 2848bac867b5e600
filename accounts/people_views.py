"""The pages about people: who is in one's circle, a new person, an officer of another station."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import sessions
from accounts.circle import OFFICERS_ONLY
from accounts.clearance import Stage
from accounts.grants import groups_without_admin
from accounts.models import Posting, User
from accounts.newcomers import create_person
from accounts.people_forms import FromElsewhereForm, GiveRoleForm, NewPersonForm
from accounts.requests import Request
from accounts.roles import Group, Role
from eccs import keyset, pages
from eccs.workflow import Refused, take

GROUP_CONDITIONS = {
    Group.CUSTOMS: OFFICERS_ONLY,
    Group.COURIER: Q(courier__isnull=False),
    Group.IMPORTER: Q(importer__isnull=False),
    Group.CUSTODIAN: Q(custodian__isnull=False),
}


@require_GET
def people(request: Request) -> HttpResponse:
    """Everybody in the circle, by user name; found by name, group, role and state."""
    actor: Any = request.actor
    pages.require(actor, "people")
    rows = _filtered(User.objects.visible_to(actor), request.GET)
    today = timezone.localdate()
    ahead = Posting.objects.filter(Q(until=None) | Q(until__gte=today)).select_related("station_role").order_by("pk")
    rows = rows.select_related("home", "courier", "importer", "custodian").prefetch_related(
        Prefetch("postings", ahead, to_attr="ahead")
    )
    shown = keyset.page(rows, "username", request.GET.get("mark", ""))
    kept = {name: value for name, value in request.GET.items() if value and name != "mark"}
    context = {
        "rows": shown.rows, "filters": request.GET, "filtered": bool(kept), "today": today,
        "stages": Stage.choices, "groups": _groups_of(actor), "roles": _roles_of(actor),
        "without_admin": groups_without_admin(actor),
        "may_create": actor.may(pages.activity_of("person-new")),
        "may_fetch": actor.may(pages.activity_of("person-from-elsewhere")),
        "next_url": f"?{urlencode({**kept, 'mark': shown.next_mark})}" if shown.next_mark else "",
        "previous_url": f"?{urlencode({**kept, 'mark': shown.previous_mark})}" if shown.previous_mark else "",
    }  # fmt: skip
    return render(request, "accounts/people.html", context)


def _groups_of(actor: Any) -> list[tuple[str, Any]]:
    """The groups a Port Admin tells apart; a Group Admin has one."""
    everybody = any(held.role == Role.PORT_ADMIN for held in actor.postings)
    return [(group.value, group.label) for group in GROUP_CONDITIONS] if everybody else []


def _roles_of(actor: Any) -> list[tuple[str, Any]]:
    groups = set(GROUP_CONDITIONS) if _groups_of(actor) else actor.groups
    return [(role.value, role.label) for role in Role if role.group in groups]


def _filtered(rows: QuerySet[Any], given: Any) -> QuerySet[Any]:
    text, today = (given.get("q") or "").strip(), timezone.localdate()
    if text:
        rows = rows.filter(Q(username__istartswith=text) | Q(full_name__icontains=text))
    if given.get("group") in GROUP_CONDITIONS:
        rows = rows.filter(GROUP_CONDITIONS[Group(given["group"])])
    if given.get("role") in Role.values:
        ahead = Posting.objects.filter(Q(until=None) | Q(until__gte=today), role=given["role"])
        rows = rows.filter(pk__in=ahead.values("user"))
    if given.get("stage") in Stage.values:
        rows = rows.filter(stage=given["stage"])
    return rows


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """A new person, in the own circle; the link to choose a password goes out by e-mail."""
    actor: Any = request.actor
    pages.require(actor, "person-new")
    form = NewPersonForm(request.POST or None, actor=actor)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            person = create_person(actor, **form.answers())
        except Refused as refusal:
            reasons = refusal.reasons
        else:
            messages.success(
                request,
                _("%(name)s is created. A link to choose a password is sent to %(email)s. Give a role next.")
                % {"name": person.full_name, "email": person.email},
            )
            return redirect(person)
    status = 409 if reasons else 422 if form.errors else 200
    return render(request, "accounts/person_new.html", {"form": form, "reasons": reasons}, status=status)


@require_http_methods(["GET", "POST"])
def from_elsewhere(request: Request) -> HttpResponse:
    """Give an officer of another station a role here: found by the whole user name, and by nothing less."""
    actor: Any = request.actor
    pages.require(actor, "person-from-elsewhere")
    if prove := sessions.ask_password(request):
        return prove
    asked = FromElsewhereForm(request.GET or request.POST or None)
    person = None
    if asked.is_bound and asked.is_valid():
        name = asked.cleaned_data["username"].strip().lower()
        officers = User.objects.filter(OFFICERS_ONLY, username=name, stage=Stage.ACTIVE)
        person = next((one for one in officers if actor.acts_as("user.give_role", one)), None)
        if person is None:
            asked.add_error("username", _("No officer of this user name can be given a role by you"))
    form, reasons = None, []
    if person is not None:
        data = request.POST if request.method == "POST" else None
        form = GiveRoleForm(data, document=person, actor=actor, prefix="give_role")
        if request.method == "POST" and form.is_valid():
            try:
                done = take(person, "give_role", actor, **form.answers())
            except Refused as refusal:
                reasons = refusal.reasons
            else:
                messages.success(request, _("%(name)s: role given.") % {"name": done})
                return redirect("people")
    context = {"asked": asked, "person": person, "form": form, "reasons": reasons}
    wrong = bool(asked.errors or (form is not None and form.errors))
    status = 409 if reasons else 422 if wrong else 200
    return render(request, "accounts/person_from_elsewhere.html", context, status=status)
