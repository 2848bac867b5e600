"""The page of the chains, for the System Admin: the newest head kept outside the database, and what the nightly verification found."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import Request
from eccs import audit, heads, pages
from eccs.signing import seal
from eccs.trail import ChainFault, canonical

SHOWN = 200


@require_GET
def chains(request: Request) -> HttpResponse:
    """What was found last night, and how old the newest head is."""
    pages.require(request.actor, "chains")
    context = {
        "faults": ChainFault.objects.all()[:SHOWN], "count": ChainFault.objects.count(), "newest": heads.last(),
        "signed": seal.is_set(),
    }  # fmt: skip
    return render(request, "eccs/chains.html", context)


@require_GET
def head(request: Request) -> HttpResponse:
    """The newest head as a file, to be kept wherever nobody of the database comes."""
    pages.require(request.actor, "chains")
    newest = heads.last()
    if newest is None:
        raise Http404
    audit.record("file.downloaded", request=request, about=newest.name)
    answer = HttpResponse(canonical(newest.whole), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="eccs-{newest.name.replace("/", "-")}"'
    return answer
