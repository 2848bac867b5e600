"""The estimator of duty, for everybody: asked by GET, so that an answer can be bookmarked; it keeps nothing."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import Request
from bills.estimate import MOST_ITEMS, CannotTell, Estimate, estimate
from bills.forms.estimate import EstimateForm


@require_GET
@login_not_required
def estimator(request: Request) -> HttpResponse:
    """What goods would cost in duty on a day, with the working of every figure."""
    if "more" in request.GET:  # one more item: nothing is judged yet, and nothing typed is lost
        typed = request.GET.dict()
        form = EstimateForm(initial=typed | {"items": str(EstimateForm(initial=typed).count + 1)})
    else:
        form = EstimateForm(request.GET) if "cth" in request.GET else EstimateForm()
    found: Estimate | None = None
    if form.is_bound and form.is_valid():
        try:
            found = estimate(form.asked())
        except CannotTell as none:
            form.add_error(none.field, str(none))
    context = {"form": form, "found": found, "asked": form.asked() if found else None, "most": MOST_ITEMS}
    return render(request, "bills/estimator.html", context, status=422 if form.errors else 200)
