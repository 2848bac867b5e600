"""What a used paper form says, checked against its approval, and the bill that belongs to it (PN17 15.0)."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import AuthorisedCourier
from bills.manual.clearance import FormStage, ManualStage
from bills.stages import UNFILED
from eccs.models import Notice
from eccs.money import rupees
from eccs.workflow import Refused
from manifests.regularising import LeftOnPaper

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry, ManualClearance, ManualForm, ManualScan

SHOWN = 5  # house airway bills named in a refusal
UNDER = (ManualStage.APPROVED, ManualStage.ENDED)
WAITING = (FormStage.USED, FormStage.ENTERED)  # the goods have left, and the bill is not closed yet


MOST_SHIPMENTS = 2000  # house airway bills on one paper with its lists
SEPARATORS = re.compile(r"[\s,;]+")


def hawbs_in(text: str) -> list[str]:
    """The house airway bills as they are typed or pasted, one a line or with commas between them: each once."""
    return list(dict.fromkeys(filter(None, SEPARATORS.split(text.upper()))))


def put(
    form: ManualForm, *, order: str, courier: str, hawb: str, consignee: str, goods: str, cleared_at: str, officer: str,
    assessable_value: str, collected: str, receipt: str, fine: str = "0", penalty: str = "0", xray_result: str = "",
    findings: str = "", received_by: str = "", received_at: str = "",
) -> None:  # fmt: skip
    """Put what the paper says on the form. Raises Refused where the approval does not cover it or a shipment has a form."""
    from bills.models import ManualClearance, ManualShipment

    at = datetime.fromisoformat(cleared_at)
    held = ManualClearance.objects.select_for_update(of=("self",))  # nobody reconciles it meanwhile
    approval = held.filter(number=order, station=form.station_id, stage__in=UNDER).first()
    firm = AuthorisedCourier.objects.filter(number=courier).first()
    if approval is None or firm is None:
        raise Refused([_("There is no such approval at this station, or no such courier.")], form)
    if reason := why_not_covered(approval, at):
        raise Refused([reason], form)
    numbers = hawbs_in(hawb)
    if not numbers:
        raise Refused([_("Enter the HAWB.")], form)
    others = ManualShipment.objects.filter(courier=firm, hawb__in=numbers).exclude(form=form).select_related("form")
    words = _("%(hawb)s was cleared on form %(form)s.")
    if reasons := [words % {"hawb": one.hawb, "form": one.form} for one in others.order_by("pk")[:20]]:
        raise Refused(reasons, form)
    ManualShipment.objects.bulk_create(
        (ManualShipment(form=form, courier=firm, hawb=number) for number in numbers), batch_size=1000
    )
    form.order, form.courier, form.hawb, form.cleared_at = approval, firm, numbers[0], at
    form.shipment_count, form.xray_result, form.findings = len(numbers), xray_result, findings
    form.fine, form.penalty, form.received_by = Decimal(fine), Decimal(penalty), received_by
    form.received_at = datetime.fromisoformat(received_at) if received_at else None
    form.consignee, form.goods, form.officer, form.receipt = consignee, goods, officer, receipt
    form.assessable_value, form.collected = Decimal(assessable_value), Decimal(collected)


def take_back(form: ManualForm, remarks: str) -> list[Notice]:
    """Take what was recorded off the form; the courier for which it stood is told."""
    subject = _("%(form)s: the record of %(hawb)s is withdrawn") % {"form": form, "hawb": form.hawb}
    notice = Notice(
        audience=f"courier:{form.courier_id}", station=form.station_id, subject=subject, body=remarks
    )  # fmt: skip
    form.shipments.all().delete()
    form.scans.update(withdrawn=True)
    form.order = form.courier = form.cleared_at = form.assessable_value = form.collected = form.received_at = None
    form.hawb = form.consignee = form.goods = form.officer = form.receipt = ""
    form.xray_result = form.findings = form.received_by = ""
    form.fine, form.penalty, form.shipment_count = Decimal(0), Decimal(0), 0
    form.remarks = remarks
    return [notice]


def why_not_covered(approval: ManualClearance, at: datetime) -> str:
    """Why an approval does not cover a clearance at a moment, or nothing."""
    until = approval.ended_at or approval.until_at
    if approval.begins_at <= at <= until and at <= timezone.now():
        return ""
    told = {"order": approval, "since": _moment(approval.begins_at), "until": _moment(until)}
    return _("%(order)s covers clearances from %(since)s until %(until)s, and none to come.") % told


def why_not_the_same(form: ManualForm, bill: CourierBillOfEntry) -> list[str]:
    """The shipments of the bill that are not on the paper, and the other way round: the first of each by number."""
    on_bill = set(bill.shipments().values_list("number", flat=True))
    on_paper = set(form.shipments.values_list("hawb", flat=True)) or {form.hawb}
    if not on_bill & on_paper:
        told = {"bill": bill, "hawb": ", ".join(sorted(on_paper)[:SHOWN])}
        return [_("%(bill)s is not a filed bill of yours for %(hawb)s.") % told]
    told = {"bill": bill, "form": form}
    return [
        words % {**told, "hawbs": ", ".join(sorted(left)[:SHOWN]), "n": len(left)}
        for left, words in (
            (on_paper - on_bill, _("%(n)d HAWBs of %(form)s are not on %(bill)s: %(hawbs)s.")),
            (on_bill - on_paper, _("%(n)d HAWBs of %(bill)s are not on %(form)s: %(hawbs)s.")),
        )
        if left
    ]


def form_that_cleared(bill: CourierBillOfEntry) -> str:
    """The paper form on which goods of the bill left in downtime, until it is regularised; bills judged together are asked once."""
    locked = getattr(bill._state, "locked", None)
    if locked is None:
        return _forms_of([bill]).get(bill.pk, "")
    if "form_that_cleared" not in locked.asked:
        locked.asked["form_that_cleared"] = _forms_of(locked.rows)
    found: str = locked.asked["form_that_cleared"].get(bill.pk, "")
    return found


def goods_left_on_paper(bill: CourierBillOfEntry) -> bool:
    """Whether everything that a draft declares left in downtime on a paper form that waits for a bill."""
    from bills.models import ManualShipment
    from bills.xi.selection import Chosen, judge

    if not bill.is_documents:
        return bool(form_that_cleared(bill))
    numbers = {one.number for one in judge(bill.manifest, Chosen.of(bill.draft)).shipments}
    waiting = ManualShipment.objects.filter(courier=bill.courier, form__stage__in=WAITING, hawb__in=numbers)
    return bool(numbers) and waiting.values("hawb").distinct().count() == len(numbers)


def left_for(courier_id: int) -> list[LeftOnPaper]:
    """What left for a courier on paper forms that wait for their bills."""
    from bills.models import ManualShipment

    rows = ManualShipment.objects.filter(courier=courier_id, form__stage__in=WAITING, form__cleared_at__isnull=False)
    found: Any = rows.values_list("form__station", "hawb", "form__number", "form__cleared_at")
    return [LeftOnPaper(*row) for row in found]


def still_to_be_filed(courier_id: int) -> str:
    """That goods left on paper which the courier declares although it is not in force any more; or nothing."""
    n = len({one.paper for one in left_for(courier_id)})
    words = ngettext(
        "Only what left on a paper form in downtime is still manifested and filed: %(n)d form waits for it.",
        "Only what left on paper forms in downtime is still manifested and filed: %(n)d forms wait for it.",
        n,
    )
    return words % {"n": n} if n else ""


def _forms_of(bills: Collection[CourierBillOfEntry]) -> dict[int, str]:
    """By bill, the form that waits to be regularised: one query where none does, as on most days."""
    from bills.models import CoveredShipment, ManualShipment
    from manifests.models import HouseAirwayBill

    rows = ManualShipment.objects.filter(courier__in={bill.courier_id for bill in bills}, form__stage__in=WAITING)
    forms = {(courier, hawb): form for courier, hawb, form in rows.values_list("courier", "hawb", "form__number")}
    if not forms:
        return {}
    numbers = {hawb for _courier, hawb in forms}
    alone = HouseAirwayBill.objects.filter(pk__in=[bill.hawb_id for bill in bills if bill.hawb_id], number__in=numbers)
    number_of = dict(alone.values_list("pk", "number"))
    links = CoveredShipment.objects.filter(
        bill__in=[bill.pk for bill in bills if not bill.hawb_id], ended_at=None, hawb__number__in=numbers
    )
    covered = dict(links.values_list("bill", "hawb__number"))
    told = {
        bill.pk: forms.get((bill.courier_id, number_of.get(bill.hawb_id or 0) or covered.get(bill.pk, "")))
        for bill in bills
    }
    return {pk: form for pk, form in told.items() if form}


def compare(form: ManualForm, remarks: str) -> None:
    """Keep value and duty as the system reckons them beside those of the paper. Raises Refused for a difference without a reason."""
    assert form.bill is not None
    form.reckoned_value, form.reckoned_duty = form.bill.assessable_value, form.bill.total_duty
    value, duty = form.value_difference, form.duty_difference
    form.snapshot_for_trail = {
        "paper": {"assessable_value": str(form.assessable_value), "duty": str(form.collected)},
        "reckoned": {"assessable_value": str(form.reckoned_value), "duty": str(form.reckoned_duty)},
    }
    if (value or duty) and not remarks:
        told = {"value": rupees(value or 0, 2), "duty": rupees(duty or 0, 2)}
        words = _("Paper and bill differ, value by %(value)s and duty by %(duty)s: say why in the remarks.")
        raise Refused([words % told], form)


def keep_scan(form: ManualForm, file: UploadedFile[Any], user_id: int) -> ManualScan:
    """Keep a scan of the paper with its digest. The same scan handed in twice is kept once."""
    from bills import attachments
    from bills.models import ManualScan

    file.seek(0)
    content = b"".join(file.chunks())
    digest = sha256(content).hexdigest()
    held: ManualScan | None = form.scans.filter(sha256=digest).first()
    if held is not None:
        held.withdrawn = False
        held.save(update_fields=["withdrawn"])
        return held
    known = attachments.content_type(content[:16])
    if known is None:
        raise ValueError(_("Only PDF, JPEG, PNG and TIFF are accepted."))
    name = attachments.safe_name(file.name or "", known[1])
    scan = ManualScan(form=form, name=name, content_type=known[0], size=len(content), sha256=digest, by_id=user_id)
    scan.file.save(f"{digest[:32]}{known[1]}", ContentFile(content), save=False)
    scan.save()
    return scan


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y %H:%M}"


def bill_for(form: ManualForm, number: str) -> CourierBillOfEntry:
    """The filed bill of the same courier and shipment. Raises Refused where there is none, or where it has another form."""
    from bills.models import CourierBillOfEntry, ManualForm

    rows = CourierBillOfEntry.objects.filter(number=number, courier=form.courier, station=form.station_id)
    bill: CourierBillOfEntry | None = rows.exclude(stage__in=UNFILED).select_related("hawb").first()
    if bill is None:
        raise Refused(
            [_("%(bill)s is not a filed bill of yours for %(hawb)s.") % {"bill": number, "hawb": form.hawb}], form
        )
    if reasons := why_not_the_same(form, bill):
        raise Refused(reasons, form)
    other = ManualForm.objects.filter(bill=bill).exclude(pk=form.pk).first()
    if other is not None:
        raise Refused([_("%(bill)s is linked to form %(form)s already.") % {"bill": bill, "form": other}], form)
    return bill
