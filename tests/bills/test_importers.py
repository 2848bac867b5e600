"""An importer who files CBE-XIV for its own goods goes the whole way by itself: queries, memos, requests, duty, notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Importer, User
from accounts.permissions import Actor, Held
from accounts.roles import Role
from bills import drafts
from bills.flight import Flight
from bills.kinds import Kind
from bills.models import BillAmendment, BillCancellation, CourierBillOfEntry
from bills.stages import Stage
from eccs import letters, notices
from eccs.desks import desks as desks_of
from eccs.workflow import Document, Refused, take
from manifests.models import HouseAirwayBill
from payments import bank, services
from payments.models import CashWithdrawal, Challan, ChallanTrail
from payments.querysets import payable_bills
from tests.bills.conftest import SignedIn
from tests.bills.desks import ACCEPT, Desks, fresh
from tests.every_step import declared as d
from tests.factories.bills import bill
from tests.factories.directory import importer
from tests.factories.firms import actor, person
from tests.factories.manifests import house_airway_bill, manifest
from transit.models import CargoTransferManifest

pytestmark = pytest.mark.django_db

KAVERI = "importer.kaveri"
ADDRESS = "store@kaveri.example"


def of_importer(one: Importer, name: str = "Tara Gill") -> Actor:
    """Somebody who works for an importer."""
    user = person(name)
    return Actor(user.pk, user.full_name, user.username, importer_id=one.pk, postings=(Held(Role.IMPORTER),))


def its_steps() -> list[tuple[type[Document], str]]:
    found = [(m, name) for m in d.MODELS for name, step in m.steps().items() if Role.IMPORTER in step.roles]
    begun = ("file", "create", "draft", "request", "request_withdrawal")  # on pages of their own
    return [(model, name) for model, name in found if name not in begun]


@pytest.mark.parametrize(("model", "name"), its_steps())
def test_each_step_of_an_importer_is_for_its_own_documents(model: type[Document], name: str) -> None:
    step, own = model.steps()[name], importer(iec="AAFCM2291R")
    stage = step.sources[0]
    given: dict[str, Any] = {
        "importer": own,
        **({"courier": None, "courier_id": None} if model in (Challan, CashWithdrawal, CargoTransferManifest) else {}),
    }
    one, theirs = d.ready(model, step, stage, **given), d.ready(model, step, stage)
    by = of_importer(own)
    other = replace(by, importer_id=importer(iec="AABCT5519M").pk)
    for document, who in ((one, other), (theirs, by)):
        with pytest.raises(Refused, match="another firm"):
            take(document, name, who, **d.answers(model, step, document))
    done = take(one, name, by, **d.answers(model, step, one))
    assert done.stage in (step.targets or (stage,))


@pytest.fixture
def kaveri(people: Any) -> Importer:
    """The importer of the cast, with an address."""
    found: Importer | None = people(KAVERI).importer
    User.objects.filter(username=KAVERI).update(email=ADDRESS)
    assert found is not None
    return found


@pytest.fixture
def desks(signed_in: SignedIn, kaveri: Importer) -> Desks:
    """The cast at its desks."""
    return Desks(signed_in)


def its_bill(stage: Stage, kaveri: Importer, **given: Any) -> CourierBillOfEntry:
    """A bill that the importer filed."""
    return bill(stage, importer=kaveri, kind="CBE-XIV", iec=kaveri.iec, **given)


def test_an_importer_answers_and_pays_by_itself(desks: Desks, kaveri: Importer) -> None:
    one = desks.act("ao.blr", its_bill(Stage.ASSESSMENT, kaveri, arrived=True), "raise_query", question="Which cell?")
    notices.gather(CourierBillOfEntry.trail_model)
    letters.send_unsent()
    assert ADDRESS in {to for message in mail.outbox if "Query raised" in message.subject for to in message.to}
    assert "Query raised" in desks.signed_in(KAVERI).get("/").content.decode()
    one = desks.act(KAVERI, one, "reply_to_query", reply="Lithium.")
    one = desks.act("ao.blr", one, "detain", grounds="The brand looks copied.")
    one = desks.act(KAVERI, one, "reply_to_detention_memo", reply="It is our own.")
    memo = one.detentions.get()
    assert memo.replied_by.username == KAVERI
    assert desks.signed_in(KAVERI).get(reverse("detention-print", args=[memo.number])).status_code == 200
    one = desks.act("ao.blr", one, "lift_detention", remarks="True.")
    one = desks.act("ao.blr", one, "assess", **ACCEPT)
    assert one.stage == Stage.DUTY
    assert "Create challan and pay" in desks.page(KAVERI, one)
    assert "The importer, who filed the bill, pays the duty." in desks.page("signatory.swift", one)
    courier, browser = actor("COURIER_SIGNATORY"), desks.signed_in(KAVERI)
    assert one not in payable_bills(courier)
    with pytest.raises(Refused, match="not yours"):
        services.create_challan([one.pk], courier)
    assert one.number in browser.get(reverse("new-challan")).content.decode()
    made = browser.post(reverse("new-challan"), {"bill": [one.pk]})
    challan = Challan.objects.get()
    assert (made.status_code, challan.courier, challan.importer) == (302, None, kaveri)
    for username, status in ((KAVERI, 200), ("dcac.blr", 200), ("signatory.swift", 404), ("dcac.del", 404)):
        assert desks.signed_in(username).get(challan.get_absolute_url()).status_code == status, username
    who = replace(of_importer(kaveri), user_id=User.objects.get(username=KAVERI).pk)
    challan = take(challan, "go_to_bank", who)
    said = bank.Confirmation(
        challan=str(challan.number),
        amount_paise=challan.paise,
        status=bank.Status.PAID,
        bank_transaction="SBX1",
    )
    services.receive(said)
    one = fresh(one)
    assert (one.stage, one.amount_due) == (Stage.XRAY, 0)
    assert (
        kaveri.name in browser.get(reverse("payment-history")).content.decode()
        or challan.number in browser.get(reverse("payment-history")).content.decode()
    )
    assert kaveri.name in browser.get(challan.get_absolute_url()).content.decode()
    assert browser.get(reverse("cyber-receipt", args=[challan.number])).content.startswith(b"%PDF")
    mail.outbox.clear()
    notices.gather(ChallanTrail)
    letters.send_unsent()
    told = {to for message in mail.outbox for to in message.to}
    assert ADDRESS in told
    assert not told & set(User.objects.exclude(courier=None).exclude(email="").values_list("email", flat=True))


def test_an_importer_asks_for_amendment_and_cancellation(desks: Desks, kaveri: Importer) -> None:
    one = desks.act(KAVERI, its_bill(Stage.XRAY, kaveri), "request_cancellation", reason="Filed twice.")
    asked = BillCancellation.objects.get()
    asked = desks.act("ao.blr", asked, "verify", remarks="Not true.")
    asked = desks.act("dcac.blr", asked, "reject", remarks="It was filed once.")
    assert "It was filed once." in desks.page(KAVERI, asked)
    notices.gather(BillCancellation.trail_model)
    letters.send_unsent()
    assert any(ADDRESS in message.to for message in mail.outbox)
    one = fresh(one)
    assert desks.signed_in(KAVERI).get(one.step_url("request_amendment")).status_code == 200
    take(one, "request_amendment", of_importer(kaveri), **d.CASES[CourierBillOfEntry].answers["request_amendment"](one))
    amendment = BillAmendment.objects.get()
    assert "The invoice was misread." in desks.page(KAVERI, amendment)
    others = bill(Stage.XRAY)
    for step in ("request_amendment", "request_cancellation"):
        assert desks.signed_in(KAVERI).get(others.step_url(step)).status_code == 404


def test_what_an_importer_has_only_begun_stands_in_nobodys_way(
    signed_in: SignedIn, kaveri: Importer, hawb: HouseAirwayBill
) -> None:
    begun = bill(Stage.DRAFT, hawb=hawb, importer=kaveri, kind="CBE-XIV")
    courier, start = signed_in("courier.swift"), reverse("bill-start")
    assert hawb.pk not in Flight.load(hawb.manifest).taken
    assert hawb.number in courier.get(start).content.decode()
    for _press in range(2):
        courier.post(start, {"hawb": hawb.pk})
    assert sorted(CourierBillOfEntry.objects.values_list("importer", flat=True), key=str) == [kaveri.pk, None]
    assert hawb.pk in Flight.load(hawb.manifest).taken  # now the courier has begun it itself
    assert begun.pk in CourierBillOfEntry.objects.values_list("pk", flat=True)


def test_whoever_files_first_has_filed_the_bill_of_a_shipment(kaveri: Importer, hawb: HouseAirwayBill) -> None:
    of_courier, begun = bill(Stage.DRAFT, hawb=hawb), bill(Stage.DRAFT, hawb=hawb, importer=kaveri, kind="CBE-XIV")
    done = take(of_courier, "file", actor(Role.COURIER_SIGNATORY))
    assert done.number
    with pytest.raises(Refused, match="has a bill already"):
        take(begun, "file", of_importer(kaveri))
    assert fresh(begun).stage == Stage.DRAFT
    with pytest.raises(IntegrityError, match="bill_one_for_a_hawb"), transaction.atomic():
        bill(Stage.ASSESSMENT, hawb=hawb)


def test_an_importers_desk_counts_its_own_drafts_and_its_couriers_does_not(
    people: Callable[[str], User], signed_in: SignedIn
) -> None:
    kaveri = people("importer.kaveri").importer
    hawb = house_airway_bill(manifest(courier=people("courier.swift").courier))
    draft = drafts.start(hawb, people("importer.kaveri").pk, Kind.XIV, importer_id=kaveri.pk if kaveri else None)
    assert draft.importer == kaveri

    def drafts_counted(username: str) -> int:
        actor = Actor.of(people(username))
        return sum(
            desk.count for desk in desks_of(actor) if desk.listing.model is CourierBillOfEntry and desk.stage == "DRAFT"
        )

    assert (drafts_counted("importer.kaveri"), drafts_counted("courier.swift")) == (1, 0)
    assert "Draft" in signed_in("importer.kaveri").get("/").content.decode()
