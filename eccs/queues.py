"""Queues: what waits at a desk, priority first and then the oldest, with who has what in hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import Request
from accounts.roles import group_of
from eccs import batches, desk_work, desks, keyset, moments, pages
from eccs.in_hand import InHand, Priority, kind_of
from eccs.workflow import Document, Step

OLDEST = "stage_since"
FIRST = keyset.SIZES[-1]  # documents with priority that stand before the first page
IN_HAND = ("document_id", "role", "since", "aside_until", "by__full_name")  # what a row tells of who has it
WORK = ("free", "mine", "taken", "aside", "first")  # the views of a queue besides all and over target


@dataclass(frozen=True)
class AtDesk:
    """Who has what in hand at one desk, and what goes before the others: two queries, however long the queue is."""

    listing: pages.Listing
    stage: str
    actor: Any

    @property
    def _here(self) -> Q:
        if self.actor.courier_id is not None:
            return Q(courier_id=self.actor.courier_id)
        if self.actor.importer_id is not None:
            return Q(importer_id=self.actor.importer_id)
        return Q(station__in=self.actor.stations)

    @cached_property
    def hands(self) -> dict[int, InHand]:
        """By document, who of the reader's own user group has it in hand or set it aside."""
        rows = InHand.objects.of(self.listing.model).live().filter(self._here, stage=self.stage)
        rows = rows.select_related("by").only(*IN_HAND)
        return {row.document_id: row for row in rows if group_of(row.role) in self.actor.groups}

    @cached_property
    def first(self) -> dict[int, Priority]:
        """By document, why it goes first; the trade is not told."""
        if self.actor.is_trade:
            return {}
        rows = Priority.objects.filter(kind=kind_of(self.listing.model), station__in=self.actor.stations)
        return {row.document_id: row for row in rows}

    def ids(self, view: str) -> list[int]:
        """The documents of a view."""
        if view == "first":
            return list(self.first)
        mine = self.actor.user_id
        return [
            pk for pk, row in self.hands.items()
            if view == "free" or ((view == "aside") == row.is_aside and (view != "mine" or row.by_id == mine))
        ]  # fmt: skip

    def viewed(self, rows: QuerySet[Any], view: str) -> QuerySet[Any]:
        """The rows of a view: all but what is set aside, what is free, or what is in hand."""
        ids = self.ids(view or "aside")
        if view in ("", "free"):
            return rows.exclude(pk__in=ids) if ids else rows
        return rows.filter(pk__in=ids)

    def marked(self, rows: list[Any]) -> list[Any]:
        """The rows, each with who has it in hand, why it goes first, and the target of its desk."""
        for row, target, still in desks.targets_on(self.listing, rows, self.actor):
            row.target, row.still = target, still
            row.hand, row.priority = self.hands.get(row.pk), self.first.get(row.pk)
            row.is_marked = bool(row.hand or row.priority)
            row.row_class = self._class_of(row)
        return rows

    def _class_of(self, row: Any) -> str:
        """How a row is drawn: over its target, before the others, in hand."""
        drawn = ["row--late"] if moments.is_late(row.stage_since, row.target) else []
        if row.priority:
            drawn.append("row--first")
        if row.hand:
            drawn.append("row--me" if row.hand.by_id == self.actor.user_id else "row--taken")
        return " ".join(drawn)

    def others(self) -> list[int]:
        """What a colleague has in hand, and whatever is set aside: nobody else's next document."""
        return [pk for pk, row in self.hands.items() if row.is_aside or row.by_id != self.actor.user_id]


def listing_at(slug: str) -> pages.Listing:
    """The kind of document at an address, or no such page."""
    found = pages.listing_of(slug)
    if found is None:
        raise Http404
    return found


def open_steps(model: type[Document], stage: str, actor: Any) -> list[Step]:
    """The steps of a stage that are the person's somewhere."""
    return [s for s in model.steps().values() if stage in s.sources and actor.may(s.activity_at(stage))]


def here_to_stay(listing: pages.Listing, stage: str, actor: Any) -> bool:
    """Whether the person can take up what waits in a queue, and so tick several of it."""
    done = listing.elsewhere.get(stage)
    steps = [step for step in open_steps(listing.model, stage, actor) if not step.anytime]
    return listing.queued and bool(steps or (done and actor.may(done.activity)))


def waiting(listing: pages.Listing, stage: str, actor: Any, work: AtDesk) -> Iterator[Any]:
    """What the person can begin with at a desk, priority first and then the oldest."""
    rows = listing.visible_to(actor).filter(stage=stage).select_related(*listing.related).order_by(OLDEST, "pk")
    taken = work.others()
    free = rows.exclude(pk__in=taken) if taken else rows
    if work.first:
        yield from free.filter(pk__in=work.first)[:FIRST]
        free = free.exclude(pk__in=work.first)
    yield from free[: keyset.SIZE]


