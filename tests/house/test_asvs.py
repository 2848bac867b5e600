"""What the papers of docs/security say is there: every requirement once, every file and every test that they name."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

from bills import images
from eccs.uploads import reading, scans
from tests.house.source import ROOT, tree

PAPERS = ROOT / "docs" / "security"
STATES = ("met", "partly", "not met", "n/a")
# OWASP ASVS 5.0.0: of each section the levels of its requirements 1, 2, 3 …; those of level 3 stand behind them and are left out.
LEVELS = {
    "1.1": "2 2", "1.2": "1 1 1 1 1 2 2 2 2", "1.3": "1 1 2 2 2 2 2 2 2 2 2", "1.4": "2 2 2", "1.5": "1 2",
    "2.1": "1 2 2", "2.2": "1 1 2", "2.3": "1 2 2 2", "2.4": "2", "3.2": "1 1",
    "3.3": "1 2 2 2", "3.4": "1 1 2 2 2 2", "3.5": "1 1 1 2 2", "3.7": "2 2", "4.1": "1 2 2",
    "4.2": "2", "4.3": "2 2", "4.4": "1 2 2 2", "5.1": "2", "5.2": "1 1 2",
    "5.3": "1 1", "5.4": "2 2 2", "6.1": "1 2 2", "6.2": "1 1 1 1 1 1 1 1 2 2 2 2", "6.3": "1 1 2 2",
    "6.4": "1 1 2 2", "6.5": "2 2 2 2 2", "6.6": "2 2 2", "6.8": "2 2 2 2", "7.1": "2 2 2",
    "7.2": "1 1 1 1", "7.3": "2 2", "7.4": "1 1 2 2 2", "7.5": "2 2", "7.6": "2 2",
    "8.1": "1 2", "8.2": "1 1 2", "8.3": "1", "8.4": "2", "9.1": "1 1 1",
    "9.2": "1 2 2 2", "10.1": "2 2", "10.2": "2 2", "10.3": "2 2 2 2", "10.4": "1 1 1 1 1 2 2 2 2 2 2",
    "10.5": "2 2 2 2 2", "10.6": "2 2", "10.7": "2 2 2", "11.1": "2 2", "11.2": "2 2 2",
    "11.3": "1 1 2", "11.4": "1 2 2 2", "11.5": "2", "11.6": "2", "12.1": "1 2 2",
    "12.2": "1 1", "12.3": "2 2 2 2", "13.1": "2", "13.2": "2 2 2 2 2", "13.3": "2 2",
    "13.4": "1 2 2 2 2", "14.1": "2 2", "14.2": "1 2 2 2", "14.3": "1 2 2", "15.1": "1 2 2",
    "15.2": "1 2 2", "15.3": "1 2 2 2 2 2 2", "16.1": "2", "16.2": "2 2 2 2 2", "16.3": "2 2 2 2",
    "16.4": "2 2 2", "16.5": "2 2 2", "17.1": "2", "17.2": "2 2 2 2", "17.3": "2 2",
}  # fmt: skip
WANTED = {
    f"{section}.{n}": int(level) for section, levels in LEVELS.items() for n, level in enumerate(levels.split(), 1)
}
NAMED = re.compile(r"`([\w./-]+?)(?:::(\w+))?`")


@cache
def lines() -> tuple[list[str], ...]:
    """The lines of the checklist: id, level, what is asked, state, where or why not, tests."""
    text = (PAPERS / "asvs.md").read_text()
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    return tuple(cells for cells in found if len(cells) == 6 and re.fullmatch(r"[\d.]+", cells[0]))


def paths(text: str) -> set[str]:
    """What looks like a file or folder of the project: it has a slash, or the ending of a file that we have."""
    return {
        name
        for name, _test in NAMED.findall(text)
        if "/" in name.strip("/") or re.search(r"\.(py|md|yml|txt|conf)$", name)
    }


def names_of_tests(path: Path) -> set[str]:
    """The tests of a file."""
    return {node.name for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)}


def test_every_requirement_of_levels_one_and_two_stands_once() -> None:
    assert (len(WANTED), Counter(WANTED.values())) == (253, {1: 70, 2: 183})
    assert Counter(cells[0] for cells in lines()) == Counter(WANTED.keys())
    assert {cells[0]: int(cells[1]) for cells in lines()} == WANTED


def test_every_line_says_where_or_why_not_and_is_shown() -> None:
    assert not [cells[0] for cells in lines() if cells[3] not in STATES or not cells[2] or not cells[4]]
    assert not [cells[0] for cells in lines() if cells[3] == "met" and not cells[5]]
    lacking = [cells for cells in lines() if cells[3] in ("partly", "not met")]
    assert lacking and all(len(cells[4]) > 40 for cells in lacking)
    assert not [cells[0] for cells in lines() if cells[3] == "partly" and "Missing" not in cells[4]]


def test_every_test_of_the_checklist_exists() -> None:
    named = {(name, test) for cells in lines() for name, test in NAMED.findall(cells[5])}
    assert all(test for _name, test in named)
    assert not sorted(f"{n}::{t}" for n, t in named if not (ROOT / n).is_file() or t not in names_of_tests(ROOT / n))


def test_every_file_that_the_papers_name_exists() -> None:
    assert {path.name for path in PAPERS.glob("*.md")} == {
        "asvs.md", "policy.md", "row-level-security.md", "threat-model.md",
    }  # fmt: skip
    for paper in PAPERS.glob("*.md"):
        text = paper.read_text()
        assert not sorted(name for name in paths(text) if not (ROOT / name).exists()), paper.name
        assert all((PAPERS / link).exists() for link in re.findall(r"\]\(([\w.-]+)\)", text))


def test_the_counts_are_true() -> None:
    counted = Counter(cells[3] for cells in lines())
    assert f"| {' | '.join(str(counted[state]) for state in STATES)} |" in (PAPERS / "asvs.md").read_text()


def test_every_key_of_the_settings_is_in_the_policy() -> None:
    """A secret that no line of the policy names has nobody who replaces it."""
    told = (PAPERS / "policy.md").read_text()
    secret = re.compile(r"\b((?:ECCS|POSTGRES|REDIS)_\w*(?:KEY|KEYS|TOKEN|PASSWORD))=")
    found = set(secret.findall((ROOT / ".env.example").read_text())) - {"ECCS_DEMO_PASSWORD"}
    assert found and not sorted(name for name in found if f"`{name}`" not in told)


def test_the_sizes_of_files_in_the_policy_are_those_of_the_code() -> None:
    told = (PAPERS / "policy.md").read_text()
    mebibytes = (
        scans.LARGEST, reading.MAX_BYTES, reading.MAX_UNPACKED, images.LARGEST_ZIP, images.LARGEST_UNPACKED,
    )  # fmt: skip
    assert all(f"{size // 2**20} MiB" in told for size in mebibytes) and f"{reading.MAX_ROWS:,} rows" in told
