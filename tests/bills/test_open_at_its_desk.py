"""What is open on a bill is ended at its own desk: a query, a detention, an adjudication (PN17 7, 9.0, 10.0)."""

from __future__ import annotations

import pytest

from bills.models import BillCancellation, CourierBillOfEntry
from bills.stages import Stage
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks, fresh
from tests.factories.bills import bill

pytestmark = pytest.mark.django_db


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


@pytest.mark.parametrize("stage", [Stage.QUERY, Stage.DETAINED, Stage.ADJUDICATION])
def test_9_documents_asked_for_while_it_was_stopped_wait_for_the_answer_or_the_order(
    desks: Desks, stage: Stage
) -> None:
    one = desks.act("dcac.blr", bill(stage), "stop", remarks="A letter has come.")
    CourierBillOfEntry.objects.filter(pk=one.pk).update(documents_complete=False)
    assert desks.act("dcac.blr", fresh(one), "clear_stop", remarks="In order.").stage == stage


@pytest.mark.parametrize(("holds", "words"), [("DETENTION REPLY", "are detained"), ("QUERY", "query is not answered")])
def test_10_nothing_is_cancelled_over_an_open_detention_or_query(desks: Desks, holds: str, words: str) -> None:
    one = desks.act("signatory.swift", bill(Stage.XRAY), "request_cancellation", reason="Filed twice.")
    asked = desks.act("ao.blr", BillCancellation.objects.get(), "verify", remarks="True.")
    CourierBillOfEntry.objects.filter(pk=one.pk).update(holds=f"{holds} {one.holds}")  # whatever brought it there
    assert words in desks.refused("dcac.blr", asked, "approve")
