"""The steps of a bill, form by form: CBE-XI, CBE-XII and CBE-XIV go through the desks of CBE-XIII, but for what is told here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.roles import Role
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs import trail
from eccs.workflow import buttons, take
from tests.every_step import declared as d
from tests.every_step.test_every_step import refusal
from tests.factories.bills import bill
from tests.factories.documents import bill_of_documents
from tests.factories.firms import actor
from tests.factories.form_e import large_bill

pytestmark = pytest.mark.django_db

MAKE: dict[str, Callable[..., CourierBillOfEntry]] = {
    "CBE-XI": bill_of_documents,
    "CBE-XII": lambda stage, **given: bill(stage, kind="CBE-XII", **given),
    "CBE-XIV": large_bill,
}
NEVER_XI = {Stage.ASSESSMENT, Stage.FIRST_CHECK_ARRIVAL, Stage.FIRST_CHECK, Stage.APPROVAL}  # it is not assessed
STEPS = CourierBillOfEntry.steps()
OFFICES = [
    role for role in Role if role not in (Role.SYSTEM, Role.IMPORTER, Role.SERVICE_CENTRE)
]  # these for one firm alone
DIFFER = {  # the steps that look at the goods, the value or the form, each from one stage
    "request_amendment": Stage.XRAY, "request_cancellation": Stage.XRAY, "adjudicate": Stage.ADJUDICATION,
    "confirm_payment": Stage.DUTY, "record_arrival": Stage.ARRIVAL, "recompute_duty": Stage.ARRIVAL,
    "clear_xray": Stage.XRAY, "mark_suspicious": Stage.XRAY, "report_examination": Stage.EXAMINATION,
    "give_out_of_charge": Stage.FOR_OUT_OF_CHARGE, "issue_detention_memo": Stage.FOR_OUT_OF_CHARGE,
    "lift_detention": Stage.DETAINED, "release_provisionally": Stage.DETAINED, "clear_stop": Stage.STOPPED,
    "raise_query": Stage.FOR_OUT_OF_CHARGE, "cancel": Stage.XRAY, "return_to_origin": Stage.XRAY, "dispose": Stage.XRAY,
    "clear_manually": Stage.XRAY, "send_back_for_assessment": Stage.ASSESSMENT, "assess": Stage.ASSESSMENT, "approve_appraisal": Stage.APPROVAL,
}  # fmt: skip


def stages_of(kind: str) -> list[str]:
    """Where a bill of this form may stand."""
    return [s for s in CourierBillOfEntry.open_stages() if kind != "CBE-XI" or s not in NEVER_XI]


@pytest.mark.parametrize("kind", MAKE)
def test_at_every_stage_every_role_has_the_steps_of_its_desk(kind: str) -> None:
    people = {role: actor(role) for role in OFFICES}
    for stage in stages_of(kind):
        one = MAKE[kind](stage)
        for role, person in people.items():
            wanted = {n for n, s in STEPS.items() if stage in s.sources and role in s.roles_at(stage)}
            assert {button.step.name for button in buttons(one, person)} == wanted, (stage, role)


@pytest.mark.parametrize("kind", MAKE)
def test_a_step_that_looks_at_the_form_is_taken_on_it(kind: str) -> None:
    for name, stage in DIFFER.items():
        step = STEPS[name]
        if stage not in stages_of(kind):
            continue
        come = name == "record_arrival"
        about: dict[str, Any] = {"arrived_at": timezone.now()} if come else {}
        if kind == "CBE-XI" and stage == Stage.DETAINED:
            about["detained_from"] = Stage.FOR_OUT_OF_CHARGE
        one = MAKE[kind](stage, **about)
        given = answers(name, one)
        refusal(one, name, actor(d.wrong_roles(step)[0]), given)
        done = take(one, name, actor(d.right_role(step, stage)), **given)
        assert done.stage in (step.targets or (stage,)), name
        assert kind != "CBE-XI" or done.stage not in NEVER_XI, name
        assert one.trail.get().step == name
    assert not list(trail.broken_lines(CourierBillOfEntry.trail_model))


def answers(name: str, one: CourierBillOfEntry) -> dict[str, Any]:
    """What the step's form would answer on this form of bill."""
    if name == "clear_manually":
        return d.answers(CourierBillOfEntry, STEPS[name], one) | {"collected": "40"}
    return d.answers(CourierBillOfEntry, STEPS[name], one)
