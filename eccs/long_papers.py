"""A paper of very many lines is not drawn while somebody waits for the page: a worker makes it, as it makes many papers together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from eccs import batches, pages
from eccs.dated_rules import rule_book
from eccs.papers import as_pdf

OFFERED = 3  # papers made before, which are offered beside a new one


def most_lines() -> int:
    """So many lines a paper has at most that is drawn at once."""
    return rule_book().count("paper_lines_at_once", timezone.localdate())


def paper_of(request: Any, document: Any, lines: int, draw: Callable[[], bytes], name: str) -> HttpResponse:
    """The paper of a document; where it is a long one, the page from which it is asked for, and where the person finds it again."""
    slug = pages.slug_of(type(document))
    listing, how = pages.listing_of(slug), batches.printable(slug)
    if lines <= most_lines() or listing is None or how is None or not how.may(request.actor, document):
        return as_pdf(draw(), name)
    if not listing.visible_to(request.actor).filter(pk=document.pk).exists():
        return as_pdf(draw(), name)
    context = {"document": document, "slug": slug, "lines": lines, "made": batches.made_of(request.actor, slug, document.pk)[:OFFERED]}  # fmt: skip
    return render(request, "eccs/long_paper.html", context)
