"""What a webhook is told: the lines of the trails, entered where notices are gathered from them, each line once."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from api.folders.models import DropFolder
from api.webhooks import outside, reach
from api.webhooks.models import Delivery, DeliveryQuerySet, Webhook
from eccs import audit, encryption, notices, pages
from eccs.acting import SYSTEM, acting_as
from eccs.celery import after_commit
from eccs.dated_rules import rule_book
from eccs.trail import TrailLine
from eccs.workflow import Refused

EVENTS_AT_MOST = 200  # in one message
SENT_AT_ONCE = 50
LEASE = timedelta(minutes=5)  # a message that a stopped worker was sending is sent again then
MOST_WEBHOOKS = 5
TIMESTAMP, SIGNATURE, DELIVERY = "ECCS-Timestamp", "ECCS-Signature", "ECCS-Delivery"


def make(actor: Actor, to: str | DropFolder, station: str) -> tuple[Webhook, str]:
    """A new webhook and the secret that signs its messages, which is told this once. A first message without steps tries it.

    Its messages are posted to an address, or put into a drop folder of the firm.
    """
    folder = to if isinstance(to, DropFolder) else None
    address = to if isinstance(to, str) else f"sftp:{to}"
    if folder is None:
        try:
            outside.place_of(address)
        except outside.NotOutside as why:
            raise Refused([str(why)]) from why
    secret = secrets.token_urlsafe(32)
    made = Webhook(
        courier_id=actor.courier_id, custodian_id=None if actor.courier_id else actor.custodian_id,
        station_id=station or None, address=address, folder=folder, made_by_id=actor.person_id,
    )  # fmt: skip
    made.secret = encryption.encrypt(secret.encode(), made.whose)
    with transaction.atomic():
        if Webhook.objects.live().of_firm(made.courier_id, made.custodian_id).count() >= MOST_WEBHOOKS:
            raise Refused([_("A firm has at most %(most)d webhooks. End one first.") % {"most": MOST_WEBHOOKS}])
        try:
            with transaction.atomic():
                made.save()
        except IntegrityError as twice:
            raise Refused([_("There is a webhook to this address already.")]) from twice
        Delivery.objects.create(webhook=made)
        _send_soon()
    _enter("webhook.made", made, actor)
    return made, secret


def end(webhook: Webhook, actor: Actor) -> None:
    """Nothing is sent there any more."""
    now = timezone.now()
    if Webhook.objects.filter(pk=webhook.pk, ended_at=None).update(ended_at=now, ended_by_id=actor.user_id):
        _enter("webhook.ended", webhook, actor)


def _enter(event: str, webhook: Webhook, actor: Actor) -> None:
    audit.record(event, by=actor, about=webhook.address, station=webhook.station_id or "")


@acting_as(SYSTEM)  # others than whoever acts are told
def enter(lines: list[TrailLine]) -> None:
    """Enter lines of one trail for the webhooks of whoever may read the documents, in the transaction that marks them as told."""
    kept = [line for line in lines if not _kept_from_the_firm(line)]
    hooks = reach.hooks_near([line.document for line in kept])
    if not hooks:
        return
    readable = {owner: reach.readable(hook, kept) for owner, hook in {hook.owner: hook for hook in hooks}.items()}
    wanted = set().union(*readable.values())
    places = _places([line for line in kept if line.document.pk in wanted])
    with translation.override("en"):
        told = {line.pk: event_of(line, places[line.pk]) for line in kept if line.document.pk in wanted}
    Delivery.objects.bulk_create(
        Delivery(webhook=hook, events=some)
        for hook in hooks
        for some in _parted([
            told[line.pk] for line in kept
            if line.document.pk in readable[hook.owner]
            and hook.station_id in (None, notices.station_of(line.document))
        ])
    )  # fmt: skip
    _send_soon()


def _parted(events: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [events[n : n + EVENTS_AT_MOST] for n in range(0, len(events), EVENTS_AT_MOST)]


def _kept_from_the_firm(line: TrailLine) -> bool:
    """Whether a line is for officers only, or of what is only being typed."""
    document: Any = line.document
    declared = document.steps().get(line.step)
    return line.to_stage in document.unnumbered_stages or (declared is not None and declared.private)


def _places(kept: list[TrailLine]) -> dict[int, int]:
    """The place of each line among those that the firm is told of: no gap says that officers, or the RMS, did something between."""
    if not kept:
        return {}
    kind: Any = type(kept[0].document)
    hidden = [name for name, declared in kind.steps().items() if declared.private]
    lines: Any = type(kept[0])._default_manager
    rows = lines.filter(document__in={line.document.pk for line in kept})
    shown = rows.exclude(Q(step__in=hidden) | Q(to_stage__in=kind.unnumbered_stages)).order_by("document_id", "seq")
    places, counted = dict[int, int](), Counter[int]()
    for pk, document in shown.values_list("pk", "document_id"):
        counted[document] += 1
        places[pk] = counted[document]
    return places


def event_of(line: TrailLine, place: int) -> dict[str, Any]:
    """A step as a program is told of it: what its firm reads on the document's page, and nothing of who in Customs took it."""
    document: Any = line.document
    declared, labels = document.steps().get(line.step), document.stage_labels()
    return {
        "document": pages.slug_of(type(document)), "number": document.key, "seq": place, "at": line.at.isoformat(),
        "station": notices.station_of(document), "step": line.step, "words": str(declared.label) if declared else line.step,
        "from_stage": line.from_stage, "stage": line.to_stage, "stage_words": str(labels.get(line.to_stage, "")),
    }  # fmt: skip


