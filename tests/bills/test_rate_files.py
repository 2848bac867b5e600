"""The tariff and the rates of exchange come as files: every row checked, the difference shown, approved by a second person."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.permissions import Actor
from bills import rates
from bills.models import ExchangeRate, RateChange, RateFile, TariffRate
from bills.rate_files import applying
from eccs import upload_runner
from eccs.audit import AuditLine
from eccs.models import Upload
from eccs.trail import broken_lines
from eccs.workflow import Refused, take
from tests.bills.conftest import SignedIn
from tests.factories.rates import rate_file

pytestmark = pytest.mark.django_db

Rows = list[dict[str, str]]


def day(days: int = 0) -> date:
    """So many days from today."""
    return timezone.localdate() + timedelta(days=days)


def item(cth: str = "85171300", **given: str) -> dict[str, str]:
    """One good row of a tariff, from a week on."""
    return {
        "cth": cth, "description": "Smartphones", "unit": "NOS", "bcd_percent": "15", "bcd_specific": "", "bcd_specific_unit": "",
        "igst_percent": "18", "from_date": day(7).isoformat(), "notification": "Notification 1/2026-Customs", **given,
    }  # fmt: skip


def currency(code: str = "USD", **given: str) -> dict[str, str]:
    """One good row of rates of exchange, from tomorrow on."""
    return {
        "currency": code, "unit": "1", "import_rate": "97.15", "export_rate": "95.45", "from_date": day(1).strftime("%d/%m/%Y"),
        "notification": "Notification 88/2026-Customs (N.T.)", **given,
    }  # fmt: skip


def as_csv(rows: Rows) -> bytes:
    """The rows as a file."""
    out = StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


@pytest.fixture
def load(signed_in: SignedIn) -> Callable[..., Upload]:
    """Hand in rows as the first System Admin, and have them checked."""

    def loaded(rows: Rows, sort: str = "tariff", extent: str = "part") -> Upload:
        given = {"file": SimpleUploadedFile("rates.csv", as_csv(rows)), "extent": extent}
        answer = signed_in("sysadmin").post(f"/bills/rates/new/{sort}/", given)
        assert answer.status_code == 302, answer.content.decode()
        upload = Upload.objects.latest("pk")
        upload_runner.check(upload.pk)
        upload.refresh_from_db()
        return upload

    return loaded


def file_of(upload: Upload) -> RateFile:
    """The file of rates of an upload."""
    assert upload.state == "READY", (upload.refusal, upload.faults)
    found: RateFile = RateFile.objects.get(pk=upload.subject_id or 0)
    return found


def approve(file: RateFile, actor: Callable[[str], Actor]) -> RateFile:
    """Proposed by the first System Admin and approved by the second."""
    approved: RateFile = take(take(file, "propose", actor("sysadmin")), "approve", actor("sysadmin2"))
    return approved


def test_a_tariff_is_loaded_shown_as_a_difference_approved_by_a_second_person_and_in_force_from_its_day(
    load: Callable[..., Upload],
    signed_in: SignedIn,
    actor: Callable[[str], Actor],
    django_capture_on_commit_callbacks: Any,
) -> None:
    before = rates.tariff().rate("85171300", day(7))
    assert before is not None and before.cth != "85171300"
    rows = [item(), item("98049000", description="Personal imports", bcd_percent="12.5", unit="NOS")]
    upload = load(rows)
    first, second, file = signed_in("sysadmin"), signed_in("sysadmin2"), file_of(upload)
    assert first.get(f"/uploads/{upload.pk}/")["Location"] == file.get_absolute_url()
    page = first.get(file.get_absolute_url()).content.decode()
    assert "1 heading begins to list its eight-digit items" in page and "8517" in page
    assert "<del>10</del> <ins><b>12.5</b></ins>" in page and (file.new, file.changed, file.ended) == (1, 1, 0)
    assert "Smartphones" in first.get(f"/bills/rates/{file.key}/changes/?kind=NEW").content.decode()
    assert not TariffRate.objects.filter(file=file).exists()

    with django_capture_on_commit_callbacks(execute=True):
        assert first.post(file.step_url("propose"), {"confirm": "yes"}).status_code == 302
    file = RateFile.objects.get(pk=file.pk)
    refused = first.post(file.step_url("approve"), {"confirm": "yes"})
    assert refused.status_code == 409 and "somebody else takes this step" in refused.content.decode()
    assert str(file) in second.get("/bills/rates/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert second.post(file.step_url("approve"), {"confirm": "yes"}).status_code == 302
    file = RateFile.objects.get(pk=file.pk)
    assert (file.stage, file.turn) == ("APPROVED", 1) and not list(broken_lines(RateFile.trail_model))

    tariff = rates.tariff()
    assert tariff.rate("85171300", day(6)) == before  # what was in force stays in force for its days
    after = tariff.rate("85171300", day(7))
    assert after is not None and (after.cth, after.bcd_percent, after.notification) == (
        "85171300",
        15,
        "Notification 1/2026-Customs",
    )
    assert tariff.rate("85171400", day(6)) is not None and tariff.rate("85171400", day(7)) is None  # not listed
    assert rates.tariff(["85171400"]).rate("85171400", day(7)) is None  # nor where only that heading is read
    told = tariff.rate("98049000", day(7))
    assert told is not None and told.bcd_percent == Decimal("12.5")

    events = dict(AuditLine.objects.filter(event__startswith="rates.").values_list("event", "username"))
    assert events == {"rates.loaded": "sysadmin", "rates.proposed": "sysadmin", "rates.approved": "sysadmin2"}
    line = AuditLine.objects.get(event="rates.approved")
    assert line.details["digest"] == upload.digest and line.details["new"] == 1 and line.about == file.number
    history = second.get("/bills/rates/").content.decode()
    for words in (str(file), upload.digest[:12], "Notification 1/2026-Customs"):
        assert words in history
    kept: Any = second.get(f"/bills/rates/{file.key}/file/")
    assert b"".join(kept.streaming_content) == as_csv(rows)
    page = signed_in("courier.swift").get(f"/bills/tariff/85171300/?on={day(8)}").content.decode()
    assert "it bears the rates of 85171300" in page and str(file) in page
    assert signed_in("courier.swift").get("/bills/rates/").status_code == 403


FAULTS = [
    ({"cth": "8517130"}, "cth", "leading zero"),
    ({"cth": "99010000"}, "cth", "no chapter"),
    ({"unit": "PIECES"}, "unit", "unit quantity code"),
    ({"bcd_percent": "400.5"}, "bcd_percent", "from 0 to 400"),
    ({"igst_percent": "101"}, "igst_percent", "from 0 to 100"),
    ({"igst_percent": ""}, "igst_percent", "is missing"),
    ({"bcd_specific": "12"}, "bcd_specific_unit", "is missing"),
    ({"bcd_specific_unit": "KGS"}, "bcd_specific", "is missing"),
    ({"from_date": "2026-11-20"}, "from_date", "has passed"),
    ({"from_date": "31/02/2027"}, "from_date", "not a day"),
    ({"description": ""}, "description", "is missing"),
]


def test_every_fault_of_a_tariff_is_named_by_row_and_column_and_nothing_of_it_is_kept(
    load: Callable[..., Upload],
) -> None:
    upload = load(
        [
            item(),
            *(
                item(f"851714{n:02d}", **given) if "cth" not in given else item(**given)
                for n, (given, _c, _r) in enumerate(FAULTS)
            ),
            item(),
        ]
    )
    told = {(row, column): reason for row, column, _value, reason in upload.faults}
    for row, (_given, column, words) in enumerate(FAULTS, 3):
        assert words in told.get((row, column), ""), (row, column, told)
    assert upload.state == "REFUSED" and len(told) == len(FAULTS) + 1
    alone = load([item(), item("85171400"), item()])
    assert [(row, column) for row, column, _v, _r in alone.faults] == [(4, "cth")] and "row 2" in alone.faults[0][3]
    file = RateFile.objects.get(pk=alone.subject_id or 0)
    assert file.upload is None and not file.changes.exists()


def test_a_whole_tariff_ends_what_is_not_in_it_and_says_what_nothing_replaces(
    load: Callable[..., Upload], actor: Callable[[str], Actor]
) -> None:
    stands = TariffRate.objects.filter(cth__startswith="9804").latest("from_date")
    several = load([item(), item("85171400", from_date=day(8).isoformat())], extent="whole")
    assert "one day" in several.faults[0][3]
    rows = [item(f"{chapter:02d}", description=f"Chapter {chapter}") for chapter in range(1, 99) if chapter != 77]
    gap = load([row for row in rows if row["cth"] != "49"], extent="whole")
    assert any("nothing takes" in note and "49019900" in note for note in gap.summary["notes"])
    upload = load(rows, extent="whole")
    file = file_of(upload)
    in_force = set(TariffRate.objects.values_list("cth", flat=True))
    assert file.ended == len(in_force - {row["cth"] for row in rows})
    assert not any("nothing takes" in note for note in upload.summary["notes"])  # chapters take the place of all
    approve(file, actor)
    tariff = rates.tariff()
    then = tariff.rate("98049000", day(7))
    assert then is not None and then.cth == "98"
    now = tariff.rate("98049000", day(6))
    assert now is not None and now.from_date == stands.from_date
    later = load([{**row, "from_date": day(9).isoformat()} for row in rows if row["cth"] != "98"], extent="whole")
    assert (file_of(later).same, file_of(later).ended) == (len(rows) - 1, 1)


def test_rates_of_exchange_are_revised_within_the_fortnight_and_keep_their_days(
    load: Callable[..., Upload], signed_in: SignedIn, actor: Callable[[str], Actor]
) -> None:
    earlier = rates.exchange_rates().rate("USD", day())
    wrong = load(
        [
            currency("JPY", unit="10"),
            currency("INR"),
            currency("EUR", export_rate="99"),
            currency("GBP", notification=""),
        ],
        "exchange-rates",
    )
    named = [(row, column) for row, column, _value, _reason in wrong.faults]
    assert named == [(2, "unit"), (3, "currency"), (4, "export_rate"), (5, "notification")]
    upload = load([currency(), currency("JPY", unit="100", import_rate="99.90", export_rate="60")], "exchange-rates")
    assert any("moves by more than a tenth: JPY" in note for note in upload.summary["notes"])
    assert any("keep the rates last notified" in note for note in upload.summary["notes"])
    approve(file_of(upload), actor)
    revision = load(
        [currency(import_rate="103.20", from_date=day(4).isoformat(), notification="Notification 90/2026")],
        "exchange-rates",
    )
    approve(file_of(revision), actor)
    told = rates.exchange_rates()
    assert told.rate("USD", day()) == earlier
    for days, rate in ((1, "97.15"), (3, "97.15"), (4, "103.20"), (30, "103.20")):
        found = told.rate("USD", day(days))
        assert found is not None and found.rate == Decimal(rate), days
    page = signed_in("ao.blr").get(f"/bills/exchange-rates/USD/?on={day(3)}").content.decode()
    assert "97.1500" in page and "103.2000" in page and "Notification 90/2026" in page
    before = file_of(load([currency(import_rate="98", from_date=day(2).isoformat())], "exchange-rates"))
    assert "holds only until a later rate" in before.upload.summary["notes"][-1]  # type: ignore[union-attr]
    same_day = load([currency(import_rate="98")], "exchange-rates")
    assert [(f[0], f[1]) for f in same_day.faults] == [(2, "from_date")] and "88/2026" in same_day.faults[0][3]


def test_what_was_compared_with_other_rates_is_not_approved_and_what_has_not_begun_can_be_taken_back(
    load: Callable[..., Upload], actor: Callable[[str], Actor]
) -> None:
    first, second = file_of(load([item()])), file_of(load([item(bcd_percent="5", from_date=day(9).isoformat())]))
    first, second = (take(file, "propose", actor("sysadmin")) for file in (first, second))
    first = take(first, "approve", actor("sysadmin2"))
    with pytest.raises(Refused, match="Other rates were approved"):
        take(second, "approve", actor("sysadmin2"))
    refused = take(second, "refuse", actor("sysadmin2"), remarks="Compared with other rates.")
    assert refused.decision and not TariffRate.objects.filter(file=second).exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        TariffRate.objects.filter(file=first).update(bcd_percent=1)
    revoked = take(first, "revoke", actor("sysadmin"), remarks="A wrong column.")
    assert revoked.stage == "REVOKED" and revoked.turn == applying.last_turn("tariff") == 2
    found = rates.tariff().rate("85171300", day(7))
    assert found is not None and found.cth != "85171300"
    upload = load([item(from_date=day().isoformat(), bcd_percent="0.15")])
    assert ["may keep 0.15" in upload.summary["notes"][-2], "begin today" in upload.summary["notes"][-1]] == [
        True,
        True,
    ]
    again = approve(file_of(load([item(from_date=day().isoformat())])), actor)
    same = load([item(from_date=day().isoformat())])
    with pytest.raises(Refused, match="Nothing in the file differs"):
        take(file_of(same), "propose", actor("sysadmin"))
    with pytest.raises(Refused, match="has come"):
        take(again, "revoke", actor("sysadmin"), remarks="Too late.")
    with pytest.raises(DatabaseError), transaction.atomic():
        TariffRate.objects.filter(file=again).delete()


def test_many_rows_are_put_in_force_by_one_statement(actor: Callable[[str], Actor]) -> None:
    def statements(count: int) -> int:
        file = rate_file("PROPOSED")
        kept = file.changes.get()
        kept.delete()
        codes = (f"{n:08d}" for n in range(1_000_000 * count, 1_000_000 * count + count))
        RateChange.objects.bulk_create(
            RateChange(file=file, kind="NEW", code=code, row=2, from_date=day(7), after=kept.after) for code in codes
        )
        with CaptureQueriesContext(
            connection,
        ) as asked:
            take(file, "approve", actor("sysadmin2"))
        assert TariffRate.objects.filter(file=file).count() == count
        return len(asked)

    assert statements(50) == statements(2)


def test_an_empty_choice_and_no_file_are_said_beside_the_question(signed_in: SignedIn) -> None:
    answer = signed_in("sysadmin").post("/bills/rates/new/tariff/", {})
    page = answer.content.decode()
    assert answer.status_code == 422 and "Choose what the file holds." in page and "Choose a file." in page
    assert ExchangeRate.objects.filter(file__isnull=False).count() == RateFile.objects.count() == 0
    assert signed_in("sysadmin").get("/uploads/template/tariff/?example=1").status_code == 200
