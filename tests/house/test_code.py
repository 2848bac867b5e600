"""The rules of the house that no tool knows, kept for every file of the project."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest

from tests.house.source import APPS, ROOT, calls, imported, modules, tree, where

LONGEST_FILE = 400
NO_SUCH_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "base", "stuff"}
MONEY = ("bills", "payments", "bonds", "transit", "exports", "manifests", "rms")
ONE_IMPORTER = {
    "reportlab": {"eccs/paper", "eccs/barcodes.py"},  # papers, and their text, head and pages
    "pyhanko": {"eccs/signing/seal.py"},
    "python_calamine": {"eccs/uploads"},
    "xlsxwriter": {"eccs/uploads"},
    "barcode": {"eccs/barcodes.py"},
    "segno": {"eccs/barcodes.py"},
    "psycopg2": {"eccs/acting.py"},
    "redis": {"eccs/cache.py"},
}


def test_stages_change_only_in_the_engine() -> None:
    """`take` and `take_many` lock, check and write the trail; an update of a stage elsewhere would pass them all by."""
    found = [
        where(path, call)
        for path in modules(*APPS)
        if path != ROOT / "eccs" / "workflow.py"
        for name in ("update", "bulk_update")
        for call in calls(path, name)
        if any(word.arg == "stage" for word in call.keywords) or (name == "bulk_update" and "'stage'" in ast.dump(call))
    ]
    assert not found


def test_files_stay_short() -> None:
    long = {
        where(path): n for path in modules(*APPS, "tests") if (n := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert not long


def test_style_sheets_stay_short() -> None:
    sheets = {
        path.name: len(path.read_text().splitlines())
        for path in (ROOT / "static").rglob("*.css")
        if "vendor" not in path.parts
    }
    assert sheets and not {name: n for name, n in sheets.items() if n > LONGEST_FILE}


def test_modules_are_named_for_what_they_hold() -> None:
    assert not [
        where(path) for path in modules(*APPS) if path.stem in NO_SUCH_NAMES or path.parent.name in NO_SUCH_NAMES
    ]


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        where(path) for path in modules(*APPS, "tests") if path.stat().st_size and not ast.get_docstring(tree(path))
    ]
    assert not silent


def test_money_is_never_a_float() -> None:
    """Rupees, kilograms and percentages are Decimal; a float would lose paise."""
    floats = [
        where(path, node)
        for path in (*modules(*MONEY), ROOT / "eccs" / "money.py")
        if "sandbox" not in path.parts
        and not path.stem.endswith(("paper", "papers"))  # the sandbox bank's clock, and places on paper
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float" and not isinstance(node.ctx, ast.Store))
        or (isinstance(node, ast.Attribute) and node.attr == "FloatField")
    ]
    assert not floats


@pytest.mark.parametrize("part", ONE_IMPORTER)
def test_each_outside_part_has_one_importer(part: str) -> None:
    allowed = ONE_IMPORTER[part]
    importers = {where(path) for path in modules(*APPS) if part in imported(path)}
    assert not {name for name in importers if not any(name.startswith(place) for place in allowed)}


def test_locks_name_their_rows() -> None:
    """Without `of` a lock also takes the joined rows, and two desks wait for each other."""
    assert not [
        where(path, call)
        for path in modules(*APPS)
        for call in calls(path, "select_for_update")
        if not any(word.arg == "of" for word in call.keywords)
    ]


SPEAKS_OF_NO_ROWS = {ROOT / "eccs" / "paper_making.py"}  # all that is to be drawn stands in the message


def test_background_work_waits_for_the_commit() -> None:
    """A message sent inside a transaction can arrive before the rows it speaks of."""
    waiting = {call for path in modules(*APPS) for wait in calls(path, "on_commit") for call in ast.walk(wait)}
    sent = [(path, call) for path in modules(*APPS) for name in ("delay", "apply_async") for call in calls(path, name)]
    assert not [where(path, call) for path, call in sent if call not in waiting and path not in SPEAKS_OF_NO_ROWS]


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME)\b")
    files = [path for path in modules(*APPS, "tests") if path != ROOT / "tests" / "house" / "test_code.py"]
    assert not [where(path) for path in files if marks.search(path.read_text())]


def test_every_part_is_pinned() -> None:
    lines = [
        line.strip()
        for name in ("requirements.txt", "requirements-run.txt", "requirements-dev.txt")
        for line in (ROOT / name).read_text().splitlines()
        if line.strip() and not line.startswith(("#", "-r "))
    ]
    assert not [
        line
        for line in lines
        if not re.fullmatch(r"[A-Za-z0-9_.\[\]-]+==[\w.]+(; python_full_version < \"[\d.]+\")?", line)
    ]
    names = [line.split("==")[0].lower() for line in lines]
    assert len(names) == len(set(names))
    assert "django-fsm" not in names


def test_every_module_has_its_layer() -> None:
    """A module that stands in no layer could import whatever it likes."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    named = [name for layer in layers for name in re.split(r" [:|] ", layer)]
    of_the_kernel = {
        f"eccs.{path.stem}"
        for path in (ROOT / "eccs").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    } - {"eccs.__init__"}
    assert sorted(named) == sorted(of_the_kernel | (set(APPS) - {"eccs"}))