def next_in_queue(listing: pages.Listing, shown: Any, actor: Any) -> Any:
    """The other document of the same stage that comes next at the same desk and is in no colleague's hands: as much of it as a link tells."""
    work = AtDesk(listing, shown.stage, actor)
    rows = listing.visible_to(actor).filter(stage=shown.stage).exclude(pk__in=[shown.pk, *work.others()])
    rows = rows.only("number", "stage", "stage_since").order_by(OLDEST, "pk")
    return (rows.filter(pk__in=work.first).first() if work.first else None) or rows.first()


@require_GET
def queue(request: Request, slug: str, stage: str) -> HttpResponse:
    """One stage's documents that wait for the person, oldest first, with filters and steps for many at once."""
    listing, actor = listing_at(slug), request.actor
    code = pages.from_verb(stage).upper()
    if code not in listing.waiting_at(actor):
        raise Http404
    columns = [c for c in listing.columns if c.shown_to(actor)]
    sort, view = _sort(request, columns), request.GET.get("work", "")
    view, work = view if view in WORK else "", AtDesk(listing, code, actor)
    rows = listing.in_rows(listing.visible_to(actor).filter(stage=code))
    rows = work.viewed(listing.filtered(rows, request.GET, actor), view)
    if request.GET.get("late"):
        rows = rows.filter(desks.late_for(listing, code, actor))
    size = next((n for n in keyset.SIZES if str(n) == request.GET.get("show")), keyset.SIZE)
    top = list(rows.filter(pk__in=work.first).order_by(OLDEST, "pk")[:FIRST]) if work.first and sort == OLDEST else []
    start = request.GET.get("mark", "")
    shown = keyset.page(rows.exclude(pk__in=[row.pk for row in top]) if top else rows, sort, start, size)
    here = next((d for d in desks.of_request(request) if d.listing is listing and d.stage == code), None)
    kept = {k: v for k, v in request.GET.items() if v and k not in ("mark", "select", "ticked")}
    context = {
        "listing": listing, "stage": code, "stage_slug": stage, "desk": here, "columns": columns,
        "rows": work.marked([*(top if not shown.previous_mark else ()), *shown.rows]),
        "views": [{"name": name, "count": len(work.ids(name))} for name in ("mine", "taken", "aside")], "view": view,
        "filters": request.GET, "filtered": any(request.GET.get(c.name) for c in (*columns, _LATE, _WORK)),
        "sort": sort, "size": size, "sizes": keyset.SIZES, "query": urlencode(kept), "ticked": request.GET.get("select") == "page" or _named(request),
        "here_query": urlencode({k: v for k, v in request.GET.items() if v and k not in ("select", "ticked")}),
        "target": desks.target_for(listing, code, actor), "now": timezone.now(),
        "next_url": f"?{urlencode({**kept, 'mark': shown.next_mark})}" if shown.next_mark else "",
        "previous_url": f"?{urlencode({**kept, 'mark': shown.previous_mark})}" if shown.previous_mark else "",
        "steps": [s for s in open_steps(listing.model, code, actor) if s.many],
        "selectable": here_to_stay(listing, code, actor), "printable": batches.printable(slug) is not None and actor.custodian_id is None, "may_allocate": actor.may(desk_work.ALLOCATES), "elsewhere": listing.elsewhere.get(code),
    }  # fmt: skip
    return render(request, "eccs/_queue_rows.html" if _fragment(request) else "eccs/queue.html", context)


def _named(request: Request) -> set[int]:
    """The documents that stay ticked: those that an act on several did not move."""
    return {pk for pk in map(pages.id_in, request.GET.get("ticked", "")[:4000].split(".")) if pk}


def back_to(request: Request, listing: pages.Listing, stage: str, **more: str) -> HttpResponseRedirect:
    """The queue with the filters, the order and the page from which several were ticked."""
    kept = {k: v for k, v in parse_qsl(request.POST.get("query", "")[:2000]) if k not in ("select", "ticked")}
    return redirect(f"{pages.queue_address(listing.slug, stage)}?{urlencode(kept | more)}".rstrip("?"))


_LATE, _WORK = pages.Column("late", ""), pages.Column("work", "")


def _sort(request: Request, columns: list[pages.Column]) -> str:
    sorts = {c.sort for c in columns if c.sort} | {OLDEST}
    sort = request.GET.get("sort", OLDEST)
    return sort if sort.removeprefix("-") in sorts else OLDEST


def _fragment(request: Request) -> bool:
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and htmx.target == "queue"  # type: ignore[union-attr]
