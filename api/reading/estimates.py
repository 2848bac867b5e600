"""What goods would cost in duty: asked by anybody, by the very sums of a bill, and nothing of it is kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from accounts.requests import Request
from api.guarding import count
from api.reading.bills import Head, WorkingLine
from api.shapes import PROBLEMS
from api.site import FormFaults
from bills.estimate import MOST_ITEMS, CannotTell, estimate
from bills.forms.estimate import EstimateForm
from bills.workings_paper import of_item
from eccs.client_address import address_of

router = Router(tags=["Estimates"])

Amount = Annotated[str, Field(max_length=20, description="A decimal as text, such as 112.00.")]


class Further(Schema):
    """One more kind of goods on the same invoice."""

    cth: Annotated[str, Field(max_length=20)]
    value: Amount
    quantity: Amount = ""
    uom: Annotated[str, Field(max_length=10)] = ""
    notification: Annotated[str, Field(max_length=20)] = ""
    notification_sl_no: Annotated[str, Field(max_length=12)] = ""


class Asked(Schema):
    """The goods, the invoice and the day, as on the page of the estimator."""

    cth: Annotated[str, Field(max_length=20, description="The tariff item, eight digits.")]
    goods: Annotated[str, Field(max_length=20, description="GOODS, SAMPLE, GIFT, RAKHI or MEDICINE.")] = "GOODS"
    value: Amount
    currency: Annotated[str, Field(max_length=3)] = "USD"
    terms: Annotated[str, Field(max_length=3)] = "FOB"
    freight: Amount = ""
    insurance: Amount = ""
    inland_charges: Amount = ""
    quantity: Amount = ""
    uom: Annotated[str, Field(max_length=10)] = ""
    notification: Annotated[str, Field(max_length=20)] = ""
    notification_sl_no: Annotated[str, Field(max_length=12)] = ""
    on: Annotated[str, Field(max_length=10, description="YYYY-MM-DD; none is today.")] = ""
    further: Annotated[list[Further], Field(max_length=MOST_ITEMS - 1, description="Items beside the first.")] = []

    def typed(self) -> dict[str, str]:
        """The answers under the names of the page."""
        told = self.dict(exclude={"further"}) | {"items": str(len(self.further) + 1)}
        for number, one in enumerate(self.further, 2):
            told |= {f"item{number}_{name}": text for name, text in one.dict().items()}
        return told


class EstimateTold(Schema):
    """The duty, head by head, with the working of every figure."""

    form: str
    assessable_value: Decimal
    heads: list[Head]
    total_duty: Decimal
    forgone: Decimal
    why_not_free: str
    working: list[WorkingLine]


@router.post("/estimates", response={200: EstimateTold, **PROBLEMS}, url_name="api-estimates", auth=None)
def estimated(request: Request, asked: Asked) -> EstimateTold:
    """The duty of goods on a day, with its working. No key is needed."""
    count(address_of(request), "api_estimates_a_minute")
    form = EstimateForm(asked.typed())
    if not form.is_valid():
        raise FormFaults(form.errors)
    try:
        found = estimate(form.asked())
    except CannotTell as none:
        raise FormFaults({none.field: [str(none)]}) from none
    lines = [
        WorkingLine(of=_("Value"), figure=one["label"], working=one["note"], amount=one["amount"])
        for one in found.value_lines
    ]
    for number, item in enumerate(found.items, 1):
        lines += [
            WorkingLine(of=one.of, figure=one.figure, working=one.working, amount=one.amount)
            for one in of_item(_("Item %(number)s") % {"number": number}, item.workings)
        ]
    return EstimateTold(
        form=found.form, assessable_value=sum((one.assessable_value for one in found.found.valuations), Decimal(0)),
        heads=[Head(head=work.head, name=str(work.name), amount=collected) for work, collected in found.workings],
        total_duty=found.found.duty.total, forgone=found.forgone, why_not_free=found.why_not_free, working=lines,
    )  # fmt: skip
