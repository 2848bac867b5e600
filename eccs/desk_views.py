"""The pages where work is taken up, set aside, taken over, allocated anew and put first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Group, group_of
from eccs import desk_forms, desk_work, my_work, pages
from eccs.in_hand import InHand
from eccs.queues import AtDesk, listing_at, waiting
from eccs.views import document_at
from eccs.workflow import Refused

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
def act(request: HttpRequest, slug: str, key: str, verb: str) -> HttpResponse:
    """One of these on one document: asked on a page of its own, done by POST."""
    listing, shown = document_at(request, slug, key)
    asked = ACTS.get(verb)
    if asked is None or not listing.queued:
        raise Http404
    actor = request.actor  # type: ignore[attr-defined]
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


@require_http_methods(["GET", "POST"])
def priority(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """A document is put before the others, or in its turn again."""
    pages.require(request.actor, "work-priority")  # type: ignore[attr-defined]
    return act(request, slug, key, "priority")


@require_POST
def take_next(request: HttpRequest, slug: str, stage: str) -> HttpResponse:
    """The next free document of a queue is taken up and opened: priority first, then the oldest."""
    listing, actor = listing_at(slug), request.actor  # type: ignore[attr-defined]
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
def work(request: HttpRequest) -> HttpResponse:
    """What the people of the own user group have in hand and set aside, for whoever allocates their work."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    pages.require(actor, "work")
    here = Q(station__in=actor.stations_for([desk_work.ALLOCATES]) - {""})
    if actor.courier_id is not None and actor.groups & {Group.COURIER}:
        here = Q(courier_id=actor.courier_id)
    rows = InHand.objects.live().filter(here).select_related("by").order_by("since")[:SHOWN]
    groups = {held.group for held in actor.postings if desk_work.ALLOCATES in held.activities}
    found = my_work.with_documents([row for row in rows if group_of(row.role) in groups], actor)
    found.sort(key=lambda one: (one["row"].by.full_name, one["row"].since))
    return render(request, "eccs/work.html", {"found": found})
