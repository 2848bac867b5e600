"""What people do in a walk beside the steps of their desks: scan, weigh, hold, ask, post, settle, pay; and who they are."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from hypothesis import strategies as st

from accounts.roles import COURIERS, Role
from bills.models import CourierBillOfEntry, UnclearedNotice
from bills.stages import Stage
from bills.uncleared import goods, notices
from manifests import amendments, arrival, holds, reconciliation, warehouse
from manifests.igm import igm_of
from manifests.models import (
    Bag,
    Difference,
    ExpressCargoManifest,
    HouseAirwayBill,
    Package,
    WarehouseEntry,
)
from manifests.pieces import pieces_of, row_as_landed
from manifests.reconciliation import after_late_scans
from payments import bank, services
from payments.models import Challan
from tests.walks.risk_acts import RiskActs
from tests.walks.walker import one_of


class Acts(RiskActs):
    """The acts, each by somebody who may or somebody who may not."""

    manifest: int

    def custodian(self, data: st.DataObject) -> None:
        """A label is scanned, of the manifest or of none, or a shipment weighed."""
        by = one_of(data, self.world.at(Role.ARRIVAL_SCANNER))
        on = ExpressCargoManifest.objects.get(pk=self.manifest)
        labels = [package["crn"] for package in self.before.all(Package)]
        if on.is_documents:
            loose = [h["number"] for h in self.before.all(HouseAirwayBill) if h["bag_id"] is None]
            labels = [*(bag["number"] for bag in self.before.all(Bag)), *loose]
        shipments = [hawb["number"] for hawb in self.before.all(HouseAirwayBill)]
        if data.draw(st.integers(0, 4)) == 0:
            number, kg = one_of(data, shipments), one_of(data, ["4.2", "9.5"])
            self._act(lambda: arrival.weigh(on, number, Decimal(kg)), f"weigh {number}: {kg}")
            return
        codes = data.draw(st.lists(st.sampled_from([*labels, *labels, "EXCESS1"]), min_size=1, max_size=3))
        scans = [arrival.Scan(UUID(int=self._next()), code, timezone.now()) for code in codes]

        def scanned() -> None:
            arrival.record(on.pk, scans, by, documents=on.is_documents)
            if on.stage == "ARRIVED":
                after_late_scans(on)

        self._act(scanned, f"scan {codes}")

    def courier(self, data: st.DataObject) -> None:
        """A courier, the own or another, writes an amendment of the manifest or puts a shipment on hold."""
        by = one_of(data, [*self.world.at(Role.COURIER_SIGNATORY), *self.world.strangers()])
        on = ExpressCargoManifest.objects.get(pk=self.manifest)
        hawb = one_of(data, list(on.hawbs.order_by("pk")))
        if (entry := WarehouseEntry.objects.filter(hawb=hawb).first()) and one_of(data, [False, True]):
            made = self._act(lambda: goods.request_return(entry.pk, "Refused.", by), f"{by.name}: return of {hawb}")
            assert not made or by not in self.world.strangers(), "a stranger asked for a return"
            return
        cells = amendments.row_of(hawb)
        acts: dict[str, Callable[[], object]] = {
            "hold": lambda: holds.put_on_hold(hawb.pk, "The invoice is missing.", by),
            "release": lambda: holds.release(hawb.pk, by),
        }
        if by.courier_id == on.courier_id:  # whose the manifest is, is asked by the pages
            acts |= {
                "move": lambda: amendments.propose_change(on, hawb.number, cells | {"consignee_city": "Mysuru"}, by),
                "repack": lambda: amendments.propose_change(
                    on,
                    hawb.number,
                    cells
                    | (
                        {"pieces": "3"}
                        if on.is_documents
                        else {"packages": "3", "crn_numbers": " ".join(f"{hawb.pk}X{n}" for n in "123")}
                    ),
                    by,
                ),
                "added": lambda: amendments.propose_add(on, _in_excess(cells), by),
                "landed": lambda: amendments.propose_pieces(on, hawb.number, _as_landed(hawb, cells), by),
                "delete": lambda: amendments.propose_delete(on, hawb.number, by),
                "igm": lambda: amendments.propose_igm(on, igm_of(on) | {"igm_number": "2914499"}, by),
                "flight": lambda: amendments.propose_header(
                    on, amendments.header_of(on) | {"flight_number": "ZZ999"}, by
                ),
            }
        name = one_of(data, sorted(acts))
        self._act(acts[name], f"{by.name}: {name} {hawb.number}")

    def keeper(self, data: st.DataObject) -> None:
        """The custodian moves goods, proposes to dispose of them, posts a notice; the system issues the notices."""
        by = one_of(data, [*self.world.at(Role.WAREHOUSE_KEEPER), *self.world.strangers()])
        entries = self.before.all(WarehouseEntry)
        entry, told = one_of(data, entries), self.before.all(UnclearedNotice)
        acts: dict[str, Callable[[], object]] = {
            "dispose": lambda: goods.propose_disposal([entry["id"]], "AUCTION", "Nobody answers.", by),
            "move": lambda: warehouse.REGISTER.move([entry["id"]], "BAY-9", by),
            "notices": lambda: (notices.issue(goods.RETURN), notices.issue(goods.DISPOSAL)),
        }
        if told:
            notice = one_of(data, told)
            acts["post"] = lambda: goods.record_posting(notice["number"], timezone.localdate(), by)
        name = one_of(data, ["dispose", *sorted(acts)])
        self._act(acts[name], f"{by.name}: {name} {entry['id']}")

    def settler(self, data: st.DataObject) -> None:
        """An officer, or somebody else, explains what was short or in excess."""
        by = one_of(
            data,
            [
                *self.world.at(Role.DCAC, Role.SHED_SUPERINTENDENT),
                *self.world.at(Role.INSPECTOR),
                *self.world.strangers(),
            ],
        )
        one = one_of(data, self.before.all(Difference))
        done = self._act(lambda: reconciliation.settle(one["id"], "Offloaded.", by), f"{by.name}: settle {one['code']}")
        assert not done or by.postings[0].role in (Role.DCAC, Role.SHED_SUPERINTENDENT), "settled by somebody else"

    def payer(self, data: st.DataObject) -> None:
        """Somebody puts bills on a challan: the courier's own that wait for duty, or others."""
        bills = [row["id"] for row in self.before.all(CourierBillOfEntry)]
        payable = (Stage.DUTY, Stage.CONFISCATED)
        every = self.before.all(CourierBillOfEntry)
        due = [row["id"] for row in every if row["stage"] in payable or row["provisional"]]
        chosen = data.draw(st.sets(st.sampled_from(one_of(data, [due or bills, due or bills, bills])), min_size=1))
        payers = [*self.world.at(*COURIERS), *self.world.at(*COURIERS, Role.IMPORTER), *self.world.strangers()]
        by = one_of(data, payers)
        made = self._act(lambda: services.create_challan(chosen, by), f"{by.name}: challan for {chosen}")
        assert not made or by not in self.world.strangers(), "a stranger made a challan"

    def bank_says(self, data: st.DataObject) -> None:
        """The bank tells of a challan what it likes, in any order and more than once."""
        challan = one_of(data, self.before.all(Challan))
        status = one_of(data, [bank.Status.PAID, bank.Status.PAID, *bank.Status])
        paise = int(challan["amount"] * 100) + one_of(data, [0, 0, 0, 100])
        transactions = [f"SBX{challan['id']:015d}", "SBX1"]
        said = bank.Confirmation(
            challan=challan["number"], amount_paise=paise, status=status, nonce=f"{self._next():032x}",
            bank_transaction=one_of(data, transactions) if status is bank.Status.PAID else "",
        )  # fmt: skip
        self._act(lambda: services.receive(said), f"the bank: {challan['number']} {status} {paise}")


def _as_landed(hawb: HouseAirwayBill, cells: dict[str, str]) -> dict[str, str]:
    """One piece less of documents; of goods without the first that is missing, or with one more where none is."""
    if hawb.manifest.is_documents:
        return cells | {"pieces": str(max(1, hawb.packages - 1))}
    pieces = pieces_of(hawb)
    codes, missing = [one.crn for one in pieces], [one.crn for one in pieces if one.arrived_at is None][:1]
    extra = [] if missing else [f"{hawb.pk}MORE"]
    return row_as_landed(cells, codes, missing=missing, extra=extra, kg=cells["gross_weight_kg"])


def _in_excess(cells: dict[str, str]) -> dict[str, str]:
    """The row of a shipment that landed and was not announced."""
    counted = "pieces" if "pieces" in cells else "packages"
    return cells | {"hawb": "EXCESS1", counted: "1", "crn_numbers": ""}
