"""The aircraft has landed: duty goes by the rates of the later of presentation and arrival (section 15), and the exchange rate stays."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from bills import rates
from bills.assessment import heads, reckon_again
from bills.documents import _charges, _item_lines
from bills.models import Adjudication, CourierBillOfEntry, ExchangeRate, ExemptionRate, Item, TariffRate
from bills.receivers import recompute
from bills.stages import Stage
from bills.summary import reckoning
from bills.workings_paper import workings_of
from eccs.dated_rules import DatedRule
from eccs.letters import send_unsent
from eccs.models import Notice
from eccs.money import rupees, to_rupee
from eccs.workflow import take
from manifests.clearance import Stage as ManifestStage
from tests.bills.conftest import SignedIn
from tests.bills.desks import ACCEPT, Desks
from tests.factories import firms
from tests.factories.bills import bill
from tests.factories.directory import importer
from tests.factories.manifests import manifest

pytestmark = pytest.mark.django_db

FILED = date(2026, 3, 30)
LANDED = "2026-04-02T10:00:00+05:30"


def tariff(before: int, after: int) -> None:
    """The rate of customs duty on earphones, percent, until 31.03.2026 and from 01.04.2026."""
    for day, percent in ((date(2017, 7, 1), before), (date(2026, 4, 1), after)):
        TariffRate.objects.create(
            cth="85183000", description="Headphones", unit="NOS", bcd_percent=percent, igst_percent=18, from_date=day
        )


def flown() -> Any:
    """A manifest submitted on 30.03.2026, before the flight."""
    day = timezone.make_aware(datetime(2026, 3, 30, 9))
    return manifest(ManifestStage.SUBMITTED, submitted_at=day, scheduled_arrival=datetime.fromisoformat(LANDED))


def prior(stage: str, on: Any, day: date = FILED, **given: Any) -> CourierBillOfEntry:
    """A bill filed on 30.03.2026, or another day, by the rates of that day."""
    made = bill(stage, on=on, presented_on=day, rates_on=day, **given)
    found = reckon_again(made, list(made.items.all()), rates.tariff(), day)
    CourierBillOfEntry.objects.filter(pk=made.pk).update(
        assessable_value=found.assessable_value, total_duty=found.duty.total,
        duty_heads=heads(found),
        duty_paid=found.duty.total if stage == Stage.ARRIVAL else 0,
    )  # fmt: skip
    return again(made)


def again(one: CourierBillOfEntry) -> CourierBillOfEntry:
    """The bill as it stands now."""
    return CourierBillOfEntry.objects.get(pk=one.pk)


def land(on: Any) -> None:
    """Feed the IGM number and the actual time."""
    feeder = firms.actor("COURIER_SIGNATORY")
    take(on, "feed_igm", feeder, igm_number="2914407", actual_arrival=datetime.fromisoformat(LANDED))


def test_a_prior_bill_is_reckoned_anew_by_the_rate_of_the_day_of_arrival() -> None:
    tariff(20, 10)
    on = flown()
    filed = prior(Stage.DUTY, on)
    land(on)
    now = again(filed)
    assert now.rates_on == date(2026, 4, 2)
    assert now.assessable_value == filed.assessable_value and now.exchange_rate == filed.exchange_rate
    assert now.items.get().bcd == pytest.approx(now.assessable_value / 10, abs=Decimal("0.5"))
    assert now.total_duty < filed.total_duty
    line = now.trail.get(step="recompute_duty")
    assert line.answers["before"] == str(filed.total_duty)
    assert line.snapshot is not None
    assert (line.snapshot["before"]["duty_heads"], line.snapshot["after"]["duty_heads"]) == (
        filed.duty_heads,
        now.duty_heads,
    )
    assert line.snapshot["after"]["total_duty"] == f"{now.total_duty:.2f}"
    assert now.items.get().total_duty == now.total_duty


def test_the_surcharge_is_of_the_day_of_arrival_on_the_bill_its_working_and_its_print() -> None:
    """Presented on 01.02.2018, landed on 02.02.2018: the social welfare surcharge began that day (Finance Act 2018)."""
    day = date(2018, 2, 1)
    filing, landed = (timezone.make_aware(datetime(2018, 2, n, 9)) for n in (1, 2))
    on = manifest(ManifestStage.SUBMITTED, submitted_at=filing, scheduled_arrival=landed)
    TariffRate.objects.create(
        cth="85183000",
        description="Headphones",
        unit="NOS",
        bcd_percent=20,
        igst_percent=18,
        from_date=date(2017, 7, 1),
    )
    filed = prior(Stage.DUTY, on, day)
    assert filed.duty_heads["SWS"] == "0"
    take(on, "feed_igm", firms.actor("COURIER_SIGNATORY"), igm_number="2914407", actual_arrival=landed)
    now = again(filed)
    item = now.items.get()
    assert item.sws == pytest.approx(item.bcd / 10, abs=Decimal("0.5")) and item.sws > 0
    working = reckoning(now, [item])["lines"][0]["workings"]
    assert sum(to_rupee(one.amount) for one in working) == now.total_duty == item.total_duty
    assert ("SW SRCHRG", "10 %") in [(one.head, one.ad_valorem) for one in next(iter(_item_lines(now, [item]))).heads]


def test_a_bill_that_is_paid_comes_back_for_the_difference() -> None:
    tariff(10, 20)
    on = flown()
    paid = prior(Stage.ARRIVAL, on)
    land(on)
    now = again(paid)
    assert str(now.stage) == Stage.DUTY
    assert now.amount_due == now.total_duty - paid.duty_paid > 0


@pytest.mark.parametrize(
    ("before", "after", "stage"), [(10, 20, Stage.DUTY), (20, 10, Stage.DUTY), (20, 10, Stage.ARRIVAL)]
)
def test_5_1_the_filer_and_the_importer_are_told_the_duty_before_and_after_the_day_and_why(
    before: int, after: int, stage: str, signed_in: SignedIn, mailoutbox: list[Any]
) -> None:
    signed_in("signatory.swift")
    tariff(before, after)
    on, own = flown(), importer()
    ours, theirs = prior(stage, on), prior(stage, on, importer=own)
    land(on)
    for told, bills in (
        (
            Notice.objects.get(audience=f"courier:{on.courier_id}", subject__contains="the duty of 2 bills"),
            (ours, theirs),
        ),
        (Notice.objects.get(audience=f"importer:{own.pk}", subject__contains="the duty was"), (theirs,)),
    ):
        assert "landed on 02/04/2026 10:00, IGM number 2914407" in told.body and "section 15" in told.body
        for one in bills:
            now = again(one)
            line = next(row for row in told.body.splitlines() if str(one) in row)
            figures = f"duty {rupees(one.total_duty)} before, {rupees(now.total_duty)} now, by the rates of 02/04/2026"
            assert figures in line and now.get_absolute_url() in line
            assert (f"{rupees(one.duty_paid)} was paid" in line) == (stage == Stage.ARRIVAL)
        assert bool(str(ours) in told.body) == (told.audience.startswith("courier"))
    send_unsent()
    assert [mail for mail in mailoutbox if "the duty of 2 bills" in mail.subject]


def test_an_equal_duty_is_told_to_nobody_but_the_trail_has_the_day_of_the_rates_before_and_after() -> None:
    tariff(10, 10)
    on = flown()
    filed = prior(Stage.DUTY, on)
    land(on)
    now = again(filed)
    assert (now.total_duty, now.rates_on) == (filed.total_duty, date(2026, 4, 2))
    told = now.trail.get(step="recompute_duty").snapshot or {}
    assert (told["before"]["rates_on"], told["after"]["rates_on"]) == ("2026-03-30", "2026-04-02")
    assert told["before"]["duty_heads"] == told["after"]["duty_heads"] == now.duty_heads
    assert not Notice.objects.exists()


def test_goods_released_provisionally_keep_their_rates_and_only_what_the_order_demands_is_due() -> None:
    tariff(20, 10)
    on = flown()
    filed = prior(Stage.DUTY, on, released_at=timezone.now())
    land(on)
    assert (again(filed).stage, again(filed).rates_on, again(filed).total_duty) == (Stage.DUTY, FILED, filed.total_duty)


def test_a_duty_that_was_adjudged_stays() -> None:
    tariff(20, 10)
    on = flown()
    filed = prior(Stage.DUTY, on)
    Adjudication.objects.create(
        bill=filed, order_number="ADJ-7", order_date=FILED, outcome=Adjudication.Outcome.RELEASE, remarks="As filed.",
        duty_before=filed.total_duty, revised_duty=filed.total_duty, at=timezone.now(), by=firms.person("Asha Rao"),
    )  # fmt: skip
    land(on)
    assert again(filed).total_duty == filed.total_duty


def test_a_tariff_item_that_has_left_the_tariff_keeps_its_bill_back_and_not_the_flight(signed_in: SignedIn) -> None:
    tariff(20, 10)
    on = flown()
    waits, paid, asked, other = (
        prior(stage, on, facilitated=True) for stage in (Stage.DUTY, Stage.ARRIVAL, Stage.QUERY, Stage.DUTY)
    )
    CourierBillOfEntry.objects.filter(pk=asked.pk).update(returns_to=Stage.FOR_OUT_OF_CHARGE)
    Item.objects.filter(bill=other).update(cth="85182900")
    TariffRate.objects.filter(cth="85183000").delete()  # it is another item now
    TariffRate.objects.create(
        cth="85182900",
        description="Loudspeakers",
        unit="NOS",
        bcd_percent=15,
        igst_percent=18,
        from_date=date(2026, 4, 1),
    )
    land(on)
    steps = again(other).trail.order_by("seq").values_list("step", flat=True)
    assert list(steps) == ["recompute_duty", "hear_rms_again"]  # the tariff item is another: the RMS is asked again
    desks = Desks(signed_in)
    for one, stage in ((waits, "ASSESSMENT"), (paid, "ASSESSMENT"), (asked, "QUERY")):
        now = again(one)
        assert (now.stage, now.total_duty, now.rates_on) == (stage, one.total_duty, date(2026, 4, 2))
        assert "02/04/2026: Item 1: 85183000 is not in the tariff." in now.unreckoned
        assert now.assessment_due and not now.facilitated
        told = Notice.objects.get(audience=f"courier:{now.courier_id}", subject__startswith=f"{now} goes to")
        assert "85183000 is not in the tariff" in told.body
        for username in ("ao.blr", "signatory.swift"):
            assert "85183000 is not in the tariff" in desks.page(username, now)
    assert again(asked).returns_to == Stage.ASSESSMENT  # the answer comes back to the Assessing Officer
    assert "Tariff changed" in signed_in("ao.blr").get("/bills/imports/queue/assessment/").content.decode()
    held = again(paid)
    assert "is not in the tariff" in desks.refused("ao.blr", held, "assess", **ACCEPT)
    done = take(held, "assess", firms.actor("ASSESSING_OFFICER"), alterations=[{"item_no": 1, "cth": "85182900"}])
    assert (done.unreckoned, done.stage) == ("", Stage.DUTY if done.amount_due > 0 else Stage.ARRIVAL)
    assert done.items.get().bcd == pytest.approx(done.assessable_value * 15 / 100, abs=Decimal("0.5"))


def test_an_exemption_that_ends_before_the_arrival_keeps_the_bill_for_the_officer() -> None:
    tariff(20, 10)
    ExemptionRate.objects.create(
        code="7/2026-CUS|12", notification="7/2026-Customs", serial="12", description="Earphones", covers="8518",
        bcd_percent=0, from_date=date(2026, 1, 1), until=date(2026, 3, 31), source="trial",
    )  # fmt: skip
    on = flown()
    one, other = prior(Stage.DUTY, on), prior(Stage.DUTY, on)
    Item.objects.filter(bill=one).update(notification="7/2026-Customs", notification_sl_no="12")
    land(on)
    kept = again(one)
    assert (kept.stage, kept.total_duty) == (Stage.ASSESSMENT, one.total_duty)
    assert "serial 12, was not in force on 02/04/2026" in kept.unreckoned
    assert again(other).stage == Stage.DUTY


def test_a_duty_by_weight_in_force_at_arrival_keeps_back_what_is_counted_otherwise() -> None:
    tariff(20, 10)
    TariffRate.objects.filter(from_date=date(2026, 4, 1)).update(bcd_specific=50, bcd_specific_unit="KGS")
    on = flown()
    pieces, weighed = prior(Stage.DUTY, on), prior(Stage.DUTY, on)
    Item.objects.filter(bill=weighed).update(uom="KGS")
    land(on)
    kept = again(pieces)
    assert (kept.stage, kept.total_duty) == (Stage.ASSESSMENT, pieces.total_duty)
    assert "is per KGS: give the quantity in KGS" in kept.unreckoned
    assert again(weighed).stage == Stage.DUTY
    done = take(kept, "assess", firms.actor("ASSESSING_OFFICER"), alterations=[{"item_no": 1, "uom": "KGS"}])
    assert (done.unreckoned, done.items.get().uom) == ("", "KGS")


def charge_for_lateness() -> None:
    """The late charge is on: 5,000 rupees a day, 10,000 from the fourth one on."""
    DatedRule.objects.create(name="late_filing_charge", from_date=date(2026, 1, 1), value="on", source="trial")


@pytest.mark.parametrize(("stage", "after"), [(Stage.DUTY, Stage.DUTY), (Stage.ARRIVAL, Stage.DUTY)])
@pytest.mark.parametrize(("presented", "charge"), [(1, 0), (2, 0), (3, 5000), (6, 25000)])
def test_a_late_charge_does_not_hang_on_when_the_igm_number_is_fed(
    stage: str, after: str, presented: int, charge: int
) -> None:
    """The aircraft landed on 02.04.2026, which ECCS learns only after the bill was presented (section 46(3))."""
    charge_for_lateness()
    tariff(10, 10)
    on = flown()
    filed = prior(stage, on, date(2026, 4, presented))
    assert filed.late_charge == 0
    land(on)
    now = again(filed)
    assert (now.late_charge, now.total_duty) == (charge, filed.total_duty)
    assert now.stage == (after if charge else stage)
    told = Notice.objects.filter(subject__contains="late charge")
    if not charge:
        assert not told.exists()
        return
    line = now.trail.get(step="recompute_duty")
    assert line.snapshot is not None
    assert (line.snapshot["before"]["late_charge"], line.snapshot["after"]["late_charge"]) == ("0.00", f"{charge}.00")
    assert f"late charge {rupees(charge)} (section 46(3))" in told.get().body
    shown = [one for one in workings_of(now, list(now.items.all())) if one.of == "Late charge"]
    assert sum(Decimal(one.amount.replace(",", "")) for one in shown) == charge
    assert "landed 02/04/2026, presented" in shown[0].working


def test_a_late_charge_follows_a_corrected_arrival_and_one_that_was_waived_stays_waived() -> None:
    charge_for_lateness()
    tariff(10, 10)
    on = flown()
    filed, waived = (prior(Stage.ASSESSMENT, on, date(2026, 4, 4)) for _n in range(2))
    land(on)
    assert again(filed).late_charge == again(waived).late_charge == 10000
    take(
        again(waived),
        "assess",
        firms.actor("ASSESSING_OFFICER"),
        waive_late_charge=True,
        remarks="The terminal was shut.",
    )
    on.refresh_from_db()
    on.actual_arrival = datetime.fromisoformat("2026-04-03T10:00:00+05:30")
    recompute(on)
    assert (again(filed).late_charge, again(waived).late_charge) == (5000, 0)


@pytest.mark.parametrize(
    ("terms", "given", "told"),
    [
        ("FOB", {}, ["not declared: 20 percent of FOB", "not declared: 1.125 percent of FOB"]),
        ("C&F", {}, ["not declared: 1.125 percent of FOB and freight"]),
        ("C&I", {}, ["not declared: 20 percent of FOB and insurance"]),
        ("C&I", {"freight": 45}, ["declared 45.00; by air at most 20 percent of FOB and insurance counts"]),
        ("FOB", {"discount": 10, "discount_currency": "EUR"}, ["taken off, as USD 10.886802"]),
    ],
)
def test_the_working_of_a_value_names_what_each_share_is_of_and_a_discount_in_both_currencies(
    terms: str, given: dict[str, Any], told: list[str]
) -> None:
    tariff(10, 10)
    eur = {"currency": "EUR", "unit": 1, "import_rate": "104.35", "export_rate": "102", "from_date": FILED}
    ExchangeRate.objects.filter(currency="EUR").delete()
    ExchangeRate.objects.create(**eur, notification="trial")
    one = prior(Stage.DUTY, flown(), invoice_terms=terms, **given)
    lines = reckoning(one, list(one.items.all()))["value_lines"]
    assert [line["note"] for line in lines if line["note"] in told] == told
    charges = [charge.working.lower() for charge in _charges(one)]
    assert all(words.lower() in charges for words in told if words.startswith("not declared"))
    assert len(lines[-1]["note"].split(" × ")[0]) < len("USD 1,234,567.123456")
