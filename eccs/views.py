"""The pages every kind of document shares: desk, queue, document, step, many at once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts import people, sessions
from accounts.advisories import Advisory
from accounts.requests import Request
from eccs import audit, audit_answers, desks, hand_over_views, my_work, pages
from eccs.archive_files import Damaged, lines_of
from eccs.models import ChainFault, Notice, SignatureFault
from eccs.queues import back_to, listing_at, next_in_queue, open_steps
from eccs.signing import gate as signatures
from eccs.step_forms import step_form, take_with
from eccs.taking import ask_for_signature, ask_for_signatures, for_many, take_together
from eccs.workflow import (
    Document,
    Outcome,
    Refused,
    Step,
    buttons,
    holders,
    took_before,
    what_next,
    why_not,
)

NAMED = 200  # refused documents that a line of the audit log names
UNREAD = 5  # advisories shown on the desk; the others are on their own page


def document_at(request: Request, slug: str, key: str) -> tuple[pages.Listing, Any]:
    """A document that the person may see, and its kind; what is somebody else's is not there."""
    listing = listing_at(slug)
    rows = listing.visible_to(request.actor).filter(listing.model.by_key(key))
    if not rows.exists():  # its many columns, and those of what it belongs to, are asked for where there are any
        raise Http404
    found = get_object_or_404(rows.select_related(*listing.related))
    audit_answers.concerns(request, found)
    return listing, found


@require_GET
def desk(request: Request) -> HttpResponse:
    """The person's desks: what waits, how much of it is late, the oldest; and the news of the firm."""
    actor = request.actor
    told = people.audience_of(actor)
    context = {
        "desks": desks.of_request(request), "notices": _notices(actor, told),
        "handed_over": hand_over_views.unread(actor), "may_hand_over": actor.may(pages.activity_of("hand-over")),
        **my_work.of(actor), "now": timezone.now(),
        "broken_signatures": SignatureFault.objects.count() if actor.may(pages.activity_of("certificates-all")) else 0,
        "broken_chains": ChainFault.objects.count() if actor.may(pages.activity_of("chains")) else 0,
        "advisories": Advisory.objects.unread_by(actor).select_related("station")[:UNREAD],
    }  # fmt: skip
    return render(request, "eccs/desk.html", context)


def _notices(actor: Any, told: list[str]) -> Any:
    """The last notices for the person or its firm; of those of a station, only of where it works for the firm."""
    rows = Notice.objects.filter(audience__in=told).order_by("-created_at")
    if actor.is_trade and actor.firm_stations is not None:
        rows = rows.filter(station__in=("", *actor.firm_stations))
    return rows[:8]


@sessions.passive
@require_GET
def counts(request: Request) -> HttpResponse:
    """The navigation alone, with the counts of now, for a page that stands open."""
    request.page_path = request.GET.get("path", "")  # type: ignore[attr-defined]
    return render(request, "eccs/_nav.html")


@require_GET
def document(request: Request, slug: str, key: str) -> HttpResponse:
    """Everything about one document on one page, with the steps its desk may take."""
    listing, shown = document_at(request, slug, key)
    of_trade = request.actor.is_trade or (shown.stage == "DRAFT" and request.actor.serves(shown))
    template = listing.trade_template if of_trade else listing.page_template
    return render(request, template, document_context(request, listing, shown))


