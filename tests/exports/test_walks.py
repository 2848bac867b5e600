"""A shipping bill walked by random acts of every desk, legal and illegal; after each act the laws are held against the rows."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from accounts.roles import Role
from eccs.trail import broken_lines
from eccs.workflow import Document, Refused, take
from exports.models import (
    CourierExportManifest,
    CourierShippingBill,
    ExportAmendment,
    ExportCancellation,
    ExportDemand,
    ExportDeparture,
    LetExportOrder,
    ShippingBillTrail,
)
from exports.stages import LET_GO, Stage
from tests.every_step import declared as d
from tests.factories.firms import actor
from tests.factories.shipping import export_manifest, shipping_bill

pytestmark = pytest.mark.django_db

ACTS = 60
STARTS = (Stage.GOODS, Stage.ASSESSMENT, Stage.XRAY, Stage.EXAMINATION, Stage.FOR_LET_EXPORT)
LANES = ("FACILITATED", "ASSESSMENT", "EXAMINATION", "BOTH", "PENDING")


def laws(bill: CourierShippingBill) -> None:
    """What holds of every shipping bill at every moment."""
    order = LetExportOrder.objects.filter(bill=bill).first()
    if bill.stage in LET_GO:
        assert order is not None and bill.let_export_at == order.given_at
        assert bill.registered_at and bill.xray_result and not bill.risk_pending
        assert not bill.examination_is_due
        assert bill.holds in ("", "CANCELLATION", "AMENDMENT")
        assert not ExportDemand.objects.filter(bill=bill, stage="DUE").exists()
        if order.automatic:
            assert bill.reopened_at is None
            assert not (bill.examination_prescribed or bill.examination_mandated)
            assert bill.xray_result == "CLEAR"
    elif bill.stage != Stage.CANCELLED:
        assert order is None and bill.let_export_at is None
    lines = bill.manifest_lines.filter(live=True).select_related("manifest")
    if bill.stage in (Stage.MANIFESTED, Stage.EXPORTED):
        assert lines.get().manifest.stage == ("FILED" if bill.stage == Stage.MANIFESTED else "EXPORTED")
    assert (bill.stage == Stage.EXPORTED) == (bill.egm_number != "")
    assert ("AMENDMENT" in bill.held_by) == bill.amendments.filter(stage__in=("REQUESTED", "PROCESSED")).exists()
    assert (bill.stage == Stage.QUERY) <= ("QUERY" in bill.held_by)
    assert bill.detentions.filter(ended_at=None).exists() == ("DETENTION" in bill.held_by)


def acted(chance: Random, one: Document) -> bool:
    """One act on a document, by the desk of its step or by anybody; an act refused changes nothing."""
    model = type(one)
    steps = [step for step in model.steps().values() if step.sources and Role.SYSTEM not in step.roles]
    possible = [step for step in steps if one.stage in step.sources] or steps
    step = chance.choice(possible if chance.random() < 0.85 else steps)
    role = (
        d.right_role(step, one.stage) if chance.random() < 0.9 else chance.choice([r for r in Role if r != Role.SYSTEM])
    )
    rows: Any = model._default_manager
    before = rows.filter(pk=one.pk).values().get()
    by = actor(Role(role), name=f"Officer {chance.randrange(40)}")
    try:
        take(one, step.name, by, **d.answers(model, step, one))
    except Refused as refusal:
        reasons = refusal.reasons
    else:
        return True
    assert reasons and all(reasons)
    assert rows.filter(pk=one.pk).values().get() == before
    return False


@pytest.mark.parametrize("seed", range(6))
def test_no_walk_breaks_a_law(seed: int) -> None:
    chance, moved = Random(seed), 0
    bill = shipping_bill(chance.choice(STARTS), lane=chance.choice(LANES))
    for _act in range(ACTS):
        found: list[Document] = [CourierShippingBill.objects.get(pk=bill.pk)] * 4
        for kind in (ExportCancellation, ExportAmendment, ExportDeparture):
            found += kind.objects.filter(bill=bill)
        found += CourierExportManifest.objects.filter(lines__bill=bill)
        if found[0].stage == Stage.LET_EXPORT and not bill.manifest_lines.filter(live=True).exists():
            found.append(export_manifest("DRAFT", of=CourierShippingBill.objects.get(pk=bill.pk)))
        moved += acted(chance, chance.choice(found))
        laws(CourierShippingBill.objects.get(pk=bill.pk))
    assert moved > 3
    assert not list(broken_lines(ShippingBillTrail))
