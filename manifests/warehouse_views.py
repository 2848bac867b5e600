"""The pages of the warehouse register."""

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
from manifests import warehouse
from manifests.forms import PlaceForm
from manifests.models import WarehouseEntry
from manifests.warehouse_paper import MOST, register_paper


def _asked(request: Request) -> dict[str, Any]:
    """The register as it was asked for."""
    pages.require(request.actor, "warehouse-register")
    view = request.GET.get("view", "")
    days = request.GET.get("days", "")
    return {
        "view": view if view in warehouse.VIEWS else "", "q": request.GET.get("q", "").strip()[:60].replace("\x00", ""),
        "days": days if days.isdecimal() and len(days) < 5 else "",
    }  # fmt: skip


def _rows(request: Request, asked: dict[str, Any]) -> Any:
    days = int(asked["days"]) if asked["days"] else None
    return warehouse.listed(request.actor, asked["view"], asked["q"], days)


@require_GET
def register(request: Request) -> HttpResponse:
    """What is in the warehouse, and what has been: searched by HAWB, bag, manifest, location or consignee, by age."""
    return _shown(request)


def _shown(request: Request, **more: Any) -> HttpResponse:
    """The register as it was asked for; where goods could not be moved, with what was ticked and typed, and why not."""
    asked = _asked(request)
    page = keyset.page(_rows(request, asked), "pk", request.GET.get("mark", ""), 100)
    kept = urlencode({name: value for name, value in asked.items() if value})
    context = {
        **asked, "page": page, "views": warehouse.VIEWS.items(), "kept": kept, "now": timezone.now(),
        "may_move": request.actor.may(pages.activity_of("warehouse-move")) and asked["view"] not in warehouse.GONE,
        "here": request.GET.urlencode(), **more,
    }  # fmt: skip
    return render(request, "manifests/warehouse.html", context, status=422 if more else 200)


@require_GET
def entry(request: Request, pk: int) -> HttpResponse:
    """One line of the register with all that happened to the goods."""
    _asked(request)
    rows = WarehouseEntry.objects.visible_to(request.actor).select_related("hawb__manifest", "hawb__bag", "station")
    found = get_object_or_404(rows, pk=pk)
    return render(request, "manifests/warehouse_entry.html", {"entry": found, "happened": warehouse.happened(found)})


@require_GET
def printed(request: Request) -> HttpResponse:
    """The register, or the view of it that is asked for, on paper; the longest in first."""
    asked = _asked(request)
    rows = list(_rows(request, asked).order_by("in_at", "pk")[:MOST])
    places = ", ".join(dict.fromkeys(str(row.station) for row in rows)) or "-"
    title = str(warehouse.VIEWS[asked["view"]])
    return as_pdf(register_paper(rows, title, places, request.actor.name), "warehouse-register")


@require_POST
def move(request: Request) -> HttpResponse:
    """Put the ticked goods at a location. The register comes back as it was asked for, and after a slip with what was typed."""
    actor = request.actor
    pages.require(actor, "warehouse-move")
    form, ids = (
        PlaceForm(request.POST),
        [int(pk) for pk in request.POST.getlist("entry") if pk.isdecimal() and len(pk) < 19],
    )
    wrong = ("", "")
    if not form.is_valid():
        wrong = ("location", _("Enter a location: letters, digits and hyphens, at most 20. Nothing has changed."))
    if not ids:
        wrong = ("ticks", _("Tick the goods first. Nothing has changed."))
    if wrong[0] and actor.may(pages.activity_of("warehouse-register")):
        return _shown(request, wrong=wrong, ticked=ids, location=request.POST.get("location", "")[:60])
    if wrong[0]:
        messages.error(request, wrong[1])
    else:
        place = form.cleaned_data["location"]
        done = warehouse.move(ids, place, actor)
        words = ngettext("%(n)d shipment is now at %(place)s.", "%(n)d shipments are now at %(place)s.", done)
        messages.success(request, words % {"n": done, "place": place})
    return redirect(f"{reverse('warehouse-register')}?{request.GET.urlencode()}".rstrip("?"))


@require_GET
def export(request: Request) -> HttpResponse:
    """The register as a CSV file."""
    asked = _asked(request)
    rows = warehouse.exported(_rows(request, asked))
    content = files.written(warehouse.COLUMNS, rows, is_xlsx=False)
    exported(request, "warehouse-register", **{f"filter_{name}": value for name, value in asked.items()})
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="warehouse-register-{timezone.localdate():%Y-%m-%d}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
