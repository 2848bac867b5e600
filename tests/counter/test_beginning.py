"""What begins a new document, and the firm's own drafts, at the Service Centre: as the firm's own pages begin them, sealed, and of nobody else
(PN17 2.3, 2.4)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuthorisedCourier, User
from bills.models import ReturnToOrigin
from bonds.models import Bond
from counter.models import Answer, Visit
from eccs.dated_rules import DatedRule, forget
from eccs.signing.models import Signature, ToSign
from eccs.steps import SIGNED_FILING
from exports.models import CourierExportManifest
from manifests.models import ManifestAmendment
from tests.counter.conftest import OPERATOR, Counter, scan
from tests.exports.test_manifest import flight
from tests.factories.amendments import amendment
from tests.factories.bonds import bond_master
from tests.factories.directory import importer
from tests.factories.shipping import export_manifest, shipping_bill
from tests.factories.transit import flagged, transfer, transshipment_bond
from tests.factories.uncleared import lying
from tests.signing.conftest import Authority, authority  # noqa: F401 fixture
from transit.models import CargoTransferManifest

pytestmark = pytest.mark.django_db

ASKED = {"duty": "400000", "amount": "500000", "about": "", "reason": "Transshipment to Kochi."}


def typed(counter: Counter, address: str, **given: Any) -> Answer:
    """What files a draft, or asks for something, is typed and kept."""
    sent = counter.browser.post(address, given)
    assert sent.status_code == 302, sent.content.decode()[-3000:]
    return Answer.objects.latest("pk")


def seal(counter: Counter, answer: Answer, content: bytes = b"%PDF-1.7 sealed") -> None:
    """Printed, and what was sealed attached."""
    print_out = counter.browser.get(reverse("counter-print", args=["counter/answers", answer.key]))
    assert print_out["Content-Type"] == "application/pdf" and len(print_out.content) > 5000
    counter.seal(answer, "counter/answers", scan=scan(content=content))


def file(counter: Counter, answer: Answer) -> Any:
    """The operator files it."""
    return counter.browser.post(answer.get_absolute_url())


def filing(counter: Counter, document: Any) -> str:
    """Where a draft is filed at the counter: whoever goes on from its pages is led there."""
    led = counter.browser.get(document.get_absolute_url())
    assert led.status_code == 302, led.status_code
    return str(led["Location"])


def told(document: Any, step: str) -> dict[str, Any]:
    """What the trail says of the act, which is the operator's and the firm's."""
    line, operator = document.trail.get(step=step), User.objects.get(username=OPERATOR)
    assert (line.by, line.role) == (operator, "SERVICE_CENTRE") and " on behalf of " in line.by_name
    found: dict[str, Any] = line.answers["service_centre"]
    assert found["sealed_print_sha256"] and found["token"]
    return found


def test_2_3_a_transfer_manifest_is_begun_and_filed_for_a_walk_in_on_the_pages_of_the_trade(
    counter: Counter, swift: AuthorisedCourier
) -> None:
    transshipment_bond()
    hawb, more = flagged(), flagged(to="BOM")
    assert counter.browser.get(reverse("transfer-new")).status_code == 403  # nobody is served
    counter.serve(str(swift.number))
    assert reverse("transfer-new") in counter.page()
    counter.browser.post(reverse("transfer-new"), {"manifest": hawb.manifest_id, "to": "DEL"})
    one = CargoTransferManifest.objects.get()
    page = reverse("transfer-draft", args=[one.pk])
    assert hawb.number in counter.browser.get(page).content.decode()
    assert more.number not in counter.browser.get(page).content.decode()
    address = filing(counter, one)
    assert address in counter.page() and hawb.number in counter.browser.get(address).content.decode()
    answer = typed(counter, address)
    assert "Missing: the print-out" in file(counter, answer).content.decode()
    seal(counter, answer)
    header = {
        "mode": "AIR",
        "carrier": "Zephyr Air",
        "marks": "Fragile",
        "line": one.lines.get().pk,
        "shown": one.lines.get().pk,
    }
    assert counter.browser.post(page, header).status_code == 302
    assert "was changed after its print-out was sealed" in file(counter, answer).content.decode()
    seal(counter, answer, b"%PDF-1.7 sealed again")
    assert file(counter, answer).status_code == 302
    one = CargoTransferManifest.objects.get()
    assert one.number and one.courier == swift and told(one, "submit")["on_behalf_of"] == swift.name
    assert one.trail.get(step="draft").role == "SERVICE_CENTRE"
    report = counter.browser.get(reverse("counter-report")).context["report"]
    assert report.lines[0].filed == (f"{one.steps()['submit'].label}: {one.number}",)


def test_2_3_an_export_manifest_and_an_amendment_are_begun_and_filed_for_a_walk_in(
    counter: Counter, swift: AuthorisedCourier
) -> None:
    bill = shipping_bill("LET_EXPORT")
    hawb = flagged(arrived=False)
    counter.serve(str(swift.number))
    counter.browser.post(reverse("cem-new"), flight())
    export = CourierExportManifest.objects.get()
    assert counter.browser.get(reverse("cem-lines", args=[export.pk])).context["lines"][0].bill == bill
    listed = counter.browser.get(reverse("counter-answers"), {"q": hawb.number}).content.decode()
    pages = reverse("manifest-amend", args=[hawb.manifest.key])
    assert pages in listed and counter.browser.get(pages).status_code == 200
    counter.browser.post(reverse("amend-shipment", args=[hawb.manifest.key, hawb.number]), {"delete": "yes"})
    change = ManifestAmendment.objects.get()
    for document, given in ((export, {}), (change, {"request_amendment-reason": "Not aboard.", "request_amendment-adjudication_reference": "ORD-1"})):  # fmt: skip
        answer = typed(counter, filing(counter, document), **given)
        seal(counter, answer)
        assert file(counter, answer).status_code == 302, file(counter, answer).content.decode()[-2000:]
    export, change = CourierExportManifest.objects.get(), ManifestAmendment.objects.get()
    assert export.number and change.stage == "REQUESTED" and change.reason == "Not aboard."
    assert told(export, "file") and told(change, "request_amendment")


def test_2_3_a_draft_of_the_firm_itself_is_filed_at_the_counter_and_of_nobody_else(
    counter: Counter, swift: AuthorisedCourier
) -> None:
    own, foreign, elsewhere = export_manifest(), export_manifest(firm="metro"), export_manifest(station="DEL")
    change, strange = amendment("DRAFT"), transfer(firm="metro")
    counter.serve(str(swift.number))
    page = counter.page()
    assert filing(counter, own) in page and filing(counter, change) in page
    for other, verb, pages in (
        (foreign, "file", [reverse("cem-lines", args=[foreign.pk])]), (elsewhere, "file", [reverse("cem-lines", args=[elsewhere.pk])]),
        (strange, "submit", [reverse("transfer-draft", args=[strange.pk])]),
    ):  # fmt: skip
        slug = "transit/manifests" if verb == "submit" else "exports/manifests"
        shut = [*pages, reverse("counter-answer-type", args=[slug, other.key, verb]), other.get_absolute_url()]
        assert [counter.browser.get(address).status_code for address in shut] == [404] * len(shut), other
    # nothing else of the firm opens, and its own steps are taken in no other way
    assert counter.browser.post(own.step_url("file"), {"confirm": "1"}).status_code in (403, 404, 409)
    assert CourierExportManifest.objects.get(pk=own.pk).stage == "DRAFT"
    for name in ("bonds", "bond-request"):
        assert counter.browser.get(reverse(name)).status_code == 403, name
    counter.post("counter-step", Visit.objects.get().key, "finish")
    assert counter.browser.get(reverse("cem-lines", args=[own.pk])).status_code == 403


def test_2_4_a_bond_is_requested_for_a_walk_in_sealed_and_signed_by_the_operator(
    counter: Counter,
    swift: AuthorisedCourier,
    authority: Authority,  # noqa: F811
) -> None:
    away = bond_master(station="DEL")
    counter.serve(str(swift.number))
    address = reverse("counter-open", args=["bond", 0])
    assert "No bond master is in force at this station" in counter.browser.get(address).content.decode()
    master = bond_master()
    page = counter.browser.get(address).content.decode()
    assert address in counter.page() and f'value="{master.pk}"' in page and f'value="{away.pk}"' not in page
    assert counter.browser.post(address, {**ASKED, "master": away.pk}).status_code == 422
    answer = typed(counter, address, **ASKED, master=master.pk)
    assert "Missing: the print-out" in file(counter, answer).content.decode() and not Bond.objects.exists()
    seal(counter, answer)
    DatedRule.objects.create(
        name=SIGNED_FILING, station_code="BLR", from_date="2026-01-01", value="on", source="Order 3"
    )
    forget()
    waits = file(counter, answer)["Location"]
    assert waits.startswith("/sign/") and not Bond.objects.exists()
    waiting = ToSign.objects.get()
    assert json.loads(bytes(waiting.content))["answers"]["service_centre"]["on_behalf_of"] == swift.name
    operator = User.objects.get(username=OPERATOR)
    keyed, _row = authority.register(operator)
    cms = base64.b64encode(keyed.sign(bytes(waiting.content))).decode()
    assert counter.browser.post(waits, {"cms": cms}).status_code == 302
    one = Bond.objects.get()
    assert (one.courier, one.station_id, one.requested_by) == (swift, "BLR", operator) and told(one, "request")
    assert (Signature.objects.get().by, Answer.objects.get().number) == (operator, str(one))
    assert file(counter, answer).status_code == 404  # once


def test_2_3_a_return_to_origin_is_requested_for_a_walk_in_and_for_no_goods_of_others(
    counter: Counter, swift: AuthorisedCourier
) -> None:
    entry, foreign = lying(16), lying(16, firm="metro")
    counter.serve(str(swift.number))
    address = reverse("counter-open", args=["return", entry.pk])
    listed = counter.browser.get(reverse("counter-answers"), {"q": entry.hawb.number}).content.decode()
    assert address in listed
    assert counter.browser.get(reverse("counter-open", args=["return", foreign.pk])).status_code == 404
    given = {"reason": "The consignee refuses the goods."}
    assert counter.browser.post(address, given).status_code == 422  # not declared
    answer = typed(counter, address, **given, declared="on")
    seal(counter, answer)
    assert file(counter, answer).status_code == 302
    made = ReturnToOrigin.objects.get()
    assert made.courier == swift and told(made, "request")
    assert address not in counter.browser.get(reverse("counter-answers"), {"q": entry.hawb.number}).content.decode()


def test_2_3_an_importer_asks_for_a_bond_and_begins_no_export_manifest(counter: Counter) -> None:
    firm = importer()
    master = bond_master()
    counter.serve(str(firm.iec))
    page = counter.page()
    assert reverse("cem-new") not in page and reverse("transfer-new") in page
    assert counter.browser.get(reverse("cem-new")).status_code == 403
    assert counter.browser.get(reverse("transfer-new")).status_code == 200
    assert counter.browser.get(reverse("counter-open", args=["return", 1])).status_code == 404
    answer = typed(counter, reverse("counter-open", args=["bond", 0]), **ASKED, master=master.pk)
    seal(counter, answer)
    assert file(counter, answer).status_code == 302
    one = Bond.objects.get()
    assert (one.importer, one.courier) == (firm, None) and told(one, "request")["on_behalf_of"] == firm.name
