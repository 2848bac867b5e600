"""Whether the system is well, for those who watch it."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

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
