"""A bond from the firm's request to its release, through the pages (PN17 13)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from bonds import ledger
from bonds.clearance import Stage
from bonds.models import Bond, BondMaster
from eccs.models import Notice
from eccs.workflow import Refused, take
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks
from tests.factories.bonds import bond, bond_master
from tests.factories.directory import importer
from tests.factories.firms import actor
from tests.papers.reading import text

pytestmark = pytest.mark.django_db

ASKED = {"about": "", "duty": "80000", "amount": "80000", "reason": "Test reports of toys take weeks."}


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


def day(days: int) -> str:
    return f"{timezone.localdate() + timedelta(days=days):%d/%m/%Y}"


def page(desks: Desks, username: str, address: str) -> str:
    answer = desks.signed_in(username).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode().replace("\u00a0", " ")


GUARANTEE = {
    "guarantee_number": "BG/77",
    "bank": "Deccan Bank, Yelahanka",
    "guarantee_amount": "22500",
    "guarantee_valid_until": "",
}


def master_in_use(desks: Desks) -> BondMaster:
    """Entered by the Bond Maker, approved by the Bond Checker; the same is not entered twice."""
    maker = desks.signed_in("bondmaker.blr")
    assert "No bond type is entered yet" in page(desks, "bondmaker.blr", "/bonds/types/")
    assert "No type of bond is in use" in page(desks, "signatory.swift", "/bonds/request/")
    given = {"station": "BLR", "purpose": "PROVISIONAL", "category": "CONTINUITY", "conditions": "With two sureties."}
    assert maker.post("/bonds/types/enter/", given).status_code == 302
    again = maker.post("/bonds/types/enter/", given)
    assert again.status_code == 409 and "in the Bond Master of the station already" in again.content.decode()
    assert desks.signed_in("bondchecker.blr").get("/bonds/types/enter/").status_code == 403
    assert "No type of bond is in use" in page(desks, "signatory.swift", "/bonds/request/")
    return desks.act("bondchecker.blr", BondMaster.objects.get(), "approve")  # type: ignore[no-any-return]


def requested(desks: Desks, master: BondMaster) -> Bond:
    """By the firm; what is missing is said."""
    firm = desks.signed_in("signatory.swift")
    wrong = firm.post("/bonds/request/", {**ASKED, "master": master.pk, "duty": "-1", "about": "swf1"})
    told = wrong.content.decode()
    assert wrong.status_code == 422 and "Error:" in told and "for no single consignment" in told
    assert "With two sureties." in told
    assert firm.post("/bonds/request/", {**ASKED, "master": master.pk}).status_code == 302
    return Bond.objects.get()


def registered(desks: Desks, one: Bond) -> Bond:
    """Computed and entered by the Bond Maker, approved by the DC/AC, registered by the Bond Checker."""
    assert "would be nothing" in desks.refused(
        "bondmaker.blr", one, "compute", base="80000", percent="0", security_percent="25"
    )
    one = desks.act("bondmaker.blr", one, "compute", base="90000", percent="100", security_percent="25")
    one = desks.act("dcac.blr", one, "return_for_computation", remarks="Add the interest.")
    one = desks.act("bondmaker.blr", one, "compute", base="90001", percent="100", security_percent="25")
    assert (one.amount, one.security) == (90001, 22500)
    assert "₹ 90,001.00 × 100 %" in desks.page("dcac.blr", one)
    one = desks.act("dcac.blr", one, "approve")
    executed = {"executed_on": day(0), "valid_until": day(365)}
    assert "The bank guarantee needs it" in desks.refused("bondmaker.blr", one, "enter_bond", **executed)
    little = {**GUARANTEE, "guarantee_valid_until": day(200), "guarantee_amount": "22499"}
    assert "At least ₹ 22,500 was approved" in desks.refused("bondmaker.blr", one, "enter_bond", **executed, **little)
    one = desks.act("bondmaker.blr", one, "enter_bond", **executed, **little | {"guarantee_amount": "22500"})
    assert one.balance == 0 and not one.entries.exists()
    one = desks.act("bondchecker.blr", one, "return_to_bond_maker", remarks="The guarantee is BG/78.")
    good = {**GUARANTEE, "guarantee_number": "BG/78", "guarantee_valid_until": day(200)}
    one = desks.act("bondmaker.blr", one, "enter_bond", **executed, **good)
    one = desks.act("bondchecker.blr", one, "register")
    assert (one.stage, one.balance) == (Stage.ACTIVE, 90001)
    live = one.guarantees.filter(ended_at=None, registered_at__isnull=False)
    assert [row.number for row in live] == ["BG/78"]
    return one


def test_13_a_bond_from_the_request_to_the_release(desks: Desks) -> None:
    one = registered(desks, requested(desks, master_in_use(desks)))
    ledger.debit(
        one.pk, Decimal("40000.50"), "bill 1", ledger.Of("bills/imports", "CBE-XIII_BLR_2026-2027_1"), "A. Rao"
    )
    for username in ("signatory.swift", "ao.blr", "bondmaker.blr"):
        told = desks.page(username, one)
        assert "50,000.50" in told and "CBE-XIII_BLR_2026-2027_1" in told and "BG/78" in told
    assert "secures ₹ 40,000.50 still" in desks.refused("signatory.swift", one, "request_release", reason="Not needed.")
    paper = desks.signed_in("signatory.swift").get(f"/bonds/bonds/{one.number}/statement/")
    assert paper["Content-Type"] == "application/pdf" and "40,000.50" in text(paper.content)
    given = desks.signed_in("signatory.swift").get(f"/bonds/bonds/{one.number}/print/")
    told = text(given.content)
    order = (
        f"Bond{one.number}", "Swift", "Continuity", "90,001.00", "Rupeesninetythousandoneonly", day(365), "BG/78",
        "Approvedby", "DC/AC", "BondChecker", "CBE-XIII_BLR_2026-2027_1", "Debited(Rs.)40,000.50", "Balance(Rs.)50,000.50",
    )  # fmt: skip
    assert [words for words in order if words not in told] == []
    places = [told.index(words) for words in order]
    assert places == sorted(places), "in the order of the law"
    assert f"/bonds/bonds/{one.number}/print/" in desks.page("ao.blr", one)

    renewal = {"valid_until": day(700), "amount": "100000", "reason": "Two flights a day now."}
    assert "for ₹ 90,001 already" in desks.refused(
        "signatory.swift", one, "request_increase", **renewal | {"amount": "90000"}
    )
    one = desks.act("signatory.swift", one, "request_increase", **renewal)
    more = {**GUARANTEE, "guarantee_number": "BG/99", "guarantee_amount": "25000", "guarantee_valid_until": day(730)}
    one = desks.act("bondmaker.blr", one, "enter_renewal", valid_until=day(700), amount="100000", replaces="on", **more)
    assert one.stage == Stage.RENEWAL_APPROVAL and one.balance == Decimal("50000.50")
    one = desks.act("dcac.blr", one, "approve_increase")
    one = desks.act("bondchecker.blr", one, "register_renewal")
    assert (one.amount, one.balance, one.stage) == (100000, Decimal("59999.50"), Stage.ACTIVE)
    assert [row.number for row in one.guarantees.filter(ended_at=None)] == ["BG/99"]

    ledger.credit("bill 1", "A. Rao")
    one = desks.act("signatory.swift", one, "request_release", reason="We give the service up.")
    with pytest.raises(Refused, match="nothing can be debited"):
        ledger.debit(one.pk, Decimal(1), "late", ledger.Of("", ""), "A. Rao")
    one = desks.act("ao.blr", one, "verify_release", remarks="Nothing is secured.")
    one = desks.act("dcac.blr", one, "permit_release")
    assert one.stage == Stage.RELEASED and not one.guarantees.filter(ended_at=None).exists()
    assert not ledger.faults().exists()
    news = Notice.objects.filter(audience=f"courier:{one.courier_id}", subject__contains=str(one)).order_by("pk")
    assert [n.subject.replace(str(one), "…").replace("\u00a0", " ") for n in news] == [
        "… is approved for ₹ 90,001: execute it and hand it in", "… is registered", "… is renewed", "… is released",
    ]  # fmt: skip


def test_13_2_a_renewal_brings_the_bank_guarantee_that_its_amount_wants(desks: Desks) -> None:
    one = bond(amount=100_000)  # with a guarantee of 25,000
    wider = {"valid_until": day(500), "amount": "1000000", "reason": "More flights."}
    one = desks.act("signatory.swift", one, "request_increase", **wider)
    entered = {"valid_until": day(500), "amount": "1000000"}
    handed_in = {**GUARANTEE, "guarantee_valid_until": day(600)}
    for given, why in (
        ({}, "The bank guarantee needs it"), ({**handed_in, "guarantee_amount": "1", "replaces": "on"}, "At least ₹ 2,50,000"),
        ({**handed_in, "guarantee_amount": "249999", "replaces": "on"}, "At least ₹ 2,50,000"),
        ({**handed_in, "guarantee_amount": "224999"}, "At least ₹ 2,25,000"),
    ):  # fmt: skip
        assert why in desks.refused("bondmaker.blr", one, "enter_renewal", **entered, **given)
    maker = actor("BOND_MAKER", name="Kavya Sethi")
    until = (timezone.localdate() + timedelta(days=500)).isoformat()
    past = take(one, "enter_renewal", maker, valid_until=until, amount="1000000")  # past the form
    past = take(past, "approve_increase", actor("DCAC"))
    assert "have a guarantee entered" in desks.refused("bondchecker.blr", past, "register_renewal")
    one = desks.act("bondchecker.blr", past, "refuse_renewal", remarks="No guarantee.")
    one = desks.act("signatory.swift", one, "request_increase", **wider)
    one = desks.act("bondmaker.blr", one, "enter_renewal", **entered, **handed_in | {"guarantee_amount": "225000"})
    one = desks.act("dcac.blr", one, "approve_increase")
    one = desks.act("bondchecker.blr", one, "register_renewal")
    assert (one.amount, one.security, one.guaranteed(timezone.localdate())) == (1_000_000, 250_000, 250_000)


@pytest.mark.parametrize(("stage", "step"), [("VERIFIED", "permit_release"), ("ACTIVE", "cancel")])
def test_what_gives_a_bond_back_asks_for_the_password_again(people: Any, stage: str, step: str) -> None:
    from django.test import Client

    one, client = bond(stage), Client()
    client.force_login(people("dcac.blr"))  # whose password was typed long ago
    answer = client.post(one.step_url(step), {"confirm": "yes", f"{step}-remarks": "As the file shows."})
    assert answer.status_code == 302 and answer["Location"].startswith("/password/confirm/?next=")
    assert Bond.objects.get(pk=one.pk).stage == stage


def test_whoever_made_it_does_not_check_it() -> None:
    one = bond(Stage.REQUESTED)
    both = actor("BOND_MAKER", name="Kavya Sethi")
    one = take(one, "compute", both, base="9000", percent="100", security_percent="0")
    one = take(one, "approve", actor("DCAC"))
    until = (timezone.localdate() + timedelta(days=90)).isoformat()
    one = take(one, "enter_bond", both, executed_on=timezone.localdate().isoformat(), valid_until=until)
    with pytest.raises(Refused, match="somebody else takes this step"):
        take(one, "register", actor("BOND_CHECKER", name="Kavya Sethi"))
    assert take(one, "register", actor("BOND_CHECKER")).balance == 9000


def test_the_register_is_searched_and_adds_up(desks: Desks) -> None:
    assert "No bond was requested yet." in page(desks, "ao.blr", "/bonds/")
    near, far = bond(amount=1000, left=20), bond(amount=5000, firm="metro")
    bond(Stage.REQUESTED), bond(station="DEL"), bond(Stage.RELEASED, amount=700)
    ledger.debit(far.pk, Decimal(200), "a", ledger.Of("", ""), "A. Rao")
    told = page(desks, "ao.blr", "/bonds/")
    assert "₹ 6,000.00" in told and "₹ 5,800.00" in told and "₹ 200.00" in told and "2 registered" in told
    guarantee = far.guarantees.get().number
    for query, shown in (
        ("?q=metro", [far]), (f"?q={guarantee}", [far]), (f"?q={near}", [near]), ("?ends=20", [near]), ("?ends=19", []),
        ("?stage=ACTIVE&purpose=PROVISIONAL&category=CONTINUITY", [near, far]), ("?category=SPECIFIC", []), ("?ends=x", []),
    ):  # fmt: skip
        listed = page(desks, "ao.blr", f"/bonds/{query}")
        assert {str(one) in listed.split("<tbody>")[1] for one in shown} <= {True}, query
        assert sum(str(one) in listed.split("<tbody>")[1] for one in (near, far)) == len(shown), query
    own = page(desks, "signatory.swift", "/bonds/")
    assert str(near) in own and str(far) not in own and "1 bond or bank guarantee ends within 30 days" in own
    assert desks.signed_in("signatory.swift").get(far.get_absolute_url()).status_code == 404
    for paper in ("statement", "print"):
        assert desks.signed_in("signatory.swift").get(f"/bonds/bonds/{far}/{paper}/").status_code == 404
    asked_for = bond(Stage.REQUESTED)
    assert desks.signed_in("signatory.swift").get(f"/bonds/bonds/{asked_for}/print/").status_code == 404


def test_an_importer_has_bonds_of_its_own(desks: Desks, people: Any) -> None:
    bond_master()
    kaveri: User = people("importer.kaveri")
    client = desks.signed_in("importer.kaveri")
    assert client.post("/bonds/request/", {**ASKED, "master": bond_master().pk}).status_code == 302
    one = Bond.objects.get()
    assert (one.importer_id, one.courier_id) == (kaveri.importer_id, None)
    assert importer().pk != one.importer_id
    assert desks.act("importer.kaveri", one, "withdraw").stage == Stage.WITHDRAWN
    assert desks.signed_in("signatory.swift").get(one.get_absolute_url()).status_code == 404
