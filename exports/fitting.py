"""Which form fits: the limits of CSB-IV and CSB-V on the day of filing, as dated rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from eccs.dated_rules import rule_book
from eccs.money import rupees
from exports.kinds import Kind, Nature


def why_not(kind: str, nature: str, fob: Decimal, on: date, station: str) -> str:
    """Why a form does not fit goods of this FOB value in rupees, or nothing."""
    book = rule_book()
    if kind == Kind.IV:
        rule = "csb_iv_gift_limit" if nature == Nature.GIFT else "csb_iv_sample_limit"
        limit = book.amount(rule, on, station)
        if fob <= limit:
            return ""
        what = _("gifts") if nature == Nature.GIFT else _("samples")
        return _("does not fit: %(what)s on CSB-IV are worth at most %(limit)s, these %(value)s: file CSB-V") % {
            "what": what, "limit": rupees(limit), "value": rupees(fob, 2),
        }  # fmt: skip
    if not book.is_on("csb_v_limited", on, station):
        return ""
    limit = book.amount("csb_v_fob_limit", on, station)
    if fob <= limit:
        return ""
    return _("does not fit: goods on CSB-V are worth at most %(limit)s FOB, these %(value)s") % {
        "limit": rupees(limit), "value": rupees(fob, 2),
    }  # fmt: skip
