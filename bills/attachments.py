"""Papers attached to bills: what may be attached, and how it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from bills.models.clearable import Clearable
from bills.models.found import Paper
from eccs.uploads.scans import ACCEPTED, content_of, content_type, safe_name, why_not

__all__ = [
    "ACCEPTED", "attach", "attach_upload", "content_of", "content_type", "described", "safe_name", "share",
    "why_not",
]  # fmt: skip


def attach(bill: Clearable, name: str, content: bytes, kind: str, user_id: int) -> Any:
    """Keep a paper with its digest. The same paper handed in twice is kept once, but for documents asked for since it came."""
    digest = sha256(content).hexdigest()
    held = bill.attachments.filter(sha256=digest).last()
    since = bill.documents_asked_at() if held is not None and kind == "OTHER" else None
    if held is not None and (since is None or held.at >= since):
        return held
    paper, ending = described(bill, name, content, kind, user_id)
    paper.file.save(f"{digest[:32]}{ending}", ContentFile(content), save=False)
    paper.save()
    return paper


def described(bill: Clearable, name: str, content: bytes, kind: str, user_id: int) -> tuple[Paper, str]:
    """A paper as it would be kept, and the ending of its kind; nothing is kept yet. Raises ValueError."""
    known = content_type(content[:16])
    if known is None:
        raise ValueError(_("Only PDF, JPEG, PNG and TIFF are accepted."))
    paper: Paper = bill.attachments.model(
        bill=bill, kind=kind, name=safe_name(name, known[1]), content_type=known[0], size=len(content),
        sha256=sha256(content).hexdigest(), by_id=user_id,
    )  # fmt: skip
    return paper, known[1]


def share(paper: Paper, bills: Sequence[Clearable]) -> None:
    """The same paper for other bills too: the file is kept once, each bill has it; set-wise."""
    model: Any = type(paper)
    kept = model._default_manager
    held = set(kept.filter(bill__in=bills, sha256=paper.sha256).values_list("bill_id", flat=True))
    names = ("kind", "name", "file", "content_type", "size", "sha256", "by_id")
    told = {name: getattr(paper, name) for name in names}
    kept.bulk_create(model(bill=bill, **told) for bill in bills if bill.pk not in held)


def attach_upload(bill: Clearable, file: UploadedFile[Any], kind: str, user_id: int) -> Any:
    """Keep a paper that a form brought."""
    return attach(bill, file.name or "", content_of(file)[0], kind, user_id)
