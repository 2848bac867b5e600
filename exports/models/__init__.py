"""Courier Shipping Bills and what belongs to them."""

from exports.models.bill import CourierShippingBill, ShippingBillTrail
from exports.models.covered import ExportBag, ExportShipment, FormG, ShipmentShutOut
from exports.models.manifest import CourierExportManifest, ExportManifestLine, ExportManifestTrail
from exports.models.records import (
    ExcludedGoods,
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

__all__ = [
    "CourierExportManifest",
    "CourierShippingBill",
    "ExcludedGoods",
    "ExportBag",
    "ExportCancellation",
    "ExportCancellationTrail",
    "ExportDetention",
    "ExportExamination",
    "ExportItem",
    "ExportManifestLine",
    "ExportManifestTrail",
    "ExportPaper",
    "ExportQuery",
    "ExportShipment",
    "FormG",
    "GoodsScan",
    "LetExportOrder",
    "ShipmentShutOut",
    "ShippingBillFile",
    "ShippingBillTrail",
]  # fmt: skip
