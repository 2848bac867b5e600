"""Bills, what belongs to them, and the rates they are charged by."""

from bills.models.bill import BillTrail, CourierBillOfEntry
from bills.models.covered import CoveredShipment, bills_by_hawb, goods_of
from bills.models.decisions import Adjudication, DetentionMemo, ProvisionalRelease
from bills.models.departure import RiskDeparture, RiskDepartureTrail
from bills.models.form_e import BillInvoice, FormE
from bills.models.holidays import Holiday
from bills.models.manual import (
    ManualClearance,
    ManualClearanceTrail,
    ManualForm,
    ManualFormTrail,
    ManualScan,
    ManualShipment,
    XrayOnPaper,
)
from bills.models.penalties import PenaltyDemand, PenaltyTrail
from bills.models.provisional import ProvisionalAssessment, ProvisionalTrail
from bills.models.rates import ExchangeRate, ExemptionRate, RateChange, RateFile, RateFileTrail, TariffRate
from bills.models.records import Attachment, Examination, Item, OutOfCharge, QueryMemo
from bills.models.requests import AmendmentTrail, BillAmendment, BillCancellation, CancellationTrail
from bills.models.uncleared import Disposal, DisposalTrail, ReExport, ReturnToOrigin, ReturnTrail, UnclearedNotice

__all__ = [
    "Adjudication", "AmendmentTrail", "Attachment", "BillAmendment", "BillCancellation", "BillInvoice", "BillTrail",
    "CancellationTrail", "CourierBillOfEntry", "CoveredShipment", "DetentionMemo", "Disposal", "DisposalTrail", "Examination",
    "ExchangeRate", "ExemptionRate", "FormE", "Holiday", "Item", "ManualClearance", "ManualClearanceTrail", "ManualForm", "ManualFormTrail", "ManualScan", "ManualShipment",
    "OutOfCharge", "PenaltyDemand", "PenaltyTrail", "ProvisionalAssessment", "ProvisionalRelease", "ProvisionalTrail", "QueryMemo", "RateChange",
    "RateFile", "RateFileTrail", "ReExport", "ReturnToOrigin", "ReturnTrail", "RiskDeparture", "RiskDepartureTrail", "TariffRate", "UnclearedNotice", "XrayOnPaper", "bills_by_hawb", "goods_of",
]  # fmt: skip
