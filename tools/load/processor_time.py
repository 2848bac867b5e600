"""The processor time of the programs that a deployment is made of, as the kernel tells it in /proc."""

from __future__ import annotations

import os
from pathlib import Path


def tree_seconds(roots: dict[str, int]) -> dict[str, float]:
    """By name, the seconds that a process, its children and theirs have used, with those that have ended meanwhile."""
    told = dict(_all())
    children: dict[int, list[int]] = {}
    for pid, words in told.items():
        children.setdefault(int(words[1]), []).append(pid)
    return {name: _of(pid, told, children) / os.sysconf("SC_CLK_TCK") for name, pid in roots.items()}


def parent_of(pid: int) -> int:
    """The process that began another."""
    return int(_words(Path(f"/proc/{pid}/stat"))[1])


def machine_seconds() -> float:
    """What everything on the machine has used, ours and others'."""
    line = Path("/proc/stat").read_text().splitlines()[0].split()
    user, nice, system, _idle, _waiting, irq, softirq = map(int, line[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def _of(pid: int, told: dict[int, list[str]], children: dict[int, list[int]]) -> int:
    words = told.get(pid)
    own = sum(map(int, words[11:15])) if words else 0  # in programs and in the kernel, its own and of children that ended
    return own + sum(_of(child, told, children) for child in children.get(pid, []))


def _all() -> list[tuple[int, list[str]]]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            found.append((int(stat.parent.name), _words(stat)))
        except OSError:  # it has ended meanwhile
            continue
    return found


def _words(stat: Path) -> list[str]:
    return stat.read_text().rsplit(") ", 1)[1].split()
