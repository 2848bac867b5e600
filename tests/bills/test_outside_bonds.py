"""A bond executed elsewhere secures no more than its amount, over all bills, and is one paper wherever it is shown (PN17 7.1(c), 7.1(n))."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bills.stages import Stage
from bonds import checking, outside
from bonds.ledger import Of
from bonds.models import OutsideBond, OutsideUse
from bonds.outside import Firm, Paper
from eccs.models import Notice
from eccs.workflow import Refused, take
from tests.bills.conftest import SignedIn
from tests.bills.desks import ACCEPT, ORDER, SECURITY, Desks
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.factories.firms import courier as courier_named

TYPED = {
    "kind": "provisional", "bond_type": "PROVISIONAL", "bond_amount": "5000", "bond_number": "b-118", "bond_date": "12/11/2026",
    "bond_whole": "8000", "bond_valid_until": "31/03/2030", "remarks": "The test report is awaited.",
}  # fmt: skip
AGAIN = TYPED | {"bond_number": "B-118 ", "bond_date": "", "bond_whole": "", "bond_valid_until": ""}
GIVEN = {"type": "PROVISIONAL", "amount": "5000", "number": "B-118", "date": "2026-11-12", "valid_until": "2030-03-31"}


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


def secured() -> Decimal:
    return OutsideBond.objects.get().secured


@pytest.mark.django_db
def test_7c_a_bond_executed_elsewhere_is_shown_with_what_it_secures_and_never_secures_more(desks: Desks) -> None:
    first, second, third = (bill(Stage.ASSESSMENT, arrived=True) for _n in range(3))
    desks.act("ao.blr", first, "assess", **ACCEPT | TYPED)
    shown = desks.page("ao.blr", second)
    assert "secures ₹ 5,000.00, ₹ 3,000.00 left" in shown and str(first.number) in shown
    told = desks.refused("ao.blr", second, "assess", **ACCEPT | AGAIN)
    assert "is a bond of ₹ 8,000.00 and secures ₹ 5,000.00 already: ₹ 3,000.00 is left, not ₹ 5,000.00" in told
    done = desks.act("ao.blr", second, "assess", **ACCEPT | AGAIN | {"bond_amount": "3000"})
    made = done.provisional_assessments.get()
    assert (made.bond_date, made.bond_amount, secured()) == (date(2026, 11, 12), 3000, 8000)
    with pytest.raises(Refused, match="is left, not"):
        take(third, "assess", actor("ASSESSING_OFFICER"), bond=GIVEN | {"whole": "8000"}, remarks="x")
    assert not outside.faults().exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"bond_whole": "90000"}, "another amount: ₹ 8,000.00, not ₹ 90,000.00"),
        ({"bond_valid_until": "31/03/2031"}, "another last day: 31/03/2030, not 31/03/2031"),
        ({"bond_date": "11/11/2026"}, "another date: 12/11/2026, not 11/11/2026"),
    ],
)
def test_7c_the_same_number_with_other_particulars_is_refused(desks: Desks, typed: dict[str, str], why: str) -> None:
    one, other = bill(Stage.ASSESSMENT), bill(Stage.ASSESSMENT)
    one = desks.act("ao.blr", one, "assess", **ACCEPT | TYPED)
    assert why in desks.refused("ao.blr", other, "assess", **ACCEPT | AGAIN | {"bond_amount": "10"} | typed)
    outside.free([str(one.provisional_assessments.get().number)])  # while it secures nothing it may be typed anew
    desks.act("ao.blr", other, "assess", **ACCEPT | AGAIN | {"bond_amount": "10"} | typed)
    assert secured() == 10


@pytest.mark.django_db
def test_7c_the_bond_of_another_firm_is_refused_and_the_importers_own_serves_its_goods(desks: Desks) -> None:
    theirs = bill(Stage.ASSESSMENT, courier=courier_named("metro"), iec="0399998888")
    desks.act("ao.blr", theirs, "assess", **ACCEPT | TYPED)
    mine = bill(Stage.ASSESSMENT)
    told = desks.refused("ao.blr", mine, "assess", **ACCEPT | AGAIN)
    assert "B-118 is recorded at BLR as a bond of another firm." in told
    assert "B-118" not in desks.page("signatory.swift", mine)
    firm = Firm("BLR", 1, None, "0311112222")
    known = OutsideBond(number="B-9", courier_id=2, iec="0311112222")
    assert firm.is_of(known) and not Firm("BLR", 1, None).is_of(known)


@pytest.mark.django_db
def test_7c_a_new_number_wants_its_last_day_and_one_that_is_over_secures_nothing(desks: Desks) -> None:
    one = bill(Stage.ASSESSMENT)
    told = desks.refused("ao.blr", one, "assess", **ACCEPT | TYPED | {"bond_valid_until": ""})
    assert "B-118 is not recorded yet: enter its date and the day until which it is valid." in told
    yesterday = timezone.localdate() - timedelta(days=1)
    told = desks.refused("ao.blr", one, "assess", **ACCEPT | TYPED | {"bond_valid_until": f"{yesterday:%d/%m/%Y}"})
    assert "it secures nothing more" in told
    assert "cannot secure ₹ 5,000.00" in desks.refused(
        "ao.blr", one, "assess", **ACCEPT | TYPED | {"bond_whole": "4999"}
    )
    desks.act("ao.blr", one, "assess", **ACCEPT | TYPED | {"bond_valid_until": f"{timezone.localdate():%d/%m/%Y}"})


@pytest.mark.django_db
def test_7n_a_bond_executed_elsewhere_is_free_once_nothing_is_due(desks: Desks) -> None:
    one = desks.act("superintendent.blr", bill(Stage.DETAINED), "release_provisionally", **SECURITY)
    assert (secured(), OutsideUse.objects.get().document) == (5000, one.number)
    told = desks.refused("superintendent.blr", bill(Stage.DETAINED), "release_provisionally", **SECURITY)
    assert "₹ 0.00 is left" in told
    nothing = {**ORDER, "fine": "0", "penalty": "0", "revised_duty": "0"}
    del nothing["outcome"]
    desks.act("ao.blr", one, "finalise", **nothing)
    assert secured() == 0 and OutsideUse.objects.get().freed_at
    desks.act("superintendent.blr", bill(Stage.DETAINED), "release_provisionally", **SECURITY)
    assert secured() == 5000


@pytest.mark.django_db
def test_7c_a_superseded_assessment_frees_the_bond_executed_elsewhere(desks: Desks) -> None:
    one = bill(Stage.ASSESSMENT, assessable_value=Decimal("100000.01"))
    one = desks.act("ao.blr", one, "assess", **ACCEPT | TYPED)
    one = desks.act("dcac.blr", one, "return_to_assessing_officer", remarks="A higher bond is needed.")
    assert secured() == 5000  # until it is assessed anew
    desks.act("ao.blr", one, "assess", **ACCEPT | AGAIN | {"bond_amount": "8000"})
    assert secured() == 8000


@pytest.mark.django_db
def test_13_2_a_bond_executed_elsewhere_that_does_not_add_up_is_found_at_night() -> None:
    take(bill(Stage.ASSESSMENT), "assess", actor("ASSESSING_OFFICER"), bond=GIVEN, remarks="x")
    assert checking.check() == []
    OutsideBond.objects.update(secured=1)
    assert checking.check() == ["B-118"]
    assert not Notice.objects.filter(body__contains="/bonds/B-118/").exists()
    refused = pytest.raises(IntegrityError, match="outside_bond_never_overdrawn")
    with refused, transaction.atomic():
        OutsideBond.objects.update(secured=5001)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_7c_officers_at_once_never_secure_more_than_the_bond(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is recorded by several of them at the same moment."""
    firm, day = Firm("BLR", courier_named("swift").pk, None), timezone.localdate()
    paper = Paper("B-7", Decimal(100), day, day)

    def officer(n: int) -> Any:
        done = []
        try:
            for turn in range(8):
                key = f"{n}:{turn}"
                try:
                    with transaction.atomic():
                        outside.use(firm, paper, Decimal(30), key, Of("bills/imports", key), "x", timezone.now())
                    done.append(key)
                except Refused:
                    pass
                if turn % 3 == 2 and done:
                    with transaction.atomic():
                        outside.free([done.pop()])
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(4) as officers:
        live = sum(len(done) for done in officers.map(officer, range(4)))
    assert secured() == 30 * live <= 100
    assert not outside.faults().exists()
