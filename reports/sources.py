"""The trails that the tallies are rolled up from, and what of each counts as what."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bills.models import CourierBillOfEntry
from bills.stages import HERE as IMPORTS_HERE
from bills.stages import Stage as ImportStage
from eccs import dwell
from eccs.trail import TrailLine
from exports.models import CourierExportManifest, CourierShippingBill
from exports.stages import HERE as EXPORTS_HERE
from exports.stages import Stage as ExportStage
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest
from payments.models import Challan

WHOLE = "WHOLE"  # in the place of a stage: from filing until the goods were let go
UNFILED = ("", "DRAFT", "DISCARDED")


@dataclass(frozen=True)
class Source:
    """A kind of document and its trail."""

    model: Any
    form: str = ""  # what its tallies call it; nothing where each document has its own form
    let_go: tuple[str, ...] = ()  # stages in which the goods may leave
    ordered_by_hand: tuple[str, ...] = ()  # steps by which an officer lets them go
    assessed_by: tuple[str, ...] = ()
    examined_by: tuple[str, ...] = ()
    closed_by: str = ""  # the step that closes an arrival
    paid: str = ""  # the stage in which money has come
    waits_in: tuple[str, ...] = field(default=())  # stages whose documents are counted as pending

    @cached_property
    def trail(self) -> type[TrailLine]:
        """The trail of the documents."""
        found: type[TrailLine] = self.model.trail_model
        return found

    @property
    def table(self) -> str:
        """The table of the trail, by which its mark is known."""
        return str(self.trail._meta.db_table)

    @property
    def documents(self) -> str:
        """The table of the documents."""
        return str(self.model._meta.db_table)

    @cached_property
    def waits_for_firm(self) -> dict[str, str]:
        """By step that ends a wait for the firm, the stage whose clock stood still (see eccs.dwell)."""
        return {step: str(stage) for step, stage in dwell.clock_steps(self.model).items()}


IMPORTS = Source(
    CourierBillOfEntry, let_go=(ImportStage.OUT_OF_CHARGE, ImportStage.PROVISIONALLY_RELEASED),
    ordered_by_hand=("give_out_of_charge", "release_provisionally"), assessed_by=("assess",),
    examined_by=("report_examination", "report_first_check_examination"), waits_in=tuple(IMPORTS_HERE),
)  # fmt: skip
EXPORTS = Source(
    CourierShippingBill, let_go=(ExportStage.LET_EXPORT,), ordered_by_hand=("give_let_export_order",), assessed_by=("assess",),
    examined_by=("report_examination",), waits_in=tuple(EXPORTS_HERE),
)  # fmt: skip
ARRIVALS = Source(
    ExpressCargoManifest, form="ECM", closed_by="close_arrival",
    waits_in=(ManifestStage.SUBMITTED, ManifestStage.IGM_FED, ManifestStage.ARRIVAL_SCAN),
)  # fmt: skip
DEPARTURES = Source(CourierExportManifest, form="CEM", waits_in=("FILED",))
PAYMENTS = Source(Challan, form="TR-6", paid="PAID")

SOURCES = (IMPORTS, EXPORTS, ARRIVALS, DEPARTURES, PAYMENTS)
