"""Making a challan anew on one click: for what its bills owe today."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from eccs.workflow import Refused, take
from payments import services
from payments.authorised import banks_at
from payments.clearance import GIVEN_UP, Stage
from payments.fees import create_fee_challan, payable_transfers
from payments.models import Challan
from payments.querysets import payable_bills


def payable_of(challan: Challan, actor: Actor) -> tuple[list[int], list[int]]:
    """Of what stands on a challan, the bills and the transfer manifests that the actor may put on another."""
    bills, transfers = challan.lines.values("bill"), challan.lines.values("transfer")
    return (
        list(payable_bills(actor).filter(pk__in=bills).values_list("pk", flat=True)),
        list(payable_transfers(actor).filter(pk__in=transfers).values_list("pk", flat=True)),
    )


def make_anew(challan: Challan, actor: Actor) -> Challan:
    """Withdraw a challan that never went to the bank, and put what is still due of it on a new one. Raises Refused."""
    with transaction.atomic():
        if challan.stage == Stage.CREATED:
            take(challan, "withdraw", actor)
        elif challan.stage not in GIVEN_UP:
            raise Refused(
                [_("The challan was taken to the bank: it is made anew once the bank says that nothing was paid.")]
            )
        bills, transfers = payable_of(challan, actor)
        code = challan.bank if challan.bank in banks_at(challan.station_id) else ""
        if bills:
            return services.create_challan(bills, actor, bank_code=code)
        if transfers:
            return create_fee_challan(transfers, actor, bank_code=code)
        raise Refused([_("Nothing of this challan waits to be paid any more.")])
