"""The images of a flight's bills from one ZIP: each goes to the bill that names it."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO

from django.db.models import Q
from django.utils.translation import gettext as _

from bills import attachments
from bills.models import Attachment, CourierBillOfEntry
from bills.stages import CLOSED
from manifests.models import ExpressCargoManifest

LARGEST_ZIP = 100 * 1024 * 1024  # bytes
LARGEST_UNPACKED = 500 * 1024 * 1024  # bytes


class NotAZip(ValueError):
    """The file as a whole cannot be taken; the text says why, for people."""


@dataclass
class Outcome:
    """What became of the images of a ZIP."""

    attached: int = 0
    unknown: list[str] = field(default_factory=list)  # no bill of the flight names them
    refused: list[str] = field(default_factory=list)  # name and reason


def take_in(manifest: ExpressCargoManifest, file: BinaryIO, user_id: int) -> Outcome:
    """Attach every image that an open bill of the flight names; the same ZIP again adds nothing. Raises NotAZip."""
    wanted = _wanted(manifest)
    outcome, unpacked = Outcome(), 0
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                name = PurePosixPath(entry.filename.replace("\\", "/")).name
                if entry.is_dir() or not name:
                    continue
                if name.lower() not in wanted:
                    outcome.unknown.append(name)
                    continue
                with archive.open(entry) as member:
                    content = member.read(attachments.LARGEST + 1)  # never more, whatever the directory claims
                unpacked += len(content)
                if unpacked > LARGEST_UNPACKED:
                    raise NotAZip(_("The ZIP unpacks to more than 500 MiB. Split it."))
                _keep(outcome, wanted[name.lower()], name, content, user_id)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as fault:
        raise NotAZip(_("The file is no readable ZIP.")) from fault
    return outcome


def _wanted(manifest: ExpressCargoManifest) -> dict[str, list[tuple[CourierBillOfEntry, str]]]:
    """Which bills ask for which file names."""
    bills = CourierBillOfEntry.objects.filter(manifest=manifest).exclude(stage__in=CLOSED)
    named: dict[str, list[tuple[CourierBillOfEntry, str]]] = {}
    for bill in bills.filter(~Q(hawb_image="") | ~Q(invoice_image="")):
        for name, kind in ((bill.hawb_image, Attachment.Kind.HAWB), (bill.invoice_image, Attachment.Kind.INVOICE)):
            if name:
                named.setdefault(name.lower(), []).append((bill, kind))
    return named


def _keep(
    outcome: Outcome, places: list[tuple[CourierBillOfEntry, str]], name: str, content: bytes, user_id: int
) -> None:
    if len(content) > attachments.LARGEST:
        outcome.refused.append(f"{name}: {_('The file is larger than 10 MiB.')}")
    elif attachments.content_type(content[:16]) is None:
        outcome.refused.append(f"{name}: {_('Only PDF, JPEG, PNG and TIFF are accepted.')}")
    else:
        for bill, kind in places:
            attachments.attach(bill, name, content, kind, user_id)
            outcome.attached += 1
