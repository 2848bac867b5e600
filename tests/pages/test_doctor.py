"""The doctor: each thing that is wrong with an installation is named with its remedy."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from accounts.authenticators import Authenticator
from accounts.examined import authenticators
from bills.models import Attachment
from eccs import celery, doctor, readiness
from eccs.encryption import encrypt
from eccs.tasks import heartbeat
from payments.bank import BankSilent
from payments.examined import bank
from tests.factories.bills import bill
from tests.factories.firms import person

pytestmark = pytest.mark.django_db

STRONG = "k3Vq9ZtX1mB7yC5wN0pR8sD2fG4hJ6lA-uE_iOxTzQvYbWnMcKrPdSgH"


def told(monkeypatch: pytest.MonkeyPatch, *parts: str, **faults: str) -> tuple[str, int]:
    """What the command says, and its exit, where these examinations find something."""

    def answers(questions: dict[str, Any], seconds: float) -> dict[str, str]:
        return {name: faults.get(name, "") for name in questions}

    monkeypatch.setattr(readiness, "answers", answers)
    out = StringIO()
    try:
        call_command("doctor", *parts, stdout=out)
    except SystemExit as ended:
        return out.getvalue(), int(str(ended.code))
    return out.getvalue(), 0


def test_every_fault_is_told_with_its_remedy_and_ends_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    said, code = told(monkeypatch)
    assert code == 0 and "Everything is well." in said and "not asked of a demonstration" in said
    with override_settings(DEMO=False):
        said, code = told(monkeypatch, clock="The clocks differ by 7.0 seconds.")
    assert code == 1 and "not asked" not in said
    lines = said.splitlines()
    place = lines.index("FAULT clock           The clocks differ by 7.0 seconds.")
    assert "Run a time service" in lines[place + 1]
    with override_settings(DEMO=False):
        said, code = told(monkeypatch, database="away\n at 1", clock="away\n at 1")
    assert "FAULT database        away at 1" in said and "-     clock           needs the database" in said
    assert lines[-1] == f"1 of {len(doctor.EXAMINATIONS)} need somebody."


def test_one_part_is_examined_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    said, code = told(monkeypatch, "beat", clock="The clocks differ by 7.0 seconds.")
    assert (said.splitlines(), code) == (["ok    beat", "Everything is well."], 0)
    said, code = told(monkeypatch, "beat", beat="Never heard of.")
    assert code == 1 and "1 of 1 need somebody." in said
    with pytest.raises(CommandError, match="weather"):
        call_command("doctor", "weather")


def test_all_that_is_asked_for_is_examined() -> None:
    assert set(doctor.EXAMINATIONS) == set(
        "database migrations redis storage disk clock policies durability backup replica keys https certificate wire authorities mail beat worker logs years archive heads encryption breaches bank viruses".split()
    )
    assert all(one.remedy for one in doctor.EXAMINATIONS.values())


def test_keys_and_https_are_examined() -> None:
    with override_settings(
        DEMO=False, SECRET_KEY=STRONG, ENCRYPTION_KEYS=[STRONG], BANK_KEY="ab" * 32, HTTPS=True,
        PUBLIC_URL="https://eccs.example", ALLOWED_HOSTS=["eccs.example"],
    ):  # fmt: skip
        assert (doctor.keys(), doctor.https()) == ("", "")
    with override_settings(
        DEMO=False,
        SECRET_KEY="short",
        ENCRYPTION_KEYS=["weak"],
        BANK_KEY="",
        HTTPS=False,
        DEBUG=True,
        ALLOWED_HOSTS=["*"],
    ):
        found = f"{doctor.keys()} {doctor.https()}"
    for words in ("ECCS_SECRET_KEY has 5", "ECCS_ENCRYPTION_KEYS has 4", "ECCS_BANK_KEY is not set", "https address"):
        assert words in found
    assert "DEBUG is on. ECCS_HOSTS admits every name." in found


def test_clock_beat_and_worker_are_examined(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.clock() == "" and doctor.beat() == "Never heard of."
    heartbeat()
    assert doctor.beat() == ""
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(minutes=10))
    assert doctor.clock().startswith("The clocks differ by 600.") or doctor.clock().startswith(
        "The clocks differ by 599."
    )
    assert doctor.beat().startswith("Last heard of at ")
    for length, answer, says in (
        (None, [], "The queue does not answer."), (7, [], "No worker answers; 7 tasks wait."), (7, [{"w": "pong"}], ""),
        (5000, [{"w": "pong"}], "5000 tasks wait."),
    ):  # fmt: skip
        monkeypatch.setattr(celery, "waiting", lambda length=length: length)
        monkeypatch.setattr(celery.app.control, "ping", lambda answer=answer, **_within: answer)
        assert doctor.worker() == says


def test_mail_durability_and_backup_are_examined() -> None:
    assert doctor.mail() == "Letters are written to a screen or a file, and reach nobody."
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1
    ):
        assert doctor.mail().startswith("The mail server does not take letters: ")
    assert "fsync" in doctor.durability()  # the tests' own database is for throw-away data
    assert doctor.backup() == "The write-ahead log is not archived."
    assert doctor.disk() == ""


def test_a_secret_that_no_key_opens_is_found() -> None:
    one = person()
    kept = Authenticator.holding(one, "ab" * 20, name="phone")
    kept.save()
    assert authenticators() == ""
    Authenticator.objects.filter(pk=kept.pk).update(key=encrypt(b"another's", "authenticator:0"))
    assert authenticators() == "1 of 1 authenticators looked at open under no key."


def test_a_silent_bank_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_asked: Any) -> None:
        raise BankSilent("connection refused")

    monkeypatch.setattr("payments.bank.Bank.ask", silent)
    assert bank() == "BANK: connection refused."


def test_files_are_held_against_the_store(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    on, content = bill(), b"as handed in"
    one = Attachment.objects.create(
        bill=on, kind="OTHER", name="invoice.pdf", file=ContentFile(content, "invoice.pdf"), size=len(content),
        sha256=sha256(content).hexdigest(), by=on.created_by,
    )  # fmt: skip
    out = StringIO()
    call_command("verify_files", stdout=out)
    assert out.getvalue() == "All 1 files are in the store.\n"
    Path(one.file.path).write_bytes(b"another")
    with pytest.raises(CommandError, match="1 of 1 files"):
        call_command("verify_files", stdout=out)
    Path(one.file.path).unlink()
    with pytest.raises(CommandError):
        call_command("verify_files", stdout=out)
    told = out.getvalue().splitlines()
    assert [line.split(" ", 1) for line in told[1:]] == [
        [fault, f"bills.Attachment {one.pk}: {one.file.name}"] for fault in ("CHANGED", "MISSING")
    ]
