"""What exports bring, and the parties of one day: each direction is held against its own history (PN17 6.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from eccs import dated_rules
from eccs.dated_rules import DatedRule
from eccs.workflow import take
from exports import risk
from exports.models import CourierShippingBill, ExportItem
from exports.stages import Stage
from rms import history
from rms.facts import ConsignmentFacts
from rms.history import ENOUGH
from rms.models import RiskRule, UnitValueMonth
from tests.factories.firms import actor
from tests.factories.rules import risk_rule
from tests.factories.shipping import shipping_bill
from tests.rms.test_decision import FACTS

pytestmark = pytest.mark.django_db
CTH, USUAL = "61091000", Decimal("611.65")  # ₹ 24,466 FOB for forty


@pytest.fixture(autouse=True)
def nothing_by_lot() -> None:
    """None is drawn by lot."""
    DatedRule.objects.filter(name__regex="^(random|minimum)_.*_percent$").update(value="0")
    dated_rules.forget()


def known(price: Decimal, *, exported: bool = True, entries: int = ENOUGH, uom: str = "NOS") -> None:
    """Goods of the tariff item went for so much until now."""
    month = timezone.localdate().replace(day=1)
    UnitValueMonth.objects.create(
        cth=CTH, uom=uom, exported=exported, month=month, entries=entries, logs=price.ln() * entries
    )


def scanned(**given: Any) -> CourierShippingBill:
    """A shipping bill whose goods have just come to the terminal."""
    now: CourierShippingBill = take(shipping_bill(Stage.GOODS, **given), "register_goods", actor("ARRIVAL_SCANNER"))
    done: CourierShippingBill = CourierShippingBill.objects.select_related("risk_decision").get(pk=now.pk)
    return done


def facts_of(bill: CourierShippingBill) -> ConsignmentFacts:
    """What the RMS saw of it."""
    assert bill.risk_decision is not None
    return ConsignmentFacts.of_kept(bill.risk_decision.facts)


@pytest.mark.parametrize(
    ("times", "percent", "title"),
    [
        (Decimal("0.09"), "1111.1", "Unit value of exports far above the usual"),
        (Decimal("0.11"), "909.1", ""),
        (Decimal(9), "11.1", ""),
        (Decimal(11), "9.1", "Unit value far below the usual"),
    ],
)
@pytest.mark.parametrize("kind", ["CSB-IV", "CSB-V"])
def test_6_1_exports_that_cost_far_more_or_far_less_than_usual_are_assessed(
    kind: str, times: Decimal, percent: str, title: str
) -> None:
    known(USUAL * times)
    known(USUAL, exported=False, entries=1000)  # what imports cost is no measure
    known(USUAL, uom="KGS", entries=1000)
    one = scanned(kind=kind)
    assert one.risk_decision is not None
    assert facts_of(one).unit_value_percent == (Decimal(percent),)
    hit = RiskRule.objects.filter(number__in=one.risk_decision.rules_hit).values_list("title", flat=True)
    assert (list(hit), one.assessment_required) == ([title] if title else [], bool(title))


def test_a_rule_looks_at_the_country_to_which_goods_leave() -> None:
    risk_rule(condition={"all": [{"fact": "destination", "is": "EQUALS", "value": "DE"}]}, outcome="EXAMINATION")
    there, elsewhere = scanned(), scanned(destination_country="FR")
    assert [one.examination_prescribed for one in (there, elsewhere)] == [True, False]


def test_what_exports_bring_is_known_once_enough_were_seen_and_tells_imports_nothing() -> None:
    known(USUAL, entries=ENOUGH - 2)
    assert [facts_of(scanned()).unit_value_percent for _n in range(3)] == [(), (), (Decimal("100.0"),)]
    again = UnitValueMonth.objects.filter(cth=CTH, exported=True)
    assert (sum(one.entries for one in again), history.fold() > 0, again.get().entries) == (
        ENOUGH + 1,
        True,
        ENOUGH + 1,
    )
    goods = [history.Goods(CTH, "NOS", USUAL)]
    for kind, seen in (("CSB-V", (Decimal("100.0"),)), ("CBE-XIII", ())):
        bill = ConsignmentFacts.of_kept(FACTS.kept() | {"kind": kind})
        assert history.with_history([bill], [goods], timezone.localdate())[0].unit_value_percent == seen


def test_an_amended_bill_is_held_against_the_usual_again_and_counts_once() -> None:
    known(USUAL)
    one = scanned()
    items = list(ExportItem.objects.filter(bill=one))
    items[0].fob_value *= 20
    one.taken_at = timezone.now()
    risk.ask_again(one, items, "AMENDED")
    assert one.risk_decision is not None and facts_of(one).unit_value_percent == (Decimal("2000.0"),)
    assert one.assessment_required
    assert sum(row.entries for row in UnitValueMonth.objects.filter(cth=CTH)) == ENOUGH + 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("14 Mill Road, Bengaluru", "14, MILL ROAD  BENGALURU.", True),
        ("Krishna Electronics (P) Ltd.", "krishna electronics p ltd", True),
        ("14 Mill Road", "41 Mill Road", False),
        ("किरण", "कीरण", False),
        ("...", "", True),
    ],
)
def test_points_and_commas_make_no_other_party(one: str, other: str, *, same: bool) -> None:
    assert (history.digest(one) == history.digest(other)) == same


def test_split_exports_and_one_kyc_id_with_several_names_are_seen_apart_from_imports() -> None:
    """Two gifts of one exporter on a day are together beyond what one may be worth; what came for it that day is no part of it."""
    names = risk_rule(condition={"all": [{"fact": "kyc_names", "is": "ABOVE", "value": "1"}]}, outcome="EXAMINATION")
    given: dict[str, Any] = {"kind": "CSB-IV", "kyc_token": "a" * 64, "nature": "SAMPLE"}
    first = scanned(**given)
    came = ConsignmentFacts.of_kept(
        FACTS.kept() | {"kyc_token": "a" * 64, "assessable_value": "90000", "consignee": first.consignor_name}
    )
    history.count([(came, [], set())], [[]], timezone.localdate())
    second, third = scanned(**given), scanned(**given | {"consignor_name": "Somebody Else"})
    seen = [(facts_of(one).same_day_bills_kyc, facts_of(one).same_day_value_kyc) for one in (first, second, third)]
    assert seen == [(n, Decimal("24466.00") * n) for n in (1, 2, 3)]
    assert [one.assessment_required for one in (first, second, third)] == [False, False, True]
    assert third.risk_decision is not None and names.number in third.risk_decision.rules_hit
    assert [facts_of(one).kyc_names for one in (first, second, third)] == [1, 1, 2]
    told = history.with_history([came], [[]], timezone.localdate(), counted=[came])[0]
    assert (told.same_day_bills_kyc, told.same_day_value_kyc, told.kyc_names) == (1, Decimal("90000.00"), 2)
