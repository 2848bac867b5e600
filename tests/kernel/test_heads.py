"""Signed heads of the chains, kept outside the database: whatever is changed, removed or cut off behind ECCS's back is found and located."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import demo_certificates
from accounts.models import User
from eccs import audit, doctor, heads, tasks, trail
from eccs.signing import seal
from eccs.signing.own_authority import OwnAuthority
from eccs.trail import ChainFault
from manifests.models import ExpressCargoManifest
from tests.factories.bonds import bond

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
TRAIL = "manifests_manifesttrail"


def behind(statement: str, *given: Any) -> None:
    """What the database's owner does with every trigger and every foreign key off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, given)
        cursor.execute("SET session_replication_role = origin")


def found() -> list[str]:
    return [str(one.where) for one in heads.faults()]


def test_a_head_tells_only_what_is_new_and_names_the_one_before(landed: ExpressCargoManifest) -> None:
    first = heads.take()
    second = heads.take()
    assert first.told["count"] > 0 and second.told["count"] == 0
    assert (first.told["before"], second.told["before"]) == ("", first.digest)
    assert heads.names() == [first.name, second.name] and heads.last() == second
    assert not found()


def test_lines_cut_off_with_the_head_of_their_document_are_found_and_the_document_named(
    landed: ExpressCargoManifest,
) -> None:
    heads.take()
    first = landed.trail.order_by("seq")[0]
    behind(f"DELETE FROM {TRAIL} WHERE document_id = %s AND seq = 2", landed.pk)
    ExpressCargoManifest.objects.filter(pk=landed.pk).update(trail_length=1, trail_head=first.seal)
    assert not list(trail.broken_lines(landed.trail_model))
    [fault] = heads.faults()
    assert fault.where == str(landed) and "Line 2" in fault.what


def test_a_chain_written_anew_from_end_to_end_is_found(landed: ExpressCargoManifest) -> None:
    heads.take()
    head = trail.START
    for line in landed.trail.order_by("seq"):
        line.by_name, line.previous = "Nobody", head
        head = trail.seal(head, line.facts())
        behind(
            f"UPDATE {TRAIL} SET by_name = 'Nobody', previous = %s, seal = %s WHERE id = %s",
            line.previous,
            head,
            line.pk,
        )
    behind("UPDATE manifests_expresscargomanifest SET trail_head = %s WHERE id = %s", head, landed.pk)
    assert not list(trail.broken_lines(landed.trail_model))
    assert found() == [str(landed)]


def test_a_table_that_was_emptied_is_found_document_by_document(landed: ExpressCargoManifest) -> None:
    heads.take()
    name, key = str(landed), landed.pk
    behind(f"DELETE FROM {TRAIL}")
    behind("DELETE FROM manifests_expresscargomanifest WHERE id = %s", key)
    assert name not in found() and found() == [f"manifest {key}"]


@pytest.mark.parametrize(
    "change",
    ["UPDATE bonds_bondentry SET by_name = 'x' WHERE id = %s", "UPDATE bonds_bondentry SET document = 'CBE' WHERE id = %s", "DELETE FROM bonds_bondentry WHERE id = %s"],
    ids=["name", "document", "gone"],
)  # fmt: skip
def test_a_row_of_a_ledger_that_was_changed_or_removed_is_named(change: str) -> None:
    entry = bond().entries.get()
    heads.take()
    assert not found()
    behind(change, entry.pk)
    [fault] = heads.faults()
    assert str(entry.pk) in fault.where and "changed or removed" in fault.what


def test_the_audit_log_is_in_the_heads() -> None:
    audit.record("list.exported", about="x")
    audit.record("list.exported", about="y")
    heads.take()
    behind("DELETE FROM eccs_auditline WHERE seq = 2 AND lane = ''")
    behind("UPDATE eccs_auditlane SET length = 1, head = (SELECT seal FROM eccs_auditline WHERE lane = '' AND seq = 1) WHERE name = ''")  # fmt: skip
    assert not list(audit.broken_lines())
    assert found() == ["audit log of no station"]


