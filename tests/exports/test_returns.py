"""Exported goods that come back against their shipping bill; what does not agree is said (Notification 57/2022; Circular 09/2022)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bills.models import CourierBillOfEntry
from eccs import upload_runner
from eccs.dated_rules import DatedRule, forget
from exports import returns
from exports.models import CourierShippingBill
from exports.stages import Stage
from manifests.models import ExpressCargoManifest
from tests.bills.conftest import SignedIn
from tests.bills.test_upload import flight, row, send  # noqa: F401 flight is a fixture
from tests.factories.shipping import shipping_bill

pytestmark = pytest.mark.django_db

GOODS: dict[str, Any] = {"cth": "61091000", "quantity": "3", "iec": "AAKCK4417E"}


def faults(signed_in: SignedIn, on: ExpressCargoManifest, *rows: dict[str, str]) -> list[tuple[str, str]]:
    """Column and reason of each fault of a file."""
    return [(fault[1], fault[3]) for fault in send(signed_in, on, list(rows)).faults]


def test_a_return_comes_back_against_its_shipping_bill(
    signed_in: SignedIn, flight: ExpressCargoManifest, people: Callable[[str], User]  # noqa: F811
) -> None:  # fmt: skip
    left = shipping_bill(Stage.EXPORTED, of=flight.courier)
    upload = send(signed_in, flight, [row("SWF001", **GOODS, return_of=left.hawb.lower())])
    assert upload.state == "READY", upload.faults
    signed_in("signatory.swift").post(reverse("upload-sign", args=[upload.pk]), {"declare1": "on", "declare2": "on"})
    upload_runner.save(upload.pk, people("signatory.swift").pk)
    came = CourierBillOfEntry.objects.get()
    assert came.return_of == left.number
    for username in ("ao.blr", "courier.swift"):
        browser = signed_in(username)
        assert str(left.number) in browser.get(came.get_absolute_url()).content.decode()
        assert came.get_absolute_url() in browser.get(left.get_absolute_url()).content.decode()
    # forty left, three have come back
    assert returns.still_out([left]) == {(left.pk, "61091000"): Decimal(37)}
    more = row("SWF002", **GOODS | {"quantity": "38"}, return_of=str(left.number))
    assert faults(signed_in, flight, more) == [
        ("quantity", f"is more than was exported with {left.number} and has not come back: 37")
    ]


def test_what_does_not_agree_is_named(signed_in: SignedIn, flight: ExpressCargoManifest) -> None:  # noqa: F811
    left, here = shipping_bill(Stage.EXPORTED, of=flight.courier), shipping_bill(Stage.LET_EXPORT, of=flight.courier)
    theirs = shipping_bill(Stage.EXPORTED, firm="metro")

    def told(**given: Any) -> list[tuple[str, str]]:
        return faults(signed_in, flight, row("SWF001", **{**GOODS, "return_of": str(left.number), **given}))

    assert told() == []
    assert told(return_of=str(theirs.number)) == [("return_of", "is no shipping bill of yours, nor a HAWB with one")]
    assert told(return_of=str(here.number)) == [("return_of", "has not been exported: no EGM number is fed")]
    assert told(iec="AABCL1207Q") == [("iec", f"is not the exporter's IEC on {left.number}")]
    assert told(cth="62034200") == [("cth", f"was not exported with {left.number}")]
    twice = [row(hawb, **GOODS | {"quantity": "21"}, return_of=str(left.number)) for hawb in ("SWF001", "SWF002")]
    assert [column for column, _reason in faults(signed_in, flight, *twice)] == ["quantity"]


def jewellery(**given: Any) -> CourierShippingBill:
    """E-commerce jewellery that was declared to come back unsold."""
    told: dict[str, Any] = {"ecommerce": True, "reimport_facility": True, "fob_value": Decimal(25_000), **given}
    made = shipping_bill(Stage.EXPORTED, **told)
    made.items.update(cth="71171990")
    return made


@pytest.mark.parametrize(
    ("given", "station", "words"),
    [
        ({}, "BLR", ""),
        ({"reimport_facility": False}, "BLR", "did not declare"),
        ({}, "DEL", "left from BLR"),
        ({"fob_value": Decimal("25000.01")}, "BLR", "worth more than"),
    ],
    ids=["fits", "not declared", "elsewhere", "too dear"],
)
def test_jewellery_comes_back_under_its_conditions(given: dict[str, Any], station: str, words: str) -> None:
    told = returns.why_not_jewellery(jewellery(**given), station, timezone.localdate())
    assert words in " ".join(told)
    assert bool(told) == bool(words)


def test_jewellery_comes_back_within_the_days_of_the_rule() -> None:
    made = jewellery()
    assert made.let_export_at is not None
    let = timezone.localdate(made.let_export_at)
    assert not returns.why_not_jewellery(made, "BLR", let + timedelta(days=45))
    assert "more than 45 days" in returns.why_not_jewellery(made, "BLR", let + timedelta(days=46))[0]
    DatedRule.objects.filter(name="return_jewellery_days").update(value="50")
    DatedRule.objects.filter(name="return_jewellery_fob_limit").update(value="24999")
    forget()
    assert (
        "more than"
        not in (said := returns.why_not_jewellery(made, "BLR", let + timedelta(days=50))[0]).split("worth")[0]
    )
    assert "24,999" in said


def test_gifts_do_not_come_back_on_cbe_xii(signed_in: SignedIn, flight: ExpressCargoManifest) -> None:  # noqa: F811
    left = shipping_bill(Stage.EXPORTED, of=flight.courier)
    found = faults(
        signed_in, flight, row("SWF001", **GOODS, form="CBE-XII", nature="SAMPLE", return_of=str(left.number))
    )
    assert ("return_of", "is for CBE-XIII and CBE-XIV: exported goods come back on one of these") in found


def test_unsold_jewellery_comes_from_its_consignee_and_with_its_papers(
    signed_in: SignedIn, flight: ExpressCargoManifest, people: Callable[[str], User]  # noqa: F811
) -> None:  # fmt: skip
    hawb = flight.hawbs.get(number="SWF001")
    left = jewellery(of=flight.courier, consignee_name=f"{hawb.consignor_name.upper()}.")
    told = row("SWF001", **GOODS | {"cth": "71171990"}, return_of=str(left.number), ecommerce="Y")
    upload = send(signed_in, flight, [told])
    assert upload.state == "READY", upload.faults
    signed_in("signatory.swift").post(reverse("upload-sign", args=[upload.pk]), {"declare1": "on", "declare2": "on"})
    upload_runner.save(upload.pk, people("signatory.swift").pk)
    came = CourierBillOfEntry.objects.get()
    assert came.stage == "DOCUMENTS"
    assert "Valid RCMC of the exporter" in signed_in("courier.swift").get(came.get_absolute_url()).content.decode()
    assert came.risk_decision is not None and came.risk_decision.facts["comes_back"] is True
    CourierShippingBill.objects.update(consignee_name="Somebody Else")
    other = row("SWF002", **GOODS | {"cth": "71171990"}, return_of=str(left.number), ecommerce="Y")
    assert "the manifest names another consignor" in str(faults(signed_in, flight, other))
