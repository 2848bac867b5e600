"""One line that finds a document by any of its numbers, within what the person may see."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from eccs import barcodes, pages

SHOWN = 20


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Find by a whole number, its end, a scanned token, a HAWB or a consignee; a single hit opens at once."""
    text = " ".join(request.GET.get("q", "").split())[:80]
    text = barcodes.number_of(text) or text
    groups: list[dict[str, Any]] = []
    if text:
        for listing in pages.listings():
            condition = listing.search(text) if listing.search else Q(number__iexact=text)
            rows = listing.visible_to(request.actor).filter(condition).select_related(*listing.related)  # type: ignore[attr-defined]
            found = list(rows.order_by("-pk")[: SHOWN + 1])
            if found:
                groups.append({"listing": listing, "rows": found[:SHOWN], "more": len(found) > SHOWN})
    if len(groups) == 1 and len(groups[0]["rows"]) == 1:
        return redirect(groups[0]["rows"][0])
    return render(request, "eccs/find.html", {"text": text, "groups": groups})
