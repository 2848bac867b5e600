"""Proposing manual clearance, issuing numbered forms, and the reconciliation of both (PN17 15.0)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from bills.manual.clearance import FormStage, ManualStage
from bills.models import ManualClearance, ManualForm
from eccs.beginning import begin
from eccs.pages import activity_of
from eccs.papers import moment
from eccs.workflow import Refused

MOST_AT_ONCE = 200  # forms in one issue


def propose(
    station: str, begins_at: datetime, until_at: datetime, reason: str, actor: Actor, *, order_number: str = "",
    ordered_at: datetime | None = None,
) -> ManualClearance:  # fmt: skip
    """The DC/AC proposes manual clearance at a station for a period, or enters the order given outside ECCS. Raises Refused."""
    now = timezone.now()
    assert actor.user_id is not None
    made = ManualClearance(
        station_id=station, begins_at=begins_at, until_at=until_at, reason=reason, proposed_by_id=actor.user_id,
        proposed_at=now, stage_since=now, order_number=order_number, ordered_at=ordered_at,
    )  # fmt: skip
    answers = {"reason": reason, "until": moment(until_at)}
    if ordered_at is not None:
        answers |= {"order": order_number, "ordered_at": moment(ordered_at)}
    with transaction.atomic():
        _one_at_a_time(station)
        open_one = ManualClearance.objects.filter(station=station, stage__in=("PROPOSED", "APPROVED")).first()
        if open_one is not None:
            told = {"order": open_one, "stage": open_one.get_stage_display()}
            raise Refused([_("%(order)s is at “%(stage)s”: there is one at a time.") % told])
        begin([made], "propose", actor, activity_of("manual-propose"), **answers)
    return made


def issue(station: str, count: int, actor: Actor) -> list[ManualForm]:
    """Numbered blank forms for a station: each number is given once and never again. Raises Refused."""
    now = timezone.now()
    assert actor.user_id is not None
    made = [
        ManualForm(station_id=station, issued_at=now, stage_since=now, issued_by_id=actor.user_id)
        for _n in range(count)
    ]
    begin(made, "issue", actor, activity_of("manual-issue"), count=count)
    return made


def _one_at_a_time(station: str) -> None:
    """Whoever proposes for a station waits for whoever does so at the same moment."""
    from accounts.models import CustomsStation

    CustomsStation.objects.select_for_update(of=("self",)).get(pk=station)


def over(at: datetime) -> list[int]:
    """The approvals whose period has passed."""
    rows = ManualClearance.objects.filter(stage=ManualStage.APPROVED, until_at__lte=at)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def blank_forms(station: str) -> int:
    """How many blank forms should be at a station."""
    return ManualForm.objects.filter(station=station, stage=FormStage.ISSUED).count()


def account(stations: Iterable[str]) -> list[dict[str, Any]]:
    """The reconciliation of each station: how many forms were issued, what became of them, and by how much paper and system differ."""
    named = {stage: Count("pk", filter=Q(stage=stage)) for stage in FormStage.values}
    rows = ManualForm.objects.filter(station_id__in=list(stations)).values("station_id", "station__name")
    done = Q(stage=FormStage.REGULARISED)
    compared = {
        "differing": Count("pk", filter=done & ~Q(reckoned_duty=F("collected"), reckoned_value=F("assessable_value"))),
        "duty_difference": Sum(F("reckoned_duty") - F("collected"), filter=done, default=Decimal(0)),
    }
    found: list[dict[str, Any]] = list(rows.annotate(issued=Count("pk"), **named, **compared).order_by("station_id"))
    for row in found:
        row["used"] = row["USED"] + row["ENTERED"] + row["REGULARISED"]
        row["outstanding"] = row["USED"] + row["ENTERED"]
    return found
