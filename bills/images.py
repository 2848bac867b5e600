"""The images of a flight's bills from one ZIP: each goes to the bill that names it."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import BinaryIO

from django.db.models import Q
from django.utils.translation import gettext as _

from bills import attachments
from bills.models import Attachment, CourierBillOfEntry
from bills.stages import CLOSED
from eccs.uploads import scans
from eccs.uploads.reading import BROKEN_ZIP
from manifests.models import ExpressCargoManifest

LARGEST_ZIP = 100 * 1024 * 1024  # bytes
LARGEST_UNPACKED = 500 * 1024 * 1024  # bytes
LARGEST_DIRECTORY = 8 * 1024 * 1024  # bytes: enough for the names of two images for each of 20,000 bills
NAMES = ("hawb_image", "invoice_image")  # the columns that name images
_END = b"PK\x05\x06"
_END_OF_LARGE = b"PK\x06\x07"


class NotAZip(ValueError):
    """The file as a whole cannot be taken; the text says why, for people."""


@dataclass
class Outcome:
    """What became of the images of a ZIP."""

    attached: int = 0
    unknown: list[str] = field(default_factory=list)  # no bill of the flight names them
    refused: list[str] = field(default_factory=list)  # name and reason


@contextmanager
def _opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The ZIP, once its list of contents is known to be of a bearable size. Raises NotAZip."""
    _bound_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except NotAZip:
        raise
    except BROKEN_ZIP as fault:
        raise NotAZip(_("The file is no readable ZIP.")) from fault


def _bound_directory(file: BinaryIO) -> None:
    """Look at the end of the file, where a ZIP says how long its list of contents is, before the list is read."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 22 - 65_535 - 20))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 16:
        raise NotAZip(_("The file is no readable ZIP."))
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    if length > LARGEST_DIRECTORY or _END_OF_LARGE in tail:
        raise NotAZip(_("The ZIP holds too many files. Split it."))


def look_through(file: BinaryIO, named: set[str]) -> tuple[dict[str, str], list[str]]:
    """What stands against each image that is named (in lower case), and the files that nothing names.

    A file with a path that leads out of the ZIP, a link, a password or too much in it is refused as a whole: NotAZip.
    """
    against = dict.fromkeys(named, _("is not in the ZIP"))
    seen: set[str] = set()
    extra: list[str] = []
    with _opened(file) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        for entry in entries:
            _refuse_tricks(entry)
        if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
            raise _too_much()
        unpacked = 0
        for entry in entries:
            name = PurePosixPath(entry.filename).name
            if (key := name.lower()) not in named:
                extra.append(name)
                continue
            content = _content(archive, entry)
            unpacked += len(content)
            if unpacked > LARGEST_UNPACKED:
                raise _too_much()
            against[key] = _("is in the ZIP more than once") if key in seen else scans.why_not_content(content)
            seen.add(key)
    return {name: reason for name, reason in against.items() if reason}, extra


def _refuse_tricks(entry: zipfile.ZipInfo) -> None:
    """A path that leads out of the ZIP, a link, or a file under a password is nothing that an image needs."""
    path = PurePosixPath(entry.orig_filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in entry.orig_filename or "\x00" in entry.orig_filename:
        raise NotAZip(_("The ZIP holds a path that leads out of it: %(name)s.") % {"name": str(path)[:80]})
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise NotAZip(_("The ZIP holds a link, not a file: %(name)s.") % {"name": str(path)[:80]})
    if entry.flag_bits & 1:
        raise NotAZip(_("The ZIP is protected by a password."))


def _too_much() -> NotAZip:
    return NotAZip(_("The ZIP unpacks to more than 500 MiB. Split it."))


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as member:
        return member.read(scans.LARGEST + 1)  # never more, whatever the directory claims


def take_in(
    manifest: ExpressCargoManifest,
    file: BinaryIO,
    user_id: int,
    *,
    filed_at: datetime | None = None,
    tell: Callable[[int], None] = lambda _done: None,
) -> Outcome:
    """Attach every image that an open bill of the flight names; the same ZIP again adds nothing. Raises NotAZip.

    With `filed_at` the images go to the bills that were filed at that moment, and to no other. `tell` hears how many
    images are attached.
    """
    wanted = _wanted(manifest, filed_at)
    outcome, unpacked = Outcome(), 0
    with _opened(file) as archive:
        for entry in archive.infolist():
            name = PurePosixPath(entry.filename.replace("\\", "/")).name
            if entry.is_dir() or not name:
                continue
            if name.lower() not in wanted:
                outcome.unknown.append(name)
                continue
            content = _content(archive, entry)
            unpacked += len(content)
            if unpacked > LARGEST_UNPACKED:
                raise _too_much()
            _keep(outcome, wanted[name.lower()], name, content, user_id)
            tell(outcome.attached)
    return outcome


def _wanted(
    manifest: ExpressCargoManifest, filed_at: datetime | None
) -> dict[str, list[tuple[CourierBillOfEntry, str]]]:
    """Which bills ask for which file names."""
    bills = CourierBillOfEntry.objects.filter(manifest=manifest)
    bills = bills.exclude(stage__in=CLOSED) if filed_at is None else bills.filter(filed_at=filed_at)
    named: dict[str, list[tuple[CourierBillOfEntry, str]]] = {}
    for bill in bills.filter(~Q(hawb_image="") | ~Q(invoice_image="")):
        for name, kind in ((bill.hawb_image, Attachment.Kind.HAWB), (bill.invoice_image, Attachment.Kind.INVOICE)):
            if name:
                named.setdefault(name.lower(), []).append((bill, kind))
    return named


def _keep(
    outcome: Outcome, places: list[tuple[CourierBillOfEntry, str]], name: str, content: bytes, user_id: int
) -> None:
    if reason := scans.why_not_content(content):
        outcome.refused.append(f"{name}: {reason}")
        return
    for bill, kind in places:
        attachments.attach(bill, name, content, kind, user_id)
        outcome.attached += 1
