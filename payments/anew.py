"""Making a challan anew on one click: for what its bills owe today."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from eccs.workflow import Refused, take
from payments import services
from payments.authorised import banks_at
from payments.clearance import GIVEN_UP, Stage
from payments.fees import SORTS
from payments.models import Challan
from payments.querysets import payable_bills


def may_be_paid(challan: Challan, actor: Actor) -> bool:
    """Whether anything that stands on a challan may be put on another."""
    return bool(_bills_of(challan, actor) or any(_sums_of(challan, actor)))


def _bills_of(challan: Challan, actor: Actor) -> list[int]:
    bills = challan.lines.values("bill")
    return list(payable_bills(actor).filter(pk__in=bills).values_list("pk", flat=True))


def _sums_of(challan: Challan, actor: Actor) -> list[list[int]]:
    """By sort, the fees, fines and penalties that the actor may put on another."""
    return [
        list(sort.payable(actor).filter(pk__in=challan.lines.values(sort.line)).values_list("pk", flat=True))
        for sort in SORTS
    ]


def make_anew(challan: Challan, actor: Actor) -> Challan:
    """Withdraw a challan that never went to the bank, and put what is still due of it on a new one. Raises Refused."""
    with transaction.atomic():
        if challan.stage == Stage.CREATED:
            take(challan, "withdraw", actor)
        elif challan.stage not in GIVEN_UP:
            raise Refused(
                [_("The challan was taken to the bank: it is made anew once the bank says that nothing was paid.")]
            )
        code = challan.bank if challan.bank in banks_at(challan.station_id) else ""
        if bills := _bills_of(challan, actor):
            return services.create_challan(bills, actor, bank_code=code)
        for sort, ids in zip(SORTS, _sums_of(challan, actor), strict=True):
            if ids:
                return sort.create_challan(ids, actor, bank_code=code)
        raise Refused([_("Nothing of this challan waits to be paid any more.")])
