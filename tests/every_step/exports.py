"""What the generated tests need of exports: answers for each step."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from eccs.workflow import Document
from exports.models import (
    CourierExportManifest,
    CourierShippingBill,
    ExcludedGoodsPermission,
    ExportAmendment,
    ExportCancellation,
    ExportDemand,
    ExportDeparture,
    ExportManifestAmendment,
)
from tests.every_step.answers import DETENTION, REMARKS, REPORT, Answer, why
from tests.factories import shipping
from tests.factories.bills import decision

BANK_CHANGE = [{"name": "ad_code", "item": 0, "old": "6390417", "new": "6390418"}]  # locked at no stage
SHIPPING_BILL: dict[str, Answer] = {
    **dict.fromkeys(
        ("hear_rms", "hear_rms_again"),
        lambda _one: {"decision": decision("BOTH").pk, "lane": "BOTH", "documents": "", "rules": ["R-0001"]},
    ),
    "raise_query": lambda _one: {"question": "Which yarn is it?"},
    "reply_to_query": lambda _one: {"reply": "Combed cotton."},
    "mark_suspicious": lambda _one: {"remarks": "A dense block in the lid."},
    "report_examination": lambda _one: REPORT,
    **dict.fromkeys(
        (
            "order_re_examination",
            "refer_to_assessing_officer",
            "refer_detained_goods",
            "send_for_adjudication",
            "lift_detention",
            "stop",
            "clear_stop",
        ),
        REMARKS,
    ),
    "adjudicate": lambda _one: {
        "outcome": "RELEASE",
        "order_number": "31/2026",
        "order_date": "2026-11-19",
        "fine": "500",
        "penalty": "200",
        "remarks": "Misdeclared.",
    },
    "confirm_payment": lambda _one: {"challan": "1911402718"},
    "request_departure": lambda one: {
        "what": "EXAMINATION" if one.stage == "EXAMINATION" else "ASSESSMENT",
        "reason": "Perishable, X-ray is clear.",
    },
    "depart_from_rms": lambda _one: {"departure": "DEP_BLR_2026-2027_000001", "what": "EXAMINATION"},
    "detain": DETENTION,
    "reply_to_detention_memo": lambda _one: {"reply": "The letter is attached."},
    "request_amendment": lambda _one: {"changes": BANK_CHANGE, "reason": "Another bank."},
    "record_weight": lambda _one: {"declared": "9.4", "actual": "12"},
    "end_wait_for_weight": lambda one: {"since": one.stage_since.isoformat()},
    "amend": lambda _one: {"amendment": "AMD_BLR_2026-2027_000001", "changes": BANK_CHANGE},
    "request_cancellation": lambda _one: {"reason": "Filed twice."},
    "close_request": lambda _one: {"request": "CAN_BLR_2026-2027_000001"},
    "cancel": lambda _one: {"cancellation": "CAN_BLR_2026-2027_000001"},
    "put_on_manifest": lambda _one: {"manifest": "CEM_BLR_2026-2027_000001"},
    "shut_out": lambda _one: {"manifest": "CEM_BLR_2026-2027_000001", "reason": "No room."},
    "export_in_part": lambda _one: {"manifest": "CEM_BLR_2026-2027_000001", "egm_number": "7710042"},
    "export": lambda _one: {"manifest": "CEM_BLR_2026-2027_000001", "egm_number": "7710042"},
    "back_to_town": why,
    "short_ship": lambda _one: {"manifest": "CEM_BLR_2026-2027_000001", "reason": "Found in the shed."},
    "correct_egm": lambda _one: {"manifest": "CEM_BLR_2026-2027_000001", "egm_number": "7710043"},
}
BEFORE: dict[str, Answer] = {
    "request_departure": lambda _model: {"assessment_required": True, "examination_prescribed": True}
}


def _change(one: Any) -> dict[str, Any]:
    name = "egm_number" if one.egm_number else "airline"
    return {"changes": [{"name": name, "old": getattr(one, name), "new": "7710099"}], "reason": "Mistyped."}


MANIFEST: dict[str, Answer] = {
    "shut_out": lambda one: {"hawbs": [line.bill.hawb for line in one.lines.all()], "reason": "No room."},
    "request_amendment": _change,
    "amend": lambda one: {"amendment": "CMA_BLR_2026-2027_000001", **_change(one)},
    "feed_egm": lambda _one: {"egm_number": "7710042", "departed_at": timezone.now()},
}
MANIFEST_AMENDMENT: dict[str, Answer] = {"reject": REMARKS}
AMENDMENT: dict[str, Answer] = {
    "process": REMARKS, "reject": REMARKS, "ask": why, "weigh_again": lambda _one: {"kg": "12"},
    "weight_agrees": lambda _one: {"kg": "9.4"},
}  # fmt: skip
CANCELLATION: dict[str, Answer] = {"verify": REMARKS, "reject": REMARKS}
DEMAND: dict[str, Answer] = {"confirm_demand": lambda _one: {"challan": "1911402718"}}
DEPARTURE: dict[str, Answer] = {"refuse": REMARKS}
PERMISSION: dict[str, Answer] = {"withdraw": lambda _one: {"why": "The museum does not want it."}}
CASES: dict[type[Document], tuple[Any, ...]] = {
    CourierShippingBill: (shipping.shipping_bill, SHIPPING_BILL, BEFORE),
    ExportAmendment: (shipping.export_amendment, AMENDMENT),
    ExportCancellation: (shipping.export_cancellation, CANCELLATION),
    ExportDemand: (shipping.export_demand, DEMAND),
    ExportDeparture: (shipping.export_departure, DEPARTURE),
    CourierExportManifest: (shipping.export_manifest, MANIFEST),
    ExportManifestAmendment: (shipping.manifest_amendment, MANIFEST_AMENDMENT),
    ExcludedGoodsPermission: (shipping.permission, PERMISSION),
}
MODELS = tuple(CASES)
