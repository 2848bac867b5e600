"""Answers and requests at the counter: found, typed, printed and sealed, then filed under the operator's certificate (PN17 2.3, 2.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import Request
from counter import answering, beginning, opening
from counter.beginning import Opening
from counter.models import Answer, BroughtPaper
from counter.serving import led_to_counter
from eccs import audit, pages
from eccs.audit_answers import concerns
from eccs.signing import gate as signatures
from eccs.signing import presenting
from eccs.workflow import Refused


@require_GET
def found(request: Request) -> HttpResponse:
    """Documents of the customer by what is typed, or those that wait for an answer, with what can be filed on each."""
    pages.require(request.actor, "counter-answers")
    if away := led_to_counter(request):
        return away
    text = request.GET.get("q", "").strip()[:60]
    documents = answering.named(text, request.actor) if text else answering.awaited(request.actor)
    begun = beginning.found(text, request.actor) if text else []
    rows = [{"document": one, "steps": _shown(one, request)} for one in documents]
    return render(
        request, "counter/answers.html", {"q": text, "rows": rows, "begun": begun, "customer": request.actor.customer}
    )


def _shown(document: Any, request: Request) -> list[dict[str, Any]]:
    slug = pages.slug_of(type(document))
    return [
        {"step": step, "reasons": reasons, "slug": slug, "verb": pages.as_verb(step.name)}
        for step, reasons in answering.possible(document, request.actor)
    ]


@require_http_methods(["GET", "POST"])
def typing(request: Request, slug: str, key: str, verb: str) -> HttpResponse:
    """What the customer answers or asks for is typed, and kept until its print-out is sealed."""
    pages.require(request.actor, "counter-answers")
    if away := led_to_counter(request):
        return away
    actor, document = request.actor, answering.document_of(slug, key, request.actor)
    open_ones = answering.steps_for(type(document), actor) if document is not None else []
    declared = next((one for one in open_ones if one.name == pages.from_verb(verb)), None)
    if declared is None:
        raise Http404
    concerns(request, document)
    acting = answering.errand(document, declared, actor, document.trail_head)
    held = answering.open_for(document, declared)
    reasons = answering.against(document, declared, acting)
    assert actor.customer is not None
    scanned = BroughtPaper.objects.filter(visit=actor.customer.visit_id)
    if request.method == "POST":
        brought = list(scanned.filter(pk__in=[n for n in map(pages.id_in, request.POST.getlist("brought")) if n]))
        form = answering.form_for(declared, document, acting, request.POST, request.FILES)
        if not reasons and (form is None or form.is_valid()):
            return redirect(answering.keep(document, declared, form, _posted(request), brought, actor))
    else:
        form = answering.form_again(held, document, acting) if held else answering.form_for(declared, document, acting)
    begun = beginning.draft_of(type(document)) if answering.files_draft(type(document), declared) else None
    if form is not None and not form.is_bound:
        next(iter(form.fields.values())).widget.attrs["data-focus"] = ""  # the operator types at once
    context = {
        "document": document, "step": declared, "parts": begun.parts(document) if begun else (), "form": form, "reasons": reasons, "held": held, "actor": actor, "customer": actor.customer,
        "written": begun.written(document) if begun else "", "scanned": scanned if answering.paper_field(form) else (),
    }  # fmt: skip
    return render(request, "counter/answer_type.html", context, status=422 if request.method == "POST" else 200)


def _posted(request: Request) -> str:
    sent = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "brought"):
        sent.pop(name, None)
    return sent.urlencode()


def _open_at(request: Request, pk: int) -> Answer:
    """An unfiled answer of the customer who is served."""
    pages.require(request.actor, "counter-answers")
    rows = Answer.objects.visible_to(request.actor).select_related("station", "courier", "importer", "visit")
    found: Answer = get_object_or_404(rows.filter(**answering.OPEN), pk=pk)
    return found


@require_http_methods(["GET", "POST"])
def answer(request: Request, pk: int) -> HttpResponse:
    """What was typed, to be printed, sealed and filed; filing asks for the operator's signature where the station demands one."""
    held = _open_at(request, pk)
    if (one := beginning.opening(held.kind)) is not None and held.kind == one.kind:
        return _opened(request, held, one)
    document, declared = answering.document_for(held), answering.step_of(held)
    concerns(request, document)
    acting = answering.errand(document, declared, request.actor, held.after)

    def tried() -> tuple[Any, str]:
        if signatures.is_asked(declared, document, request.actor.user_id):
            return None, _signed(request, held, document, declared)
        return answering.file(held, request.actor), ""

    away, refused = _filed(request, held, declared, tried) if request.method == "POST" else (None, [])
    if away is not None:
        return away
    begun = beginning.draft_of(type(document)) if answering.files_draft(type(document), declared) else None
    context = {
        "answer": held, "document": document, "step": declared, "parts": begun.parts(document) if begun else (), "customer": request.actor.customer, "refused": refused,
        "reasons": answering.against(document, declared, acting), "moved": document.trail_head != held.after,
        "change": answering.address_of(document, declared),
    }  # fmt: skip
    return render(request, "counter/answer.html", context, status=409 if refused else 200)


def _opened(request: Request, held: Answer, one: Opening) -> HttpResponse:
    """The same for a request that begins a document."""
    about = opening.about_of(one, held)

    def tried() -> tuple[Any, str]:
        form = opening.form_again(one, held, request.actor)
        return presenting.begin_or_ask(request, lambda: opening.file(one, held, request.actor), form)

    away, refused = _filed(request, held, one.step, tried) if request.method == "POST" else (None, [])
    if away is not None:
        return away
    reasons = opening.reasons_against(one, about, request.actor)
    page, args = one.address(str(about))
    context = {
        "answer": held, "step": one.step, "customer": request.actor.customer, "refused": refused, "reasons": reasons,
        "change": reverse(page, args=args),
    }  # fmt: skip
    return render(request, "counter/answer.html", context, status=409 if refused else 200)


def _filed(
    request: Request, held: Answer, declared: Any, tried: Callable[[], tuple[Any, str]]
) -> tuple[HttpResponse | None, list[str]]:
    """Where it leads to file it: to the counter, or to where it is signed; or why it is refused."""
    try:
        made, away = tried()
    except Refused as refusal:
        if signatures.is_presented():
            raise
        audit.record("step.refused", request=request, about=held.number, why=refusal.reasons[0], step=held.step)
        return None, refusal.reasons
    if away:
        return redirect(away), []
    told = {"step": declared.label, "document": made}
    messages.success(request, _("%(document)s: %(step)s is filed for the customer.") % told)
    return redirect("counter"), []


def _signed(request: Request, held: Answer, document: Any, declared: Any) -> str:
    """Where it is signed, once it is found that it could be filed. Raises Refused."""
    with signatures.on_trial() as trial:
        answering.file(held, request.actor)
    papers = [{"name": one["name"], "sha256": one["sha256"]} for one in held.files]
    more = {"files": papers} if papers else {}
    about = {"path": request.path, "key": document.key}
    return presenting.ask(trial.found, declared, request.actor, way="page", about=about, request=request, **more)


@require_POST
def drop(request: Request, pk: int) -> HttpResponse:
    """The customer thought better of it: nothing is filed."""
    held = _open_at(request, pk)
    Answer.objects.filter(pk=held.pk, **answering.OPEN).update(dropped_at=timezone.now())
    messages.success(request, _("Given up. Nothing is filed."))
    return redirect("counter")
