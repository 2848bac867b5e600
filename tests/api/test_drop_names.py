"""What is dropped under a hostile name, as a link or half sent: nothing is read or written but plain files in their own folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from api.folders import working
from api.folders.models import DropFolder, DroppedFile
from eccs.models import Upload
from tests.api.dropping import Sender, names
from tests.api.test_filing import header
from tests.factories.manifests import manifest

pytestmark = pytest.mark.django_db

HOSTILE = (
    "bills.csv", "BILLS.X.csv", "bills..csv", "bills.x.exe", "bills.x.json", "sign.1.csv", "bills.a b.csv", "bills.é.csv",
    "bills.%2e%2e%2fsign.csv", "bills.x\n.csv", "rules.x.csv", "-rf.x.csv", f"bills.{'x' * 200}.csv", "shipments.x;id.csv",
    "bills.x.csv.csv",
)  # fmt: skip


def test_names_that_ask_for_nothing_are_set_aside_with_the_reason(sender: Sender) -> None:
    for name in HOSTILE:
        sender.drop(name, b"hawb\n")
        sender.turn()
        assert names(sender.inbox) == [] and not DroppedFile.objects.exists()
        told, aside = sorted(sender.refused.iterdir(), key=lambda one: one.suffix != ".json")
        assert "The name says nothing" in json.loads(told.read_text())["answer"]["detail"]
        assert aside.read_bytes() == b"hawb\n" and aside.name.isascii() and len(aside.name) < 120
        for one in (told, aside):
            one.unlink()


def test_bytes_that_are_no_text_in_a_name_are_set_aside(sender: Sender) -> None:
    with open(os.path.join(os.fsencode(sender.inbox), b"bills.\xff\xfe.csv"), "wb") as file:  # noqa: PTH118, PTH123
        file.write(b"hawb\n")
    sender.turn()
    assert names(sender.inbox) == [] and len(names(sender.refused)) == 2


def test_links_devices_and_second_names_are_never_read(sender: Sender, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(b"hawb\nSECRET\n")
    draft = manifest("DRAFT")
    (sender.inbox / f"shipments.{draft.key}.csv").symlink_to(secret)
    os.link(secret, sender.inbox / f"bills.{draft.key}.csv")
    os.mkfifo(sender.inbox / "shipping-bills.BLR.csv")
    (sender.inbox / "sign.1.json").mkdir()
    sender.turn()
    assert names(sender.inbox) == ["sign.1.json"] and secret.read_bytes() == b"hawb\nSECRET\n"
    assert not DroppedFile.objects.exists() and not Upload.objects.exists()
    told = [json.loads((sender.refused / one).read_text())["answer"]["detail"] for one in names(sender.refused)]
    assert told == ["Only plain files are taken up, and no links."] * 3
    assert "SECRET" not in "".join(told)


def test_no_answer_is_written_through_a_link_or_into_another_folder(sender: Sender, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("as it was")
    (sender.outbox / "STATUS.json").unlink()
    (sender.outbox / "STATUS.json").symlink_to(victim)
    DropFolder.objects.update(stands_still="something else")
    sender.turn()
    assert victim.read_text() == "as it was" and not (sender.outbox / "STATUS.json").is_symlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for one in sender.outbox.iterdir():
        one.unlink()
    sender.outbox.rmdir()
    sender.outbox.symlink_to(elsewhere)
    sender.drop("manifest.ZZ318.json", header())
    assert sender.turn() == 0
    assert (
        DropFolder.objects.get().stands_still
        and names(elsewhere) == []
        and names(sender.inbox) == ["manifest.ZZ318.json"]
    )


def test_a_file_that_is_still_sent_waits(sender: Sender) -> None:
    for name in ("manifest.A.json.part", "manifest.B.json.filepart", ".manifest.C.json"):
        sender.drop(name, header())
    sender.drop("manifest.D.json", header())
    assert working.work(sender.folder) == 0  # written less than ten seconds ago
    os.utime(sender.inbox / "manifest.D.json", (0, 0))  # the time that a sender can set is not the one that counts
    assert working.work(sender.folder) == 0 and len(names(sender.inbox)) == 4
    assert sender.turn() == 1 and len(names(sender.inbox)) == 3
