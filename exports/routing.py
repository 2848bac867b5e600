"""What happens next to a shipping bill: pure functions of what stands on it.

    after                   | goes to
    ------------------------+---------------------------------------------------------------------------------
    filing                  | Awaiting goods
    goods registered        | the RMS decides now: compulsory documents asked for → Awaiting compulsory documents;
                            | interdicted for assessment → For assessment; else For X-ray
    compulsory documents    | as after registration; where it was assessed without them, For assessment
    assessment              | a fine of an order still due → Awaiting fine and penalty; not X-rayed yet → For X-ray; examination still to be reported → For examination;
                            | else For Let Export Order
    clear X-ray             | examination prescribed or mandated, and not yet reported → For examination;
                            | Auto LEO in force on the filing date and open to the bill → Let Export Order;
                            | else For Let Export Order
    suspicious X-ray        | For examination
    examination             | For Let Export Order
    referral                | For adjudication; where there is nothing to adjudicate, For assessment
    adjudication            | fine or penalty imposed → Awaiting fine and penalty; else as after assessment; absolute
                            | confiscation → Confiscated
    payment of the fine     | as after assessment, where the bill waited for it
    reply to a query        | the desk that raised it
    detention lifted,       | where the shipping bill was; where it waited for a fine that is paid by now, as after it
    stop cleared            |
    amendment               | goods awaited → Awaiting goods, where as amended all are there as after their
                            | registration; registered → For assessment, of documents as after it; let go → where the bill is
    departure from the RMS  | what waited for it goes on as after assessment, or to For Let Export Order
    back to town            | Back to town; of documents of which some have left → Exported
    late word of the RMS    | documents asked for come first; what it does not interdict goes on from For assessment; what it
                            | interdicts and an order let go on meanwhile → For assessment
    word of the RMS again   | documents asked for come first; then what was never assessed and is to be → For assessment,
                            | what is to be examined and waited for its order → For examination

Documents (CSB-III) are never interdicted for assessment: what the RMS does not facilitate is examined after X-ray.

Auto LEO is open to a bill that the RMS facilitated fully, by the first rule (Circular 41/2020), and to one that the RMS
interdicted for assessment alone and the officer has assessed without mandating examination, by the second (Circular 19/2023;
Advisory 08/2023). Never while anything holds the bill, never where it was to be examined, and never where what was declared
has been changed since the goods were registered: an officer gives the order then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.permissions import SYSTEM
from bills.routing import CONFISCATE
from bills.stages import Hold
from eccs.dated_rules import rule_book
from exports.clearance import guards
from exports.stages import INTERDICTABLE, TO_DOCUMENTS, Stage

if TYPE_CHECKING:
    from exports.models import CourierShippingBill


def after_registration(bill: CourierShippingBill, **_answers: object) -> Stage:
    """The goods are here and the RMS has decided: documents it asks for come first, then an officer assesses what it interdicted."""
    if not bill.documents_complete:
        return Stage.DOCUMENTS
    return Stage.ASSESSMENT if bill.to_be_assessed else after_assessment(bill)


def after_documents(bill: CourierShippingBill, **_answers: object) -> Stage:
    """With its documents a bill goes on as registered goods do; one that was assessed without them is assessed again with them."""
    return Stage.ASSESSMENT if bill.assessed_at and bill.documents_complete else after_registration(bill)


def after_assessment(bill: CourierShippingBill, **_answers: object) -> Stage:
    """Documents newly asked for come first; every shipping bill passes X-ray; what is done already is not done twice."""
    if not bill.documents_complete:
        return Stage.DOCUMENTS
    if not bill.xray_result:
        return Stage.XRAY
    return Stage.EXAMINATION if bill.examination_is_due else Stage.FOR_LET_EXPORT


def after_assessing(bill: CourierShippingBill, **_answers: object) -> Stage:
    """As after an assessment; a fine or penalty that is due by an order is paid first, once the documents are there."""
    return after_payment(bill) if bill.documents_complete else Stage.DOCUMENTS


def after_clear_xray(bill: CourierShippingBill, **_answers: object) -> Stage:
    """Examination where prescribed or mandated; Auto LEO by its two dated rules; else the LEO Officer."""
    if bill.examination_is_due:
        return Stage.EXAMINATION
    if auto_leo(bill) and not any(guard(bill, SYSTEM) for guard in guards.LET_EXPORT):
        return Stage.LET_EXPORT
    return Stage.FOR_LET_EXPORT


def auto_leo(bill: CourierShippingBill) -> bool:
    """Whether the circulars let the system give the order: by what the RMS and the officer decided, on the day of filing."""
    assert bill.presented_on is not None
    if bill.examination_prescribed or bill.examination_mandated or bill.xray_result != "CLEAR" or bill.reopened_at:
        return False
    if bill.facilitated:
        return rule_book().is_on("auto_leo_facilitated", bill.presented_on, bill.station_id)
    assessed = bill.assessment_required and bill.assessed_at is not None
    return assessed and rule_book().is_on("auto_leo_assessed", bill.presented_on, bill.station_id)


def after_amendment(bill: CourierShippingBill, **_answers: object) -> Stage:
    """What is changed after the goods were registered is assessed again (PN17 11.0); what is let go stays where it is.

    With fewer packages the goods may be whole: then they are registered, and go where registered goods go.
    """
    if bill.let_export_at:
        return Stage(bill.stage)
    if bill.registered_at is None:
        return Stage.GOODS
    if bill.stage == Stage.GOODS:
        return after_registration(bill)
    if not bill.documents_complete:
        return Stage.DOCUMENTS
    return after_assessment(bill) if bill.is_documents else Stage.ASSESSMENT


def after_departure(bill: CourierShippingBill, *, what: str = "", **_answers: object) -> Stage:
    """What the RMS prescribed is left out with the DC/AC's approval: the bill goes on from where it waited for it (PN17 6.1)."""
    if what == "ASSESSMENT" and bill.stage == Stage.ASSESSMENT and not bill.to_be_assessed:
        return after_assessment(bill)
    if bill.stage == Stage.EXAMINATION and not bill.examination_is_due:
        return Stage.FOR_LET_EXPORT
    return Stage(bill.stage)


