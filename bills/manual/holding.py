"""What keeps a used paper form from being regularised: a hold on its bill or its shipments (PN17 15.0, 5.3, 7.1(e), 9.0).

A hold that stood before the goods left is decided first: whoever holds them says what becomes of goods that ought not to have
left. One that came after they had left could hold nothing back: the record follows the facts, the bill is closed as cleared
manually, and the hold ends with it. A query, a request and an adjudication are decided first, whenever they came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _

from bills.manual.clearance import FormStage
from bills.stages import Hold, Stage
from eccs.moments import moment
from eccs.workflow import Refused

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry, DetentionMemo, ManualForm

ENDS_FIRST = (Stage.QUERY, Stage.ADJUDICATION)  # answered, or decided, whenever it came


def left_at(form: ManualForm) -> datetime:
    """When the goods left on the paper: handed over, or where that is not written, cleared."""
    at = form.received_at or form.cleared_at
    assert at is not None
    return at


def waits(forms: Collection[Any]) -> dict[int, list[str]]:
    """By form, what is decided before it can be regularised, in words: three queries at most, however many forms."""
    from bills.models import DetentionMemo

    entered = {one.pk: one for one in forms if one.stage == FormStage.ENTERED}
    held = [one.bill_id for one in entered.values() if one.bill.stage in (Stage.DETAINED, Stage.STOPPED)]
    memos = {memo.bill_id: memo for memo in DetentionMemo.objects.filter(bill__in=held, ended_at=None)} if held else {}
    told = _on_hold([one for one in forms if one.stage == FormStage.USED])
    for form in entered.values():
        told[form.pk] += _of_bill(form.bill, left_at(form), memos.get(form.bill_id))
    return {pk: words for pk, words in told.items() if words}


def came_after(form: ManualForm) -> list[str]:
    """The holds on the bill of a form that came after its goods had left: they end when it is regularised."""
    bill: Any = form.bill
    if form.stage != FormStage.ENTERED or bill.stage not in (Stage.DETAINED, Stage.STOPPED):
        return []
    memo = bill.detentions.filter(ended_at=None).first()
    return [words for since, words in _holds(bill, memo) if since > left_at(form)]


def end(bill: CourierBillOfEntry, form: str, left: datetime) -> list[models.Model]:
    """The holds that came after the goods had left end with the bill. Raises Refused where one stood before. Part of a step."""
    if bill.stage not in (Stage.DETAINED, Stage.STOPPED):
        return []
    memo: Any = bill.detentions.filter(ended_at=None).first()
    if reasons := _of_bill(bill, left, memo):
        raise Refused(reasons, bill)
    records = bill.query_withdrawn()
    bill.end_hold(Hold.STOP)
    if memo is not None:
        words = _("The goods had left on paper form %(form)s before they were detained.")
        records.append(bill.detention_ended("LIFTED", words % {"form": form}))
    return records


def _of_bill(bill: CourierBillOfEntry, left: datetime, memo: DetentionMemo | None) -> list[str]:
    """What is decided first on the bill: a hold that stood when the goods left, a query, a request, an adjudication."""
    before = _("Waits for the hold: %(hold)s, before the goods left (%(left)s). The desk that holds it decides first.")
    told = [before % {"hold": words, "left": moment(left)} for since, words in _holds(bill, memo) if since <= left]
    if Stage.ADJUDICATION in {bill.stage, bill.goes_back_to, bill.detained_from if memo else ""}:
        told.append(_("Waits for the order: %(bill)s is under adjudication.") % {"bill": bill})
    if bill.stage == Stage.QUERY:
        told.append(_("Waits for the answer to a query on %(bill)s.") % {"bill": bill})
    if {Hold.AMENDMENT, Hold.CANCELLATION} & set(bill.held_by):
        told.append(_("Waits for the decision on what was requested on %(bill)s.") % {"bill": bill})
    return told


def _holds(bill: CourierBillOfEntry, memo: DetentionMemo | None) -> list[tuple[datetime, str]]:
    """The stop and the detention that hold the bill now, since when, and in words."""
    found = []
    if bill.stage == Stage.STOPPED:
        told = {"bill": bill, "at": moment(bill.stage_since)}
        found.append((bill.stage_since, _("%(bill)s was stopped by the DC/AC on %(at)s") % told))
    if memo is not None:
        told = {"bill": bill, "memo": memo, "at": moment(memo.issued_at)}
        found.append((memo.issued_at, _("the goods of %(bill)s were detained by %(memo)s on %(at)s") % told))
    return found


def _on_hold(forms: Collection[Any]) -> dict[int, list[str]]:
    """By form without a bill, the shipments that their courier still has on hold: no bill can be filed for them."""
    from bills.models import ManualShipment
    from manifests.models import HouseAirwayBill

    told: dict[int, list[str]] = defaultdict(list)
    if not forms:
        return told
    held = HouseAirwayBill.objects.filter(held_since__isnull=False)
    rows = ManualShipment.objects.filter(form__in=[one.pk for one in forms])
    numbers = {number for (number,) in held.filter(number__in=rows.values("hawb")).values_list("number")}
    if not numbers:
        return told
    words = _("Waits for the hold: %(hawb)s is on hold since %(at)s. Its courier releases it and files the bill.")
    of_form = {one.pk: one for one in forms}
    theirs = {
        (courier, number): since
        for courier, number, since in held.filter(number__in=numbers).values_list(
            "manifest__courier", "number", "held_since"
        )
    }
    for row in rows.filter(hawb__in=numbers).order_by("pk"):
        since = theirs.get((of_form[row.form_id].courier_id, row.hawb))
        if since is not None:
            told[row.form_id].append(words % {"hawb": row.hawb, "at": moment(since)})
    return told


def put_on(forms: Collection[Any]) -> Collection[Any]:
    """Each form with what it waits for, for show."""
    found = waits(forms)
    for one in forms:
        one.waits = found.get(one.pk, [])
    return forms
