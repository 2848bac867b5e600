"""Papers handed in as a scan: what is accepted, and under which name it is kept."""

from __future__ import annotations

import logging
from hashlib import sha256
from io import BytesIO
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from eccs.uploads import viruses

logger = logging.getLogger(__name__)
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
    content, _digest = content_of(file)
    file.seek(0)
    return why_not_content(content)


def why_not_content(content: bytes) -> str:
    """Why a paper with these bytes cannot be attached, or nothing: its size, its kind, and what clamd finds in it where it is asked."""
    if not content:
        return _("The file is empty.")
    if len(content) > LARGEST:
        return _("The file is larger than 10 MiB.")
    if content_type(content[:16]) is None:
        return _("Only PDF, JPEG, PNG and TIFF are accepted.")
    return _virus(content) if viruses.is_asked() else ""


def _virus(content: bytes) -> str:
    try:
        name = viruses.found_in(content)
    except viruses.NotLookedThrough as fault:
        logger.error("a paper was not looked through for viruses: %s", fault)
        return _("The file cannot be looked through for viruses at present. Send it again in a few minutes.")
    if not name:
        return ""
    logger.warning("virus %s in a paper of SHA-256 %s", name, sha256(content).hexdigest())
    return _("The file carries a virus (%(name)s) and was not kept. Examine the computer it comes from.") % {"name": name}  # fmt: skip


def safe_name(name: str, ending: str) -> str:
    """A name a paper is kept and downloaded under: no path, nothing odd, the ending of what it is."""
    stem = PurePath(name.replace("\\", "/")).stem[:80]
    kept = get_valid_filename(stem).lstrip(".-") if stem.strip(". ") else ""
    return f"{kept or 'document'}{ending}"


def content_of(file: UploadedFile[Any]) -> tuple[bytes, str]:
    """The bytes of a paper, and their SHA-256."""
    file.seek(0)
    held = BytesIO()
    for piece in file.chunks():
        held.write(piece)
    return held.getvalue(), sha256(held.getvalue()).hexdigest()
