"""The steps of a CSB-III: it goes through the desks of CSB-V, but for what is told here."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from eccs import trail
from eccs.workflow import buttons, take
from exports.models import CourierShippingBill
from exports.stages import Stage
from tests.every_step import declared as d
from tests.every_step.test_every_step import refusal
from tests.factories.firms import actor
from tests.factories.shipping import documents, export_manifest

pytestmark = pytest.mark.django_db

STEPS = CourierShippingBill.steps()
OFFICES = [  # the importer files no export, and the Service Centre only what it began for who stands there
    role for role in Role if role not in (Role.SYSTEM, Role.IMPORTER, Role.SERVICE_CENTRE)
]
DIFFER = {  # the steps that look at the form, its shipments or its flight, each from one stage
    "file": Stage.DRAFT, "register_goods": Stage.GOODS, "submit_compulsory_documents": Stage.DOCUMENTS, "hear_rms": Stage.XRAY, "hear_rms_again": Stage.FOR_LET_EXPORT, "assess": Stage.ASSESSMENT,
    "clear_xray": Stage.XRAY, "give_let_export_order": Stage.FOR_LET_EXPORT, "request_cancellation": Stage.LET_EXPORT,
    "cancel": Stage.XRAY, "shut_out": Stage.MANIFESTED, "export_in_part": Stage.MANIFESTED, "export": Stage.MANIFESTED,
    "back_to_town": Stage.LET_EXPORT,
}  # fmt: skip


def test_at_every_stage_every_role_has_the_steps_of_its_desk() -> None:
    people = {role: actor(role) for role in OFFICES}
    for stage in CourierShippingBill.open_stages():
        one = documents(stage)
        for role, person in people.items():
            wanted = {n for n, s in STEPS.items() if stage in s.sources and role in s.roles_at(stage)}
            assert {button.step.name for button in buttons(one, person)} == wanted, (stage, role)


def test_a_step_that_looks_at_the_form_is_taken_on_it() -> None:
    for name, stage in DIFFER.items():
        step, one = STEPS[name], documents(stage)
        if stage == Stage.MANIFESTED:
            export_manifest("FILED", of=one)
        given = d.answers(CourierShippingBill, step, one)
        refusal(one, name, actor(d.wrong_roles(step)[0]), given)
        done = take(one, name, actor(d.right_role(step, stage)), **given)
        assert done.stage in (step.targets or (stage,)), name
        assert one.trail.latest("seq").step == name
    assert not list(trail.broken_lines(CourierShippingBill.trail_model))
