"""What the bills of one flight share while they are checked and filed: read once, whether one bill or thousands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils import timezone

from bills import drafts, rates
from bills.duty.exchange import ExchangeRates
from bills.duty.exemptions import Exemptions
from bills.duty.tariff import Tariff
from bills.models import CourierBillOfEntry
from bills.stages import PUT_AWAY, Stage
from manifests.models import ExpressCargoManifest, HouseAirwayBill, WarehouseEntry
from rms.deciding import Desk

LOOKED_AT = (
    "number", "consignor_name", "consignor_country", "consignee_name", "consignee_city", "gross_weight_kg", "packages",
    "held_since", "arrived_at", "transshipment", "consignee_address", "actual_weight_kg",
)  # fmt: skip
LEFT = (WarehouseEntry.Out.RETURNED, WarehouseEntry.Out.DISPOSED)


@dataclass
class Flight:
    """A manifest with its house airway bills, the rates and rules of the day, and the criteria of risk."""

    manifest: ExpressCargoManifest
    presented_on: date
    rates_on: date
    hawbs: dict[str, HouseAirwayBill]
    taken: set[int]  # house airway bills that have a bill
    gone: set[int]  # those whose goods were returned to origin or disposed of
    tariff: Tariff
    exchange: ExchangeRates
    rules: rates.DutyRules
    _cited: frozenset[str] = frozenset()
    _exemptions: Exemptions = field(default_factory=lambda: Exemptions(()))

    @classmethod
    def load(
        cls, manifest: ExpressCargoManifest, *, lock: bool = False, draft: CourierBillOfEntry | None = None
    ) -> Flight:
        """Read what is needed for a file, or for one draft.

        With `lock`, the house airway bills are held until the transaction ends, so none is filed twice. A bill that an
        importer has only begun stands in nobody's way; one that the courier has begun, in that of the courier's own file.
        """
        rows = HouseAirwayBill.objects.filter(manifest=manifest).only(*LOOKED_AT)
        begun = Q(stage=Stage.DRAFT, importer__isnull=False)
        if draft is not None:
            rows, begun = rows.filter(pk=draft.hawb_id), Q(stage=Stage.DRAFT)
        if lock:
            rows = rows.select_for_update(of=("self",)).order_by("pk")
        hawbs = {hawb.number: hawb for hawb in rows}
        filed = CourierBillOfEntry.objects.filter(~begun, manifest=manifest).exclude(stage__in=PUT_AWAY)
        today = timezone.localdate()
        rates_on = rates_day(manifest, today)
        return cls(
            manifest=manifest, presented_on=today, rates_on=rates_on, hawbs=hawbs,
            taken=set(filed.filter(hawb__isnull=False).values_list("hawb_id", flat=True)),
            gone=set(WarehouseEntry.objects.filter(hawb__manifest=manifest, out_on__in=LEFT).values_list("hawb_id", flat=True)),
            tariff=rates.tariff(None if draft is None else [str(one.get("cth", "")) for one in drafts.items(draft)]), exchange=rates.exchange_rates(),
            rules=rates.duty_rules(today, rates_on, manifest.station_id),
        )  # fmt: skip

    def exemptions(self, notifications: Collection[str]) -> Exemptions:
        """The serials of these notifications; each notification is read once."""
        wanted = frozenset(notifications)
        if not wanted <= self._cited:
            self._cited |= wanted
            self._exemptions = rates.exemptions(self._cited)
        return self._exemptions

    def risk_desk(self) -> Desk:
        """The RMS at the station today."""
        return Desk(self.manifest.station_id, self.presented_on)


def rates_day(manifest: ExpressCargoManifest, presented_on: date) -> date:
    """The day whose rates of duty apply: the later of presentation and arrival (Customs Act 1962, section 15)."""
    if manifest.actual_arrival is None:
        return presented_on
    return max(presented_on, timezone.localtime(manifest.actual_arrival).date())
