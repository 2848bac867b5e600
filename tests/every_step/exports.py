"""What the generated tests need of exports: answers for each step."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests.every_step.answers import DETENTION, REMARKS, REPORT, Answer, why
from tests.factories.bills import decision

SHIPPING_BILL: dict[str, Answer] = {
    "hear_rms": lambda _one: {"decision": decision("BOTH").pk, "lane": "BOTH"},
    "raise_query": lambda _one: {"question": "Which yarn is it?"},
    "reply_to_query": lambda _one: {"reply": "Combed cotton."},
    "mark_suspicious": lambda _one: {"remarks": "A dense block in the lid."},
    "report_examination": lambda _one: REPORT,
    **dict.fromkeys(
        ("order_re_examination", "refer_to_assessing_officer", "lift_detention", "stop", "clear_stop"), REMARKS
    ),
    "detain": DETENTION,
    "reply_to_detention_memo": lambda _one: {"reply": "The letter is attached."},
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
CANCELLATION: dict[str, Answer] = {"verify": REMARKS, "reject": REMARKS}
