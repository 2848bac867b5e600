"""Input that cannot be taken comes back as it was: ticks, texts, filters; and a refused step leaves no file behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bills.models import Attachment, CourierBillOfEntry, Disposal
from bills.stages import Stage
from bills.uncleared import goods
from eccs.workflow import Refused
from manifests.models import WarehouseEntry
from tests.factories.bills import bill
from tests.factories.uncleared import lying, notified

pytestmark = pytest.mark.django_db
People = Callable[[str], User]


def signed_in(user: User) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(user)
    return client


def test_goods_that_could_not_be_moved_stay_ticked_in_the_view_that_was_asked_for(people: People) -> None:
    keeper, one, other = signed_in(people("warehouse.blr")), lying(3), lying(40)
    move = reverse("warehouse-move") + "?days=20&q=BAY-7"
    page = keeper.post(move, {"entry": [other.pk], "location": "bay seven!"})
    said = page.content.decode()
    assert page.status_code == 422 and "Error:" in said and "Enter a location" in said
    assert 'value="bay seven!"' in said and f'value="{other.pk}" checked' in said
    assert one.hawb.number not in said and other.hawb.number in said
    page = keeper.post(move, {"location": "BAY-9"})
    assert page.status_code == 422 and 'value="BAY-9"' in page.content.decode()
    done = keeper.post(move, {"entry": [other.pk], "location": "BAY-9"})
    assert done["Location"] == reverse("warehouse-register") + "?days=20&q=BAY-7"
    assert WarehouseEntry.objects.get(pk=other.pk).location == "BAY-9"


def test_more_disposals_than_at_once_keep_ticks_and_words(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(goods, "MOST_AT_ONCE", 1)
    keeper, entries = signed_in(people("warehouse.blr")), [lying(40), lying(41)]
    for entry in entries:
        notified(entry)
    typed = {"entry": [e.pk for e in entries], "confirm": "yes", "manner": "AUCTION", "reason": "Nobody answers."}
    page = keeper.post(reverse("uncleared-dispose"), typed)
    said = page.content.decode()
    assert page.status_code == 409 and "2 shipments are ticked" in said and "Nobody answers." in said
    assert all(f'value="{e.pk}" checked' in said for e in entries) and not Disposal.objects.exists()
    keeper.post(reverse("uncleared-dispose"), typed | {"entry": [entries[0].pk]})
    assert Disposal.objects.get().hawb == entries[0].hawb


def test_what_a_bulk_step_did_not_do_keeps_words_ticks_and_filters(
    people: People, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    officer, good, late = signed_in(people("xray.blr")), bill(Stage.XRAY), bill(Stage.OUT_OF_CHARGE)
    queue = "/bills/imports/queue/xray/"
    typed: dict[str, Any] = {
        "document": [good.pk, late.pk],
        "confirm": "yes",
        "mark_suspicious-remarks": "Dense",
        "query": "goods=ear",
    }
    typed["mark_suspicious-image"] = SimpleUploadedFile("x.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    page = officer.post(f"{queue}mark-suspicious/", typed)
    said = page.content.decode()
    assert page.status_code == 409 and "Not done on 1 document" in said and "Dense" in said
    assert f'name="document" value="{late.pk}"' in said and f'name="document" value="{good.pk}"' not in said
    assert CourierBillOfEntry.objects.get(pk=good.pk).stage == Stage.EXAMINATION
    more = [bill(Stage.XRAY) for _n in range(2)]
    sent = {"document": [late.pk, more[0].pk], "query": "goods=ear&show=50"}
    back = officer.post(f"{queue}clear-xray/", sent)
    assert back["Location"] == f"{queue}?goods=ear&show=50&ticked={late.pk}"
    shown = officer.get(queue, {"ticked": str(more[1].pk)}).content.decode()
    assert shown.count(" checked") == 1 and f'value="{more[1].pk}"' in shown
    assert 'name="query" value="goods=ear"' in officer.get(queue, {"goods": "ear"}).content.decode()


def test_a_refused_step_leaves_no_file_in_the_storage(
    people: People, settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    officer, one = signed_in(people("xray.blr")), bill(Stage.XRAY)

    def sent() -> dict[str, object]:
        picture = SimpleUploadedFile("x.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40)
        return {"mark_suspicious-remarks": "Dense", "mark_suspicious-image": picture}

    def no(*_given: object, **_more: object) -> None:
        raise Refused(["Not now."])

    with monkeypatch.context() as patched:
        patched.setattr("eccs.step_forms.take", no)
        assert officer.post(one.step_url("mark_suspicious"), sent()).status_code == 409
    assert not Attachment.objects.exists() and not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert officer.post(one.step_url("mark_suspicious"), sent()).status_code == 302
    kept = Attachment.objects.get()
    with monkeypatch.context() as patched:
        patched.setattr("eccs.step_forms.take", no)
        officer.post(one.step_url("mark_suspicious"), sent())
    assert kept.file.storage.exists(str(kept.file.name))
