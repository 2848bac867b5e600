"""The words of the heads under which money is demanded and paid."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "bcd": _("BCD"), "aidc": _("AIDC"), "sws": _("SWS"), "igst": _("IGST"), "cess": _("Compensation cess"), "cmpnstry": _("Compensation cess"),
    "duty": _("Duty"), "interest": _("Interest"), "fine": _("Fine"), "penalty": _("Penalty"),
    "late": _("Late charge"), "fee": _("Transshipment fee"), "deposit": _("Deposit into the cash ledger"),
}  # fmt: skip


def head_label(head: str) -> str:
    """The words of a head of account."""
    return str(WORDS.get(head.lower(), head.upper()))
