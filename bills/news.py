"""News of a bill that the trail alone does not send: to its courier, and to the importer that filed it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.people import custodians_at
from bills import refundable
from eccs.models import Notice
from eccs.moments import moment
from eccs.money import rupees
from eccs.notices import firms_of, worded

if TYPE_CHECKING:
    from bills.models import (
        Adjudication,
        BillCancellation,
        CourierBillOfEntry,
        Disposal,
        ProvisionalAssessment,
        ReturnToOrigin,
    )
    from bills.models.clearable import Clearable
    from manifests.models import ExpressCargoManifest


def notices_about(bill: Clearable, subject: Callable[[], str], why: str | Callable[[], str] = "") -> list[Notice]:
    """A notice for each firm of the bill with its address, in every language; whoever asked for them writes them."""
    link = f"{bill}  {settings.PUBLIC_URL}{bill.get_absolute_url()}"

    def words() -> tuple[str, str]:
        return subject(), "\n".join(filter(None, (why if isinstance(why, str) else why(), link)))

    return [worded(firm, words, bill.station_id) for firm in firms_of(bill)]


def duty_reckoned_anew(
    manifest: ExpressCargoManifest, bills: Iterable[tuple[CourierBillOfEntry, Decimal]], late: Container[int] = ()
) -> list[Notice]:
    """For each firm one notice of its bills whose duty, or late charge, is another by the day of arrival: before, after, and why."""
    of_firm: dict[str, list[tuple[CourierBillOfEntry, Decimal]]] = defaultdict(list)
    for bill, before in bills:
        if bill.total_duty != before or bill.pk in late:
            for firm in firms_of(bill):
                of_firm[firm].append((bill, before))
    return [_reckoned_anew(firm, manifest, of_firm[firm]) for firm in sorted(of_firm)]


def _reckoned_anew(
    firm: str, manifest: ExpressCargoManifest, bills: list[tuple[CourierBillOfEntry, Decimal]]
) -> Notice:
    def line(bill: CourierBillOfEntry, before: Decimal) -> str:
        told = {
            "bill": bill, "before": rupees(before), "after": rupees(bill.total_duty), "day": f"{bill.rates_on:%d/%m/%Y}",
            "paid": rupees(bill.duty_paid),
        }  # fmt: skip
        words = _("%(bill)s: duty %(before)s before, %(after)s now, by the rates of %(day)s") % told
        if bill.late_charge:
            words += _("; late charge %(late)s (section 46(3))") % {"late": rupees(bill.late_charge)}
        if bill.duty_paid:
            words += _("; %(paid)s was paid") % told
        return f"{words}  {settings.PUBLIC_URL}{bill.get_absolute_url()}"

    def words() -> tuple[str, str]:
        (bill, before), count = bills[0], len(bills)
        told = {
            "bill": bill, "before": rupees(before), "after": rupees(bill.total_duty), "count": count, "manifest": manifest,
            "landed": moment(manifest.actual_arrival), "igm": manifest.igm_number,
        }  # fmt: skip
        if count == 1 and before == bill.total_duty:
            subject = _("%(bill)s: the late charge is %(late)s now") % {**told, "late": rupees(bill.late_charge)}
        else:
            subject = ngettext(
                "%(bill)s: the duty was %(before)s and is %(after)s now",
                "%(manifest)s: the duty of %(count)d bills is another now", count,
            ) % told  # fmt: skip
        why = _(
            "The aircraft landed on %(landed)s, IGM number %(igm)s. The rates of duty are those of the day of arrival, "
            "where it is later than the day of presentation (Customs Act 1962, section 15); the rate of exchange stays."
        )
        return subject, "\n".join((why % told, *(line(*one) for one in bills)))

    return worded(firm, words, manifest.station_id)


def confiscated_after_payment(order: Adjudication) -> list[Notice]:
    """The goods are the Government's, and something had been paid on them: what is refundable, and what is not."""
    told = {"bill": order.bill, "order": order.order_number}
    return _ended(
        order.bill, lambda: _("%(bill)s: the goods are confiscated by order %(order)s") % told, order.refundable
    )


def left_after_payment(bill: CourierBillOfEntry, document: ReturnToOrigin | Disposal) -> list[Notice]:
    """The goods have left uncleared, and something had been paid on them: what is refundable, and what is not."""
    told = {"bill": bill, "document": document}
    return _ended(bill, lambda: _("%(bill)s: the goods left by %(document)s") % told, document.refundable)


def cancelled_after_payment(cancellation: BillCancellation) -> list[Notice]:
    """The bill is cancelled, and something had been paid on it: what is refundable, and what is not."""
    told = {"bill": cancellation.bill, "cancellation": cancellation}
    return _ended(
        cancellation.bill, lambda: _("%(bill)s: cancelled by %(cancellation)s") % told, cancellation.refundable
    )


def _ended(bill: CourierBillOfEntry, how: Callable[[], str], back: Decimal | None) -> list[Notice]:
    """A bill has ended without Out of Charge: what was paid on it, head by head, refundable or not, with the reason."""
    if not bill.duty_paid:
        return []

    def subject() -> str:
        amount = (
            _("%(amount)s is refundable") % {"amount": rupees(back, 2)} if back else _("nothing paid is refundable")
        )
        return f"{how()}, {amount}"

    return notices_about(bill, subject, lambda: refundable.words(bill))


def refund_recorded(assessment: ProvisionalAssessment, by_head: str) -> list[Notice]:
    """The final assessment is less than was paid: what is given back under which head, and why."""
    words = {"bill": assessment.bill, "amount": rupees(assessment.refund or 0, 2)}
    why = f"{by_head}\n{assessment.remarks_final}"
    return notices_about(assessment.bill, lambda: _("%(bill)s: a refund of %(amount)s is recorded") % words, why)


def disposal_refused(disposal: Disposal) -> list[Notice]:
    """Customs does not permit that the goods are sold or destroyed: the custodian who asked keeps them, and learns why."""
    told = {"disposal": disposal, "hawb": disposal.hawb}

    def words() -> tuple[str, str]:
        subject = _("%(disposal)s: the disposal of %(hawb)s is refused") % told
        return subject, f"{disposal.decision}\n{disposal}  {settings.PUBLIC_URL}{disposal.get_absolute_url()}"

    return [worded(keeper, words, disposal.station_id) for keeper in custodians_at(disposal.station_id)]
