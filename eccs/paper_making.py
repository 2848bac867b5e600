"""Who draws a paper: a worker, while whoever asked for it waits a moment. What was drawn from the same words before is given again.

A web server that lays out and seals papers answers nobody else meanwhile. So it says what stands on the paper, asks a worker to draw
it, and hands on what comes back. Where none comes in time, because no worker is there, is free, or hears of it, it draws the paper
itself, and does not wait again for a while: a paper is never missing because a worker is.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Callable
from time import monotonic
from typing import Any, ClassVar, NamedTuple, Protocol

from celery import current_task, shared_task
from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from kombu.exceptions import OperationalError

from eccs import paper_labels, paper_volume
from eccs.paper_labels import Sheets
from eccs.paper_script import Script
from eccs.signing import issuer, seal

REMEMBERED = 3600  # seconds that a finished PDF is kept for whoever prints the same again
LARGEST_REMEMBERED = 512 * 1024
HANDED_OVER = 30  # seconds that a drawn paper lies ready for whoever waits, and after which nobody begins to draw it
ALONE = 30  # seconds for which no worker is asked after none has answered

logger = logging.getLogger(__name__)
_alone_until = 0.0


class Written(Protocol):
    """What stands on papers or labels, before it is drawn."""

    kind: ClassVar[str]

    def name(self) -> str:
        """A hash over all of it, but the moment of printing."""

    def written(self) -> str:
        """It, as a text that can be sent."""


class Kind(NamedTuple):
    """How one kind of what is written is read where it was sent to, and drawn."""

    read: Callable[[str], Any]
    draw: Callable[[Any], bytes]


KINDS = {
    Script.kind: Kind(Script.read, paper_volume.drawn),
    Sheets.kind: Kind(Sheets.read, paper_labels.drawn),
}


def pdf(what: Written) -> bytes:
    """Papers or labels as PDF, drawn once for the same words in the same language under the same keys."""
    place = _place(what)
    kept: bytes | None = cache.get(place)
    if kept is None:
        kept = _by_worker(what) or KINDS[what.kind].draw(what)
        if len(kept) <= LARGEST_REMEMBERED:
            cache.set(place, kept, REMEMBERED)
    return kept


def _place(what: Written) -> str:
    under = f"{translation.get_language()} {seal.is_set()} {issuer.key_id().hex()} {what.name()}"
    return f"paper:{hashlib.sha256(under.encode()).hexdigest()}"


def _by_worker(what: Written) -> bytes | None:
    """The PDF from a worker; nothing where none answers in time, and where this is a worker itself."""
    global _alone_until  # noqa: PLW0603 one for the process: whether workers answer is the same for all its threads
    if not settings.PAPER_WAIT or current_task or monotonic() < _alone_until:
        return None
    place = f"drawn:{uuid.uuid4()}"
    try:
        draw_paper.apply_async(
            (what.kind, what.written(), translation.get_language(), place),
            argsrepr=f"({what.kind}, …)", expires=HANDED_OVER, retry=False,
        )  # fmt: skip # what stands on the paper stands in no log
    except (OperationalError, OSError) as fault:
        logger.warning("no worker can be asked for a paper: %s", fault)
    else:
        mailbox: Any = cache
        if found := mailbox.wait_for(place, settings.PAPER_WAIT):
            return bytes(found)
        logger.warning("no worker drew a paper within %s seconds", settings.PAPER_WAIT)
    _alone_until = monotonic() + ALONE
    return None


@shared_task(ignore_result=True)
def draw_paper(kind: str, text: str, language: str, place: str) -> None:
    """Draw and seal papers for somebody who waits for them."""
    with translation.override(language):
        content = KINDS[kind].draw(KINDS[kind].read(text))
    mailbox: Any = cache
    mailbox.hand_over(place, content, HANDED_OVER)