def document_context(request: Request, listing: pages.Listing, shown: Any, **more: Any) -> dict[str, Any]:
    """What a document's page shows, whoever asks: only what that person may see."""
    actor = request.actor
    offered = [
        {"step": b.step, "reasons": b.reasons, "url": shown.step_url(b.step.name), "targets": _targets(b.step, shown),
         "form": None if b.step.anytime else step_form(b.step, shown, actor)}
        for b in sorted(buttons(shown, actor), key=lambda b: len(b.step.sources))  # those of this desk alone come first
    ]  # fmt: skip
    here = [b for b in offered if not b["step"].anytime]
    lines, unread = _trail_of(shown)
    came = next((line.at for line in lines if line.from_stage != line.to_stage), shown.stage_since)
    [(_shown, target, stands_still)] = desks.targets_on(listing, [shown], actor)
    return {
        "document": shown, "listing": listing, "actor": actor, "is_officer": actor.is_officer,
        "buttons": [b for b in here if not b["reasons"]], "not_possible": [b for b in here if b["reasons"]],
        "anytime": [b for b in offered if b["step"].anytime and not b["reasons"]],
        "trail": [told(line, shown, officer=actor.is_officer) for line in lines if actor.is_officer or not _private(line, shown)],
        "trail_unread": unread, "who_has_it": who_has_it(listing, shown, actor, came), "now": timezone.now(),
        "target": target, "stands_still": stands_still,
        "next_in_queue": next_in_queue(listing, shown, actor) if here and listing.queued else None,
        **my_work.about(listing, shown, actor), **listing.context(shown, actor), **more,
    }  # fmt: skip


def _trail_of(shown: Document) -> tuple[list[Any], str]:
    """The trail, its newest line first, and what cannot be read of it. No page shows what was declared, and that may be long."""
    try:
        return lines_of(shown, snapshots=False)[::-1], ""
    except Damaged as damaged:
        logging.getLogger(__name__).error("%s: %s", shown, damaged)
        return list(shown.trail.select_related("by").defer("snapshot").order_by("-seq")), _(  # type: ignore[attr-defined]
            "Its lines in the archive of closed years cannot be read at present; the System Admin is told at night."
        )


def _private(line: Any, shown: Document) -> bool:
    declared = shown.steps().get(line.step)
    return declared is not None and declared.private


def _targets(step: Step, shown: Document) -> list[str]:
    labels = shown.stage_labels()
    return [str(labels[t]) for t in step.targets if t != shown.stage]


def told(line: Any, shown: Document, *, officer: bool) -> dict[str, Any]:
    """A line of the trail in words; the trade learns steps and stages, never which officer took them."""
    declared = shown.steps().get(line.step)
    labels = shown.stage_labels()
    from accounts.roles import Group, group_of, label_of, public_label

    of_customs = group_of(line.role) is Group.CUSTOMS
    return {
        "at": line.at, "seq": line.seq, "label": str(declared.label) if declared else line.step,
        "para": declared.para if declared else "", "from_stage": str(labels.get(line.from_stage, "")),
        "to_stage": str(labels.get(line.to_stage, "")), "moved": line.from_stage != line.to_stage,
        "by": line.by_name if officer or not of_customs else "",
        "role": label_of(line.role) if officer else public_label(line.role),
        "answers": line.answers if officer else {}, "seal": line.seal,
        "signed": reverse("signature-part", args=[pages.slug_of(type(shown)), shown.key, line.seq, "signature"])
        if "signature" in line.answers and (officer or not of_customs) else "",
    }  # fmt: skip


