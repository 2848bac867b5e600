"""The ZIP that came with a file of bills: looked through with the rows, given to the bills once they are filed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, BinaryIO, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bills import images
from eccs.models import Upload
from eccs.uploads import Table
from eccs.workflow import Refused
from manifests.models import ExpressCargoManifest

NAMED = 10  # files of a ZIP told by name
TOLD_EACH = 200  # images between two signs of life


def judge_images(upload: Upload, table: Table) -> None:
    """Name by row and column the images that the ZIP does not hold or that are none; note what nobody asks for."""
    cells = [
        (index, column, value) for column in images.NAMES for index, value in enumerate(table.values[column]) if value
    ]
    if not upload.companion:
        if cells:
            table.notes.append(
                _("The file names images, and no ZIP came with it. Upload the ZIP when the bills are filed.")
            )
        return
    try:
        with upload.companion.open("rb") as file:
            against, extra = images.look_through(
                cast("BinaryIO", file), {value.lower() for _index, _column, value in cells}
            )
    except images.NotAZip as fault:
        raise Refused([str(fault)]) from fault
    for index, column, value in cells:
        if reason := against.get(value.lower()):
            table.fault(index, column, value, reason)
    if extra:
        words = ngettext(
            "No row names %(count)d file of the ZIP; it is left out: %(names)s",
            "No row names %(count)d files of the ZIP; they are left out: %(names)s",
            len(extra),
        )
        table.notes.append(words % {"count": len(extra), "names": _named(extra)})


def _named(names: list[str]) -> str:
    return ", ".join(name[:60] for name in names[:NAMED]) + (" …" if len(names) > NAMED else "")


def give_images(upload: Upload) -> dict[str, Any]:
    """Attach the images of the ZIP to the bills that the file filed; again, it adds nothing."""
    manifest = ExpressCargoManifest.objects.get(pk=upload.subject_id or 0)
    filed_at = datetime.fromisoformat(upload.summary["filed_at"])

    def tell(done: int) -> None:
        if not done % TOLD_EACH:
            Upload.objects.filter(pk=upload.pk).update(touched_at=timezone.now())

    with upload.companion.open("rb") as file:
        try:
            done = images.take_in(manifest, cast("BinaryIO", file), upload.by_id, filed_at=filed_at, tell=tell)
        except images.NotAZip as fault:  # it was looked through before: the file itself is damaged since
            return {"images": 0, "images_refused": str(fault)}
    return {"images": done.attached}
