"""Bar codes and QR codes as pictures for pages."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from eccs import barcodes

LONGEST = 200  # characters of an address


def _picture(svg: str) -> HttpResponse:
    return HttpResponse(svg, content_type="image/svg+xml; charset=utf-8")


@require_GET
@cache_control(private=True, max_age=86_400)
def bars(request: HttpRequest, number: str) -> HttpResponse:
    """The Code 128 of a number's token. It says no more than the number does."""
    try:
        return _picture(barcodes.bars_svg(barcodes.token(number)))
    except ValueError as fault:
        raise Http404 from fault


@require_GET
@cache_control(private=True, max_age=86_400)
def squares(request: HttpRequest) -> HttpResponse:
    """The QR code of one of our own addresses."""
    path = request.GET.get("to", "")
    if not path.startswith("/") or path.startswith("//") or len(path) > LONGEST:
        raise Http404
    return _picture(barcodes.qr_svg(f"{settings.PUBLIC_URL}{path}"))
