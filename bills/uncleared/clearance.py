"""What becomes of uncleared goods: returned to origin on the courier's request, or disposed of (PN17 5.0(v), reg. 5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import SYSTEM
from accounts.roles import Role
from bills.stages import Stage as BillStage
from eccs.workflow import SIGNED_FILING, SIGNED_ORDER, Actor, Document, Step, step, take
from manifests import warehouse
from manifests.models import WarehouseEntry

if TYPE_CHECKING:
    from bills.models import Disposal, ReturnToOrigin

RETURN_PARA, DISPOSAL_PARA = "Reg 5(6)", "PN17 5.0(v), Reg 5(5)"
REMARKS = "bills.uncleared.forms.RemarksForm"


class ReturnStage(models.TextChoices):
    """What a return to origin awaits."""

    REQUESTED = "REQUESTED", _("Return requested")
    PERMITTED = "PERMITTED", _("Return permitted")
    ON_FLIGHT = "ON_FLIGHT", _("On export manifest")
    RETURNED = "RETURNED", _("Returned to origin")
    REFUSED = "REFUSED", _("Return refused")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class DisposalStage(models.TextChoices):
    """What a disposal awaits."""

    PROPOSED = "PROPOSED", _("Disposal proposed")
    PERMITTED = "PERMITTED", _("Disposal permitted")
    DISPOSED = "DISPOSED", _("Disposed of")
    REFUSED = "REFUSED", _("Disposal refused")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


def return_is_open(document: Any, actor: Actor) -> str:
    """The goods are in the warehouse long enough, and nothing is on against them."""
    from bills.uncleared.goods import why_not_return

    return " ".join(why_not_return(document.hawb))


def bill_is_not_closed(document: Any, actor: Actor) -> str:
    """No bill filed for the goods was closed when they were recorded as gone: what was found to have stayed behind can only go back."""
    from bills.uncleared.goods import bill_of

    bill = bill_of(document.hawb)
    if bill is None or bill.stage != BillStage.RETURNED:
        return ""
    words = _(
        "Bill %(bill)s was closed when the goods were recorded as gone: they may only be sent back with another flight."
    )
    return words % {"bill": bill}


def disposal_is_open(document: Any, actor: Actor) -> str:
    """The goods are in the warehouse long enough, the notice has been issued, and nothing is on against them."""
    from bills.uncleared.goods import why_not_disposal

    return " ".join(why_not_disposal(document.hawb))


def _opened(document: str, name: str, target: str, label: Any, para: str, rule: str) -> Step:
    """How the document begins: on the list of uncleared goods, where the first line of its trail is written."""
    return Step(
        name=name, document=document, sources=(), targets=(target,), roles=(Role.SYSTEM,), label=label, para=para, rule=rule,
        signed=SIGNED_FILING,
    )  # fmt: skip


class ReturnClearance(Document):
    """The steps of a return to origin, in their order."""

    unnumbered_stages = ()
    told_of_all = True
    decided_at: datetime | None
    returned_on: date | None

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The request, which is made on the list, and every step declared below."""
        asked = "The courier asks to send the goods back; it declares that they are neither prohibited nor restricted."
        return {
            "request": _opened("returntoorigin", "request", "REQUESTED", _("Request return to origin"), RETURN_PARA, asked),
            **super().steps(),
        }  # fmt: skip

    @step(
        ReturnStage.REQUESTED, ReturnStage.PERMITTED, role=Role.DCAC, signed=SIGNED_ORDER, label=_("Permit return"), para=RETURN_PARA,
        form=REMARKS, guards=(return_is_open,), apart_from=("request",), grave=True,
    )  # fmt: skip
    def permit(self: ReturnToOrigin, *, remarks: str = "") -> Iterable[models.Model]:
        """The DC/AC permits it: the goods are neither prohibited nor restricted, and no proceedings are on against them. They receive a re-export record."""
        from bills.models import ReExport

        self.decision, self.decided_at = remarks, self.taken_at
        return [ReExport(origin=self, station_id=self.station_id, made_at=self.taken_at)]

    @step(
        ReturnStage.REQUESTED, ReturnStage.REFUSED, role=Role.DCAC, signed=SIGNED_ORDER, label=_("Refuse return"), para=RETURN_PARA,
        form="bills.uncleared.forms.ReasonForm", apart_from=("request",),
    )  # fmt: skip
    def refuse(self: ReturnToOrigin, *, remarks: str) -> None:
        """The goods stay; the courier learns why."""
        self.decision, self.decided_at = remarks, self.taken_at

    @step(
        (ReturnStage.REQUESTED, ReturnStage.PERMITTED), ReturnStage.WITHDRAWN, role=Role.COURIER_SIGNATORY,
        signed=SIGNED_FILING, label=_("Withdraw"), para=RETURN_PARA, guards=(bill_is_not_closed,), grave=True, anytime=True,
    )  # fmt: skip
    def withdraw(self: ReturnToOrigin) -> None:
        """The courier does not want the goods sent back any more: they can be cleared again."""
        self.decided_at = self.taken_at

    @step(
        ReturnStage.ON_FLIGHT, ReturnStage.RETURNED, role=Role.WAREHOUSE_KEEPER, signed=SIGNED_FILING, label=_("Record return"),
        para=RETURN_PARA, form="bills.uncleared.forms.ReturnedForm", guards=(return_is_open,), grave=True,
    )  # fmt: skip
    def record_return(
        self: ReturnToOrigin, *, airway_bill: str, flight: str, returned_on: str
    ) -> Iterable[models.Model]:
        """The custodian records that goods on a filed export manifest were handed over to a flight; a bill filed for them is closed."""
        self.airway_bill, self.flight, self.returned_on = airway_bill, flight, date.fromisoformat(returned_on)
        return _goods_left(self, "return_to_origin", WarehouseEntry.Out.RETURNED)

    @step(
        ReturnStage.PERMITTED, ReturnStage.ON_FLIGHT, role=Role.SYSTEM, label=_("Put on export manifest"),
        para=RETURN_PARA, guards=(return_is_open,),
    )  # fmt: skip
    def put_on_manifest(self: ReturnToOrigin, *, manifest: str) -> None:
        """The courier files an export manifest with the goods on it: they are bound to the flight."""
        self.manifest = manifest

    @step(ReturnStage.ON_FLIGHT, ReturnStage.PERMITTED, role=Role.SYSTEM, label=_("Shut out"), para=RETURN_PARA)
    def shut_out(self: ReturnToOrigin, *, manifest: str, reason: str) -> None:
        """The goods stay behind: the permission holds, and they leave with another flight."""
        self.manifest = ""

    @step(
        ReturnStage.ON_FLIGHT, ReturnStage.RETURNED, role=Role.SYSTEM, label=_("Record departure"), para=RETURN_PARA,
        guards=(return_is_open,),
    )  # fmt: skip
    def depart(
        self: ReturnToOrigin, *, airway_bill: str, flight: str, egm_number: str, departed_at: datetime
    ) -> Iterable[models.Model]:
        """The EGM number of the flight is fed: the goods have left for their sender; a bill filed for them is closed."""
        self.airway_bill, self.flight, self.egm_number = airway_bill, flight, egm_number
        self.returned_on = timezone.localdate(departed_at)
        return _goods_left(self, "return_to_origin", WarehouseEntry.Out.RETURNED)

    @step(ReturnStage.RETURNED, None, role=Role.SYSTEM, label=_("Record EGM number"), para=RETURN_PARA, anytime=True)
    def record_egm(
        self: ReturnToOrigin, *, airway_bill: str, flight: str, egm_number: str, departed_at: datetime
    ) -> None:
        """The EGM number of the flight is fed after the custodian recorded the return, or number and departure are corrected."""
        self.airway_bill, self.flight, self.egm_number = airway_bill, flight, egm_number
        self.returned_on = timezone.localdate(departed_at)

    @step(
        ReturnStage.RETURNED,
        ReturnStage.PERMITTED,
        role=Role.SYSTEM,
        label=_("Short-ship"),
        para=RETURN_PARA,
        anytime=True,
    )
    def short_ship(self: ReturnToOrigin, *, manifest: str, reason: str) -> None:
        """The goods were found to have stayed behind: they are back in the warehouse, the permission holds, and they leave with another flight.

        A bill that was filed for them stays closed: what was paid may have been given back, and they may only go back.
        """
        self.manifest = self.egm_number = self.airway_bill = self.flight = ""
        self.returned_on = None
        warehouse.put_back([self.hawb_id])


