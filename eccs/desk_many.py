"""Work in hand, many documents at once: taken up together, or allocated together by a supervisor.

Each document is judged by itself; those that may not are named with the reason, the others go together in a fixed number of
statements, with one line in the audit log and one notice to each person concerned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import Actor
from eccs import audit, desk_work, pages
from eccs.in_hand import InHand, in_whose_hands, kind_of
from eccs.models import Notice
from eccs.rows import lock_rows
from eccs.workflow import Outcome, Refused

NAMED = 20  # documents named one by one in a notice or an audit line


def take_up(listing: pages.Listing, ids: Collection[int], stage: str, actor: Actor) -> Outcome:
    """These documents are in the person's hands, but for those that a colleague has or that have left the desk."""
    outcome = Outcome()
    seat = _once_an_owner(lambda document: desk_work.place(listing, document, actor))
    with transaction.atomic():
        for document, row in _held(listing, ids, stage, outcome):
            if row is not None and row.by_id != actor.user_id:
                outcome.refused.append(Refused([in_whose_hands(row)], document))
            elif not seat(document)[0]:
                outcome.refused.append(Refused([_("The document is not at a desk of yours.")], document))
            else:
                outcome.moved.append(document)
        _put(outcome.moved, actor, seat)
    _record("work.taken-up", listing, stage, actor, outcome)
    return outcome


def allocate(
    listing: pages.Listing, ids: Collection[int], stage: str, actor: Actor, *, person: Actor | None, reason: str
) -> Outcome:
    """A supervisor puts these documents into somebody's hands, or back into the queue; whoever had or has them is told once."""
    outcome, before = Outcome(), dict[int, list[Any]]()
    theirs = _once_an_owner(lambda document: desk_work.may_allocate(listing, document, actor))
    seat = _once_an_owner(lambda document: desk_work.place(listing, document, person) if person else ("", []))
    with transaction.atomic():
        for document, row in _held(listing, ids, stage, outcome):
            if not theirs(document):
                refusal = _("The work of this desk is allocated by its supervisors.")
            elif person is not None and not seat(document)[0]:
                refusal = _("%(name)s does not sit at the desk of this document.") % {"name": person.name}
            else:
                outcome.moved.append(document)
                if row is not None and (person is None or row.by_id != person.user_id):
                    before.setdefault(row.by_id, []).append(document)
                continue
            outcome.refused.append(Refused([refusal], document))
        if person is not None:
            _put(outcome.moved, person, seat)
        else:
            gone = [document.pk for document in outcome.moved]
            InHand.objects.of(listing.model).filter(document_id__in=gone).delete()
        _tell(outcome.moved, before, actor, person, reason)
    _record("work.allocated", listing, stage, actor, outcome, reason, to=person.username if person else "")
    return outcome


def colleagues(listing: pages.Listing, documents: Iterable[Any]) -> list[Actor]:
    """Everybody who sits at the desks of all these documents, by name: one query for each owner that differs."""
    by_owner = {document.owner_key(): document for document in documents}
    found = [desk_work.colleagues(listing, document) for document in by_owner.values()]
    everywhere = set.intersection(*({one.user_id for one in some} for some in found)) if found else set()
    return [one for one in found[0] if one.user_id in everywhere] if found else []


def _once_an_owner(ask: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The answer to a question that is the same for all documents of one owner at one stage."""
    known: dict[Any, Any] = {}

    def answer(document: Any) -> Any:
        key = (document.stage, *document.owner_key())
        if key not in known:
            known[key] = ask(document)
        return known[key]

    return answer


def _held(
    listing: pages.Listing, ids: Collection[int], stage: str, outcome: Outcome
) -> list[tuple[Any, InHand | None]]:
    """The documents with their rows locked, and who has them in hand; those that left the desk meanwhile are refused."""
    locked = lock_rows(listing.model, list(ids))
    live = InHand.objects.of(listing.model).live().filter(document_id__in=[document.pk for document in locked])
    rows = {row.document_id: row for row in live.select_related("by")}
    here = []
    for document in locked:
        if document.stage == stage:
            here.append((document, rows.get(document.pk)))
        else:
            outcome.refused.append(Refused([_("The document has left this desk meanwhile.")], document))
    return here


def _put(documents: list[Any], person: Actor, seat: Callable[[Any], tuple[str, list[str]]]) -> None:
    """The documents are in this person's hands now, and in nobody else's: one statement."""
    assert person.user_id is not None
    now, rows = timezone.now(), []
    for document in documents:
        role, steps = seat(document)
        rows.append(
            InHand(
                kind=kind_of(type(document)), document_id=document.pk, stage=document.stage,
                station=getattr(document, "station_id", None) or "", courier_id=getattr(document, "courier_id", None),
                importer_id=getattr(document, "importer_id", None), by_id=person.user_id, role=role, steps=steps, since=now,
            )
        )  # fmt: skip
    columns = [f.name for f in InHand._meta.concrete_fields if f.name not in ("id", "kind", "document_id")]
    InHand.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["kind", "document_id"], update_fields=columns
    )


def _tell(documents: list[Any], before: dict[int, list[Any]], actor: Actor, person: Actor | None, reason: str) -> None:
    """One notice to each who had some of them, and one to who has them now."""
    told = defaultdict[int, list[Notice]](list)
    for whom, lost in before.items():
        words = ngettext(
            "%(name)s allocated %(count)d document anew", "%(name)s allocated %(count)d documents anew", len(lost)
        )
        told[whom].append(_notice(whom, words, lost, actor, reason))
    if person is not None and person.user_id not in (None, actor.user_id) and documents:
        words = ngettext(
            "%(name)s allocated %(count)d document to you",
            "%(name)s allocated %(count)d documents to you",
            len(documents),
        )
        whom = int(person.user_id or 0)
        told[whom].append(_notice(whom, words, documents, actor, reason))
    Notice.objects.bulk_create([notice for some in told.values() for notice in some])


def _notice(whom: int, words: str, documents: list[Any], actor: Actor, reason: str) -> Notice:
    lines = [f"{one}  {settings.PUBLIC_URL}{one.get_absolute_url()}" for one in documents[:NAMED]]
    if len(documents) > NAMED:
        lines.append(_("and %(count)d more") % {"count": len(documents) - NAMED})
    subject = words % {"name": actor.name, "count": len(documents)}
    return Notice(audience=f"person:{whom}", subject=subject[:200], body="\n".join([reason, *lines]))


def _record(
    event: str, listing: pages.Listing, stage: str, actor: Actor, outcome: Outcome, why: str = "", **details: Any
) -> None:
    """One line of the audit log for all of them."""
    if not outcome.moved:
        return
    stations = {getattr(document, "station_id", None) or "" for document in outcome.moved}
    audit.record(
        event, by=actor, about=f"{listing.slug}/{pages.as_verb(stage)}", why=why,
        station=next(iter(stations)) if len(stations) == 1 else "", count=len(outcome.moved),
        documents=[document.key for document in outcome.moved], **details,
    )  # fmt: skip
