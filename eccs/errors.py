"""The pages that say what went wrong, in words."""

import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _

from eccs import problems

AGAIN = "5"  # seconds after which a host that lost the database is asked again


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere: nothing has changed, and the page says how to go on."""
    request.audit_stale_form = True  # type: ignore[attr-defined]  # told apart from a refusal in the audit log
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request could not be read."""
    if problems.asked_by_program(request):
        return problems.answer(400, _("The request cannot be read."))
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page is not for this person."""
    if problems.asked_by_program(request):
        return problems.answer(403, _("This is not for whoever asks."))
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page, or it is not the reader's to see; which of the two is not told."""
    if problems.asked_by_program(request):
        return problems.answer(404, _("There is nothing here for whoever asks."))
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed here. The page needs neither the database nor a session.

    Where this host has lost the database it is told as 503, upon which nginx asks another host for a page that is only read.
    """
    away = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    status = HTTPStatus.SERVICE_UNAVAILABLE if away else HTTPStatus.INTERNAL_SERVER_ERROR
    if problems.asked_by_program(request):
        response = problems.answer(status, _("Something failed here. Ask again later."))
    else:
        response = HttpResponse(get_template("500.html").render({"status": status.value}), status=status)
    if away:
        response["Retry-After"] = AGAIN
    return response
