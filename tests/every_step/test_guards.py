"""Each guard of each step refuses in its own words, and nothing has changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.advisories import Advisory, Audience, not_over, written_at_this_desk
from accounts.models import AuthorisedCourier
from bills.clearance import guards
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.workflow import Document, Guard, Refused, buttons, take
from manifests.clearance import courier_in_force, has_shipments
from payments.clearance import bills_on_no_other_challan, bills_still_due, late_payment_reported
from payments.models import BankMessage, Challan, ChallanLine
from tests.every_step import declared as d
from tests.factories.firms import actor, person

pytestmark = pytest.mark.django_db


def same_person(one: Any, column: str) -> None:
    _set(one, **{column: person("Uma Pillai")})


def _set(one: Any, **given: Any) -> None:
    type(one)._default_manager.filter(pk=one.pk).update(**given)


def other_desk(one: Any) -> None:
    """The bill stands at the desk of the superintendent; the assessing officer asks."""


def on_another_challan(one: Challan) -> None:
    line = one.lines.get()
    other = Challan.objects.create(
        station=one.station, courier=one.courier, amount=1, bill_count=1, created_by=one.created_by, number="1911999999"
    )
    ChallanLine.objects.create(challan=other, bill=line.bill, amount=line.amount, live=True)


BREAK: dict[Guard, tuple[Callable[[Any], object], str]] = {
    has_shipments: (lambda m: _set(m, hawb_count=0), "no house airway bill"),
    courier_in_force: (lambda _m: _suspend(), "registration"),
    guards.documents_complete: (lambda b: _set(b, documents_complete=False), "compulsory documents"),
    guards.duty_paid: (lambda b: _set(b, duty_paid=0), "is not paid"),
    guards.all_packages_arrived: (lambda b: _set(b, arrived_at=None), "not every package has arrived"),
    guards.xray_recorded: (lambda b: _set(b, xray_result=""), "X-ray result is not recorded"),
    guards.examination_reported: (lambda b: _set(b, examination_prescribed=True), "examination report"),
    guards.not_the_examiner: (lambda b: same_person(b, "examined_by"), "You examined these goods"),
    guards.not_the_assessor: (lambda b: same_person(b, "assessed_by"), "You assessed this bill"),
    guards.compulsory_documents_attached: (lambda b: b.attachments.all().delete(), "attach the documents"),
    bills_still_due: (lambda _c: CourierBillOfEntry.objects.update(total_duty=40), "has changed since"),
    bills_on_no_other_challan: (on_another_challan, "another challan"),
    written_at_this_desk: (lambda a: _set(a, audience=Audience.STATION, station_id="BLR"), "is the Port Admin's there"),
    not_over: (lambda _a: _over(), "last day has passed"),
    late_payment_reported: (lambda _c: BankMessage.objects.all().delete(), "no late payment"),
}


def _over() -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Advisory.objects.update(from_date=yesterday, until=yesterday)


def _suspend() -> None:
    AuthorisedCourier.objects.update(status=AuthorisedCourier.Status.SUSPENDED)


def every_guard() -> list[tuple[type[Document], str, Guard]]:
    return [
        (model, name, guard)
        for model in d.MODELS
        for name, step in model.steps().items()
        for guard in step.guards
        if guard is not guards.query_from_own_desk
    ]


@pytest.mark.parametrize(
    ("model", "name", "guard"), every_guard(), ids=lambda v: v if isinstance(v, str) else getattr(v, "__name__", None)
)
def test_a_guard_refuses_and_says_why(model: type[Document], name: str, guard: Guard) -> None:
    step = model.steps()[name]
    stage = step.sources[0]
    one = d.ready(model, step, stage)
    by = actor(d.right_role(step, stage))
    breaks, words = BREAK[guard]
    assert not [b.reasons for b in buttons(one, by) if b.step is step and b.reasons]
    breaks(one)
    one = model._default_manager.get(pk=one.pk)
    with pytest.raises(Refused, match=words):
        take(one, name, by, **d.answers(model, step, one))
    assert model._default_manager.get(pk=one.pk).stage == stage
    shown = next(b for b in buttons(one, by) if b.step is step)
    assert any(words in reason.replace("\u00a0", " ") for reason in shown.reasons)


@pytest.mark.parametrize(
    ("stage", "role"), [(Stage.FOR_OUT_OF_CHARGE, "ASSESSING_OFFICER"), (Stage.ASSESSMENT, "SHED_SUPERINTENDENT")]
)
def test_a_query_is_raised_by_the_desk_where_the_bill_stands(stage: str, role: str) -> None:
    one = d.CASES[CourierBillOfEntry].make(stage)
    with pytest.raises(Refused, match="at the desk of"):
        take(one, "raise_query", actor(role), question="Why?")


def test_every_missing_thing_is_named_at_once() -> None:
    one = d.CASES[CourierBillOfEntry].make(
        Stage.FOR_OUT_OF_CHARGE, duty_paid=0, xray_result="", arrived=False, examination_mandated=True
    )
    with pytest.raises(Refused) as refused:
        take(one, "give_out_of_charge", actor("SHED_SUPERINTENDENT"))
    assert len(refused.value.reasons) == 4
