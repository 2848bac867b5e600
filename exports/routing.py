"""What happens next to a shipping bill: pure functions of what stands on it.

    after                   | goes to
    ------------------------+---------------------------------------------------------------------------------
    filing                  | Awaiting goods
    goods registered        | the RMS decides now: interdicted for assessment → For assessment; else For X-ray
    assessment              | not X-rayed yet → For X-ray; examination still to be reported → For examination;
                            | else For Let Export Order
    clear X-ray             | examination prescribed or mandated, and not yet reported → For examination;
                            | Auto LEO in force on the filing date and open to the bill → Let Export Order;
                            | else For Let Export Order
    suspicious X-ray        | For examination
    examination             | For Let Export Order
    referral                | For assessment
    reply to a query        | the desk that raised it
    detention lifted,       | where the shipping bill was
    stop cleared            |
    back to town            | Back to town; of documents of which some have left → Exported
    late word of the RMS    | what it does not interdict goes on from For assessment

Documents (CSB-III) are never interdicted for assessment: what the RMS does not facilitate is examined after X-ray.

Auto LEO is open to a bill that the RMS facilitated fully, by the first rule (Circular 41/2020), and to one that the RMS
interdicted for assessment alone and the officer has assessed without mandating examination, by the second (Circular 19/2023;
Advisory 08/2023). Never while anything holds the bill, and never where it was to be examined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.permissions import SYSTEM
from eccs.dated_rules import rule_book
from exports.clearance import guards
from exports.stages import Stage

if TYPE_CHECKING:
    from exports.models import CourierShippingBill


def after_registration(bill: CourierShippingBill, **_answers: object) -> Stage:
    """The goods are here and the RMS has decided: an officer assesses what it interdicted."""
    return Stage.ASSESSMENT if bill.assessment_required else after_assessment(bill)


def after_assessment(bill: CourierShippingBill, **_answers: object) -> Stage:
    """Every shipping bill passes X-ray; what is done already is not done twice."""
    if not bill.xray_result:
        return Stage.XRAY
    return Stage.EXAMINATION if bill.examination_is_due else Stage.FOR_LET_EXPORT


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
    if bill.examination_prescribed or bill.examination_mandated or bill.xray_result != "CLEAR":
        return False
    if bill.facilitated:
        return rule_book().is_on("auto_leo_facilitated", bill.presented_on, bill.station_id)
    assessed = bill.assessment_required and bill.assessed_at is not None
    return assessed and rule_book().is_on("auto_leo_assessed", bill.presented_on, bill.station_id)


def after_hearing(bill: CourierShippingBill, **_answers: object) -> Stage:
    """The RMS, which was away, has decided: a bill that waited for it goes where it would have gone at once."""
    if bill.stage == Stage.ASSESSMENT and not bill.assessment_required:
        return after_assessment(bill)
    return Stage(bill.stage)


def after_reply(bill: CourierShippingBill, **_answers: object) -> Stage:
    """A reply goes back to the desk that raised the query."""
    return Stage(bill.returns_to)


def after_lifting(bill: CourierShippingBill, **_answers: object) -> Stage:
    """Goods no longer detained go on where they were."""
    return Stage(bill.detained_from)


def after_back_to_town(bill: CourierShippingBill, **_answers: object) -> Stage:
    """What left of many documents has left; the rest goes back."""
    return Stage.EXPORTED if bill.egm_number else Stage.BACK_TO_TOWN


def after_clearing_stop(bill: CourierShippingBill, **_answers: object) -> Stage:
    """A clearance no longer stopped goes on where it was."""
    return Stage(bill.stopped_from)
