"""Signing in, and the settings of one's own screen."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.forms import SignInForm
from accounts.middleware import DESK
from accounts.models import User


class SignIn(LoginView):
    """The way in."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm  # type: ignore[assignment]
    redirect_authenticated_user = True


def _back(request: HttpRequest) -> HttpResponse:
    address = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return redirect(address if ours else "desk")


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Look at one of the own postings alone, or at all of them; what is not held is not looked at."""
    actor = request.actor  # type: ignore[attr-defined]
    wanted = request.POST.get("desk", "")
    if any(held.key == wanted for held in actor.desks or actor.postings):
        request.session[DESK] = wanted
    else:
        request.session.pop(DESK, None)
    return redirect("desk")


@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """Keep the size of text the person chose."""
    if request.POST.get("size") in ("small", "normal", "large"):
        person = cast("User", request.user)
        person.text_size = request.POST["size"]
        person.save(update_fields=["text_size"])
    return _back(request)


@require_POST
def keys(request: HttpRequest) -> HttpResponse:
    """Switch the keyboard shortcuts on or off."""
    person = cast("User", request.user)
    person.keys_on = request.POST.get("keys") == "on"
    person.save(update_fields=["keys_on"])
    return _back(request)
