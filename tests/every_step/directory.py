"""What the generated tests need of the directory: answers for each step, and what each wants on its document."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

Answers = dict[str, Callable[[Any], dict[str, Any]]]


def day(days: int = 0) -> Any:
    """Today, or so many days from it."""
    return timezone.localdate() + timedelta(days=days)


def order(_one: Any = None) -> dict[str, Any]:
    """An order with its reason."""
    return {"order_number": "C.No. VIII/12/2026", "order_date": day(), "reason": "Breach of regulation 12."}


def bond(station: str) -> dict[str, Any]:
    """A bond with security."""
    return {
        "station": station, "bond_number": "CB/9", "bond_date": day(), "bond_amount": 1_000_000, "security": "GUARANTEE",
        "security_reference": "BG/9",
    }  # fmt: skip


def examination() -> dict[str, Any]:
    """A certificate."""
    return {"regulation": "13", "certificate": "F/118", "passed_on": day(-30), "valid_until": day(300)}


def _signatory(one: Any) -> str:
    row = one.signatories.first()
    return str(row.pk if row else 0)


COURIER: Answers = {
    "register": lambda _one: {"order_number": "REG/118", "registered_on": day(-2)},
    "extend_to_station": lambda _one: {**bond("TRZ"), "since": day()},
    "enter_bond": lambda _one: bond("BLR"),
    "withdraw_from_station": lambda _one: {"station": "BLR", "until": day(), "reason": "At the courier's wish."},
    "enter_signatory": lambda _one: {"full_name": "Rafi Das", **examination()},
    "enter_examination": lambda one: {"signatory": _signatory(one), **examination()},
    "end_signatory": lambda one: {"signatory": _signatory(one), "until": day(), "reason": "Has left the firm."},
    "change_particulars": lambda _one: {"firm_name": "Swift Limited", "short_name": "Swift", "address": "15 Ring Road"},
    "renew": lambda _one: {"order_number": "REN/1", "order_date": day(), "valid_until": day(700)},
    "suspend": order, "restore": order,
    "reactivate": lambda _one: {
        "applied_on": day(), "fee_receipt": "TR/1", "order_number": "RE/1", "order_date": day(), "satisfied": True,
    },
    "accept_surrender": lambda _one: {
        "applied_on": day(-9), "order_number": "S/1", "order_date": day(), "dues_paid": True, "no_proceedings": True,
    },
    "revoke": lambda one: {**order(one), "notice_date": day(-45)},
}  # fmt: skip
COURIER_BEFORE: Answers = {
    "extend_to_station": lambda _model: {"without": "TRZ"},
    "renew": lambda _model: {"valid_until": day(10)},
    "warn_of_end": lambda _model: {"valid_until": day(10)},
    "warn_of_inactivity": lambda _model: {"active_from": day(-340)},
    "record_inactivity": lambda _model: {"active_from": day(-366)},
}
CUSTODIAN: Answers = {
    "change_particulars": lambda _one: {"firm_name": "Devanahalli Terminals", "address": "Devanahalli"},
    "end_appointment": lambda _one: {"until": day(5), "order_number": "CUS/1", "reason": "Another was appointed."},
    "suspend": order, "restore": order,
}  # fmt: skip
IMPORTER: Answers = {
    "change_particulars": lambda _one: {"firm_name": "Tunga Limited", "address": "Mysuru"}, "suspend": order, "restore": order,
    "cancel": order,
}  # fmt: skip
