"""My work: what somebody has in hand, what was set aside, and what can be done with a document at its desk."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.utils.translation import gettext_lazy as _

from eccs import desk_work, desks, pages
from eccs.in_hand import InHand, Priority, kind_of, marks

SHOWN = 100


def of(actor: Any) -> dict[str, Any]:
    """What the person has in hand and has set aside, oldest first: one query, and two for each kind of document."""
    rows = InHand.objects.live().filter(by_id=actor.user_id or 0).order_by("kind", "since")[:SHOWN]
    found = with_documents(rows, actor)
    return {
        "in_hand": [one for one in found if not one["row"].is_aside],
        "aside": [one for one in found if one["row"].is_aside],
    }


def with_documents(rows: Any, actor: Any) -> list[dict[str, Any]]:
    """Rows with the documents they are about, as far as the reader sees them; two queries for each kind."""
    kinds = {kind_of(listing.model): listing for listing in pages.listings()}
    found: list[dict[str, Any]] = []
    for kind, some in groupby(sorted(rows, key=lambda row: row.kind), key=lambda row: row.kind):
        listing, by_document = kinds[kind], {row.document_id: row for row in some}
        first = Priority.objects.filter(kind=kind, document_id__in=by_document)
        firsts = {} if actor.is_trade else {one.document_id: one for one in first}
        documents = listing.visible_to(actor).filter(pk__in=by_document).select_related(*listing.related)
        found += [
            {
                "row": by_document[one.pk], "document": one, "listing": listing, "priority": firsts.get(one.pk),
                "target": target, "still": still,
            }
            for one, target, still in desks.targets_on(listing, documents, actor)
            if by_document[one.pk].stage == one.stage
        ]  # fmt: skip
    return sorted(found, key=lambda one: one["row"].since)


def about(listing: pages.Listing, document: Any, actor: Any) -> dict[str, Any]:
    """Who has the document in hand, why it goes first, and what the reader can do about either."""
    if not listing.queued:
        return {}
    hands, firsts = marks(type(document), [document.pk])
    row, at_desk = hands.get(document.pk), bool(desk_work.place(listing, document, actor)[0])
    acts = list(_acts(row, actor.user_id)) if at_desk else []
    if desk_work.may_allocate(listing, document, actor):
        acts.append(("re-allocate", _("Re-allocate")))
    shown = desk_work.visible_hand(row, actor)
    return {
        "hand": shown, "hand_is_mine": shown is not None and shown.by_id == actor.user_id,
        "desk_acts": [{"name": name, "label": label} for name, label in acts],
        "priority": None if actor.is_trade else firsts.get(document.pk),
        "may_prioritise": document.stage in document.awaited_stages() and bool(actor.acts_as(desk_work.PRIORITISES, document)),
    }  # fmt: skip


def _acts(row: InHand | None, person: int | None) -> list[tuple[str, Any]]:
    if row is None:
        return [("take-up", _("Take up")), ("set-aside", _("Set aside"))]
    if row.by_id != person:
        return [("take-over", _("Take over"))]
    again = ("take-up", _("Take up again")) if row.is_aside else ("set-aside", _("Set aside"))
    return [again, ("give-back", _("Give back"))]
