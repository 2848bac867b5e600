"""What ICEGATE and the Reserve Bank are told: due, sent once, answered, corrected, withdrawn."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import SYSTEM
from bills.stages import Stage as ImportStage
from eccs.models import Notice
from eccs.workflow import Refused, take
from exports import tasks, transmission
from exports.models import CourierExportManifest, CourierShippingBill, Transmission
from exports.stages import Stage
from tests.bills.conftest import SignedIn
from tests.factories.bills import bill as bill_of_entry
from tests.factories.firms import actor
from tests.factories.shipping import export_manifest, shipping_bill

pytestmark = pytest.mark.django_db

PAID: dict[str, Any] = {"igst_paid": Decimal("4404.00"), "under_bond_or_ut": False, "account_number": "000901234567"}


def flown(**given: Any) -> tuple[CourierShippingBill, CourierExportManifest]:
    """A shipping bill that leaves with a flight, and the manifest."""
    bill = shipping_bill(Stage.MANIFESTED, **PAID | given)
    manifest = export_manifest("FILED", of=bill)
    fed: dict[str, Any] = {"egm_number": "7710042", "departed_at": timezone.now()}
    return bill, take(manifest, "feed_egm", actor("COURIER_OPERATOR"), **fed)


def told(**only: Any) -> list[tuple[str, int, str, str]]:
    """Register, version, act and state of every current line."""
    rows = Transmission.objects.filter(current=True, **only).order_by("register")
    return list(rows.values_list("register", "version", "act", "state"))


def answers(*rows: tuple[str, ...]) -> dict[str, SimpleUploadedFile]:
    """What a register answers, as a file."""
    lines = [("number", "result", "reason"), *rows]
    return {"file": SimpleUploadedFile("answers.csv", "\n".join(map(",".join, lines)).encode())}


@pytest.mark.parametrize(
    ("given", "registers"),
    [
        ({}, ["EDPMS", "IGST"]),
        ({"igst_paid": 0}, ["EDPMS"]),
        ({"nfei": True}, ["IGST"]),
        ({"kind": "CSB-IV", "nfei": True, "igst_paid": 0}, []),
    ],
    ids=["both", "under bond", "no foreign exchange", "gift"],
)
def test_what_falls_due_when_goods_are_exported(given: dict[str, Any], registers: list[str]) -> None:
    flown(**given)
    assert [one[0] for one in told()] == registers


def test_from_due_over_refused_to_accepted(signed_in: SignedIn) -> None:
    bill, _manifest = flown()
    flown(account_number="")
    desk, courier = signed_in("dcac.blr"), signed_in("courier.swift")
    page = courier.get(reverse("transmissions")).content.decode()
    assert "missing or wrong: Bank account of the exporter" in page
    desk.post(reverse("transmission-send"), {"register": "EDPMS", "station": "BLR"})
    line = Transmission.objects.get(shipping_bill=bill, register="EDPMS")
    assert line.file is not None
    assert (line.state, line.file.line_count, line.file.number) == (
        "SENT", 1, f"EDPMS_BLR_{timezone.localdate():%Y-%m-%d}_01",
    )  # fmt: skip
    again = desk.post(reverse("transmission-send"), {"register": "EDPMS", "station": "BLR"}, follow=True)
    assert (
        "Nothing is due that could be sent" in again.content.decode()
    )  # one lacks its bank account, the other is sent
    assert (
        desk.post(reverse("transmission-send"), {"register": "EDPMS", "station": "DEL"}, follow=True).status_code == 200
    )
    assert line.file.lines.count() == 1
    sent = desk.get(reverse("transmission-download", args=[line.file.number])).content.decode()
    assert f"{bill.number},1,NEW" in sent
    CourierShippingBill.objects.filter(pk=bill.pk).update(account_number="ANOTHER1")
    assert desk.get(reverse("transmission-download", args=[line.file.number])).content.decode() == sent

    address = reverse("transmission-file", args=[line.file.number])
    number = str(bill.number)
    for rows, words in (
        ([("CSB-V_BLR_2026-2027_999999", "ACCEPTED", "")], "was not sent with this file"),
        ([(number, "REFUSED", "")], "why the line was refused"),
        ([(number, "MAYBE", "")], "must be ACCEPTED or REFUSED"),
        ([(number, "ACCEPTED", ""), (number, "ACCEPTED", "")], "is answered twice"),
    ):
        wrong = desk.post(address, answers(*rows))
        assert (wrong.status_code, words in wrong.content.decode()) == (422, True), words
    desk.post(address, answers((number, "REFUSED", "AD code not known")))
    line.refresh_from_db()
    assert (line.state, line.reason) == ("REFUSED", "AD code not known")
    assert "AD code not known" in Notice.objects.latest("pk").body
    assert "AD code not known" in desk.get(address).content.decode()
    assert "AD code not known" in courier.get(bill.get_absolute_url()).content.decode()
    assert "was answered before" in desk.post(address, answers((number, "ACCEPTED", ""))).content.decode()

    correct = reverse("transmission-correct", args=[line.pk])
    given = {"ad_code": "63904", "account_number": "ANOTHER1", "invoice_number": bill.invoice_number}
    assert courier.post(correct, given).status_code == 422
    assert signed_in("courier.metro").get(correct).status_code == 404
    courier.post(correct, given | {"ad_code": "6390418"})
    assert told(shipping_bill=bill) == [("EDPMS", 2, "NEW", "DUE"), ("IGST", 1, "NEW", "DUE")]
    desk.post(reverse("transmission-send"), {"register": "EDPMS", "station": "BLR"})
    anew = Transmission.objects.get(shipping_bill=bill, register="EDPMS", current=True)
    assert anew.content["ad_code"] == "6390418"
    assert anew.file is not None and str(anew.file.number).endswith("_02")
    desk.post(reverse("transmission-file", args=[anew.file.number]), answers((number, "ACCEPTED", "")))
    anew.refresh_from_db()
    assert anew.state == "ACCEPTED"
    with pytest.raises(Refused, match="was not refused"):
        transmission.correct(anew.pk, {"ad_code": "6390419"}, actor("COURIER_OPERATOR"))
    assert courier.get(address).status_code == 403
    assert signed_in("dcac.del").get(address).status_code == 404


def test_a_corrected_egm_is_told_anew_and_what_stayed_behind_is_withdrawn() -> None:
    bill, manifest = flown()
    transmission.make_file("EDPMS", "BLR", actor("DCAC"))
    egm = [{"name": "egm_number", "old": "7710042", "new": "7710043"}]
    take(manifest, "amend", SYSTEM, amendment="CMA", changes=egm, reason="Mistyped.")
    assert told() == [("EDPMS", 2, "CHANGE", "DUE"), ("IGST", 1, "NEW", "DUE")]
    lines = {one.register: one for one in Transmission.objects.filter(current=True)}
    assert transmission.contents(lines.values())[lines["EDPMS"].pk]["egm_number"] == "7710043"
    stayed = [{"name": "hawb", "old": bill.hawb, "new": ""}]
    take(manifest, "amend", SYSTEM, amendment="CMA", changes=stayed, reason="Found in the shed.")
    assert told() == [("EDPMS", 2, "WITHDRAW", "DUE")]  # what was never sent is not withdrawn
    following = export_manifest("DRAFT", of=CourierShippingBill.objects.get(pk=bill.pk))
    following = take(following, "file", actor("COURIER_SIGNATORY", name="Om Shah"))
    take(following, "feed_egm", actor("COURIER_OPERATOR"), egm_number="7710050", departed_at=timezone.now())
    assert told() == [("EDPMS", 2, "CHANGE", "DUE"), ("IGST", 1, "NEW", "DUE")]


def test_import_payments_are_told_when_out_of_charge_is_given() -> None:
    now = timezone.now()
    given: dict[str, Any] = {"ad_code": "6390417", "iec": "AAKCK4417E"}
    one = bill_of_entry(ImportStage.OUT_OF_CHARGE, **given)
    bill_of_entry(ImportStage.OUT_OF_CHARGE, ad_code="")
    bill_of_entry(ImportStage.ASSESSMENT, **given)
    assert (tasks.enter_imports(), transmission.enter_imports(now)) == (1, 0)
    assert told() == [("IDPMS", 1, "NEW", "DUE")]
    made = transmission.make_file("IDPMS", "BLR", actor("DCAC"))
    content = made.lines.get().content
    assert (content["number"], content["ad_code"]) == (one.number, "6390417")
    assert Decimal(content["invoice_value"]) > 0


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, []), ({"ad_code": "63904"}, ["ad_code"]), ({"invoice_number": ""}, ["invoice_number"]), ({"currency": ""}, ["currency"]),
        ({"fob_foreign": "0.00"}, ["currency"]), ({"egm_number": ""}, ["egm_number"]),
    ],
)  # fmt: skip
def test_a_line_is_checked_before_it_is_sent(given: dict[str, str], missing: list[str]) -> None:
    whole = {
        "iec": "AAKCK4417E", "ad_code": "6390417", "account_number": "000901234567", "invoice_number": "K-1", "currency": "USD",
        "fob_foreign": "260.00", "egm_number": "7710042",
    }  # fmt: skip
    assert transmission.lacking(Transmission(register="EDPMS"), whole | given) == missing
