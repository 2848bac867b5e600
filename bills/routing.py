"""What happens next to a bill: pure functions of what stands on it.

    after                   | goes to
    ------------------------+---------------------------------------------------------------------------------
    filing, and compulsory  | documents missing → awaiting them; interdicted for assessment, or for an officer to
    documents               | assess whatever the RMS says (see below) → For assessment;
                            | money due → Awaiting duty; else as after payment
    first check ordered     | packages still to come → Awaiting arrival (first check); else For first-check examination
    assessment              | documents newly asked for → awaiting them; assessable value above the DC/AC limit →
                            | For approval; else as after approval
    approval                | money due → Awaiting duty; else as after payment
    payment                 | part of it still due → Awaiting duty; goods released provisionally → Release finalised;
                            | packages still to come → Awaiting arrival; not X-rayed yet → For X-ray;
                            | examination still to be reported → For examination; else For Out of Charge
    arrival                 | For X-ray; where it was awaited for a first check → For first-check examination
    clear X-ray             | examination prescribed or mandated, and not yet reported → For examination;
                            | facilitated, nothing against it, and Auto Out of Charge in force on the filing date → Out of Charge;
                            | else For Out of Charge
    suspicious X-ray        | For examination
    examination             | For Out of Charge; the one of a first check → For assessment
    duty in doubt on        | approval, duty, or what comes after → For assessment; else where the bill is
    arrival                 |
    reply to a query        | the desk that raised it; where an examination was prescribed meanwhile, For examination
                            | from For Out of Charge
    detention lifted,       | where the bill was, as it now stands: what was paid, has arrived or is to be examined since
    stop cleared            | counts; a query, detention or adjudication that was stopped is ended first
    late word of the RMS    | what it prescribes is done: documents asked for first, For assessment where it never was,
                            | For examination from For Out of Charge, again where an intervention prescribes it
    RMS away at filing      | For assessment until it has decided; then as after filing, or, where an order let it go on
                            | meanwhile, as after a late word of the RMS
    departure approved      | onwards from the desk that would have done it
    adjudication            | absolute confiscation → Confiscated; documents missing → awaiting them; else as after approval
    final order             | money due → Awaiting duty; else Release finalised
    amendment approved      | For assessment, once the compulsory documents are there; a CBE-XI as after payment
    pieces in excess        | documents newly asked for → awaiting them; For assessment and X-ray again, a CBE-XI to arrival
                            | and X-ray again; held, when the hold ends
    pieces short            | documents newly asked for → awaiting them; where the bill is; where it awaited the arrival of
                            | those alone, as after the arrival

A facilitated bill is self-assessed and moves directly for payment (PN17 6.1), whatever its value: nobody has appraised
it, and there is nothing for the DC/AC to approve or return. PN17 7.1(f) follows an assessment, first or final.
An officer assesses a bill whatever the RMS says where a special request or related parties are declared on a CBE-XIV, where
its duty is in doubt, where it was amended, returned by the DC/AC, or its goods landed with a piece in excess. No departure
from the RMS lifts that, and until it is done the bill is not facilitated.
A CBE-XI is not assessed: the RMS may prescribe its examination, no more (PN17 7).
Every bill passes X-ray before Out of Charge (PN17 6.1, 7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.permissions import SYSTEM
from bills.clearance import guards
from bills.stages import PAST_PAYMENT, TO_ASSESSMENT, Stage
from eccs.dated_rules import rule_book

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry

OTHERS_DECIDE = (Stage.QUERY, Stage.DETAINED, Stage.ADJUDICATION)  # an answer or an order is awaited before all else
CONFISCATE = "CONFISCATE"  # the outcome of an adjudication that leaves nothing to clear


def after_filing(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """Where a filed bill goes (PN17 6.1): compulsory documents, assessment, duty, or onwards.

    One that was assessed before its documents were asked for is assessed again with them.
    """
    if not bill.documents_complete:
        return Stage.DOCUMENTS
    return Stage.ASSESSMENT if bill.to_be_assessed or bill.assessed_at else after_approval(bill)


def after_first_check_ordered(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """A first check examines the goods as soon as all of them have arrived (PN17 7.1(a))."""
    return Stage.FIRST_CHECK if bill.arrived_at else Stage.FIRST_CHECK_ARRIVAL


def after_assessment(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """DC/AC approves the appraisal of every bill above the limit (PN17 7(f)); documents newly asked for come first."""
    if not bill.documents_complete:
        return Stage.DOCUMENTS
    assert bill.presented_on is not None
    limit = rule_book().amount("dcac_approval_above", bill.presented_on, bill.station_id)
    return Stage.APPROVAL if bill.assessable_value > limit else after_approval(bill)


def after_approval(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """Money due is paid first (PN17 7(g))."""
    return Stage.DUTY if bill.amount_due > 0 else after_payment(bill)


def after_payment(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """X-ray awaits the arrival of every package (PN17 7(h)); what is done already is not done twice."""
    if bill.released_at:
        return Stage.FINALISED
    if not bill.arrived_at:
        return Stage.ARRIVAL
    if not bill.xray_result:
        return Stage.XRAY
    return Stage.EXAMINATION if bill.examination_is_due else Stage.FOR_OUT_OF_CHARGE


def after_clear_xray(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """Examination where prescribed; Auto Out of Charge for a facilitated bill by its dated rule (Circular 40/2019)."""
    assert bill.presented_on is not None
    if bill.examination_is_due:
        return Stage.EXAMINATION
    automatic = (
        bill.facilitated
        and not bill.risk_pending
        and rule_book().is_on("auto_out_of_charge", bill.presented_on, bill.station_id)
    )
    if automatic and not any(guard(bill, SYSTEM) for guard in guards.OUT_OF_CHARGE):
        return Stage.OUT_OF_CHARGE
    return Stage.FOR_OUT_OF_CHARGE


def after_recomputing(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """A duty that changed on arrival (PN17 5.1): a bill past payment comes back for the difference, one with nothing due goes on."""
    if bill.stage in PAST_PAYMENT and bill.amount_due > 0:
        return Stage.DUTY
    if bill.stage == Stage.DUTY and bill.amount_due <= 0:
        return after_payment(bill)
    return Stage(bill.stage)


def after_doubt(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """A bill whose duty cannot be worked out on arrival is assessed again; one that is held, or is assessed anyway, stays."""
    return Stage.ASSESSMENT if bill.stage in TO_ASSESSMENT else Stage(bill.stage)


def after_hearing(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """The RMS, which was away, has decided: a bill that waited for it goes where it would have gone at once (PN17 6.1).

    One that an order let go on meanwhile does what is prescribed now, before it leaves.
    """
    if bill.released_at:
        return Stage(bill.stage)
    if not bill.documents_complete and bill.stage in (Stage.DOCUMENTS, Stage.ASSESSMENT, *TO_ASSESSMENT):
        return Stage.DOCUMENTS
    if bill.stage in TO_ASSESSMENT and bill.to_be_assessed and bill.assessed_at is None:
        return Stage.ASSESSMENT
    if bill.stage == Stage.FOR_OUT_OF_CHARGE and bill.examination_is_due:
        return Stage.EXAMINATION
    if bill.stage == Stage.ASSESSMENT and not bill.to_be_assessed:
        return after_approval(bill)
    return Stage(bill.stage)


def after_hearing_again(bill: CourierBillOfEntry, *, lane: str = "", **_answers: object) -> Stage:
    """What the RMS prescribes now: documents first, then a bill never assessed is assessed, one to be examined is examined (PN17 6.1)."""
    if bill.released_at:
        return Stage(bill.stage)
    if not bill.documents_complete and bill.stage in (Stage.ASSESSMENT, *TO_ASSESSMENT):
        return Stage.DOCUMENTS
    if lane in ("ASSESSMENT", "BOTH") and bill.assessed_at is None and bill.stage in TO_ASSESSMENT:
        return Stage.ASSESSMENT
    if bill.stage == Stage.FOR_OUT_OF_CHARGE and bill.examination_is_due:
        return Stage.EXAMINATION
    return Stage(bill.stage)


def after_pieces(bill: CourierBillOfEntry, *, excess: bool = False, **_answers: object) -> Stage:
    """What landed is less or more than was manifested (PN17 5.2): goods with a piece more are assessed again, and X-rayed again.

    With pieces less a bill stays where it is, but one that awaited the arrival goes on where what did land is whole.
    Documents that the RMS asks for, now that it knows the pieces, come first.
    """
    if not bill.documents_complete and bill.stage in (Stage.ASSESSMENT, *TO_ASSESSMENT):
        return Stage.DOCUMENTS
    if bill.is_documents:
        if bill.stage == Stage.FOR_OUT_OF_CHARGE and not excess and bill.examination_is_due:
            return Stage.EXAMINATION
        goes_on = bill.stage == Stage.ARRIVAL or (excess and bill.stage in PAST_PAYMENT)
        return after_payment(bill) if goes_on else Stage(bill.stage)
    if bill.stage in (Stage.FIRST_CHECK, Stage.FIRST_CHECK_ARRIVAL):
        return after_first_check_ordered(bill)
    if bill.to_be_assessed and bill.assessed_at is None and bill.stage in TO_ASSESSMENT:
        return Stage.ASSESSMENT
    if bill.stage == Stage.ARRIVAL and bill.arrived_at:
        return after_payment(bill)
    if bill.stage == Stage.FOR_OUT_OF_CHARGE and bill.examination_is_due:
        return Stage.EXAMINATION
    return Stage(bill.stage)


def after_departure(bill: CourierBillOfEntry, *, what: str = "", **_answers: object) -> Stage:
    """What the RMS prescribed is left out with the DC/AC's approval: the bill goes on from where it waited for it (PN17 6.1)."""
    if what == "ASSESSMENT" and bill.stage == Stage.ASSESSMENT and not bill.to_be_assessed:
        return after_approval(bill)
    if bill.stage == Stage.EXAMINATION and not bill.examination_is_due:
        return Stage.FOR_OUT_OF_CHARGE
    return Stage(bill.stage)


