"""Amending a CBE-XI before Out of Charge: shipments are taken off it, or put on it (PN17 11.0)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from bills.models import CourierBillOfEntry
from bills.xi.filing import count_shipments, cover, put_to_rms, uncover
from bills.xi.selection import Chosen, Named, in_words, judge, shipments_of
from eccs.workflow import Refused

OFF, ON = "taken_off", "put_on"


def changes_of(
    bill: CourierBillOfEntry, off: Sequence[str], on: Sequence[str]
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """The changes of an amendment by name, from numbers of bags and house airway bills, or the faults of each field."""
    faults: list[tuple[str, str]] = []
    here = shipments_of(bill)
    in_bag: dict[str, list[str]] = {}
    for one in here:
        in_bag.setdefault(one.bag or "", []).append(one.number)
    known = {one.number for one in here}
    going: dict[str, None] = {}
    for number in off:
        if number not in in_bag and number not in known:
            faults.append((OFF, _("%(number)s is not on the bill.") % {"number": number}))
        going.update(dict.fromkeys(in_bag.get(number, [number])))
    bags = set(bill.manifest.bags.filter(number__in=on).values_list("number", flat=True))
    named = tuple(Named(n, one, "") if one in bags else Named(n, "", one) for n, one in enumerate(on, 1))
    judged = judge(bill.manifest, Chosen(False, named)) if named else None
    if judged is not None:
        faults += [(ON, words) for words in in_words(judged.faults)]
    if not faults and len(going) == len(known) and judged is None and known:
        faults.append((OFF, _("No shipment would be left: ask for a cancellation.")))
    changes = []
    if going:
        changes.append({"name": OFF, "item": 0, "old": " ".join(going), "new": ""})
    if judged is not None:
        changes.append({"name": ON, "item": 0, "old": "", "new": " ".join(one.number for one in judged.shipments)})
    return changes, faults


def apply(bill: CourierBillOfEntry, changes: Sequence[dict[str, Any]]) -> None:
    """Put an approved amendment on the bill. What is new is put to the RMS with the rest, and to X-ray. Raises Refused."""
    off = [number for one in changes if one["name"] == OFF for number in one["old"].split()]
    on = [number for one in changes if one["name"] == ON for number in one["new"].split()]
    if off:
        uncover(bill, off)
    if on:
        named = tuple(Named(n, "", number) for n, number in enumerate(on, 1))
        judged = judge(bill.manifest, Chosen(False, named), lock=True)
        if judged.faults:
            raise Refused(in_words(judged.faults), bill)
        cover(bill, [one.pk for one in judged.shipments])
    shipments = shipments_of(bill)
    if not shipments:
        raise Refused([_("No shipment would be left: ask for a cancellation.")], bill)
    count_shipments(bill, shipments)
    if on:
        put_to_rms(bill, shipments, bill.taken_at)
        if bill.xray_result == bill.XrayResult.SUSPICIOUS and bill.examined_at is None:
            bill.examination_mandated = True  # what was seen is still examined, whatever the next picture shows
        bill.xray_result, bill.xray_at, bill.examined_at = "", None, None
