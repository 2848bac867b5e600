"""The rule in force on a document's date applies to it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from eccs.dated_rules import DatedRule, NoRuleInForce, rule_book

pytestmark = pytest.mark.django_db


def test_auto_out_of_charge_begins_on_29_november_2019() -> None:
    assert not rule_book().is_on("auto_out_of_charge", date(2019, 11, 28))
    assert rule_book().is_on("auto_out_of_charge", date(2019, 11, 29))


def test_landing_charges_end_on_26_september_2017() -> None:
    assert rule_book().amount("landing_percent", date(2017, 9, 25)) == 1
    assert rule_book().amount("landing_percent", date(2017, 9, 26)) == 0


def test_a_new_row_holds_from_its_day_and_for_its_station_only() -> None:
    rule_book()
    day = date(2026, 12, 1)
    DatedRule.objects.create(
        name="cbe_xiii_value_limit", station_code="BLR", from_date=day, value="150000", source="trial"
    )
    assert rule_book().amount("cbe_xiii_value_limit", day, "BLR") == Decimal(150000)
    assert rule_book().amount("cbe_xiii_value_limit", day - timedelta(days=1), "BLR") == Decimal(100000)
    assert rule_book().amount("cbe_xiii_value_limit", day, "DEL") == Decimal(100000)


def test_a_day_before_every_row_has_no_rule() -> None:
    with pytest.raises(NoRuleInForce):
        rule_book().amount("cbe_xiii_value_limit", date(2010, 5, 4))


@pytest.mark.parametrize(
    ("name", "value"), [("auto_out_of_charge", "yes"), ("cbe_xiii_value_limit", "a lakh"), ("nobody", "1")]
)
def test_a_value_of_the_wrong_kind_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        DatedRule(name=name, from_date=date(2026, 1, 1), value=value, source="trial").full_clean()
