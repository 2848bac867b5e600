"""A person's own sign-in: where it lives, and what ends it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import letters, passwords, second_factor, sessions
from accounts.credentials import LiveSession
from accounts.models import User
from accounts.password_views import going_to
from accounts.requests import Request
from eccs import audit


@require_GET
def account(request: Request) -> HttpResponse:
    """Password, second factor, and where the person is signed in."""
    user = cast("User", request.user)
    context = {
        "places": sessions.places(user, request.session.session_key or ""),
        "age": passwords.age_in_days(user), "expires_on_day": passwords.rule("password_expires_on_day"),
        "has_device": second_factor.has_device(user), "codes_left": second_factor.codes_left(user),
        "is_required": second_factor.is_required(request.actor),
    }  # fmt: skip
    return render(request, "accounts/account.html", context)


@sessions.passive
@require_http_methods(["GET", "POST"])
def session(request: Request) -> HttpResponse:
    """How long the session still waits; a POST says that the person is there and leads back to the page."""
    if request.method == "POST":
        sessions.extend(request)
        if request.accepts("text/html"):
            return redirect(going_to(request) or "desk")
    return JsonResponse({"left": sessions.seconds_left(request)})


@require_POST
def end(request: Request, pk: int) -> HttpResponse:
    """Sign out one of the own browsers."""
    row = get_object_or_404(LiveSession, pk=pk, user=request.user)
    if row.key == request.session.session_key:
        logout(request)
        return redirect("sign-in")
    sessions.end(row)
    audit.record("session.ended", request=request, where=row.address)
    letters.tell(cast("User", request.user), "session-ended", browser=row.browser, address=row.address)
    messages.success(
        request, _("Signed out: %(browser)s, %(address)s.") % {"browser": row.browser, "address": row.address}
    )
    return redirect("account")


@require_POST
def end_others(request: Request) -> HttpResponse:
    """Sign out every browser but this one."""
    count = sessions.end_all(cast("User", request.user), but=request.session.session_key or "")
    audit.record("session.ended", request=request, count=count)
    if count:
        letters.tell(cast("User", request.user), "signed-out")
    words = ngettext("Signed out in %(n)d other browser.", "Signed out in %(n)d other browsers.", count) % {"n": count}
    messages.success(request, words)
    return redirect("account")
