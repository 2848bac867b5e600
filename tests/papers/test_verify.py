"""A paper in hand: genuine, altered, superseded or unknown, by its code and as a file, with and without the system."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bills.documents import courier_bill_of_entry, detention_memo, out_of_charge_order
from bills.papers import draw_bill
from bills.stages import Stage
from eccs import barcodes, paper_tokens, papers
from eccs.dated_rules import rule_book
from eccs.paper_checks import State, of_code, of_file
from eccs.signing import issuer, seal
from eccs.signing.own_authority import OwnAuthority
from eccs.workflow import take
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.papers import examples, reading
from tests.papers.test_documents import cleared

pytestmark = pytest.mark.django_db


def code_on(data: bytes) -> str:
    """What a scanner reads of the QR code, printed at 203 dpi."""
    return reading.codes(data)["QRCode"]


def test_every_code_on_every_page_is_read_at_203_dpi(paper_keys: Path) -> None:
    for given in (examples.bill(), examples.longest_bill(), examples.hindi_bill()):
        data = draw_bill(given)
        for page in (0, reading.pages(data) - 1):
            found = reading.codes(data, page)
            assert found["Code128"] == given.head.token
            token = paper_tokens.read(paper_tokens.found_in(found["QRCode"]))
            assert token.number == given.head.number
            assert token.sealed


def test_an_order_is_genuine_and_tells_what_stands_in_bold(paper_keys: Path, client: Client) -> None:
    one = cleared()
    address = code_on(out_of_charge_order(one))
    path = address.partition("/V/")[2]
    page = client.get(f"/V/{path}").content.decode()
    verdict = of_code(address)
    assert (verdict.state, verdict.number, verdict.kind) == (State.GENUINE, one.order.number, "Out of Charge")
    assert dict(verdict.facts)["Courier Bill of Entry"] == one.number
    assert "Genuine" in page and str(one.order.number) in page
    assert "Krishna Electronics" not in page  # nobody's name, though the paper has it


def test_a_bill_is_superseded_when_it_says_something_else_now(paper_keys: Path) -> None:
    one = bill(Stage.DUTY, arrived=True)
    printed = code_on(courier_bill_of_entry(one))
    assert of_code(printed).state == State.GENUINE
    take(one, "confirm_payment", actor("SYSTEM"), amount="31.00", challan="1911402718")
    assert (of_code(printed).state, of_code(printed).reason) == (State.SUPERSEDED, "changed")
    assert of_code(printed).facts == ()


def test_a_paper_printed_later_by_another_says_the_same(paper_keys: Path, time_machine: Any) -> None:
    one = cleared()
    time_machine.move_to("2026-12-01T10:00:00+05:30", tick=False)
    printed = code_on(courier_bill_of_entry(one, "somebody"))
    time_machine.move_to("2026-12-09T10:00:00+05:30", tick=False)
    assert of_code(printed).state == State.GENUINE
    assert code_on(courier_bill_of_entry(one, "another")) != printed


def test_a_memo_is_no_longer_in_force_when_the_detention_has_ended(paper_keys: Path) -> None:
    from django.utils import timezone

    one = take(bill(Stage.ASSESSMENT), "detain", actor("ASSESSING_OFFICER"), grounds="Marks differ", documents_wanted="")  # fmt: skip
    memo = one.detentions.get()
    printed = code_on(detention_memo(memo))
    assert of_code(printed).state == State.GENUINE
    type(memo).objects.filter(pk=memo.pk).update(ended_at=timezone.now(), outcome="LIFTED")
    assert (of_code(printed).state, of_code(printed).reason) == (State.SUPERSEDED, "ended")


def test_a_code_with_one_letter_changed_is_never_genuine(paper_keys: Path) -> None:
    code = paper_tokens.found_in(code_on(out_of_charge_order(cleared())))
    found = set()
    for at in range(len(code)):
        other = barcodes.SIGNS[(barcodes.SIGNS.index(code[at]) + 1) % 32]
        found.add(of_code(code[:at] + other + code[at + 1 :]).state)
    assert found == {State.ALTERED, State.UNKNOWN}  # unknown where the version or the name of the key was hit


def test_a_code_is_read_however_it_is_typed(paper_keys: Path) -> None:
    address = code_on(out_of_charge_order(cleared()))
    code = paper_tokens.found_in(address)
    grouped = " ".join(code[n : n + 5] for n in range(0, len(code), 5))
    for typed in (address, address.lower(), code.lower(), grouped, grouped.replace("0", "O").replace("1", "l")):
        assert of_code(typed).state == State.GENUINE


@pytest.mark.parametrize(
    "text",
    ["", "x", "0" * 170, "Z" * 170, "<script>alert(1)</script>", "é" * 120, "/V/" + "A" * 399, "'; DROP TABLE--"],
)
def test_what_is_no_code_is_unknown(paper_keys: Path, text: str) -> None:
    assert of_code(text).state in (State.UNKNOWN, State.ALTERED)
    assert of_code(text).number == ""


def test_the_key_of_another_system_proves_nothing(paper_keys: Path, settings: LazySettings) -> None:
    code = code_on(out_of_charge_order(cleared()))
    (paper_keys / issuer.OWN).write_bytes(issuer.new_key())
    assert of_code(code).state == State.UNKNOWN


def test_papers_of_an_earlier_key_stay_good(paper_keys: Path) -> None:
    code = code_on(out_of_charge_order(cleared()))
    public = issuer.public_keys()[issuer.key_id()]
    (paper_keys / issuer.OWN).write_bytes(issuer.new_key())
    (paper_keys / "2026.pub.pem").write_text(issuer.as_pem(public))
    assert of_code(code).state == State.GENUINE


def test_openssl_agrees_with_a_code(paper_keys: Path, tmp_path: Path, client: Client) -> None:
    whole = paper_tokens._as_bytes(paper_tokens.found_in(code_on(out_of_charge_order(cleared()))))
    (tmp_path / "key.pem").write_bytes(client.get("/verify/keys.pem").content)
    (tmp_path / "said").write_bytes(b"ECCS paper\0" + whole[:-64])
    (tmp_path / "signature").write_bytes(whole[-64:])
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "key.pem",
        "-rawin",
        "-in",
        "said",
        "-sigfile",
        "signature",
    ]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "said").write_bytes(b"ECCS paper\0" + whole[:-65] + b"?")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_a_sealed_file_is_genuine_and_one_altered_byte_shows(paper_keys: Path, client: Client) -> None:
    data = out_of_charge_order(cleared())
    assert of_file(data).state == State.GENUINE
    step = len(data) // 11
    for at in range(10, len(data), step):
        other = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert of_file(other).state in (State.ALTERED, State.UNKNOWN), at
    assert of_file(data + b"\n").state == State.ALTERED
    answer = client.post("/verify/", {"file": SimpleUploadedFile("order.pdf", data, "application/pdf")})
    assert "Genuine" in answer.content.decode()


def test_a_file_whose_seal_was_taken_off_is_altered(paper_keys: Path, settings: LazySettings) -> None:
    data = out_of_charge_order(cleared())
    assert b"%%EOF" in data
    bare = data[: data.index(b"%%EOF") + 6]  # as it was before the seal was added
    assert (of_file(bare).state, of_file(bare).reason) == (State.ALTERED, "stripped")


def test_without_a_certificate_the_paper_says_that_it_is_not_sealed(paper_keys: Path) -> None:
    (paper_keys / seal.OWN).unlink()
    data = out_of_charge_order(cleared())
    assert reading.squeezed("Bears no electronic seal") in reading.text(data)
    assert of_code(code_on(data)).state == State.GENUINE
    assert of_file(data).state == State.UNSEALED


def test_a_seal_of_somebody_else_is_altered(paper_keys: Path, tmp_path: Path) -> None:
    from accounts import demo_certificates

    data = out_of_charge_order(cleared())
    (paper_keys / seal.OWN).unlink()
    (paper_keys / seal.OWN_KEY).unlink()
    demo_certificates.make_paper_keys(paper_keys, OwnAuthority("Another CA"))
    assert of_file(data).reason == "file"


def test_a_certificate_out_of_date_seals_nothing(paper_keys: Path, time_machine: Any) -> None:
    assert seal.is_set()
    time_machine.move_to("2031-01-01T00:00:00+05:30")
    assert not seal.is_set()


def test_a_file_of_nothing_of_ours_is_unknown(paper_keys: Path) -> None:
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out)
    canvas.drawString(10, 10, "Out of Charge")
    canvas.save()
    assert (of_file(out.getvalue()).state, of_file(out.getvalue()).reason) == (State.UNKNOWN, "bare")
    for junk in (b"", b"%PDF-1.4", b"%PDF-1.4\n" + b"\xff" * 500, b"PK\x03\x04"):
        assert of_file(junk).state == State.UNKNOWN


def test_hostile_text_stays_text(paper_keys: Path, client: Client) -> None:
    head = replace(
        examples.head(number='OOC") >> <</JS (app.alert(1))>> <script>', foot="</b>(\\)"), kind=papers.Kind.BILL
    )
    data = draw_bill(replace(examples.bill(), head=head, consignee=") Tj ET /Launch (cmd) <<>> endstream"))
    assert b"/JavaScript" not in data and b"/Launch" not in data
    page = client.post("/verify/", {"code": code_on(data)}).content.decode()
    assert "<script>" not in page.partition("<main")[2]
    assert of_code(code_on(data)).state == State.SUPERSEDED  # there is no bill of that number
    for said in ("<img src=x onerror=alert(1)>", '"><script>'):
        assert said not in client.post("/verify/", {"code": said}).content.decode()


def test_nothing_typed_is_lost_and_the_page_says_what_is_missing(client: Client) -> None:
    answer = client.post("/verify/", {"code": "  "})
    assert answer.status_code == 400
    assert "choose its PDF" in answer.content.decode()
    assert "ABC12" in client.post("/verify/", {"code": "ABC12"}).content.decode()


def test_who_asks_too_often_waits(client: Client) -> None:
    from django.utils import timezone

    most = rule_book().count("paper_checks_a_minute", timezone.localdate())
    answers = [client.post("/verify/", {"code": "ABC12"}) for _n in range(most + 1)]
    if answers[-1].status_code == 200:  # the minute turned meanwhile
        answers = [client.post("/verify/", {"code": "ABC12"}) for _n in range(most + 1)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429 and answers[-1]["Retry-After"]
    assert "ABC12" in answers[-1].content.decode()


def test_the_same_paper_printed_again_is_not_made_again(paper_keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = cleared()
    first = out_of_charge_order(one, "somebody")
    monkeypatch.setattr(seal, "sealed", lambda _pdf: pytest.fail("it was sealed again"))
    assert out_of_charge_order(one, "somebody") == first
