"""The page where a draft that was begun at the Service Centre is put away for the customer (PN17 2.3)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import Request
from counter import answering, beginning
from counter.entered import form_at
from counter.form_views import entered_at
from counter.serving import led_to_counter
from eccs import audit, pages
from eccs.audit_answers import concerns
from eccs.steps import Step
from eccs.workflow import Refused, take, why_not


def draft_at(request: Request, slug: str, key: str) -> tuple[Any, Step]:
    """The draft of the customer at an address, with the step that puts it away; anything else is not there."""
    if form_at(slug) is not None:
        document, name = entered_at(request, slug, key), "discard"
    else:
        found = answering.draft_at(slug, key, request.actor)
        one = beginning.draft_of(type(found[0])) if found is not None else None
        if found is None or one is None:
            raise Http404
        document, name = found[0], one.discard
    declared = type(document).steps().get(name) if hasattr(document, "steps") else None
    if declared is None or document.number is not None or document.stage not in declared.sources:
        raise Http404
    return document, declared


@require_http_methods(["GET", "POST"])
def discard(request: Request, slug: str, key: str) -> HttpResponse:
    """Asked before it is done, as the firm's own page asks; the trail names the operator and the customer."""
    pages.require(request.actor, "counter-answers")
    if away := led_to_counter(request):
        return away
    document, declared = draft_at(request, slug, key)
    concerns(request, document)
    customer = request.actor.customer
    assert customer is not None
    note = {"service_centre": {"on_behalf_of": customer.firm, "token": customer.token}}
    acting = answering.errand(document, declared, request.actor, document.trail_head, note)
    reasons, status = why_not(document, declared, acting), 200
    if request.method == "POST":
        try:
            with transaction.atomic():
                take(document, declared.name, acting)
                answering.give_up(document)
        except Refused as refusal:
            reasons, status = refusal.reasons, 409
            audit.record("step.refused", request=request, about=document.key, why=reasons[0], step=declared.name)
        else:
            messages.success(request, _("%(document)s is discarded.") % {"document": document})
            return redirect("counter")
    context = {"document": document, "step": declared, "reasons": reasons, "customer": customer}
    return render(request, "counter/discard.html", context, status=status)
