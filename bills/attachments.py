"""Papers attached to bills: what may be attached, and how it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from bills.models.clearable import Clearable
from bills.models.found import Paper

LARGEST = 10 * 1024 * 1024  # bytes
KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"II*\x00", "image/tiff", ".tif"),
    (b"MM\x00*", "image/tiff", ".tif"),
)
ACCEPTED = ".pdf,.jpg,.jpeg,.png,.tif,.tiff"


def content_type(start: bytes) -> tuple[str, str] | None:
    """The kind of a paper and its ending, by its first bytes, whatever it is called; None where it is not accepted."""
    return next(((kind, ending) for magic, kind, ending in KINDS if start.startswith(magic)), None)


def why_not(file: UploadedFile[Any]) -> str:
    """Why a paper cannot be attached, or nothing."""
    if not file.size:
        return _("The file is empty.")
    if file.size > LARGEST:
        return _("The file is larger than 10 MiB.")
    file.seek(0)
    start = file.read(16)
    file.seek(0)
    return "" if content_type(start) else _("Only PDF, JPEG, PNG and TIFF are accepted.")


def safe_name(name: str, ending: str) -> str:
    """A name a paper is kept and downloaded under: no path, nothing odd, the ending of what it is."""
    stem = PurePath(name.replace("\\", "/")).stem[:80]
    kept = get_valid_filename(stem).lstrip(".-") if stem.strip(". ") else ""
    return f"{kept or 'document'}{ending}"


def attach(bill: Clearable, name: str, content: bytes, kind: str, user_id: int) -> Any:
    """Keep a paper with its digest. The same paper handed in twice is kept once, but for documents asked for since it came."""
    digest = sha256(content).hexdigest()
    held = bill.attachments.filter(sha256=digest).last()
    since = bill.documents_asked_at() if held is not None and kind == "OTHER" else None
    if held is not None and (since is None or held.at >= since):
        return held
    known = content_type(content[:16])
    if known is None:
        raise ValueError(_("Only PDF, JPEG, PNG and TIFF are accepted."))
    paper: Paper = bill.attachments.model(
        bill=bill, kind=kind, name=safe_name(name, known[1]), content_type=known[0], size=len(content), sha256=digest,
        by_id=user_id,
    )  # fmt: skip
    paper.file.save(f"{digest[:32]}{known[1]}", ContentFile(content), save=False)
    paper.save()
    return paper


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
    file.seek(0)
    held = BytesIO()
    for piece in file.chunks():
        held.write(piece)
    return attach(bill, file.name or "", held.getvalue(), kind, user_id)
