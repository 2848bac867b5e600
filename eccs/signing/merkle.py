"""Many filings signed in one act: one root over all (RFC 6962, 2.1), and for each the way to it, so that each is verified alone."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one filing."""
    return sha256(b"\x00" + leaf).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def tree(leaves: Sequence[bytes]) -> tuple[bytes, list[list[str]]]:
    """The root, and for each filing the way there: the hashes beside it, each with its side."""
    paths: list[list[str]] = [[] for _leaf in leaves]
    level: list[tuple[bytes, tuple[int, ...]]] = [(leaf_hash(leaf), (n,)) for n, leaf in enumerate(leaves)]
    while len(level) > 1:
        above: list[tuple[bytes, tuple[int, ...]]] = []
        for (left, lefts), (right, rights) in zip(level[::2], level[1::2], strict=False):
            for n in lefts:
                paths[n].append(f"r{right.hex()}")
            for n in rights:
                paths[n].append(f"l{left.hex()}")
            above.append((_node(left, right), lefts + rights))
        level = above + (level[-1:] if len(level) % 2 else [])
    return level[0][0], paths


def root_of(leaf: bytes, path: Sequence[str]) -> bytes:
    """The root to which the way of one filing leads."""
    found = leaf_hash(leaf)
    for step in path:
        beside = bytes.fromhex(step[1:])
        found = _node(found, beside) if step[0] == "r" else _node(beside, found)
    return found
