"""The public page on which anybody holding a paper checks it, and the file that does so without the system."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from eccs import asked_often, barcodes, paper_checks
from eccs.client_address import address_of
from eccs.paper_checks import Verdict
from eccs.paper_parts import Kind
from eccs.signing import issuer, seal

RULE = "paper_checks_a_minute"
LONGEST = 2000  # letters of what is pasted
OFFLINE = Path(__file__).parent / "offline" / "check.html"


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def verify(request: HttpRequest) -> HttpResponse:
    """Check a paper by its code, or a PDF by its seal and its code."""
    if request.method != "POST":
        return _page(request)
    text, file = request.POST.get("code", "").strip()[:LONGEST], request.FILES.get("file")
    if not text and file is None:
        return _page(request, error=_("Type or paste the code of the paper, or choose its PDF."), status=400)
    if file is not None and (file.size or 0) > seal.LARGEST:
        return _page(request, text=text, error=_("The file is too large: at most 40 MB."), status=400)
    if late := _wait(request):
        return _too_often(request, text, late)
    return _page(request, text=text, verdict=paper_checks.of_file(file.read()) if file else paper_checks.of_code(text))


@require_safe
@login_not_required
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """Check the paper whose QR code was scanned: its address holds the code."""
    if late := _wait(request):
        return _too_often(request, code, late)
    return _page(request, text=code, verdict=paper_checks.of_code(code[:LONGEST]))


def _wait(request: HttpRequest) -> int:
    return asked_often.seconds_to_wait(address_of(request), RULE)


def _too_often(request: HttpRequest, text: str, seconds: int) -> HttpResponse:
    words = _("Too many papers were checked from your address. Try again in %(seconds)d seconds.") % {
        "seconds": seconds
    }
    response = _page(request, text=text, error=words, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _page(
    request: HttpRequest, *, text: str = "", verdict: Verdict | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    context = {"text": text, "verdict": verdict, "error": error, "keys": bool(issuer.public_keys())}
    return render(request, "eccs/verify.html", context, status=status)


@require_GET
@login_not_required
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys with which codes are checked, as openssl reads them; each with its name."""
    told = [f"# {name.hex()}\n{issuer.as_pem(public)}" for name, public in issuer.public_keys().items()]
    return HttpResponse("\n".join(told), content_type="text/plain; charset=utf-8")


@require_GET
@login_not_required
def offline(request: HttpRequest) -> HttpResponse:
    """One file that checks codes in a browser without the system: the public keys of now are in it."""
    data = {
        "keys": {name.hex(): public.hex() for name, public in issuer.public_keys().items()},
        "kinds": {kind.value: str(kind.label) for kind in Kind},
        "documents": {code: kind for kind, code in barcodes.DOCUMENTS.items()},
        "words": _words(request),
    }
    text = OFFLINE.read_text(encoding="utf-8")
    written = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    content = text.replace("@@LANG@@", get_language() or "en").replace("@@DATA@@", written)
    response = HttpResponse(content, content_type="text/html; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="eccs-check-papers.html"'
    return response


def _words(request: HttpRequest) -> dict[str, Any]:
    here = request.build_absolute_uri("/verify/")
    return {
        "title": _("Check a paper of ECCS, without the system"),
        "about": _("This page works without a network: what it needs is in this file, and nothing you type leaves it."),
        "code": _("The code of the paper, or what its QR code says"), "file": _("Or the PDF of the paper"), "check": _("Check"),
        "limits": _("Whether a paper was superseded since, and whether a file as a whole is as it was sealed, is told at %(address)s. A key that is newer than this file is unknown to it: download the file again.") % {"address": here},
        "paper": _("Paper"), "number": _("Number"), "issued": _("Issued"), "key": _("Key"), "seal": _("Seal"),
        "sealed": _("Issued with an electronic seal"), "not_sealed": _("Issued without an electronic seal"),
        "GENUINE": _("The code is genuine"), "why_GENUINE": _("The system signed this code. Compare number and kind with the paper."),
        "ALTERED": _("Altered"), "why_ALTERED": str(paper_checks.WHY["code"]), "UNKNOWN": _("Unknown"),
        "why_UNKNOWN": str(paper_checks.WHY["unknown"]), "CANNOT": _("This browser cannot check it"),
        "why_CANNOT": _("It does not know Ed25519 signatures. Use a newer browser."),
    }  # fmt: skip
