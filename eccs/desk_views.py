"""The pages where work is taken up, set aside, taken over, allocated anew and put first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import Request
from accounts.roles import Group, group_of
from eccs import desk_forms, desk_many, desk_work, my_work, pages
from eccs.in_hand import InHand
from eccs.queues import AtDesk, back_to, listing_at, waiting
from eccs.views import document_at
from eccs.workflow import Outcome, Refused

SHOWN = 200


@dataclass(frozen=True)
class Act:
    """Something that is done with a document at its desk without moving it."""

    label: Any
    rule: Any
    done: Any
    do: Callable[..., None]
    form: type[desk_forms.WorkForm] | None = None


ACTS = {
    "take-up": Act(
        gettext_lazy("Take up"), gettext_lazy("The document is in your hands, and colleagues see that."),
        gettext_lazy("%(document)s is in your hands."), desk_work.take_up,
    ),
    "set-aside": Act(
        gettext_lazy("Set aside"), gettext_lazy("The document leaves the queue until a moment, and comes back by itself."),
        gettext_lazy("%(document)s is set aside."), desk_work.set_aside, desk_forms.SetAsideForm,
    ),
    "give-back": Act(
        gettext_lazy("Give back"), gettext_lazy("The document is in the queue again, for everybody at the desk."),
        gettext_lazy("%(document)s is in the queue again."), desk_work.give_back,
    ),
    "take-over": Act(
        gettext_lazy("Take over"), gettext_lazy("The document goes from a colleague into your hands; the colleague is told why."),
        gettext_lazy("%(document)s is in your hands."), desk_work.take_over, desk_forms.TakeOverForm,
    ),
    "re-allocate": Act(
        gettext_lazy("Re-allocate"), gettext_lazy("The document goes into somebody else's hands or back into the queue; those concerned are told why."),
        gettext_lazy("%(document)s is allocated."), desk_work.allocate, desk_forms.AllocateForm,
    ),
    "priority": Act(
        gettext_lazy("Set priority"), gettext_lazy("The document goes before the others at every desk until it is finished."),
        gettext_lazy("The priority of %(document)s is entered."), desk_work.prioritise, desk_forms.PriorityForm,
    ),
}  # fmt: skip


@require_http_methods(["GET", "POST"])
def act(request: Request, slug: str, key: str, verb: str) -> HttpResponse:
    """One of these on one document: asked on a page of its own, done by POST."""
    listing, shown = document_at(request, slug, key)
    asked = ACTS.get(verb)
    if asked is None or not listing.queued:
        raise Http404
    actor = request.actor
    _require(listing, shown, actor, verb)
    given = {"document": shown, "listing": listing, "actor": actor}
    form = asked.form(request.POST if request.method == "POST" else None, **given) if asked.form else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            asked.do(listing, shown, actor, **(form.answers() if form is not None else {}))
        except Refused as refusal:
            context = {"document": shown, "listing": listing, "step": asked, "reasons": refusal.reasons, "form": None}
            return render(request, "eccs/refused.html", context, status=409)
        messages.success(request, str(asked.done) % {"document": shown})
        return redirect(shown)
    context = {**given, "act": asked, "form": form, **my_work.about(listing, shown, actor)}
    return render(request, "eccs/desk_act.html", context, status=422 if request.method == "POST" else 200)


def _require(listing: pages.Listing, shown: Any, actor: Any, verb: str) -> None:
    """Whoever neither sits at the desk nor allocates its work has no such page."""
    if verb == "re-allocate":
        allowed = desk_work.may_allocate(listing, shown, actor)
    elif verb == "priority":
        allowed = bool(actor.acts_as(desk_work.PRIORITISES, shown))
    else:
        allowed = bool(desk_work.place(listing, shown, actor)[0])
    if not allowed:
        raise Http404


@require_POST
def many(request: Request, slug: str, stage: str, verb: str) -> HttpResponse:
    """The ticked documents of one desk are taken up together, or allocated together once it is said to whom and why."""
    listing, actor = listing_at(slug), request.actor
    code, ids = pages.from_verb(stage).upper(), [pk for pk in map(pages.id_in, request.POST.getlist("document")) if pk]
    sits = code in listing.waiting_at(actor)
    if verb not in ("take-up", "re-allocate") or not (sits or actor.may(desk_work.ALLOCATES)):
        raise Http404
    back = back_to(request, listing, stage) if sits else redirect("work")
    if not ids:
        messages.error(request, _("Tick the documents first. Nothing has changed."))
        return back
    documents = list(listing.visible_to(actor).filter(pk__in=ids).order_by("pk"))
    wanted = sits if verb == "take-up" else any(desk_work.may_allocate(listing, one, actor) for one in documents)
    if not documents or not wanted:
        raise Http404
    seen = [one.pk for one in documents]
    if verb == "take-up":
        return _told(request, desk_many.take_up(listing, seen, code, actor), back)
    given: dict[str, Any] = {"documents": documents, "listing": listing, "actor": actor}
    form = desk_forms.AllocateManyForm(request.POST if "confirm" in request.POST else None, **given)
    if form.is_valid():
        outcome = desk_many.allocate(listing, seen, code, actor, **form.answers())
        if not outcome.refused:
            return _told(request, outcome, back)
        _count(request, outcome)
        given |= {"documents": [one.document for one in outcome.refused], "refused": outcome.refused}
    context = {**given, "form": form, "act": ACTS[verb], "back": back.url, "stage_slug": stage}
    status = 409 if "refused" in given else 422 if form.is_bound else 200
    return render(request, "eccs/desk_many.html", context, status=status)


def _count(request: Request, outcome: Outcome) -> None:
    if count := len(outcome.moved):
        words = ngettext("Done: %(count)d document.", "Done: %(count)d documents.", count)
        messages.success(request, words % {"count": count})


def _told(request: Request, outcome: Outcome, back: HttpResponse) -> HttpResponse:
    """How many it was, and which not and why."""
    _count(request, outcome)
    for refusal in outcome.refused[:20]:
        told = {"document": refusal.document, "reasons": " ".join(refusal.reasons)}
        messages.error(request, _("Not done: %(document)s. %(reasons)s") % told)
    return back


@require_http_methods(["GET", "POST"])
def priority(request: Request, slug: str, key: str) -> HttpResponse:
    """A document is put before the others, or in its turn again."""
    pages.require(request.actor, "work-priority")
    return act(request, slug, key, "priority")


@require_POST
def take_next(request: Request, slug: str, stage: str) -> HttpResponse:
    """The next free document of a queue is taken up and opened: priority first, then the oldest."""
    listing, actor = listing_at(slug), request.actor
    code = pages.from_verb(stage).upper()
    if code not in listing.waiting_at(actor):
        raise Http404
    for document in waiting(listing, code, actor, AtDesk(listing, code, actor)):
        try:
            desk_work.take_up(listing, document, actor)
        except Refused:  # a colleague was quicker
            continue
        return redirect(document)
    messages.info(request, _("Nothing is free here now."))
    return redirect("queue", listing.slug, stage)


@require_GET
def work(request: Request) -> HttpResponse:
    """What the people of the own user group have in hand and set aside, for whoever allocates their work."""
    actor: Any = request.actor
    pages.require(actor, "work")
    here = Q(station__in=actor.stations_for([desk_work.ALLOCATES]) - {""})
    if actor.courier_id is not None and actor.groups & {Group.COURIER}:
        here = Q(courier_id=actor.courier_id)
    rows = InHand.objects.live().filter(here).select_related("by").order_by("since")[:SHOWN]
    groups = {held.group for held in actor.postings if desk_work.ALLOCATES in held.activities}
    found = my_work.with_documents([row for row in rows if group_of(row.role) in groups], actor)
    found.sort(key=lambda one: (one["row"].by.full_name, one["row"].since))
    desks: dict[tuple[str, str], list[Any]] = {}
    for one in found:
        desks.setdefault((one["listing"].slug, one["row"].stage), []).append(one)
    groups_of = [
        {"slug": slug, "stage": pages.as_verb(stage), "label": some[0]["document"].get_stage_display(),
         "listing": some[0]["listing"], "found": some}
        for (slug, stage), some in desks.items()
    ]  # fmt: skip
    return render(request, "eccs/work.html", {"desks": groups_of})
