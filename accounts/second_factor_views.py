"""Giving a code at sign-in, taking up an authenticator, and whose roles ask for one."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import kept_form, second_factor, sessions
from accounts.models import User
from accounts.password_forms import CodeForm, RecoveryForm, SecondFactorRolesForm
from accounts.password_views import going_to
from accounts.requests import Request
from eccs import barcodes, pages


def hold(request: HttpRequest, user: User, back_to: str) -> None:
    """Keep in mind whose password was right, under a new session key, until the code is given."""
    request.session.cycle_key()
    request.session[second_factor.PENDING] = {
        "user": user.pk, "password": user.get_session_auth_hash(), "at": int(timezone.now().timestamp()), "next": back_to,
    }  # fmt: skip


def _waiting(request: Request) -> tuple[User | None, str]:
    """The person who still owes a code, and where that person was going."""
    if request.user.is_authenticated:
        return (None if second_factor.is_done(request) else request.user), going_to(request)
    held: dict[str, Any] = request.session.get(second_factor.PENDING) or {}
    if timezone.now().timestamp() - held.get("at", 0) > second_factor.PENDING_SECONDS:
        return None, ""
    user = User.objects.filter(pk=held["user"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), held["password"]):
        return None, ""
    return user, held["next"]


@login_not_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: Request, *, recovery: bool = False) -> HttpResponse:
    """After the password: the code of the authenticator, or a recovery code."""
    user, back_to = _waiting(request)
    if user is None:
        return redirect("desk" if request.user.is_authenticated else "sign-in")
    kind = RecoveryForm if recovery else CodeForm
    form = kind(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if second_factor.accept(request, user, form.cleaned_data["code"], recovery=recovery):
            _let_in(request, user)
            kept = kept_form.is_kept(request)
            return redirect("kept-form" if kept else sessions.our_address(request, back_to) or "desk")
        form.add_error(
            "code",
            _("This code does not open the door: it is wrong, was used already, or too many tries were made. Wait for the next code, or a few minutes."),
        )  # fmt: skip
    context = {"form": form, "recovery": recovery, "next": back_to}
    return render(request, "accounts/code.html", context, status=422 if form.is_bound else 200)


def _let_in(request: Request, user: User) -> None:
    if request.user.is_authenticated:
        sessions.renew(request)
    else:
        request.session.pop(second_factor.PENDING, None)
        login(request, user)
        sessions.prove(request)
    second_factor.mark_done(request)


def _may_enrol(request: Request) -> HttpResponse | None:
    """Whoever must take up an authenticator does so at once; otherwise the password, and the code of the one of before, come first."""
    if second_factor.has_device(cast("User", request.user)) and not second_factor.is_done(request):
        return redirect("sign-in-code")
    must = second_factor.is_required(request.actor) and not second_factor.is_done(request)
    return None if must else sessions.ask_password(request)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def enrol(request: Request) -> HttpResponse:
    """Take up an authenticator: scan or type its key, then give a code. The recovery codes are shown once."""
    if refused := _may_enrol(request):
        return refused
    user = cast("User", request.user)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if codes := second_factor.enrol(request, user, form.cleaned_data["code"]):
            return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": going_to(request)})
        form.add_error("code", _why_not_taken_up(user))
    context = {
        "form": form, "key": second_factor.typed_key(second_factor.pending_key(request)), "next": going_to(request),
        "replaces": second_factor.has_device(user),
        "is_required": second_factor.is_required(request.actor),
    }  # fmt: skip
    return render(request, "accounts/second_factor.html", context, status=422 if form.is_bound else 200)


def _why_not_taken_up(user: User) -> str:
    """Why a code did not take up the authenticator: too many tries, or the wrong one."""
    if until := second_factor.waits_until(user):
        at = f"{timezone.localtime(until):%H:%M}"
        return _("Too many wrong codes were entered. Wait until %(at)s, or ask your Group Admin to unlock you.") % {
            "at": at
        }
    return _("This is not the code the authenticator shows now. Check the time of your telephone.")


@require_GET
def square(request: Request) -> HttpResponse:
    """The QR code of the key offered to this session."""
    key = second_factor.offered_key(request)
    if not key:
        raise Http404
    picture = barcodes.secret_qr_svg(second_factor.key_address(cast("User", request.user), key))
    return HttpResponse(picture, content_type="image/svg+xml; charset=utf-8")


@require_POST
def new_codes(request: Request) -> HttpResponse:
    """Ten new recovery codes in place of those of before."""
    user = cast("User", request.user)
    if not second_factor.has_device(user):
        raise Http404
    if asked := sessions.ask_password(request, "/account/"):
        return asked
    return render(request, "accounts/recovery_codes.html", {"codes": second_factor.new_recovery_codes(request, user)})


@require_http_methods(["GET", "POST"])
def policy(request: Request) -> HttpResponse:
    """Whose roles ask for a second factor, kept by the System Admin."""
    pages.require(request.actor, "second-factor-policy")
    if asked := sessions.ask_password(request):
        return asked
    initial = {"roles": sorted(second_factor.required_roles())}
    form = SecondFactorRolesForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        second_factor.require(form.cleaned_data["roles"], by=request.user)
        messages.success(request, _("The roles that sign in with a second factor are set."))
        return redirect("second-factor-policy")
    return render(request, "accounts/second_factor_policy.html", {"form": form}, status=422 if form.is_bound else 200)
