"""What an answer shows to have happened, for the audit log: derived from the answer, so that no page has to remember it."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_PAGES = ("text/html", "text/plain", "text/javascript", "application/json", "image/svg+xml")


def concerns(request: HttpRequest, document: Any) -> None:
    """Say which document the answer is about, for whatever line the answer leaves."""
    request.audit_about = (document.key, getattr(document, "station_id", None) or "")  # type: ignore[attr-defined]


def exported(request: HttpRequest, name: str, **details: Any) -> None:
    """Say that the file of this answer is a list taken out of the system, and which part of it."""
    request.audit_export = (name, details)  # type: ignore[attr-defined]


def rms_read(request: HttpRequest, document: Any) -> None:
    """Say that the answer shows why the RMS sent a document where it sent it."""
    if not hasattr(request, "audit_rms"):
        request.audit_rms = {}  # type: ignore[attr-defined]
    request.audit_rms[document.key] = getattr(document, "station_id", None) or ""  # type: ignore[attr-defined]


def events_of(request: HttpRequest, response: HttpResponseBase) -> list[str]:
    """What the answer to somebody signed in must leave behind in the log; mostly nothing."""
    found = ["rms.read"] if hasattr(request, "audit_rms") else []
    match = request.resolver_match
    if response.status_code in (200, 206):
        if _is_file(response):
            found.append("list.exported" if hasattr(request, "audit_export") else "file.downloaded")
    elif response.status_code in (403, 404) and match and match.url_name in ("step", "steps"):
        found.append("step.refused")
    elif response.status_code == 403:
        found.append("form.refused" if hasattr(request, "audit_stale_form") else "permission.denied")
    return found


def _is_file(response: HttpResponseBase) -> bool:
    """Whether an answer is a file: it says so itself, or it is of no kind that pages and their parts are made of."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip()
    return "Content-Disposition" in response.headers or response.streaming or bool(kind and kind not in _PAGES)


def particulars(request: HttpRequest, response: HttpResponseBase, event: str) -> dict[str, Any]:
    """What the line of an answer says: about which document, and what identifies the file or the page."""
    if event == "rms.read":
        read: dict[str, str] = request.audit_rms  # type: ignore[attr-defined]
        one = next(iter(read)) if len(read) == 1 else ""
        station = next(iter(read.values())) if len(set(read.values())) == 1 else ""
        return {"about": one or request.path, "station": station, **({} if one else {"documents": list(read)})}
    if event == "list.exported":
        name, details = request.audit_export  # type: ignore[attr-defined]
        return {"about": name, **details}
    match = request.resolver_match
    about, station = getattr(request, "audit_about", ("", ""))
    said: dict[str, Any] = {"about": about or request.path, "station": station, "path": request.path}
    if event == "file.downloaded":
        return {**said, "file": _file_name(response)}
    if event == "step.refused" and match:
        return {**said, "about": about or match.kwargs.get("key", request.path), "step": match.kwargs.get("verb", "")}
    return said


def _file_name(response: HttpResponseBase) -> str:
    """The name under which a file was given."""
    told = response.headers.get("Content-Disposition", "")
    found = re.search(r"filename\*?=(?:UTF-8'')?\"?([^\";]+)", told)
    return found[1] if found else ""
