"""Consignee, consignor and description are amended with the bill, and the manifest says the same (PN17 11.0, 12.0)."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from bills.asking import DECLARED
from bills.models import BillAmendment, CourierBillOfEntry
from bills.stages import Stage
from eccs import trail
from eccs.workflow import Refused, take
from manifests import amendments
from manifests.by_bill import whole
from manifests.clearance import Stage as ManifestStage
from manifests.models import (
    ExpressCargoManifest,
    ManifestAmendment,
    ManifestTrail,
    ManifestVersion,
    WarehouseEntry,
)
from rms.models import RiskDecision
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks, fresh
from tests.factories.bills import bill, hawb_of
from tests.factories.documents import bill_of_documents
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest

pytestmark = pytest.mark.django_db

REASON = {"reason": "The consignee's address was misread."}
NEW = {"hawb_consignee_name": "Nandi Books", "hawb_consignee_city": "Mysuru", "hawb_description": "Books, bound"}


def typed(desks: Desks, one: CourierBillOfEntry) -> dict[str, Any]:
    """The form as it stands on the screen."""
    page = desks.signed_in("signatory.swift").get(one.step_url("request_amendment"))
    return {bound.name: bound.value() for bound in page.context["form"] if bound.value() not in (None, "", False)}


def test_11_parties_and_description_are_amended_on_bill_and_manifest_together(signed_in: SignedIn) -> None:
    signed_in("ao.blr")
    desks, one = Desks(signed_in), bill(Stage.DUTY, on=manifest(ManifestStage.ARRIVAL_SCAN))
    hawb, decided = hawb_of(one), one.risk_decision_id
    one = desks.act("signatory.swift", one, "request_amendment", **typed(desks, one) | REASON | NEW)
    asked = desks.act("ao.blr", BillAmendment.objects.get(), "process", remarks="As on the label.")
    shown = desks.page("dcac.blr", asked)
    for words in ("<del>Krishna Electronics</del>", "<ins>Nandi Books</ins>", "<td>Shipment</td>", "Consignee"):
        assert words in shown, words
    assert fresh(hawb).consignee_name == "Krishna Electronics"
    desks.act("dcac.blr", asked, "approve")
    now = fresh(hawb)
    assert (now.consignee_name, now.consignee_city, now.description) == ("Nandi Books", "Mysuru", "Books, bound")
    kept = ManifestVersion.objects.get(manifest=hawb.manifest_id)
    assert next(s for s in kept.shipments if s["hawb"] == hawb.number)["consignee_name"] == "Krishna Electronics"
    amended = ManifestAmendment.objects.get()
    assert (amended.stage, kept.amendment) == ("APPROVED", amended)
    assert str(asked.number) in amended.reason and [t.step for t in amended.trail.order_by("seq")] == [
        "request_amendment", "carry_with_bill",
    ]  # fmt: skip
    assert ManifestTrail.objects.get(document=hawb.manifest_id, step="amend").answers["amendment"] == amended.number
    assert not list(trail.broken_lines(ManifestTrail))
    one = fresh(one)
    assert one.stage == Stage.ASSESSMENT
    facts = RiskDecision.objects.get(pk=one.risk_decision_id).facts
    assert one.risk_decision_id != decided and facts["consignee"] == "Nandi Books"
    assert {"consignee", "consignor", "address"} <= set(DECLARED)
    assert str(amended.number) in desks.page("courier.swift", hawb.manifest)


def test_what_the_manifest_would_refuse_is_refused_at_its_field(signed_in: SignedIn) -> None:
    signed_in("ao.blr")
    desks, one = Desks(signed_in), bill(Stage.DUTY, on=manifest(ManifestStage.ARRIVAL_SCAN))
    sent = typed(desks, one) | REASON
    assert "PIN" in desks.refused("signatory.swift", one, "request_amendment", **sent | {"hawb_consignee_pin": "12"})
    assert "Nothing is changed" in desks.refused("signatory.swift", one, "request_amendment", **sent)
    assert not BillAmendment.objects.exists()


def test_12_iii_after_the_arrival_the_parties_are_locked_but_on_adjudication(signed_in: SignedIn) -> None:
    signed_in("ao.blr")
    on = manifest(ManifestStage.ARRIVED)
    desks, one = Desks(signed_in), bill(Stage.DUTY, hawb=house_airway_bill(on, arrived=True))
    page = desks.signed_in("signatory.swift").get(one.step_url("request_amendment")).content.decode()
    assert "Locked: the arrival is closed, so the manifest is changed on adjudication only" in page
    sent = typed(desks, one) | REASON
    assert "Give the reference" in desks.refused("signatory.swift", one, "request_amendment", **sent | NEW)
    desks.act("signatory.swift", one, "request_amendment", **sent | NEW, adjudication_reference="OIO 21/2026")
    asked = desks.act("ao.blr", BillAmendment.objects.get(), "process", remarks="Seen.")
    assert "OIO 21/2026" in desks.page("dcac.blr", asked)
    desks.act("dcac.blr", asked, "approve")
    assert ManifestAmendment.objects.get().adjudication_reference == "OIO 21/2026"
    assert fresh(hawb_of(one)).consignee_name == "Nandi Books"


def test_an_arrival_closed_since_the_request_keeps_it_back(signed_in: SignedIn) -> None:
    signed_in("ao.blr")
    on = manifest(ManifestStage.ARRIVAL_SCAN)
    desks, one = Desks(signed_in), bill(Stage.DUTY, on=on)
    desks.act("signatory.swift", one, "request_amendment", **typed(desks, one) | REASON | NEW)
    asked = desks.act("ao.blr", BillAmendment.objects.get(), "process", remarks="Seen.")
    ExpressCargoManifest.objects.filter(pk=on.pk).update(stage="ARRIVED")
    assert "needs an adjudication reference" in desks.refused("dcac.blr", asked, "approve")
    assert fresh(hawb_of(one)).consignee_name == "Krishna Electronics"
    assert not ManifestAmendment.objects.exists()


# ── documents: the CBE-XI declares them as the manifest has them ─────────────


def test_12_parties_of_documents_are_amended_on_the_manifest_and_the_rms_looks_again(signed_in: SignedIn) -> None:
    client = signed_in("courier.swift")
    one = bill_of_documents(Stage.ARRIVAL)
    hawb = one.shipments().order_by("number")[0]
    address = reverse("amend-shipment", args=[one.manifest.key, hawb.number])
    shown = client.get(address).content.decode()
    assert f"bill {one.number} is filed for it" in shown  # the rest is locked with the reason
    row = amendments.row_of(whole(hawb.pk)) | {"consignee_name": "Nandi Books"}
    assert client.post(address, row).status_code == 302
    asked = take(ManifestAmendment.objects.get(), "request_amendment", actor("COURIER_SIGNATORY"), reason="Misread")
    take(asked, "approve_amendment", actor("DCAC", name="Ila Nair"))
    assert fresh(hawb).consignee_name == "Nandi Books"
    line = one.trail.get(step="carry_details")
    assert line.answers == {"hawb": hawb.number, "amendment": asked.number}
    decision = RiskDecision.objects.get(pk=fresh(one).risk_decision_id)
    assert (decision.before_id, decision.cause) == (one.risk_decision_id, "AMENDED")
    with pytest.raises(Refused, match="is filed for it"):
        amendments.propose_change(one.manifest, hawb.number, row | {"bag_number": "BAG9"}, actor("COURIER_OPERATOR"))
    WarehouseEntry.objects.update_or_create(
        hawb=hawb, defaults={"station_id": "BLR", "out_at": timezone.now(), "out_on": "OUT_OF_CHARGE"}
    )
    gone = row | {"consignee_name": "Other Books"}
    with pytest.raises(Refused, match="is filed for it"):
        amendments.propose_change(one.manifest, hawb.number, gone, actor("COURIER_OPERATOR"))
