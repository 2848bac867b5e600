"""Courier Shipping Bills and what belongs to them."""

from exports.models.amendment import ExportManifestAmendment, ExportManifestAmendmentTrail
from exports.models.bill import CourierShippingBill, ShippingBillTrail
from exports.models.covered import ExportBag, ExportShipment, FormG, ShipmentShutOut
from exports.models.decisions import (
    ExportAdjudication,
    ExportDemand,
    ExportDemandTrail,
    ExportDeparture,
    ExportDepartureTrail,
)
from exports.models.excluded import ExcludedGoods
from exports.models.keeping import ExportGoods, ExportGoodsMove
from exports.models.manifest import CourierExportManifest, ExportManifestLine, ExportManifestTrail, ReExportLine
from exports.models.permission import ExcludedGoodsPermission, ExcludedGoodsPermissionTrail
from exports.models.records import (
    ExportCancellation,
    ExportCancellationTrail,
    ExportDetention,
    ExportExamination,
    ExportItem,
    ExportPaper,
    ExportQuery,
    GoodsScan,
    LetExportOrder,
    ShippingBillFile,
)
from exports.models.requests import ExportAmendment, ExportAmendmentTrail
from exports.models.transmission import Destination, Transmission, TransmissionFile

__all__ = [
    "CourierExportManifest",
    "CourierShippingBill",
    "Destination",
    "ExcludedGoods",
    "ExcludedGoodsPermission",
    "ExcludedGoodsPermissionTrail",
    "ExportAdjudication",
    "ExportAmendment",
    "ExportAmendmentTrail",
    "ExportBag",
    "ExportCancellation",
    "ExportCancellationTrail",
    "ExportDemand",
    "ExportDemandTrail",
    "ExportDeparture",
    "ExportDepartureTrail",
    "ExportDetention",
    "ExportExamination",
    "ExportGoods",
    "ExportGoodsMove",
    "ExportItem",
    "ExportManifestAmendment",
    "ExportManifestAmendmentTrail",
    "ExportManifestLine",
    "ExportManifestTrail",
    "ExportPaper",
    "ExportQuery",
    "ExportShipment",
    "FormG",
    "GoodsScan",
    "LetExportOrder",
    "ReExportLine",
    "ShipmentShutOut",
    "ShippingBillFile",
    "ShippingBillTrail",
    "Transmission",
    "TransmissionFile",
]  # fmt: skip
