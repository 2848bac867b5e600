"""Signing in, and the settings of one's own screen."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts import kept_form, second_factor, sessions
from accounts.forms import SignInForm
from accounts.middleware import DESK
from accounts.models import User
from accounts.requests import Request
from accounts.second_factor_views import hold


class SignIn(LoginView):
    """The way in: the password, then the code where there is an authenticator."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm  # type: ignore[assignment]
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        """The password is right: let the person in under a new session key, or ask for the code."""
        user: User = form.get_user()
        if second_factor.has_device(user):
            hold(self.request, user, self.get_redirect_url())
            return redirect("sign-in-code")
        with transaction.atomic():
            login(self.request, user)
        sessions.prove(self.request)
        return redirect("kept-form" if kept_form.is_kept(self.request) else self.get_success_url())

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str:
        """Where the person wanted to go, if it is here."""
        return sessions.our_address(self.request, super().get_redirect_url(*args, **kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Why somebody who was signed in must do so again."""
        return super().get_context_data(why=sessions.why_in_words(self.request.GET.get("why", "")), **kwargs)


def _back(request: Request) -> HttpResponse:
    return redirect(sessions.our_address(request, request.META.get("HTTP_REFERER", "")) or "desk")


@require_POST
def switch(request: Request) -> HttpResponse:
    """Look at one of the own postings alone, or at all of them; what is not held is not looked at."""
    actor = request.actor
    wanted = request.POST.get("desk", "")
    if any(held.key == wanted for held in actor.desks or actor.postings):
        request.session[DESK] = wanted
    else:
        request.session.pop(DESK, None)
    return redirect("desk")


@require_POST
def text_size(request: Request) -> HttpResponse:
    """Keep the size of text the person chose."""
    if request.POST.get("size") in ("small", "normal", "large"):
        person = cast("User", request.user)
        person.text_size = request.POST["size"]
        person.save(update_fields=["text_size"])
    return _back(request)


@require_POST
def keys(request: Request) -> HttpResponse:
    """Switch the keyboard shortcuts on or off."""
    person = cast("User", request.user)
    person.keys_on = request.POST.get("keys") == "on"
    person.save(update_fields=["keys_on"])
    return _back(request)
