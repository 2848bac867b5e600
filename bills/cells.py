"""What the queue of bills tells of each bill, column by column."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bills.models import CourierBillOfEntry
from bills.stages import OPEN, Stage
from eccs.written import bags, brief, grouped, items, packages, tail, two_lines, whole_rupees
from eccs.written import lane as lane_disc
from rms.reading import reasons_of

RULES = 2  # so many of the rules that hit stand in the list


def consignment(bill: CourierBillOfEntry) -> SafeString:
    """The house airway bill with its packages, or how many of documents with their bags, and what is out of the ordinary."""
    if bill.hawb is None:
        return two_lines(_with_chips(bill), bags(bill.bag_count))
    return two_lines(_with_chips(bill), packages(bill.hawb.packages))


def _with_chips(bill: CourierBillOfEntry) -> str | SafeString:
    short = bill.is_wholly_short and bill.stage in OPEN
    if not (bill.provisional or bill.unreckoned or short):
        return bill.consignment
    told = format_html("{}", bill.consignment)
    if bill.provisional:
        told += format_html(' <span class="chip chip--warn">{}</span>', _("Provisional"))
    if short:
        why = _("Nothing of it landed: where it does not come, the bill is cancelled.")
        told += format_html(' <span class="chip chip--warn" title="{}">{}</span>', why, _("Wholly short"))
    if bill.unreckoned:
        told += format_html(' <span class="chip chip--warn" title="{}">{}</span>', bill.unreckoned, _("Tariff changed"))
    return told


def consignee(bill: CourierBillOfEntry) -> SafeString:
    """Name and place of the consignee; documents have several."""
    if bill.hawb is None:
        return format_html('<span class="muted">{}</span>', _("several"))
    return two_lines(brief(bill.hawb.consignee_name, 28), bill.hawb.consignee_city)


def goods(bill: CourierBillOfEntry) -> str | SafeString:
    """The goods, with how many items where there are several."""
    if bill.hawb is None:
        return bill.goods
    if bill.item_count > 1:
        return two_lines(brief(bill.goods, 32), items(bill.item_count))
    return brief(bill.goods or bill.hawb.description, 60)


def value(bill: CourierBillOfEntry) -> str:
    """The assessable value in rupees, once the bill is filed."""
    return grouped(bill.assessable_value) if bill.filed_at else ""


def duty(bill: CourierBillOfEntry) -> str | SafeString:
    """The duty in rupees once the bill is filed, with what is due where a part is paid."""
    if not bill.filed_at:
        return ""
    if bill.duty_paid and bill.amount_due > 0:
        return two_lines(whole_rupees(bill.total_duty), f"{_('due')} {whole_rupees(bill.amount_due)}")
    return whole_rupees(bill.total_duty)


def lane(bill: CourierBillOfEntry) -> SafeString:
    """The lane and the first rules that hit, for officers alone."""
    disc = lane_disc(bill.to_be_assessed, bill.examination_prescribed)
    reasons = reasons_of(bill)
    if not reasons:
        return disc
    if bill.stage == Stage.XRAY and bill.risk_decision is not None and bill.risk_decision.draws_xray:
        disc += format_html(' <span class="chip chip--warn">{}</span>', _("X-ray attention"))
    rules = ((reason["rule"],) for reason in reasons[:RULES])
    return format_html("{}{}", disc, format_html_join("", ' <span class="chip">{}</span>', rules))


def flight(bill: CourierBillOfEntry) -> SafeString:
    """The flight, and the manifest as people say it."""
    return two_lines(bill.manifest.flight_number, tail(bill.manifest))
