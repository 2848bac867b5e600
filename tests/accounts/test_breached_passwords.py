"""The list of breached passwords: found in it is what stands in it, wherever; what is no such list stops nobody and is told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.password_validation import password_validators_help_texts
from django.test import Client, override_settings
from hypothesis import given
from hypothesis import strategies as st

from accounts import breached_passwords
from accounts.breached_passwords import is_listed
from accounts.examined import list_of_breaches
from accounts.models import User
from tests.accounts.conftest import NEW, text
from tests.conftest import PASSWORD

People = Callable[[str], User]
Browser = Callable[..., Client]
CHANGE = {"present": PASSWORD, "new": NEW, "again": NEW}


def digest(password: str) -> str:
    """The SHA-1 of a password, as it stands in the list."""
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def written(passwords: Collection[str], end: str = "\n", last: str | None = None) -> bytes:
    """A list of these passwords, with counts of one to eight digits."""
    lines = [f"{one}:{10 ** (int(one[0], 16) // 2)}" for one in sorted(digest(one) for one in passwords)]
    return (end.join(lines) + (end if last is None else last) * bool(lines)).encode()


@pytest.fixture
def breaches(tmp_path: Path, settings: LazySettings) -> Path:
    """Where the list lies; it holds the new password of these tests and a thousand others."""
    path = tmp_path / "breached.txt"
    path.write_bytes(written([NEW, *(f"Password-{n}" for n in range(1000))]))
    settings.BREACHED_PASSWORDS = str(path)
    return path


# ── the search ───────────────────────────────────────────────────────────────


@given(
    listed=st.sets(st.text(max_size=9), max_size=40), others=st.sets(st.text(max_size=9), max_size=9),
    end=st.sampled_from(["\n", "\r\n"]), last=st.sampled_from(["", None]),
)  # fmt: skip
def test_what_is_found_is_what_stands_in_the_list(
    listed: set[str], others: set[str], end: str, last: str | None
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "list.txt")
        path.write_bytes(written(listed, end, last))
        with override_settings(BREACHED_PASSWORDS=str(path)):
            assert {one for one in listed | others if is_listed(one)} == listed
            assert breached_passwords.fault() == ("" if listed else "The list of breached passwords is empty.")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("many", [0, 1, 2, 3, 1000])
def test_the_first_the_last_and_what_would_stand_before_and_behind_them(
    many: int, end: str, tmp_path: Path, settings: LazySettings
) -> None:
    words = sorted((f"word {n}" for n in range(many + 2)), key=digest)
    before, *listed, behind = words
    path = tmp_path / "list.txt"
    path.write_bytes(written(listed, end))
    settings.BREACHED_PASSWORDS = str(path)
    assert all(is_listed(one) for one in listed)
    assert not is_listed(before) and not is_listed(behind)


def test_few_lines_are_read(breaches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as the size of the file has halves; of a thousand times as long a list ten more."""
    read, line = [], breached_passwords._line

    def counted(file: Any, place: int) -> bytes:
        read.append(place)
        return line(file, place)

    monkeypatch.setattr(breached_passwords, "_line", counted)
    assert is_listed(NEW)
    assert len(read) <= breaches.stat().st_size.bit_length() + 1


def test_a_file_without_lines_is_not_read_whole(
    breaches: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever names a packed list by mistake is told so; nothing of it is laid out in memory."""
    breaches.write_bytes(b"7z" * 2**20)
    assert not is_listed(NEW)
    assert "no SHA-1 in capitals" in list_of_breaches()
    with breaches.open("rb") as file:
        breached_passwords._line(file, 2**20)
        assert file.tell() <= 2**20 + 2 * breached_passwords.LONGEST_LINE


# ── on the page ──────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_breached_password_is_refused_in_words(
    breaches: Path, people: People, browser: Browser, settings: LazySettings
) -> None:
    client = browser("ao.blr")
    answer = client.post("/password/", CHANGE)
    assert answer.status_code == 422 and "known from a data breach" in text(answer)
    assert people("ao.blr").check_password(PASSWORD)
    other = f"{NEW}-and-nowhere-else"
    assert client.post("/password/", {**CHANGE, "new": other, "again": other}).status_code == 302
    assert any("data breach" in line for line in password_validators_help_texts())


@pytest.mark.django_db
@pytest.mark.parametrize("lacking", ["unset", "away", "a folder"])
def test_without_a_list_that_can_be_read_people_still_change_their_password(
    lacking: str, breaches: Path, people: People, browser: Browser, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    breaches.unlink()
    if lacking == "a folder":
        breaches.mkdir()
    if lacking == "unset":
        settings.BREACHED_PASSWORDS = ""
    assert browser("ao.blr").post("/password/", CHANGE).status_code == 302
    assert people("ao.blr").check_password(NEW)
    assert ("was not read" in caplog.text) == (lacking != "unset") and NEW not in caplog.text


# ── the doctor ───────────────────────────────────────────────────────────────


def test_the_doctor_examines_the_list(breaches: Path, settings: LazySettings) -> None:
    assert list_of_breaches() == ""
    whole = breaches.read_bytes()
    lines = whole.splitlines(keepends=True)
    for content, says in (
        (b"", "is empty"),
        (b"".join(reversed(lines)), "is not sorted"),
        (b"".join(lines[500:] + lines[:500]), "is not sorted"),  # two lists one behind the other
        (b"".join(sorted(lines, key=lambda line: hashlib.sha256(line).digest())), "is not sorted"),
        (whole.lower(), "no SHA-1 in capitals"),
        (whole.replace(b":", b";"), "no SHA-1 in capitals"),
        (b"PK\3\4", "no SHA-1 in capitals"),
        (lines[0], ""),
        (whole + b"\r\n", ""),
    ):
        breaches.write_bytes(content)
        found = list_of_breaches()
        assert (says in found) if says else found == "", (says, found)
    breaches.unlink()
    assert list_of_breaches().startswith("The list of breached passwords cannot be read: ")
    settings.BREACHED_PASSWORDS = ""
    assert list_of_breaches() == ""
