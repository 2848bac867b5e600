"""What a bill owes on a day: interest on duty paid late, fine, penalty and late charge, each a head of the challan."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.permissions import SYSTEM
from bills import dues, final_assessment, refundable
from bills.duty.demands import FinalInterest, LateCharge, LateInterest
from bills.duty.heads import set_off, spread
from bills.models import CourierBillOfEntry, Holiday
from bills.stages import Stage
from bills.working_days import Calendar
from bills.workings_paper import workings_of
from eccs.dated_rules import DatedRule
from eccs.workflow import Refused, take
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest
from payments import services
from payments.models import Challan
from tests.bills.conftest import SignedIn
from tests.bills.desks import ACCEPT, ORDER, Desks, fresh
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.factories.manifests import manifest
from tests.factories.requests import provisional_assessment
from tests.papers.reading import text as text_of

pytestmark = pytest.mark.django_db
D = Decimal
FRIDAY = date(2026, 8, 28)


def late(days: int, stage: str = Stage.DUTY, *, duty: str = "45814", **given: Any) -> CourierBillOfEntry:
    """A bill presented, and its aircraft landed, so many days ago."""
    day = timezone.localdate() - timedelta(days=days)
    on = manifest(ManifestStage.ARRIVAL_SCAN)
    landed = timezone.make_aware(datetime(day.year, day.month, day.day, 6))
    ExpressCargoManifest.objects.filter(pk=on.pk).update(actual_arrival=landed)
    on = ExpressCargoManifest.objects.get(pk=on.pk)
    heads = {"BCD": "20000.00", "IGST": f"{D(duty) - 20000:.2f}"} if D(duty) > 20000 else {"BCD": duty}
    return bill(stage, on=on, presented_on=day, rates_on=day, total_duty=D(duty), duty_heads=heads, **given)


amounts = st.decimals(min_value=D(0), max_value=D(5000000), places=0)


@pytest.mark.parametrize(
    ("given", "back"),
    [
        ({"duty_paid": 31}, 31),
        ({}, 0),
        ({"duty_paid": 31, "fine": 50}, 31),  # the fine was imposed, and not paid
        ({"duty_paid": 121, "fine": 50, "penalty": 40}, 31),
        ({"duty_paid": 90, "fine": 50, "penalty": 40, "paid_heads": {"fine": "50.00", "penalty": "40.00"}}, 0),
        ({"duty_paid": 31, "total_duty": 20, "duty_heads": {"BCD": "20.00"}, "penalty": 11, "paid_heads": {"BCD": "31.00"}}, 20),
        ({"duty_paid": 37, "interest": 4, "late_charge": 2}, 35),
    ],
)  # fmt: skip
def test_27_of_a_bill_that_ends_without_out_of_charge_only_duty_with_its_interest_goes_back(
    given: dict[str, Any], back: int
) -> None:
    heads = {"total_duty": D(31), "duty_heads": {"BCD": "31.00"}}
    one = CourierBillOfEntry(**heads | {k: D(v) if isinstance(v, int) else v for k, v in given.items()})
    found = refundable.parted(one)
    assert found.refundable == refundable.amount(one) == back
    assert sum(found.back.values()) + sum(found.kept.values()) == one.duty_paid


@given(amounts, st.integers(0, 900), st.integers(0, 900), st.integers(0, 900))
def test_interest_rises_by_the_day_whatever_the_rate_and_is_nothing_on_the_day_due(
    duty: D, one: int, other: int, turn: int
) -> None:
    percents = [(date(2010, 1, 1), D(15)), (FRIDAY + timedelta(days=turn), D(18))]
    short, long = sorted((one, other))
    found = [LateInterest.accrued(duty, FRIDAY, FRIDAY + timedelta(days=n), percents) for n in (0, short, long)]
    assert found[0].amount == 0
    assert found[1].amount <= found[2].amount
    assert (found[1].days, found[2].days) == (short if duty else 0, long if duty else 0)


@pytest.mark.parametrize(
    ("until", "amount", "lines"),
    [("2026-08-28", 0, 0), ("2026-08-29", 19, 1), ("2026-09-27", 565, 1), ("2026-09-28", 587, 2), ("2025-01-01", 0, 0)],
)
def test_each_day_bears_the_rate_in_force_on_it(until: str, amount: int, lines: int) -> None:
    percents = [(date(2010, 1, 1), D(15)), (date(2026, 9, 28), D(18))]
    found = LateInterest.accrued(D(45814), FRIDAY, date.fromisoformat(until), percents)
    assert (found.amount, len(dues.working(found))) == (amount, lines)


@pytest.mark.parametrize(("presented", "charge"), [(0, 0), (1, 5000), (3, 15000), (4, 25000), (-2, 0)])
def test_the_late_charge_is_off_and_by_the_day_where_it_is_on(presented: int, charge: int) -> None:
    landed = timezone.make_aware(datetime(2026, 8, 28, 23))
    day = FRIDAY + timedelta(days=presented)
    assert dues.late_charge(landed, day, "BLR") == 0
    assert LateCharge.reckon(FRIDAY, day, 3, D(5000), D(10000)) == charge
    DatedRule.objects.create(
        name="late_filing_charge", from_date=FRIDAY - timedelta(days=9), value="on", source="trial"
    )
    assert (dues.late_charge(landed, day, "BLR"), dues.late_charge(None, day, "BLR")) == (charge, 0)


def test_a_returned_bill_is_due_on_the_next_working_day_after_the_holidays() -> None:
    Holiday.objects.create(day=date(2026, 8, 31), name="Onam", source="trial", station_id="COK")
    Holiday.objects.create(day=date(2026, 9, 1), name="Trial", source="trial")
    calendar = Calendar(FRIDAY, FRIDAY)
    days = [
        calendar.after(FRIDAY + timedelta(days=n), 1, station) for n, station in ((0, "BLR"), (1, "BLR"), (1, "COK"))
    ]
    assert days == [date(2026, 8, 29), date(2026, 8, 31), date(2026, 9, 2)]  # Saturday works, Sunday does not
    assert calendar.after(date(2026, 8, 30), 0, "BLR") == date(2026, 8, 30)


def test_a_self_assessed_bill_is_due_on_the_day_it_is_presented_and_a_prior_one_on_arrival() -> None:
    one, today = late(30), timezone.localdate()
    assert dues.due_day(one) == one.presented_on
    assert dues.due(one, today).accrued.amount == 565
    assert dues.due(one, today - timedelta(days=30)).accrued.amount == 0
    ExpressCargoManifest.objects.filter(pk=one.manifest_id).update(actual_arrival=timezone.now() - timedelta(days=10))
    prior = fresh(one)
    assert dues.due_day(prior) == today - timedelta(days=10)
    coming = bill(Stage.DUTY, on=manifest(ManifestStage.SUBMITTED), presented_on=today - timedelta(days=30))
    assert dues.due_day(coming) is None
    assert dues.due(coming, today).accrued.amount == 0


def test_interest_is_reckoned_at_each_challan_and_written_down_when_it_is_paid(signed_in: SignedIn) -> None:
    desks, one, payer = Desks(signed_in), late(30), actor("COURIER_SIGNATORY")
    page = desks.page("signatory.swift", one)
    assert "45,814 × 15 % × 30 / 365" in page.replace(".00", "") and "₹ 46,379" in page and "section 47(2)" in page
    assert "46,379" in signed_in("signatory.swift").get("/payments/new/").content.decode()
    coming = manifest(ManifestStage.SUBMITTED)
    bill(Stage.DUTY, on=coming, presented_on=timezone.localdate() - timedelta(days=30), total_duty=D(45814))
    assert services.awaiting(payer) == (2, 46379 + 45814)  # no interest runs while the aircraft is in the air
    yesterday = services.create_challan([one.pk], payer, timezone.now() - timedelta(days=1))
    assert yesterday.heads == {"BCD": "20000.00", "IGST": "25814.00", "interest": "546.00"}
    with pytest.raises(Refused, match="amount due has changed"):
        take(yesterday, "go_to_bank", payer)
    take(yesterday, "withdraw", payer)
    assert fresh(one).interest == 0  # nothing stale is kept
    paid, challan = desks.pay(one)
    assert challan.heads["interest"] == "565.00"
    assert (paid.interest, paid.duty_paid, paid.amount_due) == (565, 46379, 0)
    assert paid.paid_heads == {"BCD": "20000.00", "IGST": "25814.00", "interest": "565.00"}
    assert "Interest" in desks.page("signatory.swift", challan)
    assert dues.due(paid, timezone.localdate() + timedelta(days=90)).amount == 0


def test_a_challan_at_the_bank_keeps_its_interest(signed_in: SignedIn) -> None:
    one, payer = late(30), actor("COURIER_SIGNATORY")
    challan = take(services.create_challan([one.pk], payer), "go_to_bank", payer)
    DatedRule.objects.create(name="interest_percent", from_date=date(2026, 1, 1), value="18", source="trial")
    assert dues.due(fresh(one), timezone.localdate()).accrued.amount == 678
    take(
        Challan.objects.get(pk=challan.pk),
        "confirm_paid",
        SYSTEM,
        bank_transaction="SBX000000000000001",
        told_by="confirmation",
    )
    assert (fresh(one).interest, fresh(one).amount_due) == (565, 0)


def test_an_assessment_returns_the_bill_and_interest_runs_from_the_working_day_after(signed_in: SignedIn) -> None:
    one = late(30, Stage.ASSESSMENT)
    done = Desks(signed_in).act("ao.blr", one, "assess", **ACCEPT)
    assert (done.stage, done.returned_on) == (Stage.DUTY, timezone.localdate())
    found = dues.due(done, timezone.localdate())
    assert found.amount == done.total_duty
    assert found.accrued.due_on is not None and found.accrued.due_on > timezone.localdate()


def test_fine_penalty_and_interest_are_heads_that_add_up_to_what_is_due(signed_in: SignedIn) -> None:
    desks = Desks(signed_in)
    one = late(30, Stage.ADJUDICATION, duty="31", late_charge=D(5000))
    one = desks.act("ao.blr", one, "adjudicate", **ORDER | {"revised_duty": "40000"})
    CourierBillOfEntry.objects.filter(pk=one.pk).update(returned_on=F("presented_on"))
    one = fresh(one)
    found = dues.due(one, timezone.localdate())
    assert found.heads["fine"] == 500 and found.heads["penalty"] == 200 and found.heads["late"] == 5000
    assert found.heads["interest"] == found.accrued.amount > 0
    assert found.amount == sum(found.heads.values()) == one.amount_due + found.accrued.amount
    page = desks.page("signatory.swift", one)
    for words in ("section 125", "sections 112", "section 46(3)", "section 47(2)"):
        assert words in page
    paid, challan = desks.pay(one)
    shown = desks.page("signatory.swift", challan)
    assert all(words in shown for words in ("Fine", "Penalty", "Late charge", "Interest"))
    assert challan.amount == sum(D(amount) for amount in challan.heads.values()) == paid.duty_paid
    for paper in ("receipt/", "tr-6.pdf"):
        printed = desks.signed_in("signatory.swift").get(f"/payments/challans/{challan.number}/{paper}")
        text = text_of(printed.content)
        assert all(words in text for words in ("Fine", "Penalty", "Latecharge", "Interest")), paper
    assert paid.amount_due == 0


def test_only_the_difference_bears_interest_after_a_part_was_paid() -> None:
    one = late(30, duty="46000", duty_paid=D(45000), paid_heads={"BCD": "20000.00", "IGST": "25000.00"})
    found = dues.due(one, timezone.localdate())
    assert found.accrued.duty == 1000
    assert found.heads == {"IGST": D(1000), "interest": D(12)}


def test_the_assessing_officer_waives_a_late_charge_with_a_reason(signed_in: SignedIn) -> None:
    desks, one = Desks(signed_in), late(1, Stage.ASSESSMENT, late_charge=D(5000))
    waive = ACCEPT | {"waive_late_charge": "on"}
    assert "Say why the late charge is waived" in desks.refused("ao.blr", one, "assess", **waive)
    assert desks.act("ao.blr", one, "assess", **waive, remarks="The terminal was closed.").late_charge == 0


@pytest.mark.parametrize(("day", "days"), [(date(2026, 7, 31), 0), (date(2026, 8, 1), 1), (date(2026, 8, 28), 28)])
def test_s18_3_counts_the_first_day_of_the_month_and_the_day_of_payment(day: date, days: int) -> None:
    free = FinalInterest.free_until(FRIDAY)
    found = FinalInterest.accrued(D(73000), free, day, [(date(2010, 1, 1), D(15))])
    assert (found.days, found.amount) == (days, 30 * days)


def test_extra_duty_of_a_final_assessment_bears_interest_from_the_first_of_the_month() -> None:
    today = timezone.localdate()
    assessed = timezone.now() - timedelta(days=100)
    made = provisional_assessment(
        "EXTRA_DUTY", assessed_at=assessed, final_duty=D(73031), extra_duty=D(73000),
        refund=D(0), duty_before=D(31), finalised_at=timezone.now(), final_heads={},
    )  # fmt: skip
    since = timezone.localdate(assessed).replace(day=1)
    interest = dues.final_interest(made, today)
    assert (interest.days, interest.amount) == ((today - since).days + 1, 30 * ((today - since).days + 1))
    assert dues.final_interest(made, since).amount == 30  # the first day of the month bears interest
    assert dues.final_interest(made, since - timedelta(days=1)).amount == 0
    payer = actor("COURIER_SIGNATORY")
    challan = services.create_challan([made.bill_id], payer)
    duty = {head: D(amount) for head, amount in challan.heads.items() if head != "interest"}
    assert (challan.heads["interest"], sum(duty.values())) == (f"{interest.amount:.2f}", 73000)
    assert len(duty) > 1 and min(duty.values()) > 0
    challan = take(challan, "go_to_bank", payer)
    take(challan, "confirm_paid", SYSTEM, bank_transaction="SBX000000000000009", told_by="confirmation")
    done = fresh(made)
    assert (done.stage, done.interest) == ("FINAL", interest.amount)


@given(st.dictionaries(st.sampled_from(["BCD", "AIDC", "SWS", "IGST", "interest"]), st.integers(-900, 900).map(D)))
def test_no_head_of_a_challan_is_below_nothing_and_no_head_of_a_refund_above_it(left: dict[str, D]) -> None:
    found = set_off(left)
    total = sum(left.values())
    assert sum(found.values()) == total
    assert all(amount > 0 for amount in found.values()) if total > 0 else all(n < 0 for n in found.values())
    assert all(abs(amount) <= abs(left[head]) for head, amount in found.items())


def test_after_a_reassessment_extra_duty_and_refund_stand_by_head_and_the_challan_has_what_is_left(
    signed_in: SignedIn,
) -> None:
    desks = Desks(signed_in)
    one = late(0, duty="46000", duty_paid=D(45000), paid_heads={"BCD": "30000.00", "IGST": "15000.00"})
    found = dues.due(one, timezone.localdate())
    assert (found.heads, found.apart) == ({"IGST": D(1000)}, {"BCD": D(-10000), "IGST": D(11000)})
    page = desks.page("signatory.swift", one)
    assert "Extra duty and refund by head" in page and "₹ 11,000" in page and "₹ 10,000" in page
    paid, challan = desks.pay(one)
    assert challan.heads == {"IGST": "1000.00"}
    assert [line.heads for line in challan.lines.all()] == [{"IGST": "1000.00"}]
    after = dues.due(paid, timezone.localdate())
    assert (after.amount, after.heads) == (0, {})
    CourierBillOfEntry.objects.filter(pk=one.pk).update(total_duty=40000, duty_heads={"BCD": "20000", "IGST": "20000"})
    less = dues.due(fresh(one), timezone.localdate())
    assert (less.amount, less.heads) == (-6000, {"BCD": D(-6000)})
    assert less.apart == {"BCD": D(-10000), "IGST": D(4000)}


@pytest.mark.parametrize(
    ("final", "by_head"),
    [("60000", {"BCD": D(10000), "IGST": D(20000)}), ("15000", {"BCD": D(-5000), "IGST": D(-10000)})],
)
def test_the_final_duty_is_spread_over_the_heads_as_they_stood(final: str, by_head: dict[str, D]) -> None:
    one = bill(
        Stage.OUT_OF_CHARGE, total_duty=D(30000), duty_heads={"BCD": "10000", "IGST": "20000"}, duty_paid=D(30000)
    )
    made = provisional_assessment("PROVISIONAL", of=one, duty_before=D(30000), final_duty=D(final))
    assert dues.final_difference(made) == by_head
    assert sum(final_assessment.set_off(made).values()) == abs(sum(by_head.values()))


@given(
    st.integers(0, 10_000_000),
    st.lists(st.integers(0, 1_000_000), min_size=1, max_size=7),
    st.sampled_from(["1", "0.01"]),
)
def test_a_duty_spread_over_heads_adds_up_and_no_head_is_below_nothing(duty: int, heads: list[int], unit: str) -> None:
    found = spread(duty * D(unit), {f"H{n}": D(head) for n, head in enumerate(heads)})
    assert sum(found.values()) == duty * D(unit)
    assert all(part >= 0 for part in found.values())


@pytest.mark.parametrize("duty", ["3", "0.03"])
def test_a_small_duty_over_five_equal_heads_is_below_nothing_on_none(duty: str) -> None:
    found = spread(D(duty), dict.fromkeys("abcde", D(7)))
    assert (min(found.values()), sum(found.values())) == (0, D(duty))


def test_the_calendar_is_kept_by_the_system_admin_and_by_the_port_admin_for_the_own_station(
    signed_in: SignedIn,
) -> None:
    admin, port, other = (signed_in(name) for name in ("sysadmin", "portadmin.blr", "portadmin.del"))
    day = timezone.localdate() + timedelta(days=20)
    sent = {"day": f"{day:%d/%m/%Y}", "name": "Ugadi", "source": "Public notice 3/2027", "station": "BLR"}
    assert port.post("/bills/holidays/", sent).status_code == 302
    assert "in the calendar already" in port.post("/bills/holidays/", sent).content.decode()
    row = Holiday.objects.get()
    assert (row.station_id, row.added_by.username if row.added_by else "") == ("BLR", "portadmin.blr")
    for wrong, words in (
        ({"station": ""}, "required"),
        ({"station": "DEL"}, "DEL"),
        ({"day": "01/01/2026"}, "The day has come"),
    ):
        answer = port.post("/bills/holidays/", sent | {"name": "Other"} | wrong)
        assert answer.status_code == 422 and words in answer.content.decode()
    assert (
        admin.post(
            "/bills/holidays/",
            sent | {"name": "Trial day", "station": "", "day": f"{day + timedelta(days=1):%d/%m/%Y}"},
        ).status_code
        == 302
    )
    assert other.get(f"/bills/holidays/{row.pk}/remove/").status_code == 404
    national = Holiday.objects.get(station=None)
    assert port.post(f"/bills/holidays/{national.pk}/remove/").status_code == 302
    assert Holiday.objects.count() == 2  # what the whole country keeps is not the station's to take out
    assert "Take Ugadi" in port.get(f"/bills/holidays/{row.pk}/remove/").content.decode()
    assert port.post(f"/bills/holidays/{row.pk}/remove/").status_code == 302
    assert list(Holiday.objects.all()) == [national]
    assert signed_in("ao.blr").get("/bills/holidays/").status_code == 403


def test_every_figure_keeps_its_working_the_interest_that_was_paid_and_the_duty_that_an_order_set(
    signed_in: SignedIn,
) -> None:
    desks, one = Desks(signed_in), late(30)
    sum_of_it = "45,814 × 15 % × 30 / 365"
    paid, challan = desks.pay(one)
    assert (paid.interest, paid.amount_due) == (565, 0)
    assert sum_of_it in desks.page("signatory.swift", paid).replace(".00", "")
    told = [row for row in workings_of(paid, list(paid.items.all())) if row.of == "Interest"]
    assert sum_of_it in told[0].working.replace(".00", "") and f"challan {challan}" in told[0].working

    held = late(30, Stage.ADJUDICATION, duty="31")
    held = fresh(desks.act("ao.blr", held, "adjudicate", **ORDER | {"revised_duty": "40000"}))
    lines = [row for row in workings_of(held, list(held.items.all())) if row.of == "Order 31/2026"]
    assert sum(D(row.amount.replace(",", "")) for row in lines) == held.total_duty == 40000
    for username in ("signatory.swift", "ao.blr"):
        page = desks.page(username, held)
        assert "the order of 19/11/2026 sets the duty at 40,000" in page.replace(".00", "") and "in place of 31" in page


def test_a_final_assessment_tells_how_each_head_was_reached(signed_in: SignedIn) -> None:
    one = bill(Stage.OUT_OF_CHARGE, provisional=True, assessed_at=timezone.now())
    assessment = provisional_assessment(of=one)
    given: dict[str, Any] = {"heads": {"BCD": "40"}, "assessable_value": "120", "remarks": "Report received."}
    done = take(assessment, "finalise_assessment", actor("ASSESSING_OFFICER"), **given)
    lines = [row for row in workings_of(fresh(one), list(one.items.all())) if row.of == str(done.number)]
    assert next((row.figure, row.amount.replace(".00", "")) for row in lines) == ("BCD", "40")
    assert "on a value of 120.00: 40" in lines[0].working.replace("40.00", "40")
