"""Whether the system is well, in words for everybody: nothing of machines, numbers or names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from eccs.dated_rules import rule_book
from eccs.models import Heartbeat, Notice
from payments.clearance import Stage as ChallanStage
from payments.models import Challan

LATE = timedelta(minutes=15)  # an answer or a letter that takes longer is late
LOOKED_BACK = timedelta(hours=3)
KEY, KEPT_FOR = "public:status", 30  # seconds
WELL, SLOW, AWAY = "well", "slow", "away"
WORDS = {WELL: _("Works"), SLOW: _("Slow"), AWAY: _("Away")}
PARTS = {
    "database": (_("Filing, queues and tracking"), _("Nothing can be filed or looked up now. Drafts that were kept are safe.")),
    "background": (_("Uploads and reminders"), _("Files that were handed in wait, and are taken up by themselves.")),
    "bank": (_("Payment at the bank"), _("Answers of a bank are late. Do not pay a challan a second time.")),
    "mail": (_("E-mail"), _("Letters leave late. What waits for you stands on your desk.")),
    "rms": (_("Risk Management System"), _("What is filed is numbered, and routed as soon as the system is back.")),
}  # fmt: skip


class Part(NamedTuple):
    """One part of the system: how it is called, its state, and what that means."""

    name: Any
    state: str
    word: Any
    means: Any


@require_GET
@login_not_required
def status(request: HttpRequest) -> HttpResponse:
    """How each part of the system is, asked anew twice a minute at most."""
    states: dict[str, str] | None = cache.get(KEY)
    if states is None:
        states = _states()
        cache.set(KEY, states, KEPT_FOR)
    parts = [
        Part(name, states[key], WORDS[states[key]], means if states[key] != WELL else "")
        for key, (name, means) in PARTS.items()
    ]
    context: dict[str, Any] = {"parts": parts, "now": timezone.now(), "well": set(states.values()) == {WELL}}
    if states["database"] == AWAY:  # what stands on every page is read from it
        context |= {"help_contact": "", "downtimes": []}
    return render(request, "public/status.html", context)


def _states() -> dict[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        now = timezone.now()
        silent, _last = Heartbeat.silence()
        return {
            "database": WELL,
            "background": AWAY if silent else WELL,
            "bank": SLOW if _undecided(now - LOOKED_BACK, now - LATE) else WELL,
            "mail": SLOW if Notice.objects.filter(sent_at=None, created_at__lt=now - LATE).exists() else WELL,
            "rms": WELL if rule_book().is_on("rms_in_service", timezone.localdate()) else AWAY,
        }
    except DatabaseError:
        return dict.fromkeys(PARTS, AWAY)


def _undecided(since: Any, until: Any) -> bool:
    """Whether a challan went to its bank in this time, and none that went later was paid."""
    at_bank = Challan.objects.filter(stage=ChallanStage.AT_BANK, sent_to_bank_at__gt=since, sent_to_bank_at__lt=until)
    return at_bank.exists() and not Challan.objects.filter(stage=ChallanStage.PAID, sent_to_bank_at__gt=until).exists()
