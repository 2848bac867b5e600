"""The addresses of ECCS and an empty view."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from bench import admin_list
from eccs.urls import handler400, handler403, handler404, handler500
from eccs.urls import urlpatterns as all_of_eccs

__all__ = ["handler400", "handler403", "handler404", "handler500"]


@csrf_exempt
@login_not_required
def empty(request: HttpRequest) -> HttpResponse:
    """Nothing, through all of the middleware."""
    return HttpResponse()


urlpatterns = [path("empty/", empty), path("peer/", (admin_list.addresses(), "admin", "admin")), *all_of_eccs]
