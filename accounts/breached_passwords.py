"""Passwords known from breaches: looked up in a whole list of them on this host, which ECCS_BREACHED_PASSWORDS names.

The list is a file of lines `SHA-1:count`, capital hexadecimals in their order, as Have I Been Pwned gives it away. It has tens
of gigabytes, so it is searched where it lies, by halves: some forty short readings, and nobody outside is asked.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from bisect import bisect_left
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)
DIGEST = 40  # signs of a SHA-1 in hexadecimals
LONGEST_LINE = 64  # bytes: what is longer is no line of such a list
SAMPLES = 100  # places that are looked at to see whether the list is one
_LINE = re.compile(rb"[0-9A-F]{40}:[0-9]+")


def digest_of(password: str) -> bytes:
    """What stands in the list for a password. The list is kept by SHA-1; nothing else here is."""
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()


def is_listed(password: str) -> bool:
    """Whether a password stands in the list. Raises OSError where the list cannot be read."""
    wanted = digest_of(password)
    with Path(settings.BREACHED_PASSWORDS).open("rb") as file:
        # the first place at and after which no lesser digest begins
        at = bisect_left(range(_size(file)), wanted, key=lambda place: _line(file, place)[:DIGEST] or b"end")
        return _line(file, at)[:DIGEST] == wanted


def _size(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)


def _line(file: BinaryIO, place: int) -> bytes:
    """The first line that begins at this place or after it, without its end; nothing where none does."""
    file.seek(max(0, place - 1))
    if place:
        file.readline(LONGEST_LINE)  # the rest of the line of the byte before
    return file.readline(LONGEST_LINE).strip()


def fault() -> str:
    """What is wrong with the list, or nothing: it can be read, and lines all over it are digests in their order."""
    try:
        with Path(settings.BREACHED_PASSWORDS).open("rb") as file:
            size = _size(file)
            found = [neighbours for n in range(SAMPLES) if (neighbours := _two_lines(file, size * n // SAMPLES))]
    except OSError as why:
        return f"The list of breached passwords cannot be read: {why}"
    if not found:
        return "The list of breached passwords is empty."
    if not all(_LINE.fullmatch(line) for two in found for line in two):
        return "The list of breached passwords has lines that are no SHA-1 in capitals, a colon and a count."
    if any(two != sorted(two) for two in found) or any(one[0] > other[0] for one, other in pairwise(found)):
        return "The list of breached passwords is not sorted by digest, so most are not found in it."
    return ""


def _two_lines(file: BinaryIO, place: int) -> list[bytes]:
    return [line for line in (_line(file, place), file.readline(LONGEST_LINE).strip()) if line]


class NotBreached:
    """A password is none that is known from a breach."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse what stands in the list. Where there is no list, or none that can be read, nothing is refused: doctor says so."""
        if not settings.BREACHED_PASSWORDS:
            return
        try:
            listed = is_listed(password)
        except OSError as why:
            logger.error("the list of breached passwords was not read: %s", why)
            return
        if listed:
            raise ValidationError(
                _("This password is known from a data breach elsewhere, so others try it too. Choose another one."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("Do not use a password that is known from a data breach.")
