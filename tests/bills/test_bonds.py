"""Bills secured by registered bonds: fetched, debited with the step, credited when they are settled (PN17 7(c), 7(n), 13.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.permissions import SYSTEM
from bills.documents import bill_paper, courier_bill_of_entry
from bills.models import FormE
from bills.provisional import extra_duty_paid
from bills.secured_paper import secured_by
from bills.stages import Stage
from bonds import ledger
from bonds.models import Bond, BondEntry
from eccs.dated_rules import DatedRule
from eccs.models import Notice
from eccs.workflow import Refused, take
from tests.bills.conftest import SignedIn
from tests.bills.desks import ACCEPT, ORDER, SECURITY, Desks, fresh
from tests.factories.bills import bill
from tests.factories.bonds import bond, bond_master
from tests.factories.directory import importer
from tests.factories.firms import actor
from tests.factories.requests import provisional_assessment
from tests.papers.reading import text as text_of

pytestmark = pytest.mark.django_db

FETCHED = {
    "kind": "provisional", "bond_type": "PROVISIONAL", "bond_amount": "5000", "bond_number": "", "bond_date": "",
    "remarks": "The test report is awaited.",
}  # fmt: skip
FINAL = {name: value for name, value in ORDER.items() if name != "outcome"}


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


def balance(one: Bond) -> Decimal:
    return Bond.objects.get(pk=one.pk).balance


def test_7c_a_registered_bond_is_fetched_by_type_and_amount_and_debited(desks: Desks) -> None:
    small, good = bond(amount=4999, left=50), bond(amount=5000)
    for other in (bond(firm="metro"), bond(station="DEL"), bond("EXPIRED"), bond("RELEASE_REQUESTED")):
        assert other.balance >= 5000
    bond(master=bond_master(purpose="RELEASE"))
    bond(master=bond_master(category="SPECIFIC"), about="OTHER1")
    one = bill(Stage.ASSESSMENT, arrived=True)
    offered = desks.page("ao.blr", one)
    assert str(small) in offered and str(good) in offered
    typed = {**FETCHED, "bond_number": "B-118", "bond_date": "12/11/2026"}
    assert f"{good} is registered" in desks.refused("ao.blr", one, "assess", **ACCEPT | typed)
    named = {**FETCHED, "bond_number": str(small)}
    assert "balance of ₹ 4,999.00" in desks.refused("ao.blr", one, "assess", **ACCEPT | named)
    one = desks.act("ao.blr", one, "assess", **ACCEPT | FETCHED)
    assessment = one.provisional_assessments.get()
    assert (assessment.bond, assessment.bond_number, assessment.bond_date) == (good, good.number, good.executed_on)
    assert balance(good) == 0 and balance(small) == 4999
    entry = BondEntry.objects.get(sort="DEBIT")
    assert (entry.document, entry.change) == (one.number, -5000)
    for username in ("ao.blr", "signatory.swift"):
        assert str(one.number) in desks.page(username, good)
        assert str(good) in desks.page(username, assessment)
    assert "secures ₹ 5,000.00 still" in desks.refused("signatory.swift", good, "request_release", reason="Not needed.")
    assert not ledger.faults().exists()


def test_13_2_the_approved_amount_of_bond_and_guarantee_is_indicated_on_the_bill(desks: Desks) -> None:
    good = bond(amount=7500)
    one = fresh(desks.act("ao.blr", bill(Stage.ASSESSMENT, arrived=True), "assess", **ACCEPT | FETCHED))
    assessment, behind = one.provisional_assessments.get(), good.guarantees.get()
    (line,) = secured_by(one)
    assert (line.what, line.approved, line.secures) == (f"Provisional assessment {assessment}", 7500, 5000)
    assert str(good) in line.bond and str(behind.number) in line.guarantees
    printed = text_of(courier_bill_of_entry(one))
    assert all(words in printed for words in ("BONDDETAILS", "7,500.00", "5,000.00"))
    for username in ("ao.blr", "signatory.swift"):
        page = desks.page(username, one)
        assert "approved for ₹ 7,500" in page and "debited ₹ 5,000" in page
    take(one.provisional_assessments.get(), "supersede", SYSTEM)
    assert secured_by(fresh(one)) == () and "BONDDETAILS" not in text_of(courier_bill_of_entry(fresh(one)))


def test_the_print_of_a_bill_names_the_challan_of_its_extra_duty() -> None:
    one = bill(Stage.OUT_OF_CHARGE, provisional=True, assessed_at=timezone.now())
    assessment = provisional_assessment("EXTRA_DUTY", of=one)
    extra_duty_paid({assessment.pk: {"amount": "9.00", "interest": "0"}}, "2908387251")
    assert ("2908387251", Decimal("9.00")) in [(paid.challan, paid.amount) for paid in bill_paper(fresh(one)).payments]


def test_7c_without_a_registered_bond_it_is_entered_whole(desks: Desks) -> None:
    one = bill(Stage.ASSESSMENT)
    assert "A provisional assessment needs it." in desks.refused("ao.blr", one, "assess", **ACCEPT | FETCHED)
    with pytest.raises(Refused, match="No registered bond of this type has a balance"):
        take(one, "assess", actor("ASSESSING_OFFICER"), bond={"type": "PROVISIONAL", "amount": "5000"}, remarks="x")
    assert fresh(one).stage == Stage.ASSESSMENT


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("requested", "is not registered, it is at “Bond requested”"), ("elsewhere", "is a bond at DEL"),
        ("another firm", "is a bond of another firm"), ("an importer", "is a bond of another firm"),
        ("unknown", "ECCS has no such bond"), ("expired", "nothing can be debited"),
        ("another type", "is a bond of another type"), ("another consignment", "or for another consignment"),
    ],
)  # fmt: skip
def test_13_2_a_number_of_eccs_is_a_bond_of_the_firm_that_is_registered_there(
    desks: Desks, what: str, why: str
) -> None:
    made: dict[str, Callable[[], Any]] = {
        "requested": lambda: bond("REQUESTED"), "elsewhere": lambda: bond(station="DEL"),
        "another firm": lambda: bond(firm="metro"), "an importer": lambda: bond(importer=importer()),
        "unknown": lambda: "bnd_BLR_2019-2020_000001", "expired": lambda: bond("EXPIRED"),
        "another type": lambda: bond(master=bond_master(purpose="TRANSSHIPMENT")),
        "another consignment": lambda: bond(master=bond_master(category="SPECIFIC"), about="OTHER1"),
    }  # fmt: skip
    number, one, held = str(made[what]()), bill(Stage.ASSESSMENT, arrived=True), bill(Stage.DETAINED)
    typed = {**FETCHED, "bond_number": number, "bond_date": "12/11/2026"}
    assert why in desks.refused("ao.blr", one, "assess", **ACCEPT | typed)
    told = {**SECURITY, "bond_number": number}
    refused = desks.refused("superintendent.blr", held, "release_provisionally", **told)
    assert (why if what != "another type" else "is a bond of another type") in refused
    given = {"type": "PROVISIONAL", "amount": "5", "number": number, "date": "2026-11-12"}
    with pytest.raises(Refused):
        take(one, "assess", actor("ASSESSING_OFFICER"), bond=given, remarks="x")
    assert not BondEntry.objects.filter(sort="DEBIT").exists()


@pytest.mark.parametrize("filed_by_it", [False, True])
def test_7c_the_importers_own_bond_secures_its_goods_where_it_is_declared(desks: Desks, filed_by_it: bool) -> None:
    own = importer()
    theirs, carriers = bond(importer=own), bond()
    one = bill(Stage.ASSESSMENT, kind="CBE-XIV", iec=own.iec, importer=own if filed_by_it else None)
    FormE.objects.update_or_create(bill=one, defaults={"bond_number": str(theirs), "bond_amount": Decimal(700)})
    assert str(theirs) in desks.page("ao.blr", one)
    one = desks.act("ao.blr", one, "assess", **ACCEPT | FETCHED | {"bond_amount": "700"})
    assert (balance(theirs), balance(carriers)) == (99_300, 100_000)
    assert one.provisional_assessments.get().bond == theirs
    told = Notice.objects.filter(audience=f"importer:{own.pk}", subject__contains=f"{theirs} is debited with").exists()
    assert told is not filed_by_it
    other = bill(Stage.ASSESSMENT, kind="CBE-XIV", iec=own.iec)  # that declares no bond
    desks.act("ao.blr", other, "assess", **ACCEPT | FETCHED | {"bond_amount": "700"})
    assert (balance(theirs), balance(carriers)) == (99_300, 99_300)


@pytest.mark.parametrize(("since", "accepted"), [(0, False), (1, True)])
def test_7c_a_bond_that_is_not_registered_is_accepted_where_a_dated_rule_lets_it(since: int, accepted: bool) -> None:
    day = timezone.localdate() + timedelta(days=since)
    DatedRule.objects.create(
        name="outside_bonds_accepted", station_code="BLR", from_date=day, value="off", source="Order 12"
    )
    one = bill(Stage.ASSESSMENT)
    given = {"type": "PROVISIONAL", "amount": "5", "number": "B-118", "date": "2026-11-12", "valid_until": "2030-03-31"}
    if accepted:
        done = take(one, "assess", actor("ASSESSING_OFFICER"), bond=given, remarks="x")
        assert done.provisional_assessments.get().bond_number == "B-118"
    else:
        with pytest.raises(Refused, match="B-118 is not registered in ECCS, and BLR accepts registered bonds alone"):
            take(one, "assess", actor("ASSESSING_OFFICER"), bond=given, remarks="x")


@pytest.mark.parametrize("kind", ["CONTINUITY", "SPECIFIC"])
def test_7c_a_specific_bond_is_for_its_own_consignment(kind: str) -> None:
    one = bill(Stage.ASSESSMENT)
    assert one.hawb is not None
    own = bond(master=bond_master(category="SPECIFIC"), about=one.hawb.number)
    wide = bond()
    bond_type = "CONTINUITY" if kind == "CONTINUITY" else "PROVISIONAL"
    take(one, "assess", actor("ASSESSING_OFFICER"), bond={"type": bond_type, "amount": "500"}, remarks="x")
    assert (balance(own), balance(wide)) == ((100_000, 99_500) if kind == "CONTINUITY" else (99_500, 100_000))


def test_7c_the_bond_that_the_bill_declares_is_debited_first(desks: Desks) -> None:
    first, declared = bond(left=100), bond(left=300)
    one = bill(Stage.ASSESSMENT, kind="CBE-XIV")
    FormE.objects.update_or_create(bill=one, defaults={"bond_number": str(declared), "bond_amount": Decimal(700)})
    shown = desks.page("ao.blr", one)
    assert f'value="{declared}"' in shown
    desks.act("ao.blr", one, "assess", **ACCEPT | FETCHED | {"bond_amount": "700"})
    assert (balance(first), balance(declared)) == (100_000, 99_300)


@pytest.mark.parametrize("final", ["31", "40"])
def test_7c_the_final_assessment_credits_the_bond(final: str) -> None:
    registered, officer = bond(), actor("ASSESSING_OFFICER")
    one = bill(Stage.OUT_OF_CHARGE, provisional=True)
    assessment = provisional_assessment(of=one, bond=registered)
    ledger.debit(registered.pk, Decimal(5000), str(assessment), ledger.of(one, "bills/imports"), "Asha Rao")
    done = take(
        assessment,
        "finalise_assessment",
        officer,
        heads={"BCD": final},
        assessable_value="100",
        remarks="Report received.",
    )
    assert balance(registered) == (100_000 if final == "31" else 95_000)
    if final == "40":
        assert len(extra_duty_paid({done.pk: {"amount": "9"}}, "1911402718").moved) == 1
        assert not extra_duty_paid({done.pk: {"amount": "9"}}, "1911402718").moved
    assert balance(registered) == 100_000
    assert not ledger.faults().exists()


def test_7c_a_superseded_assessment_credits_the_bond(desks: Desks) -> None:
    registered = bond()
    one = bill(Stage.ASSESSMENT, assessable_value=Decimal("100000.01"))
    one = desks.act("ao.blr", one, "assess", **ACCEPT | FETCHED)
    assert balance(registered) == 95_000
    one = desks.act("dcac.blr", one, "return_to_assessing_officer", remarks="A higher bond is needed.")
    one = desks.act("ao.blr", one, "assess", **ACCEPT | FETCHED | {"bond_amount": "6000"})
    assert balance(registered) == 94_000
    assert [entry.change for entry in registered.entries.all()] == [100_000, -5000, 5000, -6000]


def test_7n_a_release_debits_the_bond_with_its_guarantee_until_the_order_is_paid(desks: Desks) -> None:
    registered = bond(master=bond_master(purpose="RELEASE"))
    guarantee = registered.guarantees.get()
    one = bill(Stage.DETAINED)
    assert f"{registered} is registered" in desks.refused(
        "superintendent.blr", one, "release_provisionally", **SECURITY
    )
    assert str(registered) in desks.page("superintendent.blr", one)
    one = desks.act("superintendent.blr", one, "release_provisionally", bond_amount="5000")
    release = one.releases.get()
    assert (release.bond, release.guarantee_number, release.guarantee_amount) == (registered, guarantee.number, 25_000)
    assert balance(registered) == 95_000
    one = desks.act("ao.blr", one, "finalise", **FINAL)
    assert one.stage == Stage.DUTY and balance(registered) == 95_000
    one, _challan = desks.pay(one)
    assert one.stage == Stage.FINALISED and balance(registered) == 100_000


def test_7n_an_order_that_demands_nothing_credits_the_bond_at_once(desks: Desks) -> None:
    registered = bond(master=bond_master(purpose="RELEASE"))
    one = bill(Stage.DETAINED)
    one = desks.act("superintendent.blr", one, "release_provisionally", bond_amount="5000")
    nothing = {**FINAL, "fine": "0", "penalty": "0", "revised_duty": "0"}
    one = desks.act("ao.blr", one, "finalise", **nothing)
    assert one.stage == Stage.FINALISED and balance(registered) == 100_000


def test_7n_a_bond_without_a_guarantee_in_force_releases_nothing(desks: Desks) -> None:
    registered = bond(master=bond_master(purpose="RELEASE"))
    registered.guarantees.update(valid_until="2020-01-01")
    one = bill(Stage.DETAINED)
    told = desks.refused("superintendent.blr", one, "release_provisionally", bond_amount="5000")
    assert "has bank guarantees in force for ₹ 0, and needs ₹ 25,000" in told
    assert balance(registered) == 100_000


def test_a_step_that_is_refused_debits_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    registered, one = bond(), bill(Stage.ASSESSMENT)

    def fails(*_rows: Any) -> None:
        raise Refused(["The trail cannot be written."])

    broken: Callable[..., None] = fails
    monkeypatch.setattr("eccs.workflow.trail.insert_lines", broken)
    with pytest.raises(Refused, match="cannot be written"):
        take(one, "assess", actor("ASSESSING_OFFICER"), bond={"type": "PROVISIONAL", "amount": "5"}, remarks="x")
    assert balance(registered) == 100_000 and registered.entries.count() == 1
    assert not ledger.faults().exists()
