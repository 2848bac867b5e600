"""How an officer departs from what the RMS prescribed for goods for export: steps that the trade reads nothing of (PN17 6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from bills.clearance.risk import PARA, no_departure_is_asked_for, something_is_prescribed
from eccs.workflow import GET_STATE, step
from exports import routing
from exports.clearance import guards
from exports.clearance.adjudging import AdjudgedClearance
from exports.stages import HERE, Stage

if TYPE_CHECKING:
    from exports.models import CourierShippingBill


class DepartingClearance(AdjudgedClearance):
    """The steps by which what the RMS prescribed is left out."""

    class Meta:
        abstract = True

    @step(
        (Stage.ASSESSMENT, Stage.EXAMINATION), None,
        role={Stage.ASSESSMENT: Role.ASSESSING_OFFICER, Stage.EXAMINATION: Role.INSPECTOR}, label=_("Ask to depart from the RMS"),
        para=PARA, form="bills.forms.risk.DepartureForm",
        guards=(guards.rms_decided, something_is_prescribed, no_departure_is_asked_for), private=True, anytime=True,
    )  # fmt: skip
    def request_departure(self: CourierShippingBill, *, what: str, reason: str) -> None:
        """What the RMS prescribes binds the officer, who may ask the DC/AC to depart from it, with the reason."""
        from bills.departures import open_departure

        open_departure(self, what, reason)

    @step(
        HERE, GET_STATE(routing.after_departure, states=list(HERE)), role=Role.SYSTEM, label=_("Depart from the RMS"), para=PARA,
        private=True, anytime=True, follows=True,
    )  # fmt: skip
    def depart_from_rms(self: CourierShippingBill, *, departure: str, what: str) -> None:
        """The DC/AC has approved it: the bill goes on without what the RMS prescribed. It is not facilitated by that.

        Auto LEO is for what the RMS marked for assessment only (Circular 19/2023; Advisory 08/2023): where an examination was
        left out, an officer gives the order.
        """
        self.depart(what)
        if what == "EXAMINATION":
            self.reopened_at = self.taken_at  # it was not for assessment alone
