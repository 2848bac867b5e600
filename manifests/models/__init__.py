"""What is kept of manifests: declared, scanned, amended, held in the warehouse, reconciled."""

from manifests.models.amendment import AmendmentLine, AmendmentTrail, ManifestAmendment, ManifestVersion
from manifests.models.manifest import (
    ArrivalScan,
    Bag,
    ExpressCargoManifest,
    HouseAirwayBill,
    ManifestTrail,
    MasterAirwayBill,
    Package,
)
from manifests.models.warehouse import (
    Difference,
    Hold,
    RegisterLine,
    RegisterMove,
    WarehouseDetention,
    WarehouseEntry,
    WarehouseMove,
)

__all__ = [
    "AmendmentLine",
    "AmendmentTrail",
    "ArrivalScan",
    "Bag",
    "Difference",
    "ExpressCargoManifest",
    "Hold",
    "HouseAirwayBill",
    "ManifestAmendment",
    "ManifestTrail",
    "ManifestVersion",
    "MasterAirwayBill",
    "Package",
    "RegisterLine",
    "RegisterMove",
    "WarehouseDetention",
    "WarehouseEntry",
    "WarehouseMove",
]
