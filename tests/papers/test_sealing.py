"""The seal on a paper is one that others read: pdfsig and qpdf find nothing wrong with it, and nothing of the paper is changed by it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from reportlab.pdfgen.canvas import Canvas

from bills.papers import draw_bill
from eccs.paper_volume import bound
from eccs.signing import seal, sealing
from eccs.signing.names import Owner
from eccs.signing.own_authority import OwnAuthority
from tests.papers import examples, reading


def _bound() -> bytes:
    with bound() as volume:
        draw_bill(examples.bill())
        draw_bill(examples.bill(44))
    return volume.pdf()


PAPERS: dict[str, Callable[[], bytes]] = {
    "bill": lambda: draw_bill(examples.bill()),
    "longest bill": lambda: draw_bill(examples.longest_bill()),
    "two bills bound together": _bound,
}


def _run(path: Path, *words: str) -> str:
    done = subprocess.run([*words, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="no pdfsig on this machine")
@pytest.mark.parametrize("name", PAPERS)
def test_pdfsig_finds_the_seal_valid_and_over_the_whole_file(name: str, paper_keys: Path, tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(PAPERS[name]())
    told = _run(tmp_path / "paper.pdf", "pdfsig", "-nocert")
    for words in ("ETSI.CAdES.detached", "SHA-256", "Total document signed", "Signature is Valid"):
        assert words in told
    assert told.count("Signature #") == 1


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="no pdfsig on this machine")
def test_pdfsig_sees_one_altered_byte(paper_keys: Path, tmp_path: Path) -> None:
    data = bytearray(draw_bill(examples.bill()))
    data[900] ^= 1
    (tmp_path / "paper.pdf").write_bytes(data)
    done = subprocess.run(["pdfsig", "-nocert", tmp_path / "paper.pdf"], capture_output=True, text=True, check=False)
    assert "Signature is Valid" not in done.stdout


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="no qpdf on this machine")
@pytest.mark.parametrize("name", PAPERS)
def test_qpdf_finds_nothing_wrong(name: str, paper_keys: Path, tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(PAPERS[name]())
    assert "No syntax or stream encoding errors" in _run(tmp_path / "paper.pdf", "qpdf", "--check")


def test_the_paper_stands_before_its_seal_byte_for_byte(paper_keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[bytes] = []
    put = sealing.sealed

    def noted(pdf: bytes, stamp: sealing.Stamp, field: str, at: datetime) -> bytes:
        kept.append(pdf)
        return put(pdf, stamp, field, at)

    monkeypatch.setattr(sealing, "sealed", noted)
    data = draw_bill(examples.bill())
    assert data.startswith(kept[0])
    assert reading.text(data) == reading.text(kept[0])
    assert seal.look_at(data).holds


def test_an_rsa_key_seals_too(paper_keys: Path) -> None:
    key, issuer = rsa.generate_private_key(65537, 2048), OwnAuthority("CA of the tests")
    own = issuer.certify(Owner("Seal", "Board"), key.public_key())
    (paper_keys / seal.OWN).write_bytes(own.public_bytes(Encoding.PEM) + issuer.certificate.public_bytes(Encoding.PEM))
    (paper_keys / seal.OWN_KEY).write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert seal.look_at(draw_bill(examples.bill())).holds


def test_what_is_no_paper_of_ours_is_not_sealed(paper_keys: Path) -> None:
    out = BytesIO()
    canvas = Canvas(out)
    canvas.linkURL("https://example.org", (0, 0, 9, 9))
    canvas.showPage()
    canvas.save()
    for pdf in (out.getvalue(), b"%PDF-1.4\n%%EOF", b""):
        with pytest.raises(sealing.NotOurs):
            seal.sealed(pdf)


def test_letters_beyond_the_first_256_of_a_font_are_written_too() -> None:
    many = "".join(chr(n) for n in range(0x100, 0x250)) + " 100% Љубљана"
    data = draw_bill(replace(examples.bill(), consignee=many))
    assert "100%" in reading.text(data) and "ǈ" in reading.text(data)