def who_has_it(listing: pages.Listing, shown: Document, actor: Any, came: datetime) -> dict[str, Any]:
    """Who has the document now, since when, what the reader must do, what comes next: read from the declarations."""
    from accounts.roles import Role

    done = listing.elsewhere.get(shown.stage)
    roles = (*(done.roles if done else ()), *holders(type(shown), shown.stage))
    waiting = [s for s in open_steps(type(shown), shown.stage, actor) if not (s.anytime or shown.has_done(s.name))]
    mine = [s for s in waiting if Role.SYSTEM not in s.roles]
    labels = shown.stage_labels()
    ahead: dict[str, None] = {}
    for declared, targets in what_next(type(shown), shown.stage):
        if declared.tells_the_way:
            ahead.update(dict.fromkeys(t for t in targets if t != shown.stage))
    order = list(shown.stage_order())
    onwards = [t for t in ahead if order.index(t) > order.index(shown.stage)] or list(ahead)
    back = shown.goes_back_to
    if back in ahead:
        onwards = [back]
    do = [{"label": str(s.label), "url": f"#step-{s.name}"} for s in mine]
    if done is not None and actor.may(done.activity):
        do.insert(0, {"label": str(done.label), "url": f"{reverse(done.url_name)}?{urlencode({'document': shown.pk})}"})
    return {
        "stage": str(labels[shown.stage]), "since": came, "paused": came - shown.stage_since > timedelta(seconds=1),
        "waited": shown.stage_since - came > timedelta(seconds=1),
        "holders": [str(Role(r).label) for r in roles if r != Role.SYSTEM], "do": do,
        "next": [str(labels[t]) for t in sorted(onwards, key=order.index)[:2]], "closed": not roles,
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def step(request: Request, slug: str, key: str, verb: str) -> HttpResponse:
    """One step on one document: asked on a page where it is grave or wants answers, taken by POST."""
    listing, shown = document_at(request, slug, key)
    actor = request.actor
    declared = listing.model.steps().get(pages.from_verb(verb))
    if declared is None or not any(map(actor.may, declared.activities)):
        raise Http404
    if getattr(declared, "weighty", False) and (asked_again := sessions.ask_password(request, request.path)):
        return asked_again
    asked = request.method == "POST" and not (declared.grave and "confirm" not in request.POST)
    form = step_form(declared, shown, actor, *((request.POST, request.FILES) if request.method == "POST" else ()))
    if asked and (form is None or form.is_valid()):
        try:
            if signatures.demanded(declared, shown, actor.user_id):
                return redirect(ask_for_signature(request, shown, declared, form))
            done = take_with(shown, declared, actor, form)
        except Refused as refusal:
            if not any(actor.acts_as(activity, shown) for activity in declared.activities):
                audit.record("step.refused", request=request, about=shown.key, why=refusal.reasons[0], step=verb)
            elif declared.refused is not None:
                declared.refused(shown.pk)
            context = document_context(request, listing, shown, step=declared, reasons=refusal.reasons, form=form)
            return render(request, "eccs/refused.html", context, status=409)
        return after(request, listing, shown, done, declared)
    reasons = why_not(shown, declared, actor, took_before([shown], declared, actor))
    context = document_context(request, listing, shown, step=declared, form=form, reasons=reasons)
    return render(request, "eccs/step.html", context, status=422 if asked else 200)


def after(request: Request, listing: pages.Listing, before: Any, done: Any, declared: Step) -> HttpResponse:
    desks.forget([done])
    words = {"document": done, "step": declared.label, "stage": done.get_stage_display()}
    if done.stage == before.stage:
        messages.success(request, _("%(document)s: %(step)s done.") % words)
    else:
        messages.success(request, _("%(document)s: %(step)s done. It is now at “%(stage)s”.") % words)
    if declared.anytime:
        return redirect(done)
    if request.actor.is_officer and listing.queued:
        following = next_in_queue(listing, before, request.actor)
        if following is not None:
            return redirect(following)
        return redirect("queue", listing.slug, pages.as_verb(before.stage))
    return redirect(done)


def _ticked(request: Request) -> list[int]:
    """The documents ticked in a queue, or those an address names for the page that asks about them again."""
    named = request.POST.getlist("document") or request.GET.get("ticked", "").split(".")
    return [pk for pk in map(pages.id_in, named) if pk]


@require_http_methods(["GET", "POST"])
def steps(request: Request, slug: str, stage: str, verb: str) -> HttpResponse:
    """One step on all the ticked documents of a queue: each is judged by itself, those refused are named with the reason."""
    listing, actor = listing_at(slug), request.actor
    declared = listing.model.steps().get(pages.from_verb(verb))
    if declared is None or not declared.many or not any(map(actor.may, declared.activities)):
        raise Http404
    ids = _ticked(request)
    here = f"{request.path}?ticked={'.'.join(map(str, ids))}"
    if getattr(declared, "weighty", False) and (asked_again := sessions.ask_password(request, here)):
        return asked_again
    visible = listing.visible_to(actor).filter(pk__in=ids)
    back = back_to(request, listing, stage)
    if not ids:
        messages.error(request, _("Tick the documents first. Nothing has changed."))
        return back
    first = visible.first()
    if first is None:
        raise Http404
    form = for_many(
        step_form(declared, first, actor, *((request.POST, request.FILES) if "confirm" in request.POST else ()))
    )
    sent = request.method == "POST" and ("confirm" in request.POST or not (declared.grave or form is not None))
    if not sent or (form is not None and not form.is_valid()):
        context = {"listing": listing, "step": declared, "documents": list(visible), "form": form, "stage_slug": stage}
        return render(request, "eccs/steps.html", context, status=422 if "confirm" in request.POST else 200)
    answers = form.answers() if form is not None else {}
    seen = list(visible.values_list("pk", flat=True))
    if declared.signed and any(signatures.demanded(declared, one, actor.user_id) for one in visible):
        with signatures.on_trial() as trial:
            outcome = take_together(listing, seen, declared, actor, form, answers, on_trial=True)
        if outcome.moved:
            tell_refused(request, outcome)
            return redirect(ask_for_signatures(request, listing, stage, declared, outcome, trial, form))
    else:
        outcome = take_together(listing, seen, declared, actor, form, answers)
    tell_moved(request, declared, outcome)
    _enter_refusals(request, listing, stage, declared, ids, outcome)
    if outcome.refused and form is not None:
        left_over = visible.filter(pk__in=[one.document.pk for one in outcome.refused if one.document is not None])
        context = {
            "listing": listing, "step": declared, "documents": list(left_over), "form": form, "stage_slug": stage,
            "refused": outcome.refused,
        }  # fmt: skip
        return render(request, "eccs/steps.html", context, status=409)
    if outcome.refused:
        left = ".".join(str(one.document.pk) for one in outcome.refused if one.document is not None)
        back = back_to(request, listing, stage, ticked=left)
    tell_refused(request, outcome)
    return back


def tell_moved(request: Request, declared: Step, outcome: Outcome) -> None:
    """How many moved, on the next page."""
    desks.forget(outcome.moved)
    if outcome.moved:
        words = {"step": declared.label, "count": len(outcome.moved)}
        messages.success(
            request,
            ngettext(
                "%(step)s done on %(count)d document.", "%(step)s done on %(count)d documents.", len(outcome.moved)
            )
            % words,
        )


def tell_refused(request: Request, outcome: Outcome) -> None:
    """Which did not, and why, on the next page."""
    for refusal in outcome.refused[:20]:
        messages.error(
            request,
            _("Not done: %(document)s. %(reasons)s")
            % {"document": refusal.document, "reasons": " ".join(refusal.reasons)},
        )


def _enter_refusals(
    request: Request, listing: pages.Listing, stage: str, declared: Step, ids: list[int], outcome: Outcome
) -> None:
    """One line of the audit log for all that one act was refused: how many, which, and why the first."""
    judged = len(outcome.moved) + len(outcome.refused)
    unseen = len(set(ids)) - judged  # another firm's or station's, or there are none of these
    if not outcome.refused and not unseen:
        return
    numbers = [one.document.key for one in outcome.refused if one.document is not None]
    audit.record(
        "steps.refused", request=request, about=f"{listing.slug}/{stage}", step=pages.as_verb(declared.name),
        station=_only({getattr(one.document, "station_id", None) or "" for one in outcome.refused}),
        why=outcome.refused[0].reasons[0] if outcome.refused else "", done=len(outcome.moved), refused=len(outcome.refused),
        unseen=unseen, documents=numbers[:NAMED],
    )  # fmt: skip


def _only(found: set[str]) -> str:
    """The one of its kind, or nothing."""
    return next(iter(found)) if len(found) == 1 else ""


@require_GET
def clearance(request: Request, slug: str) -> HttpResponse:
    """The whole workflow of a kind of document, drawn from its declarations."""
    listing = listing_at(slug)
    labels = listing.model.stage_labels()
    from accounts.roles import Role

    stages = [
        {
            "stage": stage, "label": str(labels[stage]),
            "holders": [str(Role(r).label) for r in holders(listing.model, stage) if r != Role.SYSTEM],
            "steps": [
                {"step": declared, "targets": [str(labels[t]) for t in targets if t != stage]}
                for declared, targets in what_next(listing.model, stage)
                if declared.tells_the_way
            ],
        }
        for stage in listing.model.stage_order()
    ]  # fmt: skip
    return render(
        request, "eccs/clearance.html", {"listing": listing, "stages": stages, "here": request.GET.get("here", "")}
    )
