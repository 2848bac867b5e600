"""The audit of parts tells an advisory, an answer, and that there was none, apart."""

from __future__ import annotations

import importlib.util
import sys
from datetime import date
from types import ModuleType
from typing import Any

import pytest

from tests.house.source import ROOT


def tool() -> ModuleType:
    """tools/audit.py, which is a program and no module of the project."""
    spec = importlib.util.spec_from_file_location("audit_of_parts", ROOT / "tools" / "audit.py")
    assert spec and spec.loader
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found  # dataclasses look their module up there
    spec.loader.exec_module(found)
    return found


audit = tool()
TODAY = date(2026, 11, 22)
WELL: dict[str, Any] = {"name": "one", "version": "1.0", "vulns": []}
UNASKED: dict[str, Any] = {
    "name": "two",
    "skip_reason": "Dependency not found on PyPI and could not be audited: two (2.0)",
}
WEAK: dict[str, Any] = {
    "name": "three", "version": "3.0", "vulns": [{"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["3.1"]}],
}  # fmt: skip


def verdict(*parts: dict[str, Any]) -> Any:
    """What is made of a report on these parts."""
    return audit.read({"dependencies": list(parts)}, TODAY)


def test_an_advisory_is_an_error_that_names_part_and_remedy() -> None:
    found = verdict(WELL, WEAK, UNASKED)
    assert found.bad and "three 3.0: PYSEC-2026-1, mended in 3.1" in found.words


def test_what_could_not_be_asked_is_never_told_as_sound() -> None:
    """pip-audit itself ends well and says that it found nothing."""
    for found in (verdict(UNASKED), verdict(), audit.read({}, TODAY)):
        assert found.words.startswith("NOT AUDITED") and not found.bad and not found.whole
    assert verdict(WELL, UNASKED) == audit.Verdict("NOT AUDITED: two. No advisory against the other parts.")
    assert verdict(WELL).whole


def test_an_advisory_is_accepted_until_its_day_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "ACCEPTED", {"CVE-2026-1": TODAY})
    assert not verdict(WEAK).bad
    monkeypatch.setattr(audit, "ACCEPTED", {"CVE-2026-1": date(2026, 11, 21)})
    assert verdict(WEAK).bad
