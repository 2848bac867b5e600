"""Each paragraph of the notice has a journey, and the README links to it."""

from __future__ import annotations

import pytest

from eccs.management.paragraphs import PARAGRAPHS, journeys, table
from tests.house.source import ROOT


@pytest.mark.parametrize("paragraph", PARAGRAPHS)
def test_each_paragraph_is_walked_and_linked(paragraph: str) -> None:
    tests = journeys(ROOT)[paragraph]
    assert tests, f"no test is named test_{paragraph}_…"
    readme = (ROOT / "README.md").read_text()
    row = next(line for line in table(ROOT).splitlines() if line.startswith(f"| {PARAGRAPHS[paragraph][0]} |"))
    assert row in readme, "run manage.py diagrams"
    assert all(f"({path.as_posix()})" in row for path, _name in tests)
