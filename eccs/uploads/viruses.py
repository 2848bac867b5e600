"""Whether a paper carries a virus: asked of clamd (ClamAV), the one that ECCS_CLAMD names, before the paper is kept or shown to anybody.

Two commands over a socket are all of its protocol that is wanted, so they are spoken here: the client for Python that is kept up is under the GPL.
"""

from __future__ import annotations

import socket
from datetime import UTC, datetime

from django.conf import settings

SECONDS = 30.0  # that clamd may take for one paper
PIECE = 256 * 1024  # bytes sent at once
LONGEST_ANSWER = 4096
ELSEWHERE = "none"  # ECCS_CLAMD of an installation where something else looks


class NotLookedThrough(Exception):
    """clamd did not answer, or did not look; what it said."""


def is_asked() -> bool:
    """Whether papers are looked through here."""
    return settings.CLAMD not in ("", ELSEWHERE)


def found_in(content: bytes) -> str:
    """The name of the virus in a paper, or nothing. Raises NotLookedThrough."""
    answer = _asked("INSTREAM", content)
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise NotLookedThrough(answer or "no answer")


def known_since() -> datetime | None:
    """Of when the viruses are that clamd knows, or None where it does not say. Raises NotLookedThrough."""
    said = _asked("VERSION").split("/")
    if not said[0].startswith("ClamAV"):
        raise NotLookedThrough(said[0] or "no answer")
    try:
        return datetime.strptime(said[2], "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except (IndexError, ValueError):
        return None


def _asked(command: str, content: bytes | None = None) -> str:
    """What clamd answers to one command."""
    try:
        with _connected() as wire:
            wire.sendall(f"z{command}\0".encode())
            if content is not None:
                for at in range(0, len(content), PIECE):
                    piece = content[at : at + PIECE]
                    wire.sendall(len(piece).to_bytes(4, "big") + piece)
                wire.sendall(bytes(4))
            with wire.makefile("rb") as answer:
                return answer.read(LONGEST_ANSWER).decode("utf-8", "replace").rstrip("\0\n")
    except OSError as fault:
        raise NotLookedThrough(f"{settings.CLAMD}: {fault}") from fault


def _connected() -> socket.socket:
    if settings.CLAMD.startswith("/"):
        wire = socket.socket(socket.AF_UNIX)
        wire.settimeout(SECONDS)
        try:
            wire.connect(settings.CLAMD)
        except OSError:
            wire.close()
            raise
        return wire
    host, _, port = settings.CLAMD.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), SECONDS)
