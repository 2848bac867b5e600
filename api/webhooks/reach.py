"""Which webhooks are near a document, and which documents the firm of a webhook may read: as its own people may, never more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.models import Custodian
from accounts.permissions import Actor, Held
from accounts.roles import COURIERS, CUSTODIANS, Role
from api.webhooks.models import Webhook
from eccs import notices
from eccs.trail import TrailLine

KEEPERS = tuple(role for role in CUSTODIANS if role != Role.SERVICE_CENTRE)
"""Who at a terminal reads what concerns it. At the Service Centre the customer's business is done, not the custodian's (PN17 2.3)."""


def hooks_near(documents: Sequence[Any]) -> list[Webhook]:
    """The webhooks of the couriers of documents, and of the custodians who are in office today at their stations."""
    couriers = {getattr(one, "courier_id", None) for one in documents} - {None}
    stations = {notices.station_of(one) for one in documents} - {""}
    if not (couriers or stations):
        return []
    near = Q(courier_id__in=couriers) | Q(custodian__station__in=stations)
    hooks = Webhook.objects.live().filter(near).select_related("custodian")
    return [hook for hook in hooks if hook.custodian is None or is_in_office(hook.custodian)]


def is_in_office(custodian: Custodian) -> bool:
    """Whether the appointment of a custodian runs today: before, after and while suspended its program is told as little as its people."""
    today = timezone.localdate()
    return custodian.since <= today and not custodian.why_not_on(today)


def readable(hook: Webhook, lines: Sequence[TrailLine]) -> set[int]:
    """The documents of one trail that the firm of a webhook may read: one query, by the scope of the pages."""
    documents = [line.document for line in lines if _concerns(hook, line.document)]
    if not documents:
        return set()
    rows: Any = type(documents[0])._default_manager
    mine = rows.visible_to(reader(hook)).filter(pk__in={one.pk for one in documents})
    return set(mine.values_list("pk", flat=True))


def _concerns(hook: Webhook, document: Any) -> bool:
    """Whether a document is of the courier, or at the custodian's terminal."""
    if hook.custodian is None:
        return bool(getattr(document, "courier_id", None) == hook.courier_id)
    return notices.station_of(document) == hook.custodian.station_id


def reader(hook: Webhook) -> Actor:
    """Whoever reads everything that the people of a firm may read in their own business."""
    if hook.custodian is None:
        held = tuple(Held(role.value) for role in (Role.COURIER_ADMIN, *COURIERS))
        return Actor(user_id=None, name="", courier_id=hook.courier_id, postings=held)
    held = tuple(Held(role.value, hook.custodian.station_id) for role in KEEPERS)
    return Actor(user_id=None, name="", custodian_id=hook.custodian_id, postings=held)