def after_hearing(bill: CourierShippingBill, **_answers: object) -> Stage:
    """The RMS, which was away, has decided: a bill that waited for it goes where it would have gone at once.

    One that an order let go on meanwhile does what is prescribed now, before it leaves.
    """
    if not bill.documents_complete and bill.stage in TO_DOCUMENTS:
        return Stage.DOCUMENTS
    if bill.to_be_assessed and bill.assessed_at is None and bill.stage in INTERDICTABLE:
        return Stage.ASSESSMENT
    if bill.stage == Stage.ASSESSMENT and not bill.to_be_assessed:
        return after_assessment(bill)
    return _unless_to_be_examined(bill, bill.stage)


def after_hearing_again(bill: CourierShippingBill, *, lane: str = "", **_answers: object) -> Stage:
    """What the RMS prescribes now: documents first, then a bill never assessed is assessed, one to be examined is examined (PN17 6.1)."""
    if not bill.documents_complete and bill.stage in TO_DOCUMENTS:
        return Stage.DOCUMENTS
    if lane in ("ASSESSMENT", "BOTH") and bill.assessed_at is None and bill.stage in INTERDICTABLE:
        return Stage.ASSESSMENT
    return _unless_to_be_examined(bill, bill.stage)


def after_reply(bill: CourierShippingBill, **_answers: object) -> Stage:
    """A reply goes back to the desk that raised the query; documents asked for meanwhile come first."""
    if not bill.documents_complete and bill.returns_to != Stage.ADJUDICATION:
        return Stage.DOCUMENTS
    return _unless_to_be_examined(bill, bill.returns_to)


def after_lifting(bill: CourierShippingBill, **_answers: object) -> Stage:
    """Goods no longer detained go on where they were."""
    return _resumed(bill, bill.detained_from)


def after_back_to_town(bill: CourierShippingBill, **_answers: object) -> Stage:
    """What left of many documents has left; the rest goes back."""
    return Stage.EXPORTED if bill.egm_number else Stage.BACK_TO_TOWN


def after_clearing_stop(bill: CourierShippingBill, **_answers: object) -> Stage:
    """A clearance no longer stopped goes on where it was."""
    return _resumed(bill, bill.stopped_from)


def _resumed(bill: CourierShippingBill, stage: str) -> Stage:
    """Where a bill was, as it now stands: it does not wait for what was paid meanwhile; documents asked for meanwhile come first."""
    if stage == Stage.FINE:
        return after_payment(bill)
    if not bill.documents_complete and stage in TO_DOCUMENTS:
        return Stage.DOCUMENTS
    return _unless_to_be_examined(bill, stage)


def _unless_to_be_examined(bill: CourierShippingBill, stage: str) -> Stage:
    """An examination prescribed meanwhile comes before the Let Export Order."""
    return Stage.EXAMINATION if stage == Stage.FOR_LET_EXPORT and bill.examination_is_due else Stage(stage)


def after_adjudication(bill: CourierShippingBill, *, outcome: str = "", **_answers: object) -> Stage:
    """The order confiscates the goods, or lets them go on when the fine and the penalty that it imposes are paid (PN17 7.1(k))."""
    return Stage.CONFISCATED if outcome == CONFISCATE else after_payment(bill)


def after_payment(bill: CourierShippingBill) -> Stage:
    """Fine and penalty are paid before anything else is done."""
    return Stage.FINE if Hold.FINE in bill.held_by else after_assessment(bill)


def after_fine(bill: CourierShippingBill, **_answers: object) -> Stage:
    """A bill that waited for the payment goes on; one that another desk has stays there."""
    return after_assessment(bill) if bill.stage == Stage.FINE and Hold.FINE not in bill.held_by else Stage(bill.stage)
