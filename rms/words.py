"""Words in what the trade declares: found whole, whatever their case, in Latin and in Indian scripts."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

INSIDE = "LMN"  # letters, the signs that vowels of Indian scripts are written with, digits
JOINERS = "\u200c\u200d"  # stand between letters of one word


def holds(words: str) -> Callable[[str], bool]:
    """Answers for a text whether it holds this word, or these words one after another."""
    wanted = plain(words)
    return lambda text: held(wanted, plain(text))


def held(wanted: str, found: str) -> bool:
    """Whether the words stand whole in a text; both are plain already."""
    at = found.find(wanted)
    while at >= 0:
        if not (_goes_on(found[at - 1 : at]) or _goes_on(found[at + len(wanted) : at + len(wanted) + 1])):
            return True
        at = found.find(wanted, at + 1)
    return False


def plain(text: str) -> str:
    """The text in one spelling: composed in one way, without case, a single space between words."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def runs(text: str) -> set[str]:
    """The words of a plain text: runs of letters, signs and digits."""
    if text.isascii():
        return set("".join(sign if sign.isalnum() else " " for sign in text).split())
    return set("".join(sign if _goes_on(sign) else " " for sign in text).split())


def _goes_on(neighbour: str) -> bool:
    """Whether the sign beside it belongs to the same word."""
    return neighbour != "" and (neighbour in JOINERS or unicodedata.category(neighbour)[0] in INSIDE)
