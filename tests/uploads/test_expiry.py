"""A checked file that nobody signs: its firm is told in time, then it goes; on both sides of each day of the rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from eccs import upload_expiry, upload_runner
from eccs.dated_rules import DatedRule, forget
from eccs.models import Notice, Upload
from eccs.tasks import end_unsigned_uploads

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
State = Upload.State


@pytest.fixture
def kept(settings: Any, tmp_path: Path, people: Callable[[str], User]) -> Callable[..., Upload]:
    """A file that was checked just now."""
    settings.MEDIA_ROOT = tmp_path
    person = people("signatory.swift")

    def made(kind: str = "cbe", state: str = State.READY) -> Upload:
        now = timezone.now()
        upload = Upload(
            kind=kind,
            owner=f"courier:{person.courier_id}",
            by=person,
            name="flight.csv",
            size=3,
            digest="0" * 64,
            state=state,
            finished_at=now,
        )
        upload.file.save("flight.csv", ContentFile(b"a,b"), save=False)
        upload.companion.save("images.zip", ContentFile(b"PK"), save=False)
        upload.save()
        return upload

    return made


def after(days: int, more: timedelta = timedelta()) -> int:
    """What the task of the night does so long after now."""
    with time_machine.travel(timezone.now() + timedelta(days=days) + more, tick=False):
        return int(end_unsigned_uploads())


def test_a_firm_is_told_once_before_and_the_file_goes_on_the_day_of_the_rule(kept: Callable[..., Upload]) -> None:
    upload = kept()
    assert after(23, -MINUTE) == 0 and not Notice.objects.exists()
    assert after(23) == 0 and after(24) == 0
    told = Notice.objects.get()
    assert (
        told.audience == upload.owner
        and "flight.csv is not signed" in told.subject
        and f"/uploads/{upload.pk}/" in told.body
    )
    assert told.said_in("hi")
    assert after(30, -MINUTE) == 0 and Upload.objects.get().file
    assert after(30) == 1
    ended = Upload.objects.get()
    assert (ended.state, bool(ended.file), bool(ended.companion)) == (State.FAILED, False, False)
    assert "Nobody signed it within 30 days" in ended.refusal and not upload.file.storage.exists(str(upload.file.name))
    assert not upload_runner.sign(ended, upload.by_id)


def test_without_a_notice_in_time_nothing_goes(kept: Callable[..., Upload]) -> None:
    kept()
    assert after(40) == 0 and Notice.objects.count() == 1  # the task had stood still: first it is told
    assert after(47, -MINUTE) == 0
    assert after(47) == 1


def test_the_days_are_those_of_the_dated_rule(kept: Callable[..., Upload]) -> None:
    today = timezone.localdate()
    for name, value in (("upload_unsigned_days", "3"), ("upload_notice_days", "1")):
        DatedRule.objects.create(name=name, from_date=today, value=value, source="Order 7")
    forget()
    kept()
    assert after(2) == 0 and after(3) == 1


def test_what_was_signed_meanwhile_stays_and_a_refused_or_settled_file_goes_unsaid(kept: Callable[..., Upload]) -> None:
    signed, refused, settled = kept(), kept(state=State.REFUSED), kept("ecm")
    rates = kept(next(k.name for k in upload_runner.kinds() if k.file_lasts and k.filings is None))
    Upload.objects.filter(pk=signed.pk).update(state=State.SAVING)
    after(23)
    assert after(30) == 0 and not Notice.objects.exists()
    files = {one.pk: bool(one.file) for one in Upload.objects.all()}
    assert files == {signed.pk: True, refused.pk: False, settled.pk: False, rates.pk: True}
    assert "ecm" in upload_expiry.settled_kinds() and "cbe" in upload_expiry.signed_kinds()
