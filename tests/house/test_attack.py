"""A slice of `make attack`: generated requests break no page and tell nothing of another's, and rows that were tampered with are found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from bills.stages import Stage
from eccs import audit, heads
from eccs.pages import as_verb, slug_of
from tests.factories.bills import bill
from tests.factories.bonds import bond
from tests.walk.world import World
from tools.attack.generated import Attacker
from tools.attack.tampering import Tamperer

pytestmark = pytest.mark.django_db
ASKED = 40


@pytest.fixture(autouse=True)
def apart(settings: Any, tmp_path: Path) -> None:
    """What the attack leaves in files is gone with it."""
    where = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "heads")}}
    settings.STORAGES = {**settings.STORAGES, "heads": where}
    settings.MEDIA_ROOT = tmp_path


def test_generated_requests_break_no_page_and_tell_nothing_of_another_s(people: Callable[[str], User]) -> None:
    who = ["ao.blr", "signatory.swift", "courieradmin.metro"]
    for one in who:
        people(one)
    world = World()
    for stage in (Stage.ASSESSMENT, Stage.QUERY):
        made = bill(stage)
        world.documents.append(made)
        world.own("document", slug_of(type(made)), made.key)
        for step in made.steps().values():
            if stage in step.sources:
                world.own("step", slug_of(type(made)), made.key, as_verb(step.name))
    for name in ("account", "session", "audit", "find", "new-challan"):
        world.common(name)
    attacker = Attacker(world, ["", *who], seed=2026)
    assert sum(attacker.run(0, ASKED)) == ASKED
    found = attacker.found
    assert not found.faults
    assert sum(found.answers.values()) == ASKED and found.looked
    assert found.sent and found.sent <= found.forms and found.pages.total() >= ASKED // 2


def test_rows_tampered_with_behind_every_trigger_are_found_and_located(people: Callable[[str], User]) -> None:
    bonds = [bond() for _n in range(3)]
    for n in range(4):
        audit.record("list.exported", about=f"{n}", station=("BLR", "DEL")[n % 2])
    heads.take()
    assert len(bonds) == 3 and not list(heads.faults())
    tamperer = Tamperer(2026)
    assert tamperer.round(0, 20) == []
    assert {one.table for one in tamperer.done} >= {"bonds_bondentry", "eccs_auditline"}
