"""The project's own files, as the tests of the house read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = (
    "eccs", "accounts", "counter", "helpdesk", "manifests", "rms", "bonds", "bills", "exports", "transit", "payments", "reports", "public", "api",
)  # fmt: skip


@cache
def modules(*folders: str) -> tuple[Path, ...]:
    """Every Python file of these folders, migrations apart."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]
    return tuple(sorted(found))


@cache
def tree(path: Path) -> ast.Module:
    """One file, parsed."""
    return ast.parse(path.read_text(), str(path))


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    """Every call of a function or method of this name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called == name:
                yield node


def imported(path: Path) -> set[str]:
    """The first word of every module that a file imports."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def where(path: Path, node: ast.expr | ast.stmt | None = None) -> str:
    """File and line, as an editor opens them."""
    shown = str(path.relative_to(ROOT))
    return f"{shown}:{node.lineno}" if node else shown


def templates() -> list[Path]:
    """Every template."""
    return sorted((ROOT / "templates").rglob("*.html"))
