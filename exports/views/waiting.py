"""The list of what has a Let Export Order and has not left, and which goods go by courier at all."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import Request
from eccs import keyset, pages
from eccs.audit_answers import exported
from eccs.uploads import files
from exports import excluded, waiting


def _asked(request: Request) -> dict[str, str]:
    pages.require(request.actor, "leo-waiting")
    days = request.GET.get("days", "")
    return {
        "q": request.GET.get("q", "").strip()[:60].replace("\x00", ""),
        "days": days if days.isdecimal() and len(days) < 5 else "",
    }


def _rows(request: Request, asked: dict[str, str]) -> Any:
    return waiting.listed(request.actor, asked["q"], int(asked["days"]) if asked["days"] else None)


@require_GET
def listed(request: Request) -> HttpResponse:
    """Shipping bills whose Let Export Order is given and whose goods have not left, the longest waiting first."""
    asked = _asked(request)
    page = keyset.page(_rows(request, asked), "let_export_at", request.GET.get("mark", ""), 100)
    kept = urlencode({name: value for name, value in asked.items() if value})
    return render(request, "exports/waiting.html", {**asked, "page": page, "kept": kept, "now": timezone.now()})


@require_GET
def export(request: Request) -> HttpResponse:
    """The list as a CSV file."""
    asked = _asked(request)
    content = files.written(waiting.COLUMNS, waiting.exported(_rows(request, asked)), is_xlsx=False)
    exported(request, "leo-waiting", **{f"filter_{name}": value for name, value in asked.items()})
    return files.as_download(content, "leo-waiting")


@require_GET
def by_courier(request: Request) -> HttpResponse:
    """Which goods may be exported by courier, and where the others are filed; what is typed of goods is judged as filing judges it."""
    pages.require(request.actor, "goods-by-courier")
    code = request.GET.get("cth", "").strip()[:12]
    goods = request.GET.get("goods", "").strip()[:240].replace("\x00", "")
    today = timezone.localdate()
    told = excluded.told_of(code, today, goods) if code or goods else None
    context = {
        "code": code, "goods": goods, "told": told, "limits": excluded.limits(today), "rows": excluded.in_force(today),
        "schemes": excluded.schemes(), "may_permit": request.actor.may(pages.activity_of("goods-permit")),
        "permitted": excluded.permitted_to(request.actor),
    }  # fmt: skip
    return render(request, "exports/by_courier.html", context)
