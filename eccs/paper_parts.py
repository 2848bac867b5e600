"""What stands on a paper: its head, labelled values, the columns of its tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _


class Kind(IntegerChoices):
    """What a paper is, as its signed code names it. A code that was once printed keeps its meaning for ever."""

    EXTRACT = 0, _("Statement or extract")
    MANIFEST = 1, _("Express Cargo Manifest")
    BILL = 2, _("Courier Bill of Entry")
    OUT_OF_CHARGE = 3, _("Out of Charge")
    DETENTION = 4, _("Detention memo")
    QUERY = 5, _("Query memo")
    EXAMINATION = 6, _("Examination report")
    RELEASE = 7, _("Order of provisional release")
    FINAL = 8, _("Final assessment")
    ADJUDICATION = 9, _("Order of adjudication")
    CHALLAN = 10, _("TR-6 challan")
    RECEIPT = 11, _("Cyber receipt")
    BOND_STATEMENT = 12, _("Statement of a bond")
    GATE_PASS = 13, _("Gate pass")
    SHIPPING_BILL = 14, _("Courier Shipping Bill")
    LET_EXPORT = 15, _("Let Export Order")
    EXPORT_MANIFEST = 16, _("Courier Export Manifest")
    SHUT_OUT = 17, _("Shut-out notice")
    TRANSFER = 18, _("Cargo Transfer Manifest")
    ARRIVAL = 19, _("Certificate of arrival")
    UNCLEARED = 20, _("Notice of uncleared goods")
    RE_EXPORT = 21, _("Re-export record")
    MANUAL_FORM = 22, _("Manual clearance form")
    BOND = 23, _("Bond")
    REGISTER_EXTRACT = 24, _("Extract of the warehouse register")
    LABEL = 25, _("Label of a package")


@dataclass(frozen=True)
class Head:
    """What stands at the top and foot of every page of a paper."""

    title: str
    subtitle: str
    number: str
    place: str  # "Courier Terminal, Bengaluru (BLR)"
    token: str  # the signs of the bar code
    address: str  # what the QR code says: where the document is found in ECCS
    foot: str  # who printed it when, and the seal of its trail
    kind: Kind = Kind.EXTRACT  # what its signed code says that it is


@dataclass(frozen=True)
class Told:
    """What a paper says, in one hash, with the few values that stand out on it."""

    head: Head
    digest: bytes
    facts: tuple[tuple[str, str], ...]


class Field(NamedTuple):
    """A labelled value in a box, one to four quarters of the page wide."""

    label: str
    value: str
    quarters: int = 1
    strong: bool = False


class Column(NamedTuple):
    """A column of a table: its words, its share of the page's width, figures to the right."""

    label: str
    share: float
    right: bool = False
