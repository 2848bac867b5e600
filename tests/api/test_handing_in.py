"""What a courier's program hands in besides flights: shipping bills in bulk, papers; and what the registers were told."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bench import flights
from bills.models import Attachment
from bills.stages import Stage
from exports.models import CourierShippingBill, Destination, Transmission
from exports.stages import Stage as ExportStage
from tests.api.conftest import Made
from tests.api.test_filing import work
from tests.exports.conftest import row
from tests.factories.bills import bill
from tests.factories.shipping import shipping_bill

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4 an invoice"


def once(name: str) -> dict[str, str]:
    """A key under which something is done once."""
    return {"idempotency-key": f"handing-in-{name}"}


def paper(content: bytes = PDF) -> SimpleUploadedFile:
    """A paper as a file."""
    return SimpleUploadedFile("invoice.pdf", content)


def test_shipping_bills_of_a_station_are_filed_in_bulk(program: Made) -> None:
    asking = program()
    file = flights.as_csv([row("SWX0000001"), row("SWX0000002")])
    told = asking.send("/stations/BLR/shipping-bills", file=SimpleUploadedFile("csb.csv", file))
    again = asking.send("/stations/BLR/shipping-bills", file=SimpleUploadedFile("csb.csv", file))
    assert told.status_code == 202 and again.json()["id"] == told.json()["id"]
    work()
    ready = asking.get(f"/uploads/{told.json()['id']}").json()
    assert ready["state"] == "READY", ready
    named = {"declared": [one["name"] for one in ready["declarations"]]}
    assert asking.post(f"/uploads/{ready['id']}/sign", named).status_code == 202
    work()
    assert list(CourierShippingBill.objects.order_by("hawb").values_list("hawb", "stage")) == [
        ("SWX0000001", ExportStage.GOODS), ("SWX0000002", ExportStage.GOODS),
    ]  # fmt: skip
    assert asking.send("/stations/XXX/shipping-bills", file=SimpleUploadedFile("csb.csv", file)).status_code == 404
    reader = program(scopes=["read"], name="Reader")
    assert reader.send("/stations/BLR/shipping-bills", file=SimpleUploadedFile("csb.csv", file)).status_code == 403


def test_a_query_that_asks_for_papers_is_answered_with_them(program: Made) -> None:
    asking, one = program(scopes=["read", "reply"]), bill(Stage.QUERY)
    here = f"/bills/{one.number}"
    kept = asking.send(f"{here}/papers", file=paper(), kind="INVOICE")
    assert kept.status_code == 201 and kept.json()["kind"] == "INVOICE" and kept.json()["size"] == len(PDF)
    asking.send(f"{here}/papers", file=paper(), kind="INVOICE")
    assert Attachment.objects.filter(bill=one, kind="INVOICE").count() == 1  # the same paper is kept once
    for sent, field in (
        ({"kind": "XRAY"}, "kind"),
        ({"file": paper(b"MZ not a paper")}, "file"),
        ({"file": paper(b"")}, "file"),
    ):
        refused = asking.send(f"{here}/papers", **{"file": paper(), "kind": "OTHER", **sent})
        assert refused.status_code == 422 and field in refused.json()["errors"][0]["field"]
    assert (
        asking.post(f"{here}/reply", {"reply": "See the invoice."}, **once("reply")).json()["stage"]["code"] != "QUERY"
    )
    closed = bill(Stage.OUT_OF_CHARGE)
    assert asking.send(f"/bills/{closed.number}/papers", file=paper(), kind="OTHER").status_code == 409
    assert program("signatory.metro").send(f"{here}/papers", file=paper(), kind="OTHER").status_code == 404
    export = shipping_bill(ExportStage.GOODS)
    assert asking.send(f"/shipping-bills/{export.number}/papers", file=paper(), kind="OTHER").status_code == 201


def test_what_the_registers_were_told_is_read(program: Made) -> None:
    asking, one = program(), shipping_bill(ExportStage.EXPORTED)
    given: dict[str, Any] = {"station": one.station, "courier": one.courier, "shipping_bill": one}
    Transmission.objects.all().delete()
    Transmission.objects.create(register=Destination.values[0], **given)
    (told,) = asking.get("/transmissions", told_to=Destination.values[0], number=one.number).json()["items"]
    assert (told["document"], told["state"]) == (one.number, "DUE")
    assert asking.get("/transmissions", state="REFUSED").json()["items"] == []
    assert asking.get("/transmissions", state="ODD").status_code == 422
    assert program("signatory.metro").get("/transmissions").json()["items"] == []
