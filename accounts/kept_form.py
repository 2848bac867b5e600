"""A form that was sent while a new password was due, or after the session had ended: it is kept and can be sent again.

While the session goes on it is kept there. Where the session is over it waits apart, under the person who sent it, and is
taken up at that person's next sign-in: nobody else reads it, and nobody types it twice.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from eccs.form_words import name_in_words
from eccs.moments import as_read

KEY = "kept-form"
NEVER = ("csrfmiddlewaretoken", "next", "password", "present", "new", "again", "code")
MOST = 200_000  # characters; more than a person types


def keep(request: HttpRequest) -> None:
    """Keep what a form brought, but for files and whatever is secret; a fragment's form is none that a person sent."""
    if kept := _sent(request, "password"):
        request.session[KEY] = kept


def keep_apart(request: HttpRequest) -> None:
    """The same for a session that has ended."""
    if kept := _sent(request, "idle"):
        cache.set(_place(request.user.pk), kept, settings.SESSION_COOKIE_AGE)


@receiver(user_logged_in)
def take_up(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """At a sign-in: what the person had sent too late waits in the new session."""
    if kept := cache.get(_place(user.pk)):
        cache.delete(_place(user.pk))
        request.session[KEY] = kept


def _place(user: int | None) -> str:
    return f"{KEY}:{user}"


def _sent(request: HttpRequest, why: str) -> dict[str, Any] | None:
    if request.method != "POST" or request.headers.get("HX-Request") == "true":
        return None
    fields = [[name, text] for name, texts in request.POST.lists() if name not in NEVER for text in texts]
    if not fields or sum(len(name) + len(text) for name, text in fields) > MOST:
        return None
    return {"to": request.get_full_path(), "fields": fields, "files": bool(request.FILES), "why": why}


def is_kept(request: HttpRequest) -> bool:
    """Whether a form waits to be sent again."""
    return KEY in request.session


def forget(request: HttpRequest) -> None:
    """It was sent, or there is another one."""
    request.session.pop(KEY, None)


@require_http_methods(["GET", "POST"])
def kept_form(request: HttpRequest) -> HttpResponse:
    """The form as it was sent, to be sent again to where it went; or, by a POST to this page, to be forgotten."""
    kept = request.session.get(KEY)
    if request.method == "POST" or not kept:
        forget(request)
        return redirect("desk")
    told = [(name_in_words(name), as_read(text)) for name, text in kept["fields"] if text.strip()]
    return render(request, "accounts/kept_form.html", {**kept, "told": told})
