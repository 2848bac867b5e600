"""The pages of a register of goods: of what came in, and, called with another register, of what is to leave."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import Request
from eccs import keyset, pages
from eccs.audit_answers import exported
from eccs.papers import as_pdf
from eccs.uploads import files
from manifests.forms import PlaceForm
from manifests.register import Register
from manifests.warehouse import REGISTER
from manifests.warehouse_paper import MOST, register_paper


def _asked(request: Request, book: Register) -> dict[str, Any]:
    """The register as it was asked for."""
    pages.require(request.actor, book.page("register"))
    view = request.GET.get("view", "")
    days = request.GET.get("days", "")
    return {
        "view": view if view in book.views else "", "q": request.GET.get("q", "").strip()[:60].replace("\x00", ""),
        "days": days if days.isdecimal() and len(days) < 5 else "",
    }  # fmt: skip


def _rows(request: Request, book: Register, asked: dict[str, Any]) -> Any:
    days = int(asked["days"]) if asked["days"] else None
    return book.listed(request.actor, asked["view"], asked["q"], days)


@require_GET
def register(request: Request, book: Register = REGISTER) -> HttpResponse:
    """What is in the warehouse, and what has been: searched by HAWB, bag, manifest, location or consignee, by age."""
    return _shown(request, book)


def _shown(request: Request, book: Register, **more: Any) -> HttpResponse:
    """The register as it was asked for; where goods could not be moved, with what was ticked and typed, and why not."""
    asked = _asked(request, book)
    page = keyset.page(_rows(request, book, asked), "pk", request.GET.get("mark", ""), 100)
    kept = urlencode({name: value for name, value in asked.items() if value})
    context = {
        **asked, "book": book, "page": page, "views": book.views.items(), "kept": kept, "now": timezone.now(),
        "urls": {verb: reverse(book.page(verb)) for verb in ("print", "export", "move")},
        "may_move": book.may(request.actor, "move") and asked["view"] not in book.gone,
        "here": request.GET.urlencode(), **more,
    }  # fmt: skip
    return render(request, "manifests/warehouse.html", context, status=422 if more else 200)


@require_GET
def entry(request: Request, pk: int, book: Register = REGISTER) -> HttpResponse:
    """One line of the register with all that happened to the goods."""
    _asked(request, book)
    found = get_object_or_404(book.lines().visible_to(request.actor), pk=pk)  # type: ignore[attr-defined]
    return render(request, book.entry_template, {"entry": found, "happened": book.happened(found)})


@require_GET
def printed(request: Request, book: Register = REGISTER) -> HttpResponse:
    """The register, or the view of it that is asked for, on paper; the longest in first."""
    asked = _asked(request, book)
    rows = _rows(request, book, asked).order_by("in_at", "pk")[:MOST]
    return as_pdf(register_paper(book, rows, asked["view"], request.actor.name), book.page("register"))


@require_POST
def move(request: Request, book: Register = REGISTER) -> HttpResponse:
    """Put the ticked goods at a location. The register comes back as it was asked for, and after a slip with what was typed."""
    actor = request.actor
    pages.require(actor, book.page("move"))
    form, ids = (
        PlaceForm(request.POST),
        [int(pk) for pk in request.POST.getlist("entry") if pk.isdecimal() and len(pk) < 19],
    )
    wrong = ("", "")
    if not form.is_valid():
        wrong = ("location", _("Enter a location: letters, digits and hyphens, at most 20. Nothing has changed."))
    if not ids:
        wrong = ("ticks", _("Tick the goods first. Nothing has changed."))
    if wrong[0] and book.may(actor, "register"):
        return _shown(request, book, wrong=wrong, ticked=ids, location=request.POST.get("location", "")[:60])
    if wrong[0]:
        messages.error(request, wrong[1])
    else:
        place = form.cleaned_data["location"]
        done = book.move(ids, place, actor)
        words = ngettext("%(n)d shipment is now at %(place)s.", "%(n)d shipments are now at %(place)s.", done)
        messages.success(request, words % {"n": done, "place": place})
    return redirect(f"{reverse(book.page('register'))}?{request.GET.urlencode()}".rstrip("?"))


@require_GET
def export(request: Request, book: Register = REGISTER) -> HttpResponse:
    """The register as a CSV file."""
    asked = _asked(request, book)
    name = book.page("register")
    content = files.written(book.columns, book.exported(_rows(request, book, asked)), is_xlsx=False)
    exported(request, name, **{f"filter_{key}": value for key, value in asked.items()})
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
