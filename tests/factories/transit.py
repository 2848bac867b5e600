"""Transfer manifests and arrivals at every stage."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.locations import Location
from bonds import ledger
from bonds.models import Bond
from eccs import numbering
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest, HouseAirwayBill
from tests.factories import firms
from tests.factories.bonds import bond, bond_master
from tests.factories.manifests import house_airway_bill, manifest
from transit.clearance import GIVEN_UP, ArrivalStage, Stage
from transit.drafts import value_lines
from transit.models import CargoTransferManifest, TransferArrival, TransferLine, TransferScan

DEPARTED = (Stage.IN_TRANSIT, Stage.CERTIFICATE, Stage.SHORT, Stage.ARRIVED)


def location(code: str = "DEL") -> Location:
    """A place of the directory as it begins."""
    found: Location = Location.objects.get(pk=code)
    return found


def transshipment_bond(*, station: str = "BLR", firm: str = "swift", amount: int = 1_000_000_000, **given: Any) -> Bond:
    """A registered continuity bond for transshipment, of a courier or of an importer given."""
    master = bond_master(station=station, purpose="TRANSSHIPMENT")
    return bond(station=station, firm=firm, amount=amount, master=master, **given)


def flagged(
    on: ExpressCargoManifest | None = None, *, to: str = "DEL", arrived: bool = True, **given: Any
) -> HouseAirwayBill:
    """A shipment flagged for transshipment on a manifest."""
    on = on or manifest(ManifestStage.ARRIVED)
    return house_airway_bill(on, arrived=arrived, transshipment=True, transshipment_to=to, **given)


def transfer(
    stage: str = Stage.DRAFT, *, station: str = "BLR", firm: str = "swift", to: str = "", hawbs: int = 1, **given: Any
) -> CargoTransferManifest:
    """A transfer manifest at a stage, of a courier or of an importer given; filed, its bond is debited; for departure, everything is at the gate."""
    own = {"importer": given["importer"]} if given.get("importer") else {}
    consigned = {"consignee_name": given["importer"].name} if own else {}
    given = {name: value for name, value in given.items() if name not in ("courier", "courier_id")}
    now = timezone.now()
    to = to or ("ICD001" if stage == Stage.CERTIFICATE else "DEL" if station != "DEL" else "BOM")
    on = manifest(ManifestStage.ARRIVED, station=station, firm=firm)
    secured_by = transshipment_bond(station=station, firm=firm, **own)
    fields: dict[str, Any] = {
        "station_id": station, "courier": None if own else on.courier, "manifest": on, "destination": location(to), "stage": stage,
        "created_by": firms.person(firm=on.courier), "carrier": "Zephyr Air",
    }  # fmt: skip
    if stage not in (Stage.DRAFT, Stage.DISCARDED):
        fields |= {"submitted_at": now, "fee": 500}
    if stage not in (Stage.DRAFT, Stage.DISCARDED, Stage.FEE, Stage.CANCELLED):
        fields |= {"fee_paid_at": now, "fee_challan": "1911402718"}
    if stage in DEPARTED:
        today = timezone.localdate()
        fields |= {"departed_at": now, "due_on": today + timedelta(days=30), "conveyance": "ZZ901"}
    if stage in (Stage.SHORT, Stage.ARRIVED):
        fields["arrived_at"] = now
    made = CargoTransferManifest(**fields | given)
    if made.submitted_at is not None:
        numbering.number([made])
    made.save()
    at_gate = stage == Stage.DEPARTURE or stage in DEPARTED
    for one in (flagged(on, to=to, **consigned) for _n in range(hawbs)):
        TransferLine.objects.create(
            transfer=made, hawb=one, packages=one.packages, live=stage not in GIVEN_UP, filed=made.number is not None,
            packages_out=one.packages if at_gate else 0, packages_in=one.packages if stage == Stage.ARRIVED else 0,
        )  # fmt: skip
    value_lines(made)
    if made.submitted_at is not None and stage not in (*GIVEN_UP, Stage.ARRIVED):
        made.secured, made.bond = sum(line.amount for line in made.lines.all()), secured_by
        ledger.debit(secured_by.pk, made.secured, made.debit_key, ledger.of(made, "transit/manifests"), "Nila Joshi")
    made.save()
    return made


def arrival(
    stage: str = ArrivalStage.EXPECTED, *, station: str = "BLR", firm: str = "swift", origin: str = "", counted: bool = True,
    **given: Any,
) -> TransferArrival:  # fmt: skip
    """An arrival at a station from another one, of a courier or of an importer given, with everything counted in, or nothing."""
    own = {"importer": given.pop("importer")} if given.get("importer") else {}
    given.pop("courier_id", None)
    from_station = origin or ("DEL" if station != "DEL" else "BLR")
    done = stage == ArrivalStage.RECORDED
    of = transfer(Stage.ARRIVED if done else Stage.IN_TRANSIT, station=from_station, firm=firm, to=station, **own)
    line = of.lines.get()
    by = firms.person("Rafi Das")
    if counted:
        TransferScan.objects.create(transfer=of, way="IN", code=line.hawb.number, line=line, at=timezone.now(), by=by)
        of.lines.update(packages_in=line.packages)
    made = TransferArrival(
        transfer=of,
        station_id=station,
        courier=of.courier,
        importer=of.importer,
        stage=stage,
        recorded_at=timezone.now() if done else None,
        **given,
    )
    numbering.number([made])
    made.save()
    return made
