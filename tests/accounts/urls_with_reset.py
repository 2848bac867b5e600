"""The addresses of ECCS with a page where a password is chosen."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from eccs.urls import urlpatterns as all_of_eccs


def choose(request: HttpRequest, uidb64: str, token: str) -> HttpResponse:
    """The page behind the link."""
    return HttpResponse()


urlpatterns = [*all_of_eccs, path("reset/<uidb64>/<token>/", choose, name="password-reset-confirm")]
