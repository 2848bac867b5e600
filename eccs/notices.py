"""Notices: the trail's unsent lines are the outbox. A flight's thousand lines become one message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from eccs.models import Notice
from eccs.trail import TrailLine, unnoticed
from eccs.workflow import Document, holders

AT_ONCE = 5000
listeners: list[Callable[[list[TrailLine]], None]] = []
"""Who else is told of the lines of a trail, each line once, in the transaction that marks it: the webhooks of firms."""
NAMED = 20  # documents named one by one in a message


def gather(kind: type[TrailLine]) -> int:
    """Turn the unsent lines of one trail into notices, each line once, and return how many lines there were."""
    with transaction.atomic():
        lines = list(
            cast("Any", unnoticed(kind))
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("document")[:AT_ONCE]
        )
        if not lines:
            return 0
        told: dict[tuple[str, str, str], list[Document]] = defaultdict(list)
        for line in lines:
            if line.from_stage == line.to_stage:
                continue
            for audience in audiences_of(line):
                told[audience, station_of(line.document), line.to_stage].append(line.document)
        Notice.objects.bulk_create(_notice(*key, documents) for key, documents in told.items())
        for hear in listeners:
            hear(cast("Any", lines))
        kind._default_manager.filter(pk__in=[line.pk for line in lines]).update(noticed_at=timezone.now())
    return len(lines)


def firms_of(document: Any) -> list[str]:
    """The firms of a document: its courier, and the importer that filed for its own goods."""
    firms = (("courier", document.courier_id), ("importer", getattr(document, "importer_id", None)))
    return [f"{kind}:{pk}" for kind, pk in firms if pk is not None]


def audiences_of(line: TrailLine) -> list[str]:
    """Whom a line concerns: the firms of the document, when it now waits for them or is finished."""
    document: Any = line.document
    if document.told_of_all or line.to_stage in document.told_of:
        return firms_of(document)
    desks = holders(type(document), line.to_stage)
    waits_for_trade = any(role.startswith(("COURIER", "IMPORTER")) for role in desks)
    if line.role.startswith(("COURIER", "IMPORTER")) and waits_for_trade:
        return []  # the firm did it itself and still has it
    nobody_elses = set(desks) <= {"SYSTEM"}  # finished, or waiting for a payment
    return firms_of(document) if waits_for_trade or nobody_elses else []


def station_of(document: Any) -> str:
    """Where a document is; nothing where it is of no one station."""
    return getattr(document, "station_id", None) or ""


def worded(audience: str, words: Callable[[], tuple[str, str]], station: str = "") -> Notice:
    """A notice in every language of the site: `words` says subject and body in the one that is spoken when it is asked.

    With a `station` it is for those of the firm alone who work there.
    """
    said: dict[str, tuple[str, str]] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            subject, body = words()
        said[language] = subject[:200], body
    subject, body = said.pop(settings.LANGUAGE_CODE)
    return Notice(audience=audience, station=station, subject=subject, body=body, translated=said)


def _notice(audience: str, station: str, stage: str, documents: list[Document]) -> Notice:
    return worded(audience, lambda: _words(stage, documents), station)


def _words(stage: str, documents: list[Document]) -> tuple[str, str]:
    kind = type(documents[0])
    label = str(kind.stage_labels()[stage])
    subject = ngettext("%(document)s: %(stage)s", "%(count)d documents: %(stage)s", len(documents)) % {
        "document": documents[0], "count": len(documents), "stage": label,
    }  # fmt: skip
    named = [f"{document}  {settings.PUBLIC_URL}{document.get_absolute_url()}" for document in documents[:NAMED]]
    if len(documents) > NAMED:
        named.append(_("and %(count)d more") % {"count": len(documents) - NAMED})
    return subject, "\n".join(named)
