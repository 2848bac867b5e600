"""What a dropped file asks for: its name says which operation of the API, and on what; its content is what that operation is sent."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.utils.translation import gettext as _

from api.site import LARGEST_TEXT, PREFIX
from eccs.uploads.reading import MAX_BYTES

SHEETS = ("csv", "xlsx")
TEXTS = ("json",)
LONGEST_NAME = 100
_NAME = re.compile(r"\A(?P<what>[a-z][a-z-]{1,30})\.(?P<on>[A-Za-z0-9_-]{1,60})\.(?P<ending>json|csv|xlsx)\Z", re.ASCII)
STILL_SENT = (".part", ".filepart", ".tmp")
"""How a file is called while it is being sent; it is renamed when it is whole."""


class Operation(NamedTuple):
    """An operation of the API: its address, in which `on` stands, and what it is sent."""

    address: str
    endings: tuple[str, ...]


OPERATIONS = {
    "manifest": Operation("manifests", TEXTS),
    "shipments": Operation("manifests/{on}/shipments", SHEETS),
    "submit": Operation("manifests/{on}/submit", TEXTS),
    "bills": Operation("manifests/{on}/bills", SHEETS),
    "shipping-bills": Operation("stations/{on}/shipping-bills", SHEETS),
    "sign": Operation("uploads/{on}/sign", TEXTS),
    "signature": Operation("signatures/{on}", TEXTS),
    "reply": Operation("bills/{on}/reply", TEXTS),
    "export-reply": Operation("shipping-bills/{on}/reply", TEXTS),
    "challan": Operation("challans", TEXTS),
    "challan-anew": Operation("challans/{on}/anew", TEXTS),
    "pay": Operation("challans/{on}/pay-from-ledger", TEXTS),
    "arrival-scan": Operation("manifests/{on}/arrival-scan", TEXTS),
    "scans": Operation("manifests/{on}/scans", TEXTS),
    "weights": Operation("manifests/{on}/weights", TEXTS),
    "close-arrival": Operation("manifests/{on}/close-arrival", TEXTS),
    "move": Operation("warehouse/move", TEXTS),
    "export-move": Operation("export-warehouse/move", TEXTS),
    "goods": Operation("stations/{on}/goods", TEXTS),
    "goods-weights": Operation("stations/{on}/goods/weights", TEXTS),
}
"""By the first word of a name. Where an address holds no `on`, the middle word is the sender's own."""


class Asked(NamedTuple):
    """What a dropped file asks for."""

    address: str
    is_sheet: bool


class NotTaken(Exception):
    """Why a file is refused for its name, its size or its kind."""


def is_being_sent(name: str) -> bool:
    """Whether a file is not whole yet, by its name."""
    return name.startswith(".") or name.lower().endswith(STILL_SENT)


def asked_by(name: str) -> Asked:
    """What a file of this name asks for. Raises NotTaken."""
    found = _NAME.match(name) if len(name) <= LONGEST_NAME else None
    operation = OPERATIONS.get(found["what"]) if found else None
    if found is None or operation is None or found["ending"] not in operation.endings:
        raise NotTaken(
            _(
                "The name says nothing that can be asked. It is what.on.csv, .xlsx or .json, such as bills.ECM_BLR_1.csv."
            )
        )
    return Asked(f"/{PREFIX}{operation.address.format(on=found['on'])}", found["ending"] in SHEETS)


def most_bytes(name: str) -> int:
    """How large a file of this name may be."""
    return LARGEST_TEXT if name.endswith(".json") else MAX_BYTES
