"""What must hold before a step. Each guard says why not, or nothing; its docstring is the rule."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

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


def compulsory_documents_attached(bill: Any, actor: Actor) -> str:
    """What the bill was asked for has been attached."""
    return "" if bill.attachments.exists() else _("Missing: attach the documents asked for first.")


OUT_OF_CHARGE = (documents_complete, duty_paid, all_packages_arrived, xray_recorded, examination_reported)
