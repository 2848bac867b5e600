"""Templates and vendored files: all used, none changed by hand, nothing that the content security policy refuses."""

from __future__ import annotations

import hashlib
import re

import pytest

from tests.house.source import APPS, ROOT, modules, templates

DJANGO_FINDS_BY_NAME = re.compile(r"^(400|403|403_csrf|404|500)\.html$|^django/|^eccs/widgets/")
REFUSED = re.compile(r"<style|\sstyle\s*=|<script(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE)
FOREIGN = re.compile(r"(?:src|href|action)\s*=\s*[\"']https?://", re.IGNORECASE)


def test_every_template_is_used() -> None:
    written = "".join(path.read_text() for path in (*modules(*APPS), *templates()))
    names = [str(path.relative_to(ROOT / "templates")) for path in templates()]
    unused = [name for name in names if f'"{name}"' not in written and f"'{name}'" not in written]
    assert not [name for name in unused if not DJANGO_FINDS_BY_NAME.search(name)]


def test_pages_hold_no_style_and_no_script_of_their_own() -> None:
    found = {str(path.relative_to(ROOT)): REFUSED.findall(path.read_text()) for path in templates()}
    assert not {name: hits for name, hits in found.items() if hits}


def test_pages_fetch_nothing_from_elsewhere() -> None:
    assert not [str(path.relative_to(ROOT)) for path in templates() if FOREIGN.search(path.read_text())]


def test_vendored_files_are_those_that_were_fetched() -> None:
    folder = ROOT / "static" / "vendor"
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    noted = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert there == noted


@pytest.mark.parametrize("theirs", ['GDS Transport";', "@font-face", "govuk-crest.svg", "sourceMappingURL"])
def test_the_style_sheet_holds_nothing_of_the_british_government(theirs: str) -> None:
    assert theirs not in (ROOT / "static" / "vendor" / "govuk-frontend.min.css").read_text()


def test_every_file_that_pages_name_exists() -> None:
    named = re.compile(r"\{%\s*static\s+[\"']([^\"']+)[\"']")
    wanted = {name for path in templates() for name in named.findall(path.read_text())}
    assert not {name for name in wanted if not (ROOT / "static" / name).is_file()}
