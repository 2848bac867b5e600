"""Whether the system is well, for those who watch it."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eccs import readiness, watchers
from eccs.models import Heartbeat


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Well when the database answers; whether the background work is silent is told beside it, for it is not this process's fault."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    silent, last = Heartbeat.silence()
    return JsonResponse({"status": "ok", "background": "silent" if silent else "ok", "background_heard_of_at": last})


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready when database, Redis, migrations and storage are; an upgrade of host after host waits for it.

    A load balancer asks `/healthz` instead: pages go on without Redis, and must not be taken out of service for it. What is
    wrong is told in words to those who may read the metrics; a stranger learns only what it is about.
    """
    found = readiness.answers()
    ready, watcher = not any(found.values()), watchers.is_one(request)
    told = {name: (fault if watcher else "fault") if fault else "ok" for name, fault in found.items()}
    return JsonResponse({"status": "ready" if ready else "not ready", **told}, status=200 if ready else 503)
