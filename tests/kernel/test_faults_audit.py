"""The audit of `make faults` finds what is put wrong on purpose: what is lost, what happened twice, what stands half done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from bills.models import CourierBillOfEntry
from bills.stages import Stage as BillStage
from eccs import numbering
from eccs.models import Notice, Upload
from manifests.clearance import Stage
from manifests.models import ExpressCargoManifest
from payments.clearance import Stage as ChallanStage
from payments.models import Challan
from tests.factories.bills import bill
from tests.factories.challans import challan, funded
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.transit import transfer
from tools.faults import audit
from tools.faults.journal import Journal

pytestmark = pytest.mark.django_db


def flight(number: str = "FT00001") -> dict[str, Any]:
    """A flight with one filed bill, as its program was told of it."""
    on = manifest(Stage.SUBMITTED, flight_number=number)
    filed = bill(BillStage.ASSESSMENT, on=on, hawb=house_airway_bill(on))
    return {
        "begun": [{"flight": number}], "submitted": [{"document": on.number}],
        "bills": [{"flight": number, "count": 1, "first": filed.number, "last": filed.number}],
    }  # fmt: skip


def test_a_filing_that_is_lost_doubled_or_halved_is_found() -> None:
    told = flight()
    assert audit.filings(told) == []
    lost = {"begun": [{"flight": "FT00002"}], "submitted": [{"document": "ECM_X"}]}
    assert [line.split(":")[0] for line in audit.filings(lost)] == ["1 × begun and lost", "1 × submitted and lost"]
    told["bills"][0]["count"] = 2
    assert "FT00001 1 of 2" in audit.filings(told)[0]
    manifest(Stage.DRAFT, flight_number="FT00001")
    assert any("begun twice" in line for line in audit.filings(told))


def test_a_scan_that_is_lost_is_found() -> None:
    assert audit.scans({}) == []
    assert "scans lost" in audit.scans({"scans": [{"scans": ["7d444840-9dc0-41d1-b245-5ffdce74fad2"]}]})[0]


def test_money_that_is_lost_booked_twice_or_never_received_is_found() -> None:
    one = challan(ChallanStage.CREATED)
    told: dict[str, Any] = {"challan": [{"document": one.number}]}
    assert audit.money(told, {}) == []
    assert audit.money({}, {}) == ["1 challans were made, 0 acknowledged"]
    asked = audit.money(told | {"debited": [{"challan": one.number}]}, {})
    assert any("debited and not so" in line for line in asked) and any("0 debits, 1" in line for line in asked)
    at_bank = audit.money(told, {str(one.number): ("PAID", one.paise)})
    assert any("paid at the bank and not here" in line for line in at_bank)
    assert any("the bank has received" in line for line in at_bank)
    Challan.objects.update(stage=ChallanStage.PAID, paid_at=timezone.now(), bank_transaction="SBX1")
    assert any("receipts missing" in line for line in audit.money(told, {}))
    funded(one)
    assert any("ledger says" in line for line in audit.money(told, {}))
    CourierBillOfEntry.objects.update(duty_paid=7)
    assert any("otherwise than by challans" in line for line in audit.money(told, {}))


def test_a_bond_that_was_not_debited_is_found() -> None:
    filed, draft = transfer("FEE"), transfer("DRAFT")
    assert audit.of_bonds({"bonded": [{"document": f"draft-{filed.pk}"}]}) == []
    assert "is a draft" in audit.of_bonds({"bonded": [{"document": draft.key}]})[0]
    type(filed).objects.filter(pk=filed.pk).update(secured=5)
    assert "is secured for 5" in audit.of_bonds({"bonded": [{"document": f"draft-{filed.pk}"}]})[0]


def test_a_step_without_its_line_and_a_number_without_its_document_are_found() -> None:
    made = manifest(Stage.SUBMITTED)
    assert audit.trails_tell_all() == [] and audit.numbers() == []
    ExpressCargoManifest.objects.filter(pk=made.pk).update(trail_length=3)
    assert "ExpressCargoManifest whose trail is another" in audit.trails_tell_all()[0]
    numbering.allocate(made.series())
    assert "series with a gap" in audit.numbers()[0]


def test_what_is_stuck_or_was_not_told_is_found() -> None:
    assert audit.news({}) == [] and audit.left_over() == []
    Upload.objects.create(
        kind="x", owner="courier:1", by=manifest(Stage.DRAFT).created_by, file="x", name="x.csv", size=1, digest="x"
    )
    challan(ChallanStage.AT_BANK, sent_to_bank_at=timezone.now())
    Notice.objects.create(audience="courier:1", subject="x", body="x")
    assert [line.split(": ")[0] for line in audit.left_over()] == [
        "1 × uploads under way", "1 × challans that the bank has not decided",
    ]  # fmt: skip
    assert audit.news({}) == ["1 notices were not sent"]
    assert "uploads filed" in audit.signed({"signed": [{"upload": 1}]})[0]


def test_the_journal_is_on_disk_before_anything_is_asked(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    for _time in range(2):
        journal.ask("FT1-begin", "begun")
    journal.acknowledge("FT1-begin", "begun", flight="FT1")
    journal.close()
    lines = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert [set(line) & {"asked", "acknowledged"} for line in lines] == [{"asked"}, {"acknowledged"}]
    assert journal.operations == 1 and journal.of("begun")[0]["flight"] == "FT1"
