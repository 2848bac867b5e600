"""Changing, proving and resetting one's own password."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts import expiry, kept_form, letters, passwords, reset_links, sessions, tasks
from accounts.models import User
from accounts.password_forms import ChangeForm, ConfirmForm, ForgottenForm, NewPasswordForm
from eccs import audit
from eccs.celery import after_commit
from eccs.client_address import address_of

TOKEN = "password-reset-token"  # noqa: S105 a name in the session: the token is taken out of the address
CHOOSE = "choose"


def going_to(request: HttpRequest) -> str:
    """Where the person was going, within this site."""
    return sessions.our_address(request, request.POST.get("next") or request.GET.get("next") or "")


@sensitive_post_parameters("present", "new", "again")
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """Choose a new password; whoever must do so sees nothing else of ECCS before."""
    user = cast("User", request.user)
    form = ChangeForm(request, user, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        passwords.set_new(user, form.cleaned_data["new"])
        keep_this_session(request, user)
        audit.record("password.changed", request=request)
        letters.tell(user, "password")
        messages.success(request, _("Your new password holds from now on. You were signed out everywhere else."))
        return redirect("kept-form" if kept_form.is_kept(request) else going_to(request) or "desk")
    context = {
        "form": form, "why": expiry.why_due(user), "next": going_to(request), "rules": passwords.rules_in_words(user),
    }  # fmt: skip
    return render(request, "accounts/password.html", context, status=422 if form.is_bound else 200)


def keep_this_session(request: HttpRequest, user: User) -> None:
    """After a new password this session goes on under a new key, and every other one is over."""
    old = request.session.session_key or ""
    update_session_auth_hash(request, user)
    sessions.moved(user, old, request.session.session_key or "")
    sessions.end_all(user, but=request.session.session_key or "", why="password")
    sessions.prove(request)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Type the password again before one of the weightiest acts; it lasts ten minutes."""
    form = ConfirmForm(request, cast("User", request.user), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        sessions.renew(request)
        audit.record("password.proved", request=request)
        return redirect(going_to(request) or "desk")
    context = {"form": form, "next": going_to(request)}
    return render(request, "accounts/confirm_password.html", context, status=422 if form.is_bound else 200)


@login_not_required
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for the link. Nobody is looked up here, so that neither words nor time tell who has an account.

    Asked for too often from one address, nothing is sent and the answer is the same.
    """
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if reset_links.may_ask(address_of(request)):
            after_commit(tasks.send_reset_link, form.cleaned_data["who"], get_language())
        return redirect("password-sent")
    return render(request, "accounts/forgotten.html", {"form": form}, status=422 if form.is_bound else 200)


@login_not_required
@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """The same page for everybody who asked."""
    return render(request, "accounts/forgotten_sent.html")


@login_not_required
@sensitive_post_parameters("new", "again")
@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest, key: str, token: str) -> HttpResponse:
    """Choose a new password by the link. The token leaves the address at once, so that it stays in no history."""
    person = reset_links.person_of(key)
    if token != CHOOSE:
        if not reset_links.is_good(person, token):
            return render(request, "accounts/reset_over.html", status=410)
        request.session[TOKEN] = token
        return redirect("password-reset", key, CHOOSE)
    held = request.session.get(TOKEN, "")
    if person is None or not reset_links.is_good(person, held):
        return render(request, "accounts/reset_over.html", status=410)
    form = NewPasswordForm(person, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        del request.session[TOKEN]
        if not reset_links.use(person, held, form.cleaned_data["new"]):
            return render(request, "accounts/reset_over.html", status=410)
        return redirect(f"{reverse('sign-in')}?why=reset")
    context = {"form": form, "rules": passwords.rules_in_words(person)}
    return render(request, "accounts/reset.html", context, status=422 if form.is_bound else 200)