def try_out(webhook: Webhook) -> Delivery:
    """Send a message with a step that never happened, marked as a trial, so that the receiver can be tried."""
    event = {
        "document": "bills/imports", "number": "TRIAL", "seq": 1, "at": timezone.now().isoformat(),
        "station": webhook.station_id or "", "step": "file", "words": "File", "from_stage": "DRAFT", "stage": "ASSESSMENT",
        "stage_words": "Assessment",
    }  # fmt: skip
    with transaction.atomic():
        made = Delivery.objects.create(webhook=webhook, events=[event], trial=True)
        _send_soon()
    return made


def _send_soon() -> None:
    from api.tasks import send_webhooks

    after_commit(send_webhooks)


def signed(secret: bytes, moment: int, body: bytes) -> str:
    """What proves a message: HMAC-SHA256 over the moment, a dot and the body, in hexadecimal."""
    return hmac.new(secret, f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


def send_due() -> int:
    """Send what is due; a webhook that does not take one message is not tried with the next. Returns how many were taken."""
    now = timezone.now()
    with transaction.atomic():
        claimed = _claimed(Delivery.objects.due(now).posted(), now)
    taken, failing = 0, set[int]()
    for one in claimed:
        if one.webhook_id in failing:
            Delivery.objects.filter(pk=one.pk).update(next_at=now + timedelta(seconds=Delivery.FIRST_AGAIN))
        elif _send(one):
            taken += 1
        else:
            failing.add(one.webhook_id)
    return taken


def _claimed(due: DeliveryQuerySet, now: datetime) -> list[Delivery]:
    """Some of what is due, which nobody else sends until the lease is over."""
    rows = due.select_for_update(of=("self",), skip_locked=True).select_related("webhook")
    claimed = list(rows.order_by("next_at", "pk")[:SENT_AT_ONCE])
    Delivery.objects.filter(pk__in=[one.pk for one in claimed]).update(next_at=now + LEASE)
    return claimed


def put_due(folder: DropFolder, put: Callable[[str, bytes], None]) -> int:
    """Put what is due into a drop folder, each message a file that holds what would be posted; returns how many.

    The names sort in the order in which the messages were made, and one that is put twice has the same name.
    """
    now = timezone.now()
    with transaction.atomic():
        claimed = _claimed(Delivery.objects.due(now).filter(webhook__folder=folder), now)
    for one in claimed:
        put(f"steps.{one.created_at:%Y%m%dT%H%M%S%f}.{one.key}.json", _body(one))
        _keep(one, _("put into the folder"), taken=True)
    return len(claimed)


def _body(one: Delivery) -> bytes:
    """What a program is told by one message."""
    told = {"delivery": str(one.key), "events": one.events, **({"trial": True} if one.trial else {})}
    return json.dumps(told, ensure_ascii=False).encode()


def _send(one: Delivery) -> bool:
    """One attempt, outside any transaction; what came of it is kept."""
    body = _body(one)
    moment = int(timezone.now().timestamp())
    try:
        headers = {
            "Content-Type": "application/json", "User-Agent": "ECCS", DELIVERY: str(one.key), TIMESTAMP: str(moment),
            SIGNATURE: f"v1={signed(one.webhook.plain_secret, moment, body)}",
        }  # fmt: skip
        status = outside.post(one.webhook.address, body, headers)
        answer, taken = str(status), 200 <= status < 300
    except (outside.NotOutside, outside.NoAnswer) as why:
        answer, taken = str(why)[:200], False
    except encryption.Unreadable:
        answer, taken = _("Its secret is unreadable: end the webhook and make another."), False
    _keep(one, answer, taken=taken)
    return taken


def _keep(one: Delivery, answer: str, *, taken: bool) -> None:
    now = timezone.now()
    one.attempts, one.answer = one.attempts + 1, answer
    one.next_at = now + timedelta(seconds=one.again_after)
    hook = Webhook.objects.filter(pk=one.webhook_id)
    if taken:
        one.delivered_at = now
        hook.exclude(failing_since=None).update(failing_since=None, failing_told_at=None)
    else:
        hook.filter(failing_since=None).update(failing_since=now)
        hours = rule_book().count("webhook_tried_hours", timezone.localdate(now))
        if one.next_at > one.asked_at + timedelta(hours=hours):
            one.gave_up_at = now
    with transaction.atomic():
        one.save(update_fields=["attempts", "answer", "next_at", "delivered_at", "gave_up_at"])
        if one.gave_up_at is not None and hook.filter(failing_told_at=None).update(failing_told_at=now):
            _tell_the_firm(one.webhook, answer)


def _tell_the_firm(webhook: Webhook, answer: str) -> None:
    def words() -> tuple[str, str]:
        subject = _("The webhook %(address)s takes no messages") % {"address": webhook.address}
        return subject, _("The last answer: %(answer)s. What was not taken can be sent again from its page.") % {
            "answer": answer
        }

    notices.worded(webhook.owner, words, webhook.station_id or "").save()


def again(webhook: Webhook, *, delivery: str = "", since: datetime | None = None) -> int:
    """Send messages again, one or all since a moment, under the keys they had; returns how many."""
    now = timezone.now()
    wanted = Q(key=delivery) if delivery else Q(created_at__gte=since or now)
    rows = webhook.deliveries.filter(wanted) if webhook.ended_at is None else webhook.deliveries.none()
    with transaction.atomic():
        asked = rows.update(asked_at=now, next_at=now, attempts=0, delivered_at=None, gave_up_at=None)
        _send_soon()
    return asked


def forget() -> int:
    """Drop messages that nobody asks for again any more; return how many."""
    now = timezone.now()
    days = rule_book().count("webhook_kept_days", timezone.localdate(now))
    return Delivery.objects.filter(created_at__lt=now - timedelta(days=days)).delete()[0]
