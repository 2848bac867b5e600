"""What stands on a paper: its head, labelled values, the columns of its tables."""

from __future__ import annotations

from dataclasses import dataclass


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


@dataclass(frozen=True)
class Field:
    """A labelled value in a box, one to four quarters of the page wide."""

    label: str
    value: str
    quarters: int = 1
    strong: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table: its words, its share of the page's width, figures to the right."""

    label: str
    share: float
    right: bool = False