class DisposalClearance(Document):
    """The steps of a disposal, in their order."""

    unnumbered_stages = ()
    told_of_all = True
    decided_at: datetime | None
    disposed_on: date | None
    proceeds: Decimal | None

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The proposal, which is made on the list, and every step declared below."""
        asked = "The custodian asks for permission to sell or destroy the goods, after the notice."
        return {
            "propose": _opened("disposal", "propose", "PROPOSED", _("Propose disposal"), DISPOSAL_PARA, asked),
            **super().steps(),
        }  # fmt: skip

    @step(
        DisposalStage.PROPOSED, DisposalStage.PERMITTED, role=Role.DCAC, signed=SIGNED_ORDER, label=_("Permit disposal"), para=DISPOSAL_PARA,
        form=REMARKS, guards=(disposal_is_open,), apart_from=("propose",), grave=True, many=True,
    )  # fmt: skip
    def permit(self: Disposal, *, remarks: str = "") -> None:
        """The proper officer permits that the goods are sold or destroyed, as proposed."""
        self.decision, self.decided_at = remarks, self.taken_at

    @step(
        DisposalStage.PROPOSED, DisposalStage.REFUSED, role=Role.DCAC, signed=SIGNED_ORDER, label=_("Refuse disposal"), para=DISPOSAL_PARA,
        form="bills.uncleared.forms.ReasonForm", apart_from=("propose",),
    )  # fmt: skip
    def refuse(self: Disposal, *, remarks: str) -> Iterable[models.Model]:
        """The goods stay in the warehouse; the custodian and the courier learn why."""
        from bills.news import disposal_refused

        self.decision, self.decided_at = remarks, self.taken_at
        return disposal_refused(self)

    @step(
        (DisposalStage.PROPOSED, DisposalStage.PERMITTED), DisposalStage.WITHDRAWN, role=Role.WAREHOUSE_KEEPER,
        signed=SIGNED_FILING, label=_("Withdraw"), para=DISPOSAL_PARA, grave=True, anytime=True,
    )  # fmt: skip
    def withdraw(self: Disposal) -> None:
        """The goods are not disposed of: they were cleared after all, or are to be sent back."""
        self.decided_at = self.taken_at

    @step(
        DisposalStage.PERMITTED, DisposalStage.DISPOSED, role=Role.WAREHOUSE_KEEPER, signed=SIGNED_FILING, label=_("Record disposal"),
        para=DISPOSAL_PARA, form="bills.uncleared.forms.DisposedForm", guards=(disposal_is_open,), grave=True,
    )  # fmt: skip
    def record_disposal(
        self: Disposal, *, disposed_on: str, reference: str, taken_over_by: str, proceeds: str, present: str
    ) -> Iterable[models.Model]:
        """The custodian records the auction or the destruction; a bill filed for the goods is closed."""
        self.disposed_on, self.reference, self.present = date.fromisoformat(disposed_on), reference, present
        self.taken_over_by, self.proceeds = taken_over_by, Decimal(proceeds) if proceeds else None
        return _goods_left(self, "dispose", WarehouseEntry.Out.DISPOSED)


def _goods_left(document: Any, step_of_bill: str, on: str) -> Iterable[models.Model]:
    """The goods are out of the register, and the bill filed for them, if any, is closed by the same act.

    What was paid on it as duty is recorded as refundable, and its firms are told what goes back and what does not.
    """
    from bills import refundable
    from bills.news import left_after_payment
    from bills.uncleared.goods import bill_of

    type(document.hawb).objects.select_for_update(of=("self",)).get(
        pk=document.hawb_id
    )  # nobody files a bill meanwhile
    bill = bill_of(document.hawb)
    if bill is not None and bill.stage == BillStage.RETURNED:
        bill = None  # closed when they were recorded as gone before, and were short-shipped
    elif bill is not None:
        bill = take(bill, step_of_bill, SYSTEM, at=document.taken_at, permission=document.number)
        document.refundable = refundable.amount(bill) or None
    warehouse.take_out([document.hawb_id], document.taken_at, on)
    return left_after_payment(bill, document) if bill else []
