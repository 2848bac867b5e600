"""Papers are looked through for viruses by a real clamd, with a list of its own that knows one mark."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from bills.models import Attachment, CourierBillOfEntry
from bills.stages import Stage
from eccs import doctor
from eccs.uploads import scans, viruses
from tests.bills.conftest import SignedIn
from tests.factories.bills import bill

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(shutil.which("clamd") is None, reason="no clamd on this machine"),
]

MARK = b"a mark that only the list of this test knows"
CLEAN = b"%PDF-1.7\nan invoice\n%%EOF"
INFECTED = b"%PDF-1.7\n" + MARK + b"\n%%EOF"
CONFIG = """
Foreground yes
LocalSocket {place}/socket
DatabaseDirectory {place}/known
PidFile {place}/pid
LogFile {place}/log
User root
"""


@pytest.fixture(scope="module")
def clamd_at() -> Iterator[str]:
    """A clamd that knows the mark, and nothing else."""
    with TemporaryDirectory(prefix="clamd-") as folder:
        place = Path(folder)
        (place / "known").mkdir()
        (place / "known" / "own.ndb").write_text(f"Mark.Of.Test:0:*:{MARK.hex()}\n")
        config = CONFIG.format(place=place)
        (place / "config").write_text(config)
        words = ["clamd", "--config-file", str(place / "config")]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            assert process.stdout is not None
            given_up = threading.Timer(60, process.kill)
            given_up.start()
            any("Self checking" in line for line in process.stdout)  # its last word before it listens
            given_up.cancel()
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield str(place / "socket")
            process.terminate()


@pytest.fixture
def clamd(clamd_at: str, settings: Any) -> str:
    """Papers are looked through by it."""
    settings.CLAMD = clamd_at
    return clamd_at


def paper(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("invoice.pdf", content, "application/pdf")


def test_a_paper_with_a_virus_is_refused_by_its_name_and_nothing_of_it_is_kept(
    clamd: str, signed_in: SignedIn, caplog: pytest.LogCaptureFixture
) -> None:
    asked = bill(Stage.QUERY)
    sent = {"reply_to_query-reply": "See there.", "reply_to_query-papers": paper(INFECTED)}
    answer = signed_in("signatory.swift").post(asked.step_url("reply_to_query"), sent)
    assert answer.status_code == 422 and "Mark.Of.Test" in answer.content.decode()
    assert CourierBillOfEntry.objects.get(pk=asked.pk).stage == Stage.QUERY
    assert not Attachment.objects.exists()
    assert "virus Mark.Of.Test" in caplog.text and "invoice.pdf" not in caplog.text
    sent["reply_to_query-papers"] = paper(CLEAN)
    signed_in("signatory.swift").post(asked.step_url("reply_to_query"), sent)
    assert Attachment.objects.get().size == len(CLEAN)


def test_of_a_zip_the_clean_images_are_kept_and_the_other_is_named(clamd: str, signed_in: SignedIn) -> None:
    named = bill(Stage.DUTY, hawb_image="h1.pdf", invoice_image="i1.pdf")
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("h1.pdf", CLEAN)
        archive.writestr("i1.pdf", INFECTED)
    sent = {"images": SimpleUploadedFile("images.zip", out.getvalue())}
    url = reverse("bill-images", args=[named.manifest.key])
    page = signed_in("courier.swift").post(url, sent, follow=True).content.decode()
    assert "i1.pdf: The file carries a virus (Mark.Of.Test.UNOFFICIAL)" in page
    assert list(Attachment.objects.values_list("name", flat=True)) == ["h1.pdf"]


def test_a_paper_as_large_as_may_be_is_looked_through_to_its_end(clamd: str) -> None:
    filling = b"%PDF-1.7\n" + b"0" * (scans.LARGEST - len(MARK) - 9)
    assert viruses.found_in(filling + MARK) == "Mark.Of.Test.UNOFFICIAL"
    assert viruses.found_in(filling) == ""


def test_no_paper_is_taken_while_clamd_is_silent(
    clamd: str, signed_in: SignedIn, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CLAMD = str(tmp_path / "nobody")
    assert "Send it again in a few minutes" in scans.why_not(paper(CLEAN))
    assert "was not looked through" in caplog.text
    with socket.create_server(("127.0.0.1", 0)) as server:  # one that closes at once
        settings.CLAMD = f"127.0.0.1:{server.getsockname()[1]}"

        def close_at_once() -> None:
            server.accept()[0].close()

        threading.Thread(target=close_at_once, daemon=True).start()
        assert "Send it again in a few minutes" in scans.why_not(paper(CLEAN))
    settings.CLAMD = clamd
    assert scans.why_not(paper(CLEAN)) == ""


@pytest.mark.parametrize("where", ["", viruses.ELSEWHERE])
def test_where_no_clamd_is_named_papers_are_taken_as_they_are(settings: Any, where: str) -> None:
    settings.CLAMD = where
    assert scans.why_not(paper(INFECTED)) == ""
    assert (doctor.virus_scanner() == "") == bool(where)


def test_the_doctor_asks_clamd_of_when_its_viruses_are(
    clamd: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert doctor.virus_scanner() == "clamd does not say of when the viruses are that it knows."
    said = {"now": f"{timezone.now().astimezone(UTC):%a %b %d %H:%M:%S %Y}", "then": "Mon Jan 05 08:26:31 2026"}
    for when, fault in (("now", ""), ("then", "The viruses that clamd knows are of 05/01/2026.")):
        monkeypatch.setattr(viruses, "_asked", lambda _command, when=when: f"ClamAV 1.4.3/27500/{said[when]}")
        assert doctor.virus_scanner() == fault
    monkeypatch.undo()
    settings.CLAMD = "/nobody/here"
    assert doctor.virus_scanner().startswith("No paper is taken, for clamd does not answer: ")


def test_what_clamd_would_not_look_through_is_not_called_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for answer in ("INSTREAM size limit exceeded. ERROR", "", "stream: OK?", "stream: x ERROR"):
        monkeypatch.setattr(viruses, "_asked", lambda *_asked, answer=answer: answer)
        with pytest.raises(viruses.NotLookedThrough):
            viruses.found_in(CLEAN)
