"""What happens next to a bill: pure functions of what stands on it.

    after                   | goes to
    ------------------------+---------------------------------------------------------------------------------
    filing, and compulsory  | documents missing → awaiting them; interdicted for assessment → For assessment;
    documents               | money due → Awaiting duty; else as after payment
    assessment              | assessable value above the DC/AC limit → For approval; else as after approval
    approval                | money due → Awaiting duty; else as after payment
    payment                 | part of it still due → Awaiting duty; packages still to come → Awaiting arrival; else For X-ray
    arrival                 | For X-ray
    clear X-ray             | examination prescribed or mandated, and not yet reported → For examination;
                            | facilitated, and Auto Out of Charge in force on the filing date → Out of Charge;
                            | else For Out of Charge
    suspicious X-ray        | For examination
    examination             | For Out of Charge
    reply to a query        | the desk that raised it

Every bill passes X-ray before Out of Charge (PN17 6.1, 7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.permissions import SYSTEM
from bills.clearance import guards
from bills.stages import Stage
from eccs.dated_rules import rule_book

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry


def after_filing(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """Where a filed bill goes (PN17 6.1): compulsory documents, assessment, duty, or onwards."""
    if not bill.documents_complete:
        return Stage.DOCUMENTS
    return Stage.ASSESSMENT if bill.assessment_required else after_approval(bill)


def after_assessment(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """DC/AC approves the appraisal of every bill above the limit (PN17 7(f))."""
    assert bill.presented_on is not None
    limit = rule_book().amount("dcac_approval_above", bill.presented_on, bill.station_id)
    return Stage.APPROVAL if bill.assessable_value > limit else after_approval(bill)


def after_approval(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """Money due is paid first (PN17 7(g))."""
    return Stage.DUTY if bill.amount_due > 0 else after_payment(bill)


def after_payment(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """X-ray awaits the arrival of every package (PN17 7(h))."""
    return Stage.XRAY if bill.arrived_at else Stage.ARRIVAL


def after_clear_xray(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """Examination where prescribed; Auto Out of Charge for a facilitated bill by its dated rule (Circular 40/2019)."""
    assert bill.presented_on is not None
    if (bill.examination_prescribed or bill.examination_mandated) and bill.examined_at is None:
        return Stage.EXAMINATION
    automatic = bill.facilitated and rule_book().is_on("auto_out_of_charge", bill.presented_on, bill.station_id)
    if automatic and not any(guard(bill, SYSTEM) for guard in guards.OUT_OF_CHARGE):
        return Stage.OUT_OF_CHARGE
    return Stage.FOR_OUT_OF_CHARGE


def after_recomputing(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """A duty that changed on arrival (PN17 5.1): a bill past payment comes back for the difference, one with nothing due goes on."""
    past_payment = bill.stage in (Stage.ARRIVAL, Stage.XRAY, Stage.EXAMINATION, Stage.FOR_OUT_OF_CHARGE)
    if past_payment and bill.amount_due > 0:
        return Stage.DUTY
    if bill.stage == Stage.DUTY and bill.amount_due <= 0:
        return after_payment(bill)
    return Stage(bill.stage)


def after_reply(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """A reply goes back to the desk that raised the query (PN17 7(d), 7(j))."""
    return Stage(bill.returns_to)
