"""What a used paper form says, checked against its approval, and the bill that belongs to it (PN17 15.0)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AuthorisedCourier
from bills.manual.clearance import ManualStage
from bills.stages import UNFILED
from eccs.models import Notice
from eccs.workflow import Refused

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry, ManualClearance, ManualForm

UNDER = (ManualStage.APPROVED, ManualStage.ENDED)


def put(
    form: ManualForm, *, order: str, courier: str, hawb: str, consignee: str, goods: str, cleared_at: str, officer: str,
    assessable_value: str, collected: str, receipt: str,
) -> None:  # fmt: skip
    """Put what the paper says on the form. Raises Refused where the approval does not cover it or the shipment has a form."""
    from bills.models import ManualClearance, ManualForm

    at = datetime.fromisoformat(cleared_at)
    held = ManualClearance.objects.select_for_update(of=("self",))  # nobody reconciles it meanwhile
    approval = held.filter(number=order, station=form.station_id, stage__in=UNDER).first()
    firm = AuthorisedCourier.objects.filter(number=courier).first()
    if approval is None or firm is None:
        raise Refused([_("There is no such approval at this station, or no such courier.")], form)
    if reason := why_not_covered(approval, at):
        raise Refused([reason], form)
    other = ManualForm.objects.filter(courier=firm, hawb=hawb).exclude(pk=form.pk).first()
    if other is not None:
        raise Refused([_("%(hawb)s was cleared on form %(form)s.") % {"hawb": hawb, "form": other}], form)
    form.order, form.courier, form.hawb, form.cleared_at = approval, firm, hawb, at
    form.consignee, form.goods, form.officer, form.receipt = consignee, goods, officer, receipt
    form.assessable_value, form.collected = Decimal(assessable_value), Decimal(collected)


def take_back(form: ManualForm, remarks: str) -> list[Notice]:
    """Take what was recorded off the form; the courier for which it stood is told."""
    subject = _("%(form)s: the record of %(hawb)s is withdrawn") % {"form": form, "hawb": form.hawb}
    notice = Notice(
        audience=f"courier:{form.courier_id}", station=form.station_id, subject=subject, body=remarks
    )  # fmt: skip
    form.order = form.courier = form.cleared_at = form.assessable_value = form.collected = None
    form.hawb = form.consignee = form.goods = form.officer = form.receipt = ""
    form.remarks = remarks
    return [notice]


def why_not_covered(approval: ManualClearance, at: datetime) -> str:
    """Why an approval does not cover a clearance at a moment, or nothing."""
    until = approval.ended_at or approval.until_at
    if approval.begins_at <= at <= until and at <= timezone.now():
        return ""
    told = {"order": approval, "since": _moment(approval.begins_at), "until": _moment(until)}
    return _("%(order)s covers clearances from %(since)s until %(until)s, and none to come.") % told


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y %H:%M}"


def bill_for(form: ManualForm, number: str) -> CourierBillOfEntry:
    """The filed bill of the same courier and shipment. Raises Refused where there is none, or where it has another form."""
    from bills.models import CourierBillOfEntry, ManualForm

    rows = CourierBillOfEntry.objects.filter(number=number, courier=form.courier, station=form.station_id)
    bill: CourierBillOfEntry | None = rows.exclude(stage__in=UNFILED).select_related("hawb").first()
    if bill is None or list(bill.shipments().values_list("number", flat=True)[:2]) != [form.hawb]:
        told = {"bill": number, "hawb": form.hawb}
        raise Refused([_("%(bill)s is not a filed bill of yours for %(hawb)s.") % told], form)
    other = ManualForm.objects.filter(bill=bill).exclude(pk=form.pk).first()
    if other is not None:
        raise Refused([_("%(bill)s is linked to form %(form)s already.") % {"bill": bill, "form": other}], form)
    return bill
