"""The page where a request that begins a document is typed for a walk-in customer (PN17 2.3, 2.4)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.requests import Request
from counter import beginning, opening
from counter.serving import led_to_counter
from eccs import pages


@require_http_methods(["GET", "POST"])
def typing(request: Request, name: str, about: int) -> HttpResponse:
    """What the customer asks for is typed, and kept until its print-out is sealed."""
    pages.require(request.actor, "counter-answers")
    if away := led_to_counter(request):
        return away
    actor, one = request.actor, beginning.opening(name)
    own = beginning.hand(actor)
    subject = one.subject(own, about) if one is not None and own.may(one.activity) else None
    if one is None or subject is None:
        raise Http404
    held = opening.waiting(one, about, actor)
    if request.method == "POST":
        form = one.form(own, about, request.POST)
        if form.is_valid() and not subject.reasons:
            posted = request.POST.copy()
            posted.pop("csrfmiddlewaretoken", None)
            return redirect(opening.keep(one, about, subject.words, form, posted.urlencode(), actor))
    else:
        form = opening.form_again(one, held, actor) if held is not None else one.form(own, about, None)
    next(iter(form.fields.values())).widget.attrs["data-focus"] = ""  # the operator types at once
    context = {
        "one": one, "step": one.step, "subject": subject, "form": form, "reasons": subject.reasons, "held": held, "customer": actor.customer,
    }  # fmt: skip
    return render(request, "counter/open.html", context, status=422 if request.method == "POST" else 200)