def test_a_head_that_was_altered_or_taken_away_is_found(landed: ExpressCargoManifest) -> None:
    one, two, three = heads.take(), heads.take(), heads.take()
    kept = heads.store()
    kept.delete(two.name)
    assert found() == [three.name]
    kept.delete(one.lines)
    kept.save(one.lines, ContentFile(b""))
    assert found() == [one.name, three.name]
    kept.delete(one.name)
    kept.save(one.name, ContentFile(b"{}"))
    assert one.name in found()


def test_what_the_night_found_is_kept_told_and_forgotten_when_it_is_right_again(landed: ExpressCargoManifest) -> None:
    tasks.keep_heads()
    assert (
        tasks.verify_chains() == 0
        and doctor.kept_heads() == "Heads are not signed: the seal has no certificate in force."
    )
    was = landed.trail.order_by("seq")[0].by_name
    behind(f"UPDATE {TRAIL} SET by_name = 'x' WHERE document_id = %s AND seq = 1", landed.pk)
    assert tasks.verify_chains() == tasks.verify_chains() == 1
    fault = ChainFault.objects.get()
    assert fault.where == str(landed) and "line 1 (submit)" in fault.what and fault.last_at > fault.found_at
    assert "1 chains or rows are not as they were written" in doctor.kept_heads()
    behind(f"UPDATE {TRAIL} SET by_name = %s WHERE document_id = %s AND seq = 1", was, landed.pk)
    assert tasks.verify_chains() == 0 and not ChainFault.objects.exists()


def test_without_heads_or_with_old_ones_the_doctor_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No head of the chains is kept" in doctor.kept_heads()
    heads.take()
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + heads.LATE + timedelta(seconds=1))
    assert "The newest head of the chains is of" in doctor.kept_heads()
    monkeypatch.setattr(timezone, "now", lambda: now + heads.LATE - timedelta(seconds=5))
    assert "The newest head" not in doctor.kept_heads()


def test_every_table_that_is_only_added_to_is_watched() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = c.relname || '_lines'")  # fmt: skip
        kept = {row[0] for row in cursor.fetchall()}
    ended = {"exports_excludedgoods", "exports_excludedgoodspermission"}  # a day that ends them may be written once
    assert kept - ended == set(heads.watched())
    assert len(heads.rows()) == 9


def test_the_system_admin_alone_sees_what_was_found_and_downloads_the_newest_head(
    landed: ExpressCargoManifest, people: Callable[[str], User]
) -> None:
    client = Client()
    client.force_login(people("sysadmin"))
    assert "None yet." in client.get("/chains/").content.decode() and client.get("/chains/head/").status_code == 404
    head = heads.take()
    behind(f"UPDATE {TRAIL} SET by_name = 'x' WHERE document_id = %s AND seq = 1", landed.pk)
    tasks.verify_chains()
    page = client.get("/chains/").content.decode()
    assert str(landed) in page and "line 1 (submit)" in page and head.digest in page
    assert "1 chain or row is not as it was written" in client.get("/").content.decode()
    answer = client.get("/chains/head/")
    assert answer.json()["head"]["lines"] == head.told["lines"] and "attachment" in answer["Content-Disposition"]
    for username in ("ao.blr", "signatory.swift"):
        client.force_login(people(username))
        assert {client.get(page).status_code for page in ("/chains/", "/chains/head/")} == {403}


def test_a_head_is_signed_with_the_certificate_of_the_seal(
    settings: Any, tmp_path: Path, landed: ExpressCargoManifest
) -> None:
    heads.take()
    settings.PAPER_KEYS_DIR = tmp_path
    demo_certificates.make_paper_keys(tmp_path, OwnAuthority("Test root"))
    head = heads.take()
    assert head.signature and not found()
    (tmp_path / seal.OWN_KEY).rename(tmp_path / "away")
    unsigned = heads.take()
    assert not unsigned.signature and found() == [unsigned.name]
    (tmp_path / "away").rename(tmp_path / seal.OWN_KEY)
    forged = {**head.whole, "head": {**head.told, "count": 99}}
    heads.store().delete(head.name)
    heads.store().save(head.name, ContentFile(json.dumps(forged).encode()))
    assert found()[0] == head.name
