"""What a firm finds in its folder: an answer for each file, the numbers given by row, the faults by row and field, how the folder stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from api.filing import told_of
from api.folders.models import DropFolder, DroppedFile
from api.folders.places import Place
from bills.models import CourierBillOfEntry
from bills.views.uploads import KIND as IMPORTS
from eccs import uploads
from eccs.models import Upload
from eccs.uploads import Fault, files
from eccs.uploads.reading import MAX_BYTES, Unreadable
from exports.filing import KIND as EXPORTS
from exports.models import CourierShippingBill, ShippingBillFile

STATUS = "STATUS.json"
State = Upload.State
Numbers = Callable[[Upload], dict[str, str]]


def _json(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1, default=str).encode() + b"\n"


def stem(row: DroppedFile) -> str:
    """How the answers to a file are called: after the file, and by its place in ECCS, so that none takes another's name."""
    return f"{row.name}.{row.pk}"


def acknowledge(place: Place, row: DroppedFile) -> None:
    """Put the answer of the API to a file where its sender finds it."""
    told = {
        "file": row.name, "sha256": row.digest, "state": row.state, "status": row.status, "answer": row.answer,
        "taken_at": row.taken_at.isoformat(),
    }  # fmt: skip
    where = place.refused if row.state == DroppedFile.State.REFUSED else place.outbox
    place.put(where, f"{stem(row)}.json", _json(told))


def refuse(place: Place, name: str, reason: str) -> str:
    """Say why something was refused before anything was read of it; returns what it is called among the refused."""
    told = {"file": name, "state": DroppedFile.State.REFUSED, "status": 422, "answer": {"detail": reason}}
    called = f"{name}.{timezone.now():%Y%m%dT%H%M%S%f}"
    place.put(place.refused, f"{called}.json", _json(told))
    return called


def tell_upload(place: Place, row: DroppedFile, upload: Upload, context: dict[str, Any]) -> None:
    """Say how far a file of rows is: refused with its faults, ready to sign, or filed with the number of each row."""
    row.answer = told_of(upload, context).model_dump(mode="json")
    acknowledge(place, row)
    content = place.kept(kept_name(row), MAX_BYTES)
    try:
        sheet = uploads.read(content, row.name)
    except Unreadable:  # refused as a whole, or told before: there are no rows
        return
    ending = "xlsx" if sheet.is_xlsx else "csv"
    if upload.state == State.REFUSED and upload.faults:
        marked = files.with_errors(sheet, [Fault(*fault) for fault in upload.faults])
        place.put(place.refused, f"{stem(row)}.ECCS_ERRORS.{ending}", marked)
    if upload.state == State.DONE and (numbers := NUMBERS.get(upload.kind)):
        found, hawb = numbers(upload), sheet.names.index("hawb")
        rows = [
            (n, cells[hawb], found.get(cells[hawb].strip().upper(), ""))
            for n, cells in zip(sheet.numbers, sheet.rows, strict=True)
        ]
        place.put(
            place.outbox,
            f"{stem(row)}.numbers.{ending}",
            files.written(("row", "hawb", "number"), rows, is_xlsx=sheet.is_xlsx),
        )


def kept_name(row: DroppedFile) -> str:
    """How a file is called while what it brought is not done."""
    return f"kept-{row.pk}"


def _of_imports(upload: Upload) -> dict[str, str]:
    """The numbers of the bills of a manifest, by HAWB."""
    rows = CourierBillOfEntry.objects.filter(manifest=upload.subject_id, number__isnull=False)
    return dict(rows.order_by("pk").values_list("hawb__number", "number"))


def _of_exports(upload: Upload) -> dict[str, str]:
    """The numbers of the shipping bills of the file's courier and station, by HAWB."""
    of = ShippingBillFile.objects.get(pk=upload.subject_id or 0)
    rows = CourierShippingBill.objects.filter(courier=of.courier_id, station=of.station_id, number__isnull=False)
    return dict(rows.filter(filed_at__gte=upload.created_at).values_list("hawb", "number"))


NUMBERS: dict[str, Numbers] = {IMPORTS: _of_imports, EXPORTS: _of_exports}


def tell_standing(place: Place, folder: DropFolder) -> None:
    """Say how the folder stands: whether files are taken up from it, and if not, why."""
    told = {
        "folder": folder.name, "stands_still": folder.stands_still, "at": timezone.now().isoformat(),
        "inbox": "what.on.csv, .xlsx or .json; while it is sent, with .part at its end",
    }  # fmt: skip
    place.put(place.outbox, STATUS, _json(told))
