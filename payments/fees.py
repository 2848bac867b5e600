"""Sums that are no duty of a bill of entry, put on a challan and credited when it is paid: transshipment fees (PN17 14.1), and the
fines and penalties of orders on goods for export (PN17 7.1(k), 8.0)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import SYSTEM, Actor
from eccs.beginning import begin
from eccs.workflow import Refused, take_many
from exports import adjudication
from exports.clearance.adjudging import DemandStage
from exports.models import ExportDemand
from payments.authorised import bank_for
from payments.clearance import CREATE
from payments.ledger import as_text, summed
from transit.clearance import Stage as TransferStage
from transit.models import CargoTransferManifest

if TYPE_CHECKING:
    from payments.models import Challan

MOST = 1000


def _nothing_more(_paid: list[Any], _challan: str) -> None:
    """The document's own step is all that follows."""


@dataclass(frozen=True)
class Sort:
    """One sort of such sums: what owes it, where it waits, what it is by head, and the step that a paid challan takes."""

    line: str  # the column of a challan's line
    model: type[Any]
    waits: str
    amount: str  # its attribute
    heads: Callable[[Any], dict[str, str]]
    confirmed_by: str
    tick_first: Any
    then: Callable[[list[Any], str], None] = _nothing_more
    by_importer: bool = False  # whether an importer owes it too, for its own goods

    def payable(self, actor: Actor) -> QuerySet[Any]:
        """The firm's that wait and stand on no challan that may still be paid."""
        from payments.models import ChallanLine

        live = ChallanLine.objects.filter(**{self.line: OuterRef("pk")}, live=True)
        own = (
            actor.firm_documents() if actor.importer_id is None or not self.by_importer else actor.importer_documents()
        )
        rows: QuerySet[Any] = self.model._default_manager.filter(own, stage=self.waits)
        return rows.filter(~Exists(live))

    def create_challan(
        self, ids: Collection[int], actor: Actor, at: datetime | None = None, bank_code: str = ""
    ) -> Challan:
        """Put sums of one firm and one station on a new challan. Raises Refused."""
        from payments.models import Challan, ChallanLine

        at = at or timezone.now()
        if not ids:
            raise Refused([self.tick_first])
        with transaction.atomic():
            wanted = self.model._default_manager.visible_to(actor).filter(pk__in=ids)
            locked = list(wanted.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
            found = list(self.payable(actor).filter(pk__in=locked).order_by("pk")[: MOST + 1])
            if missing := len(set(ids)) - len(found):
                words = _("%(count)d of them can no longer be paid: paid, on another challan, or not yours.")
                raise Refused([words % {"count": missing}])
            if len({one.station_id for one in found}) > 1:
                raise Refused([_("A challan is for one station.")])
            lines = [
                ChallanLine(**{self.line: one}, amount=getattr(one, self.amount), heads=self.heads(one))
                for one in found
            ]
            first, total = found[0], sum(line.amount for line in lines)
            challan = Challan(
                station_id=first.station_id, courier_id=first.courier_id,
                importer_id=getattr(first, "importer_id", None), amount=total, heads=as_text(summed(line.heads for line in lines)), bill_count=len(found), created_by_id=actor.person_id,
                created_at=at, stage_since=at, bank=bank_for(first.station_id, bank_code),
            )  # fmt: skip
            begin(
                [challan],
                CREATE.name,
                actor,
                CREATE.activity_at(""),
                amount=str(total),
                **{f"{self.line}s": len(found)},
            )
            for line in lines:
                line.challan = challan
            ChallanLine.objects.bulk_create(lines)
        return challan

    def credit(self, challan: Challan, live: Collection[Any]) -> None:
        """What a paid challan holds of this sort is confirmed, once; what was given up is left to reconciliation."""
        ids = [pk for line in live if (pk := getattr(line, f"{self.line}_id")) is not None]
        if not ids:
            return
        lines = challan.lines.filter(**{f"{self.line}__isnull": False})
        number = str(challan.number)
        outcome = take_many(self.model, ids, self.confirmed_by, SYSTEM, challan=number)
        moved = {f"{self.line}__in": [one.pk for one in outcome.moved]}
        lines.filter(**moved, live=True).update(live=False, credited_at=timezone.now())
        for one in outcome.refused:
            assert one.document is not None
            lines.filter(**{self.line: one.document.pk}).update(live=False, refusal=" ".join(one.reasons)[:300])
        self.then(outcome.moved, number)


FEES = Sort(
    "transfer", CargoTransferManifest, TransferStage.FEE, "fee", lambda one: {"fee": f"{one.fee:.2f}"}, "confirm_fee",
    gettext_lazy("Tick the transfer manifests whose fee is to be paid first."), by_importer=True,
)  # fmt: skip
DEMANDS = Sort(
    "demand", ExportDemand, DemandStage.DUE, "amount", ExportDemand.heads, "confirm_demand",
    gettext_lazy("Tick the fines and penalties that are to be paid first."), adjudication.paid,
)  # fmt: skip
SORTS = (FEES, DEMANDS)


def credit_fees(challan: Challan, live: Collection[Any]) -> None:
    """Credit each sum of a paid challan that is no duty of a bill of entry, among its live lines."""
    for sort in SORTS:
        sort.credit(challan, live)
