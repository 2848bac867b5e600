"""Drop folders: what is dropped goes through the API's own checks, once whatever dies in between, and no name leads anywhere."""

from __future__ import annotations

import csv as reader
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from api import keys
from api.folders import answers, places, register, working
from api.folders.models import DropFolder, DroppedFile
from api.models import ApiKey, Delivery, Webhook
from api.tasks import send_webhooks
from api.webhooks import telling
from bench import flights
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.models import Upload
from manifests.models import ExpressCargoManifest
from payments.cash.models import CashEntry
from payments.clearance import Stage as ChallanStage
from tests.api.dropping import Sender, names
from tests.api.test_filing import FORM_A, header, work
from tests.api.test_keys import browser
from tests.api.test_webhooks import moved
from tests.factories.api_keys import drop_folder, webhook
from tests.factories.bills import bill
from tests.factories.challans import challan, funded
from tests.factories.firms import courier
from tests.factories.manifests import manifest

pytestmark = pytest.mark.django_db
State = DroppedFile.State
KeyOf = Callable[..., tuple[ApiKey, str]]


def test_a_flight_is_filed_by_a_folder_alone(sender: Sender) -> None:
    begun = sender.ask("manifest.ZZ318.json", header())
    assert begun["status"] == 201 and begun["file"] == "manifest.ZZ318.json", begun
    draft = begun["answer"]["key"]
    sender.ask(f"shipments.{draft}.csv", flights.as_csv(flights.shipments(3)))
    work()
    sender.turn()
    assert sender.answer(f"shipments.{draft}.csv")["answer"]["state"] == "READY"
    number = sender.ask(f"submit.{draft}.json", FORM_A)["answer"]["number"]
    name = f"bills.{number}.xlsx"
    sender.ask(name, flights.as_xlsx(flights.bills(3)))
    work()
    sender.turn()
    ready = sender.answer(name)["answer"]
    assert ready["state"] == "READY", ready
    declared = [one["name"] for one in ready["declarations"]]
    assert sender.ask(f"sign.{ready['id']}.json", {"declared": declared})["status"] == 202
    work()
    sender.turn()
    done = sender.answer(name)
    assert (done["state"], done["answer"]["state"]) == ("ACCEPTED", "DONE")
    assert CourierBillOfEntry.objects.filter(manifest__number=number, number__isnull=False).count() == 3
    assert [one for one in names(sender.outbox) if one.endswith(".numbers.xlsx")]
    assert names(sender.inbox) == [] and names(sender.refused) == [] and names(sender.taken) == [".lock"]


def test_what_is_wrong_is_said_by_row_field_and_reason_as_the_upload_says_it(sender: Sender) -> None:
    draft = manifest("DRAFT")
    rows = flights.shipments(3)
    rows[1] |= {"hawb": "8.00123E+12"}
    name = f"shipments.{draft.key}.csv"
    sender.ask(name, flights.as_csv(rows))
    work()
    sender.turn()
    told = sender.answer(name)
    (fault,) = told["answer"]["problem"]["errors"]
    assert (told["state"], fault["row"], fault["field"]) == ("REFUSED", 3, "hawb")
    assert "8.00123E+12" in fault["value"] and fault["reason"]
    (marked,) = (one for one in names(sender.refused) if one.endswith("ECCS_ERRORS.csv"))
    lines = list(reader.DictReader(StringIO((sender.refused / marked).read_text("utf-8-sig"))))
    assert [bool(line["ECCS_ERRORS"]) for line in lines] == [False, True, False]
    assert fault["reason"] in lines[1]["ECCS_ERRORS"]


def test_the_numbers_given_stand_beside_the_rows(sender: Sender) -> None:
    from tests.exports.conftest import row

    sender.ask("shipping-bills.BLR.csv", flights.as_csv([row("SWX0000901"), row("SWX0000901", 2), row("SWX0000902")]))
    work()
    sender.turn()
    ready = sender.answer("shipping-bills.BLR.csv")["answer"]
    assert ready["state"] == "READY", ready
    sender.ask(f"sign.{ready['id']}.json", {"declared": [one["name"] for one in ready["declarations"]]})
    work()
    sender.turn()
    (file,) = (one for one in names(sender.outbox) if one.endswith(".numbers.csv"))
    lines = list(reader.DictReader(StringIO((sender.outbox / file).read_text("utf-8-sig"))))
    assert [(line["row"], line["hawb"]) for line in lines] == [
        ("2", "SWX0000901"),
        ("3", "SWX0000901"),
        ("4", "SWX0000902"),
    ]
    assert lines[0]["number"] == lines[1]["number"] != lines[2]["number"] and all(line["number"] for line in lines)


