"""What must hold before a step. Each guard says why not, or nothing; its docstring is the rule."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.roles import Role
from bills.stages import Stage
from eccs.money import rupees
from eccs.workflow import Actor


def duty_paid(bill: Any, actor: Actor) -> str:
    """Duty and interest are paid."""
    return (
        _("Missing: duty of %(amount)s is not paid.") % {"amount": rupees(bill.amount_due)}
        if bill.amount_due > 0
        else ""
    )


def all_packages_arrived(bill: Any, actor: Actor) -> str:
    """Every package of the shipment has arrived."""
    return "" if bill.arrived_at else _("Missing: not every package has arrived.")


def xray_recorded(bill: Any, actor: Actor) -> str:
    """The X-ray result is recorded."""
    return "" if bill.xray_result else _("Missing: the X-ray result is not recorded.")


def examination_reported(bill: Any, actor: Actor) -> str:
    """The examination is reported where it was prescribed, mandated or called for by a suspicious X-ray."""
    called_for = bill.examination_prescribed or bill.examination_mandated or bill.xray_result == "SUSPICIOUS"
    return _("Missing: the examination report.") if called_for and bill.examined_at is None else ""


def documents_complete(bill: Any, actor: Actor) -> str:
    """Compulsory documents are complete."""
    return "" if bill.documents_complete else _("Missing: compulsory documents.")


def not_the_examiner(bill: Any, actor: Actor) -> str:
    """Whoever examined the goods does not give Out of Charge on the same bill."""
    if actor.user_id is not None and bill.examined_by_id == actor.user_id:
        return _("You examined these goods: another officer gives Out of Charge.")
    return ""


def not_the_assessor(bill: Any, actor: Actor) -> str:
    """Whoever assessed the bill does not approve the appraisal."""
    if actor.user_id is not None and bill.assessed_by_id == actor.user_id:
        return _("You assessed this bill: another officer approves it.")
    return ""


def compulsory_documents_attached(bill: Any, actor: Actor) -> str:
    """What the bill was asked for has been attached."""
    return "" if bill.attachments.exists() else _("Missing: attach the documents asked for first.")


def query_from_own_desk(bill: Any, actor: Actor) -> str:
    """A query is raised by the desk where the bill stands."""
    desk = {Stage.ASSESSMENT: Role.ASSESSING_OFFICER, Stage.FOR_OUT_OF_CHARGE: Role.SHED_SUPERINTENDENT}.get(bill.stage)
    if desk is None or actor.role_for([desk], bill):
        return ""
    return _("The bill is at the desk of: %(desk)s.") % {"desk": desk.label}


OUT_OF_CHARGE = (documents_complete, duty_paid, all_packages_arrived, xray_recorded, examination_reported)
