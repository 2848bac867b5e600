"""What was altered on a bill after it was filed, before and after, as its trail keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bills.amendable import where
from bills.claims import Decision
from bills.forms.words import LABELS, in_words
from bills.models import Item
from eccs.archive_files import lines_of
from eccs.money import rupees

STEPS = ("assess", "recompute_duty")
WORDS = {"claim": gettext_lazy("Exemption claimed"), "claim_reason": gettext_lazy("Why it is denied")}
HEAD_WORDS = {
    "WAIVED": gettext_lazy("Not collected"),
    "EXEMPTED": gettext_lazy("Forgone: samples and gifts"),
    "FORGONE": gettext_lazy("Duty forgone by exemption"),
}


def altered(bill: Any, labels: Mapping[str, Any] = LABELS, steps: Sequence[str] = STEPS) -> list[dict[str, Any]]:
    """Each time an officer altered the bill, or its duty was worked out anew: the values before and after, when and why."""
    lines = (line for line in lines_of(bill, steps) if {"before", "after"} <= (line.snapshot or {}).keys())
    told = ({"at": line.at, "why": _why(line), "rows": list(_rows(line.snapshot, labels))} for line in lines)
    return [one for one in told if one["rows"]]


def denied(items: Iterable[Item]) -> list[Item]:
    """The items whose exemption an officer has denied."""
    return [item for item in items if item.claim == Decision.DENIED]


def _why(line: Any) -> str:
    if line.step == "recompute_duty":
        return _("Rates of the day the aircraft arrived (section 15)")
    if line.step == "amend":
        return _("Amendment %(number)s, as approved by the DC/AC") % {"number": line.answers.get("amendment", "")}
    return str(line.answers.get("remarks") or "")


def _rows(snapshot: dict[str, Any], labels: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for change in snapshot.get("changes", ()):
        name = change["name"]
        label = ", ".join(filter(None, (where(change), str(WORDS.get(name) or labels[name]))))
        yield {"label": label, "before": _said(name, change["old"]), "after": _said(name, change["new"])}
    before, after = snapshot["before"], snapshot["after"]
    for name, label in (
        ("rates_on", _("Day of the rates")),
        ("assessable_value", _("Assessable value")),
        ("total_duty", _("Duty")),
        ("fob_value", _("FOB value")),
        ("igst_paid", _("IGST paid")),
    ):
        old, new = before.get(name), after.get(name)
        if old is not None and not _same(name, old, new):
            yield {"label": label, "before": _figure(name, old), "after": _figure(name, str(new))}
    heads = {**before.get("duty_heads", {}), **after.get("duty_heads", {})}
    for head in heads:
        old, new = (Decimal(side.get("duty_heads", {}).get(head, 0)) for side in (before, after))
        if old != new:
            yield {"label": str(HEAD_WORDS.get(head, head)), "before": rupees(old), "after": rupees(new)}


def _same(name: str, old: str, new: Any) -> bool:
    return old == new if name == "rates_on" else Decimal(old) == Decimal(new)


def _figure(name: str, value: str) -> str:
    if name == "rates_on":
        day = parse_date(value) if value else None
        return f"{day:%d/%m/%Y}" if day else ""
    return rupees(Decimal(value))


def _said(name: str, value: str) -> str:
    return str(Decision(value).label) if name == "claim" else str(in_words(name, value))
