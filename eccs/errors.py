"""The pages that say what went wrong, in words."""

import errno
import sys
from http import HTTPStatus

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _

from eccs import problems

AGAIN = "5"  # seconds after which a host that lost the database is asked again
AGAIN_WHEN_FULL = "60"
DISK_FULL = "53100"  # how PostgreSQL names a want of room


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

    Where this host has lost the database it is told as 503, upon which nginx asks another host for a page that is only read;
    where a disk is full, here or at the database, as 507.
    """
    fault = sys.exc_info()[1]
    status, again = HTTPStatus.INTERNAL_SERVER_ERROR, ""
    if is_full(fault):
        status, again = HTTPStatus.INSUFFICIENT_STORAGE, AGAIN_WHEN_FULL
    elif is_lost(fault):
        status, again = HTTPStatus.SERVICE_UNAVAILABLE, AGAIN
    full = status == HTTPStatus.INSUFFICIENT_STORAGE
    if problems.asked_by_program(request):
        words = (
            _("A disk of ECCS is full: nothing of this was saved. Ask again later.")
            if full
            else _("Something failed here. Ask again later.")
        )
        response = problems.answer(status, words)
    else:
        page = get_template("500.html").render({"status": status.value, "full": full})
        response = HttpResponse(page, status=status)
    if again:
        response["Retry-After"] = again
    return response


def is_lost(fault: BaseException | None) -> bool:
    """Whether the database was lost; one that dies in the middle of an answer is told by psycopg2 as a fault without a kind."""
    return isinstance(fault, (OperationalError, InterfaceError)) or type(fault) is DatabaseError


def is_full(fault: BaseException | None) -> bool:
    """Whether something failed for want of room: on a disk of this host, or on that of the database."""
    if isinstance(fault, OSError):
        return fault.errno in (errno.ENOSPC, errno.EDQUOT)
    cause: object = getattr(fault, "__cause__", None)
    return isinstance(fault, DatabaseError) and getattr(cause, "pgcode", None) == DISK_FULL