def after_reply(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """A reply goes back to the desk that raised the query (PN17 7(d), 7(j), 7(k)); documents asked for meanwhile come first."""
    if not bill.documents_complete and bill.returns_to != Stage.ADJUDICATION:
        return Stage.DOCUMENTS
    return _unless_to_be_examined(bill, bill.returns_to)


def after_lifting(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """Goods no longer detained go on where they were (PN17 7(e), 7(l))."""
    return _resumed(bill, bill.detained_from)


def after_clearing_stop(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """A clearance no longer stopped goes on where it was (PN17 9.0)."""
    return _resumed(bill, bill.stopped_from)


def _resumed(bill: CourierBillOfEntry, stage: str) -> Stage:
    """Where a bill was, as it now stands: it does not wait for what was paid or has arrived meanwhile.

    An open query, a detention and an adjudication are ended first: documents asked for meanwhile come after their answer.
    """
    if stage in OTHERS_DECIDE:
        return Stage(stage)
    if not bill.documents_complete:
        return Stage.DOCUMENTS
    if stage == Stage.FIRST_CHECK_ARRIVAL:
        return after_first_check_ordered(bill)
    if stage in (Stage.DUTY, Stage.ARRIVAL) or (stage in PAST_PAYMENT and bill.amount_due > 0):
        return after_approval(bill)
    return _unless_to_be_examined(bill, stage)


def _unless_to_be_examined(bill: CourierBillOfEntry, stage: str) -> Stage:
    """An examination prescribed while the bill was held comes before Out of Charge (PN17 7.1(i))."""
    return Stage.EXAMINATION if stage == Stage.FOR_OUT_OF_CHARGE and bill.examination_is_due else Stage(stage)


def after_amendment(bill: CourierBillOfEntry, **_answers: object) -> Stage:
    """An amended bill is assessed again (PN17 11.0); one that awaits documents goes on awaiting them first.

    A CBE-XI is never assessed: as amended it goes on to arrival, X-ray and what follows (PN17 7).
    """
    if not bill.documents_complete:
        return Stage.DOCUMENTS
    return after_approval(bill) if bill.is_documents else Stage.ASSESSMENT


def after_adjudication(bill: CourierBillOfEntry, *, outcome: str = "", **_answers: object) -> Stage:
    """The order confiscates the goods, or lets them go on when what it demands is paid (PN17 7(k))."""
    if outcome == CONFISCATE:
        return Stage.CONFISCATED
    return after_approval(bill) if bill.documents_complete else Stage.DOCUMENTS