class Killed(BaseException):
    """The process ends there."""


STEPS: dict[str, tuple[Any, str]] = {
    "take": (places.Place, "take"), "ask": (working, "ask"), "note": (working, "_note"),
    "acknowledge": (answers, "acknowledge"), "forget": (places.Place, "forget"),
}  # fmt: skip


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_whatever_step_dies_a_challan_is_paid_once_and_its_sender_is_answered(
    after: bool, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n, (of, attribute) in enumerate(STEPS.values(), 1):
        owed = funded(challan(ChallanStage.CREATED, bill(Stage.DUTY)))
        name, real = f"pay.{owed.number}.json", getattr(of, attribute)
        sender.drop(name, b"")

        def dies(*given: Any, _real: Any = real, **more: Any) -> Any:
            if after:
                _real(*given, **more)
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(of, attribute, dies)
            with pytest.raises(Killed):
                sender.turn()
        for _twice in range(2):
            sender.turn()
        assert CashEntry.objects.filter(sort="PAYMENT").count() == n, attribute
        assert sender.answer(name)["answer"]["stage"]["code"] == "PAID"
        assert names(sender.inbox) == [] and names(sender.taken) == [".lock"], attribute
        assert DroppedFile.objects.get(name=name).state == State.ACCEPTED


def test_the_same_file_again_is_answered_alike_and_done_once(sender: Sender) -> None:
    told = header()
    first = sender.ask("manifest.ZZ318.json", told)
    for one in sender.outbox.iterdir():
        one.unlink()
    assert sender.ask("manifest.ZZ318.json", told) == first
    assert ExpressCargoManifest.objects.count() == 1 and DroppedFile.objects.count() == 1
    draft = manifest("DRAFT")
    content = flights.as_csv(flights.shipments(2))
    for _twice in range(2):
        sender.ask(f"shipments.{draft.key}.csv", content)
        work()
    assert Upload.objects.count() == 1


def test_what_was_refused_may_be_dropped_again_once_it_is_possible(sender: Sender) -> None:
    owed = challan(ChallanStage.CREATED)
    name = f"pay.{owed.number}.json"
    assert sender.ask(name, b"{}")["status"] == 409
    funded(owed)
    assert sender.ask(name, b"{}")["status"] == 200 and DroppedFile.objects.get().state == State.ACCEPTED


@pytest.mark.parametrize(("name", "most"), [("sign.1.json", 4), ("shipping-bills.BLR.csv", 20)])
@pytest.mark.parametrize("over", [0, 1])
def test_how_large_a_file_may_be(name: str, most: int, over: int, sender: Sender) -> None:
    with (sender.inbox / name).open("wb") as file:
        file.truncate(most * 2**20 + over)
    sender.turn()
    assert DroppedFile.objects.count() == 1 - over and names(sender.inbox) == []
    assert any(f"larger than {most} MiB" in (sender.refused / one).read_text() for one in names(sender.refused) if one.endswith(".json")) is bool(over)  # fmt: skip


def test_another_firms_documents_are_not_there(root: Path, key: KeyOf, people: Callable[[str], User]) -> None:
    theirs = key("signatory.metro")[0]
    metro = Sender(root, drop_folder(courier=theirs.courier, name="courier-metro"))
    draft, owed = manifest("DRAFT"), funded(challan(ChallanStage.CREATED, bill(Stage.DUTY)))
    content = flights.as_csv(flights.shipments(1))
    for name, told in ((f"shipments.{draft.key}.csv", content), (f"pay.{owed.number}.json", b""), (f"submit.{draft.key}.json", FORM_A)):  # fmt: skip
        assert metro.ask(name, told)["status"] == 404, name
    assert draft.hawbs.count() == 0 and not CashEntry.objects.filter(sort="PAYMENT").exists()


def test_a_folder_does_no_more_than_its_key(root: Path, key: KeyOf) -> None:
    made = key(scopes=["read", "pay"])[0]
    sender = Sender(root, drop_folder(courier=made.courier))
    told = sender.ask("manifest.ZZ318.json", header())
    assert told["status"] == 403 and "file" in told["answer"]["detail"] and not ExpressCargoManifest.objects.exists()


def test_without_a_key_in_force_nothing_is_taken_up_and_a_new_one_goes_on(
    sender: Sender, key: KeyOf, actor: Callable[[str], Any]
) -> None:
    keys.revoke(ApiKey.objects.get(), actor("courieradmin.swift"))
    sender.drop("manifest.ZZ318.json", header())
    assert sender.turn() == 0 and names(sender.inbox) == ["manifest.ZZ318.json"]
    assert "No key of the program ERP" in json.loads((sender.outbox / "STATUS.json").read_text())["stands_still"]
    key()
    assert sender.turn() == 1 and ExpressCargoManifest.objects.count() == 1
    assert json.loads((sender.outbox / "STATUS.json").read_text())["stands_still"] == ""


def test_too_many_files_wait_for_the_next_minute(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def wait(who: str, _rule: str) -> int:
        asked.append(who)
        return 30 if len(asked) == 2 else 0

    monkeypatch.setattr("api.guarding.seconds_to_wait", wait)
    for name in ("A", "B"):
        sender.drop(f"manifest.{name}.json", header(flight_number=f"zz{name}"))
    assert sender.turn() == 1 and ExpressCargoManifest.objects.count() == 1
    assert sender.turn() == 1 and ExpressCargoManifest.objects.count() == 2
    assert set(asked) == {f"courier:{sender.folder.courier_id}"}


def test_one_process_is_at_a_folder(sender: Sender, root: Path) -> None:
    sender.drop("manifest.ZZ318.json", header())
    with places.opened(root, sender.folder.name):
        assert sender.turn() == 0
    assert sender.turn() == 1


def test_with_a_key_of_the_sandbox_nothing_stays(root: Path, key: KeyOf) -> None:
    made = key(tries=True)[0]
    sender = Sender(root, drop_folder(courier=made.courier))
    told = sender.ask("manifest.ZZ318.json", header())
    assert told["status"] == 201 and told["answer"]["sandbox"] is True and not ExpressCargoManifest.objects.exists()
    draft = manifest("DRAFT")
    wrong = flights.as_csv([flights.shipments(1)[0] | {"hawb": "8.00123E+12"}])
    told = sender.ask(f"shipments.{draft.key}.csv", wrong)
    assert told["state"] == "REFUSED" and told["answer"]["problem"]["errors"][0]["row"] == 2
    assert not Upload.objects.exists()


def test_what_breaks_in_one_folder_holds_up_no_other(
    sender: Sender, root: Path, key: KeyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = key("signatory.metro")[0]
    metro = Sender(root, drop_folder(courier=theirs.courier, name="courier-metro"))
    for one in (sender, metro):
        one.drop("manifest.ZZ318.json", header())
    real = working.work

    def breaks(folder: DropFolder) -> int:
        if folder.pk == sender.folder.pk:
            raise OSError("a disk fault")
        return real(folder, settled=0)

    monkeypatch.setattr(working, "work", breaks)
    assert working.work_all() == 1 and ExpressCargoManifest.objects.get().courier_id == theirs.courier_id


ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8lB0VvQ0y1j3c3x2y8Qk1b7w2bT8uJ0QmQzv9m1Xk5"


BAD_KEYS = (
    "", "ssh-ed25519", "ssh-ed25519 !!!!", f"command=\"sh\" {ED25519}", ED25519[:40], f"{ED25519}\n{ED25519}", "ssh-dss AAAAB3NzaC1kc3M=",
     "ssh-rsa " + ED25519.split()[1], "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQCv8xGmVqzxGmVqzxGmVqzxGmVqzxGmVqzxGmVqzxGmVqzxGmVqzxGmVqzxGmVqzxGmVqzxGmVqzw==",
)  # fmt: skip


def test_only_whole_public_keys_without_options_are_registered() -> None:
    for text in BAD_KEYS:
        with pytest.raises(register.NoKey):
            register.public_key(text)
    assert register.public_key(f" {ED25519} lata@swift \n") == ED25519


def test_the_group_admin_makes_and_ends_a_folder(
    people: Callable[[str], User], key: KeyOf, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    from django.core.management import call_command

    from tests.api.test_keys import browser

    people("courieradmin.swift")
    key()
    admin, other = browser("courieradmin.swift"), browser("courieradmin.metro")
    bad = admin.post("/drop-folders/new/", {"program": "ERP", "public_key": "ssh-ed25519 x"})
    assert bad.status_code == 422 and "cut off" in bad.content.decode()
    assert other.post("/drop-folders/new/", {"program": "ERP", "public_key": ED25519}).status_code == 422
    given = {"program": "ERP", "public_key": f"{ED25519} lata@swift"}
    page = admin.post("/drop-folders/new/", given, follow=True).content.decode()
    made = DropFolder.objects.get()
    assert "Nothing was taken up yet." in page and made.public_key == ED25519
    assert admin.post("/drop-folders/new/", given).status_code == 422
    sender = Sender(root, made)
    sender.ask("manifest.ZZ318.json", header())
    assert "manifest.ZZ318.json" in admin.get(f"/drop-folders/{made.pk}/").content.decode()
    assert (
        other.get(f"/drop-folders/{made.pk}/").status_code
        == other.post(f"/drop-folders/{made.pk}/end/").status_code
        == 404
    )
    call_command("drop_folders")
    assert capsys.readouterr().out == f"{made.name}\t{ED25519}\n"
    admin.post(f"/drop-folders/{made.pk}/end/")
    call_command("drop_folders")
    assert capsys.readouterr().out == ""
    sender.drop("manifest.ZZ319.json", header())
    assert working.work_all() == 0 and names(sender.inbox) == ["manifest.ZZ319.json"]


def test_steps_are_told_into_the_folder_that_a_webhook_names(sender: Sender, people: Callable[[str], User]) -> None:
    people("courieradmin.swift")
    admin = browser("courieradmin.swift")
    both = {"address": "https://erp.swift.example/eccs", "folder": sender.folder.pk, "station": ""}
    for wrong in (
        both,
        both | {"address": "", "folder": ""},
        both | {"folder": drop_folder(courier=courier("metro")).pk},
    ):
        assert admin.post("/webhooks/new/", wrong).status_code == 422, wrong
    page = admin.post("/webhooks/new/", both | {"address": ""}, follow=True).content.decode()
    assert f"Messages are put into {sender.folder} from now on." in page
    one = moved()
    assert send_webhooks() == 0  # nothing of it is posted anywhere
    sender.turn()
    first, second = (
        json.loads((sender.outbox / name).read_text()) for name in names(sender.outbox) if name.startswith("steps.")
    )
    assert first["events"] == [] and [(e["number"], e["stage"]) for e in second["events"]] == [(one.number, "DETAINED")]
    for name in names(sender.outbox):
        (sender.outbox / name).unlink()  # the program has read them
    sender.turn()
    assert not [name for name in names(sender.outbox) if name.startswith("steps.")]
    hook = Webhook.objects.get()
    assert telling.again(hook, delivery=second["delivery"]) == 1
    sender.turn()
    assert len([name for name in names(sender.outbox) if second["delivery"] in name]) == 1
    assert {one.state for one in Delivery.objects.all()} == {Delivery.State.TAKEN}
    admin.post(f"/drop-folders/{sender.folder.pk}/end/")
    hook.refresh_from_db()
    assert hook.ended_at is not None


def test_a_message_that_could_not_be_put_into_the_folder_is_put_there_later(sender: Sender) -> None:
    hook = webhook(folder=sender.folder, address=f"sftp:{sender.folder}", courier=sender.folder.courier)
    Delivery.objects.create(webhook=hook)
    put: list[str] = []

    def full(_name: str, _content: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        telling.put_due(sender.folder, full)
    assert telling.put_due(sender.folder, lambda name, _content: put.append(name)) == 0  # somebody may be at it still
    Delivery.objects.update(next_at=timezone.now())
    assert telling.put_due(sender.folder, lambda name, _content: put.append(name)) == 1 and len(put) == 1
