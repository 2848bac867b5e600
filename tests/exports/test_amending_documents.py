"""A filed CSB-III is amended: its flight, and the bags and house airway bills that it covers (PN17 11.0; Form G)."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from eccs.trail import broken_lines
from eccs.workflow import Refused, take
from exports.forms.changing import DocumentsAmendmentForm
from exports.models import CourierShippingBill, ExportAmendment, ExportShipment, ShippingBillTrail
from exports.stages import Stage
from rms.models import RiskDecision
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks
from tests.factories.firms import actor
from tests.factories.shipping import SHIPMENT, documents
from tests.papers.reading import text

pytestmark = pytest.mark.django_db

REASON: dict[str, Any] = {"reason": "Read wrongly."}


def stored(one: CourierShippingBill) -> CourierShippingBill:
    """The bill as it stands."""
    return CourierShippingBill.objects.get(pk=one.pk)


def typed(one: CourierShippingBill) -> dict[str, Any]:
    """The form as it stands."""
    form = DocumentsAmendmentForm(document=one, actor=None)
    return {key: field.initial for key, field in form.fields.items() if field.initial} | REASON


def coming(no: int = 1, **given: str) -> dict[str, str]:
    """A house airway bill that is put on."""
    return {f"item{no}_{name}": value for name, value in ({**SHIPMENT, "hawb": "SWD90001"} | given).items()}


def amended(one: CourierShippingBill, changes: list[dict[str, Any]]) -> CourierShippingBill:
    """Asked for, processed and approved."""
    take(stored(one), "request_amendment", actor("COURIER_SIGNATORY", name="Om Gill"), changes=changes, **REASON)
    asked = ExportAmendment.objects.get(bill=one, stage="REQUESTED")
    asked = take(asked, "process", actor("ASSESSING_OFFICER"), remarks="As the list says.")
    take(asked, "approve", actor("DCAC", name="Ira Menon"))
    return stored(one)


def off(*numbers: str) -> list[dict[str, Any]]:
    """These are taken off."""
    return [{"name": "taken_off", "item": 0, "old": " ".join(numbers), "new": ""}]


def test_11_0_a_bill_of_documents_is_amended_before_its_goods_come(signed_in: SignedIn) -> None:
    signed_in("ao.blr")
    desks, one = Desks(signed_in), documents(Stage.GOODS, packages_in=0)
    one.bags.update(arrived_at=None)
    one.shipments.update(packages_arrived=0, arrived_at=None)
    first, second = one.bags.order_by("number")
    inside, loose = one.shipments.filter(bag=second).get(), one.shipments.get(bag=None)
    sent = typed(one)

    def refused(**more: str) -> str:
        return desks.refused("signatory.swift", one, "request_amendment", **sent | more)

    everything = f"{first.number}, {second.number} {loose.number}"
    for given, words in (
        ({}, "Nothing is changed"), ({"taken_off": "BAG-NONE"}, "Not on this bill: BAG-NONE"),
        ({"taken_off": everything}, "No shipment would be left"), ({"item1_hawb": "SWD90001"}, "Needed of what is added"),
        (coming(hawb=inside.number), "Has a shipping bill already"), (coming(bag_number=loose.number), "of a bag and of a house airway bill"),
        ({"flight_mawb": "899-44172064"}, "MAWB"), ({"flight_departure_date": "2020-01-01"}, "efore the"),
    ):  # fmt: skip
        assert words in refused(**given), given
    # a shipment declared wrongly goes, and comes as it should be; another comes in the bag that stays; the flight is another
    sent |= {"taken_off": second.number, "flight_flight_number": "ZZ955", "flight_ulds": "3"}
    sent |= coming(1, hawb=inside.number, consignee_name="Elbe Notare", bag_number="BAG-NEW") | coming(
        2, bag_number=first.number
    )
    one = desks.act("signatory.swift", one, "request_amendment", **sent)
    asked = ExportAmendment.objects.get()
    for username in ("ao.blr", "dcac.blr"):
        shown = desks.page(username, asked)
        assert f"<del>{inside.number}</del>" in shown and "Elbe Notare" in shown and "<ins>ZZ955</ins>" in shown
    desks.act("ao.blr", asked, "process", remarks="As the list says.")
    desks.act("dcac.blr", asked, "approve")
    one = stored(one)
    assert (one.stage, one.shipment_count, one.bag_count, one.packages) == (Stage.GOODS, 5, 2, 4)
    assert (str(one.gross_weight_kg), one.form_g.flight_number, one.form_g.ulds) == ("1.750", "ZZ955", 3)
    assert one.shipments.get(number=inside.number).consignee_name == "Elbe Notare"
    assert set(one.bags.values_list("number", flat=True)) == {first.number, "BAG-NEW"}
    assert one.shipments.get(number="SWD90001").bag == first
    line = ShippingBillTrail.objects.get(document=one, step="amend")
    assert line.snapshot is not None and line.snapshot["before"]["shipments"] == 4
    assert "ofwhich2bags;6pieces;3ULD" in text(
        signed_in("courier.swift").get(reverse("csb-print", args=[one.number])).content
    )
    assert not list(broken_lines(ShippingBillTrail))


def test_with_fewer_the_documents_are_whole_and_go_on() -> None:
    one = documents(Stage.GOODS, packages_in=3)
    missing = one.shipments.get(bag=None)
    missing.packages_arrived, missing.arrived_at = 1, None
    missing.save()
    done = amended(one, off(missing.number))
    assert (done.stage, done.packages_in, done.packages, done.reopened_at) == (Stage.XRAY, 2, 2, None)
    assert done.registered_at and done.risk_decision_id


def test_registered_documents_go_to_the_rms_again_and_no_system_gives_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = documents(Stage.FOR_LET_EXPORT)
    gone = one.bags.order_by("number")[1]
    number = one.shipments.get(bag=gone).number
    done = amended(one, off(number))
    assert (done.stage, done.packages_in, done.packages, done.bag_count) == (Stage.FOR_LET_EXPORT, 3, 3, 1)
    assert done.reopened_at and not ExportShipment.objects.filter(number=number).exists()
    decided = done.risk_decision
    assert decided is not None and decided.before_id == one.risk_decision_id
    at_xray = amended(documents(Stage.XRAY), [{"name": "flight_number", "item": 0, "old": "ZZ901", "new": "ZZ955"}])
    assert take(at_xray, "clear_xray", actor("XRAY_OFFICER")).stage == Stage.FOR_LET_EXPORT  # not by Auto LEO
    told = RiskDecision.objects.count()
    let_go = amended(
        documents(Stage.LET_EXPORT), [{"name": "flight_number", "item": 0, "old": "ZZ901", "new": "ZZ955"}]
    )
    assert (let_go.stage, let_go.form_g.flight_number) == (Stage.LET_EXPORT, "ZZ955")
    assert RiskDecision.objects.count() <= told + 1  # that of the factory


@pytest.mark.parametrize(
    ("stage", "locked"),
    [
        (Stage.GOODS, set()), (Stage.XRAY, {"put_on"}), (Stage.LET_EXPORT, {"put_on", "taken_off", "airport_of_destination", "destination_country"}),
        (Stage.MANIFESTED, {"put_on", "taken_off", "flight_number", "mawb"}),
    ],
    ids=["before the goods", "registered", "after the order", "on a manifest"],
)  # fmt: skip
def test_11_0_what_is_locked_of_documents_grows_with_the_stage(stage: Stage, locked: set[str]) -> None:
    from exports.amendable import why_locked

    one = documents(stage)
    shut = why_locked(one)
    assert locked <= set(shut) and ("airline" in shut) == (stage == Stage.MANIFESTED)
    for name in locked:
        with pytest.raises(Refused) as refusal:
            take(
                one, "request_amendment", actor("COURIER_SIGNATORY"), changes=[{"name": name, "item": 0, "old": "", "new": ""}],
                **REASON,
            )  # fmt: skip
        assert shut[name] in refusal.value.reasons[0]
