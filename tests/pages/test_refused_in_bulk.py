"""What is refused of a step on many documents leaves one line in the audit log, which its page shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from bills.stages import Stage
from eccs.audit import AuditLine
from tests.factories.bills import bill

pytestmark = pytest.mark.django_db

HERE = "/bills/imports/queue/xray/clear-xray/"


def signed_in(user: User) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(user)
    return client


def test_one_line_names_how_many_and_which(people: Callable[[str], User]) -> None:
    good, late, elsewhere = bill(Stage.XRAY), bill(Stage.OUT_OF_CHARGE), bill(Stage.XRAY, station="DEL")
    officer = signed_in(people("xray.blr"))
    officer.post(HERE, {"document": [good.pk, late.pk, elsewhere.pk], "confirm": "yes"})
    line = AuditLine.objects.get(event="steps.refused")
    assert line.details == {
        "step": "clear-xray", "done": 1, "refused": 1, "unseen": 1, "documents": [late.key],
    }  # fmt: skip
    assert line.why and line.stations == ["BLR"]
    auditor = signed_in(people("auditor.blr"))
    page = auditor.get("/audit/", {"event": "steps.refused"}).content.decode()
    assert "Step refused on several documents" in page and "xray.blr" in page
    assert late.key in auditor.get(f"/audit/{line.pk}/").content.decode()
    away = signed_in(people("auditor.del")).get("/audit/", {"event": "steps.refused"}).content.decode()
    assert "xray.blr" not in away


def test_nothing_is_written_where_nothing_was_refused(people: Callable[[str], User]) -> None:
    signed_in(people("xray.blr")).post(HERE, {"document": [bill(Stage.XRAY).pk], "confirm": "yes"})
    assert not AuditLine.objects.filter(event="steps.refused").exists()
