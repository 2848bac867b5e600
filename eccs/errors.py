"""The pages that say what went wrong, in words, to a browser and to a fragment."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere: nothing has changed, and the page says how to go on."""
    return render(request, "403_csrf.html", status=403)
