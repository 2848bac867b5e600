"""A form that was sent while a new password was due: it is kept in the session and can be sent again, so that nobody types it twice."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from eccs.form_words import name_in_words
from eccs.moments import as_read

KEY = "kept-form"
NEVER = ("csrfmiddlewaretoken", "next", "password", "present", "new", "again", "code")
MOST = 200_000  # characters; more than a person types


def keep(request: HttpRequest) -> None:
    """Keep what a form brought, but for files and whatever is secret; a fragment's form is none that a person sent."""
    if request.method != "POST" or request.headers.get("HX-Request") == "true":
        return
    fields = [[name, text] for name, texts in request.POST.lists() if name not in NEVER for text in texts]
    if fields and sum(len(name) + len(text) for name, text in fields) <= MOST:
        request.session[KEY] = {"to": request.get_full_path(), "fields": fields, "files": bool(request.FILES)}


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
