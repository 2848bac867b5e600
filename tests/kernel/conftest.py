"""Workbooks as a spreadsheet program writes them, and a manifest with a trail."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.utils import timezone

from accounts.permissions import Actor, Held
from accounts.roles import Role
from eccs.workflow import take
from manifests.clearance import Stage
from manifests.models import ExpressCargoManifest
from tests.factories import manifests

Workbook = Callable[..., bytes]


@pytest.fixture
def workbook() -> Workbook:
    """A workbook of these rows, each value written as what it is; `merged` are cells merged with their text."""

    def write(rows: list[list[Any]], merged: dict[str, str] | None = None, last: str = "") -> bytes:
        out = BytesIO()
        with xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"}) as book:
            sheet = book.add_worksheet()
            for n, row in enumerate(rows):
                sheet.write_row(n, 0, row)
            for cells, text in (merged or {}).items():
                sheet.merge_range(cells, text)
            if last:
                sheet.write(last, "x")
        return out.getvalue()

    return write


@pytest.fixture
def own_store(settings: Any, tmp_path: Path) -> None:
    """Heads of a test are gone with it."""
    where = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "heads")}}
    settings.STORAGES = {**settings.STORAGES, "heads": where}


@pytest.fixture
def landed() -> ExpressCargoManifest:
    """A manifest with two lines in its trail."""
    draft = manifests.manifest(Stage.DRAFT)
    signatory = Actor(
        draft.created_by_id, "S. Ignatory", courier_id=draft.courier_id, postings=(Held(Role.COURIER_SIGNATORY),)
    )
    submitted = take(draft, "submit", signatory)
    done: ExpressCargoManifest = take(
        submitted, "feed_igm", signatory, igm_number="2914407", actual_arrival=timezone.now()
    )
    return done
