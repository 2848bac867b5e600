"""What changes a filed shipping bill: the amendment that the courier asks for before the goods depart (PN17 11.0)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from bills.clearance.guards import NO_OPEN_REQUEST
from bills.stages import Hold
from eccs.workflow import GET_STATE, SIGNED_FILING, step
from exports import routing
from exports.clearance.shipping import ExportClearance
from exports.stages import AMENDABLE, ASKABLE, HELD, HERE, Stage

if TYPE_CHECKING:
    from exports.models import CourierShippingBill, ExportItem

AFTER_AMENDMENT = [
    Stage.GOODS, Stage.DOCUMENTS, Stage.ASSESSMENT, Stage.XRAY, Stage.EXAMINATION, Stage.FOR_LET_EXPORT, Stage.LET_EXPORT,
    Stage.MANIFESTED,
]  # fmt: skip


class ChangedClearance(ExportClearance):
    """The steps by which what was declared is changed."""

    reopened_at: datetime | None

    class Meta:
        abstract = True

    @step(
        (*ASKABLE, Stage.MANIFESTED), None, role=Role.COURIER_SIGNATORY, signed=SIGNED_FILING,
        label=_("Request amendment"), para="PN17 11.0",
        form="exports.forms.changing.amendment_form", guards=NO_OPEN_REQUEST, anytime=True,
    )  # fmt: skip
    def request_amendment(self: CourierShippingBill, *, changes: list[dict[str, Any]], reason: str) -> None:
        """The courier asks to change what was declared, before the goods depart: the Assessing Officer processes it, the DC/AC decides."""
        from bills.requests import open_amendment
        from exports.changes import refuse_locked

        refuse_locked(self, changes)
        open_amendment(self, changes, reason)
        self.hold(Hold.AMENDMENT)

    @step(
        AMENDABLE, GET_STATE(routing.after_amendment, states=AFTER_AMENDMENT), role=Role.SYSTEM, label=_("Amend"),
        para="PN17 11.0", anytime=True,
    )  # fmt: skip
    def amend(self: CourierShippingBill, *, amendment: str, changes: list[dict[str, Any]]) -> Iterable[models.Model]:
        """The declaration is changed as approved and valued again. With the goods at the terminal the RMS looks at it, and goods are assessed."""
        from exports.changes import apply_changes, refuse_locked
        from exports.risk import decide_one
        from exports.weight_amendments import look_again

        refuse_locked(self, changes)
        self.end_hold(Hold.AMENDMENT)
        if self.registered_at and not self.let_export_at and not self.is_documents:
            self.assess_anew()
        changed = apply_changes(self, changes, "AMENDED")
        if self.registered_at is None and self.packages_in and self.packages_in == self.packages:
            self.registered_at = self.taken_at  # as amended all of it is at the terminal
            decide_one(self, None if self.is_documents else cast("list[ExportItem]", changed))
        look_again(self, amendment)
        return changed

    @step(HERE, None, role=Role.SYSTEM, label=_("Record weight discrepancy"), para="PN17 5.2", anytime=True)
    def record_weight(self: CourierShippingBill, *, declared: str, actual: str, number: str = "") -> None:
        """The custodian weighed the goods, or a bag of documents, and the difference is beyond the tolerance: an amendment is opened, and no order is given before it is decided."""
        from exports.weight_amendments import call_for

        call_for(self, self.taken_at)

    @step(
        (Stage.FOR_LET_EXPORT, *HELD), None, role=Role.SYSTEM, label=_("End wait for weight"), para="PN17 5.2", many=True,
        anytime=True,
    )  # fmt: skip
    def end_wait_for_weight(self: CourierShippingBill, *, since: str) -> None:
        """The courier has asked for the amendment that the scale called for, or the goods weigh what was declared: the clock of the desk, which stood still for it, goes on."""
