"""Building a condition by clicking: each button is a form sent, so that it works without a script and keeps what was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from rms.catalogue import COMPARED, FACTS, groups
from rms.conditions import DEEPEST, GROUPS, MOST_PARTS, Fault, Path, Tree

GROUPED = {"all": _("All of these hold"), "any": _("At least one of these holds"), "none": _("None of these holds")}
ROOT = "r"
_PATH = re.compile(r"r(-\d{1,2}){0,6}")
MOST_NODES = MOST_PARTS + 20


def typed(sent: Any) -> Tree:
    """The tree as it was typed, checked or not, from the fields of the page."""
    paths = [one for one in sent.getlist("node")[:MOST_NODES] if _PATH.fullmatch(one)]
    made: dict[Path, Tree] = {}
    for path in sorted({_path(one) for one in paths}, key=lambda path: (len(path), path)):
        name = name_of(path)
        node = _node(sent, name)
        if path and path[:-1] not in made:
            continue
        made[path] = node
        if path:
            parts = next((made[path[:-1]][group] for group in GROUPS if group in made[path[:-1]]), None)
            if parts is not None:
                parts.append(node)
    return made.get((), blank())


def _node(sent: Mapping[str, Any], name: str) -> Tree:
    if (group := sent.get(f"group-{name}")) in GROUPS:
        return {group: []}
    return {
        "fact": sent.get(f"fact-{name}", ""),
        "is": sent.get(f"is-{name}", ""),
        "value": sent.get(f"value-{name}", ""),
    }


def blank() -> Tree:
    """What the building begins with: one comparison, still empty."""
    return {"all": [{"fact": "", "is": "", "value": ""}]}


def _path(name: str) -> Path:
    return tuple(int(one) for one in name.split("-")[1:])


def name_of(path: Path) -> str:
    """The part of a condition as the fields of the page name it."""
    return "-".join([ROOT, *map(str, path)])


def changed(tree: Tree, do: str) -> Tree:
    """The tree after a button: a comparison or a group added, or a part removed."""
    what, _colon, name = do.partition(":")
    if not _PATH.fullmatch(name):
        return tree
    path = _path(name)
    if what == "remove" and path:
        parts = _parts(tree, path[:-1])
        if parts is not None and path[-1] < len(parts):
            del parts[path[-1]]
    elif what in ("comparison", "group"):
        parts = _parts(tree, path)
        if parts is not None and _count(tree) < MOST_PARTS:
            leaf: Tree = {"fact": "", "is": "", "value": ""}
            parts.append(leaf if what == "comparison" else {"any": [leaf]})
    return tree


def _parts(tree: Tree, path: Path) -> list[Tree] | None:
    """The parts of the group at a path."""
    for place in (*path, None):
        parts: list[Tree] | None = next((tree[name] for name in GROUPS if name in tree), None)
        if place is None or parts is None:
            return parts
        if place >= len(parts):
            return None
        tree = parts[place]
    return None


def _count(tree: Tree) -> int:
    return 1 + sum(_count(one) for name in GROUPS if name in tree for one in tree[name])


def without_blanks(tree: Tree) -> Tree:
    """The tree without comparisons that nobody has begun and groups that are empty; nothing where nothing is left."""
    for name in GROUPS:
        if name in tree:
            parts = [told for one in tree[name] if (told := without_blanks(one))]
            return {name: parts} if parts else {}
    return tree if tree.get("fact") or tree.get("is") or str(tree.get("value", "")).strip() else {}


def shown(tree: Tree, faults: list[Fault]) -> dict[str, Any]:
    """The tree for the page: each part with the names of its fields, what was chosen and what is wrong with it."""
    told: dict[Path, list[str]] = {}
    for fault in faults:
        told.setdefault(fault.path, []).append(fault.reason)
    return _shown(tree, (), told)


def _shown(tree: Tree, path: Path, faults: dict[Path, list[str]]) -> dict[str, Any]:
    name = name_of(path)
    part: dict[str, Any] = {"name": name, "faults": faults.get(path, []), "depth": len(path)}
    for group in GROUPS:
        if group in tree:
            parts = [_shown(one, (*path, n), faults) for n, one in enumerate(tree[group])]
            chosen = [(value, label, value == group) for value, label in GROUPED.items()]
            return part | {"group": group, "parts": parts, "groups": chosen, "deeper": len(path) < DEEPEST - 1}
    fact = FACTS.get(str(tree.get("fact", "")))
    value = ", ".join(tree["values"]) if "values" in tree else tree.get("value", "")
    return part | {
        "fact": fact, "value": value,
        "facts": [(label, [(one.name, one.label, one is fact) for one in several]) for label, several in groups()],
        "comparisons": [(one.value, label, one == tree.get("is")) for one, label in COMPARED.items() if one != "ON_LIST"],
    }  # fmt: skip
