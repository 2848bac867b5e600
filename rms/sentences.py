"""A condition as a sentence: Form is CBE-XIII and (Country of origin is one of CN, HK or Assessable value is above ₹ 90,000)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from eccs.money import grouped
from rms.catalogue import COMPARED, FACTS, RUPEES, Comparison, Fact, Kind
from rms.conditions import GROUPS, Tree

SHOWN = 6  # values of a list that are named


def sentence(tree: Tree, targets: int = 0) -> str:
    """The condition in words; nothing to compare hits every bill."""
    return _said(tree, targets, outermost=True) if tree else _("Every bill")


def _said(tree: Tree, targets: int, *, outermost: bool = False) -> str:
    for name in GROUPS:
        if name in tree:
            return _group(name, [_said(one, targets) for one in tree[name]], outermost)
    return leaf_said(tree, targets)


def _group(name: str, parts: list[str], outermost: bool) -> str:
    if name == "none":
        told = _(" or ").join(parts)
        return _("not (%(parts)s)") % {"parts": told}
    told = (_(" and ") if name == "all" else _(" or ")).join(parts)
    return told if outermost or len(parts) == 1 else f"({told})"


def leaf_said(leaf: Tree, targets: int = 0) -> str:
    """One comparison in words."""
    fact, is_ = FACTS.get(str(leaf.get("fact", ""))), leaf.get("is", "")
    if fact is None or is_ not in fact.comparisons:
        return _("a comparison that cannot be read (%(fact)s)") % {"fact": leaf.get("fact", "")}
    comparison = Comparison(is_)
    label, compared = str(fact.label), str(COMPARED[comparison])
    if comparison in (Comparison.YES, Comparison.NO):
        return f"{label}: {compared}"
    if comparison is Comparison.ON_LIST:
        return f"{label} {compared} ({grouped(targets)})" if targets else f"{label} {compared}"
    return f"{label} {compared} {wanted_said(fact, leaf)}"


def wanted_said(fact: Fact, leaf: Tree) -> str:
    """What a fact is compared with, as people write it."""
    values = leaf["values"] if "values" in leaf else [leaf.get("value", "")]
    told = ", ".join(value_said(fact, one) for one in values[:SHOWN])
    more = len(values) - SHOWN
    return _("%(values)s and %(n)d more") % {"values": told, "n": more} if more > 0 else told


def value_said(fact: Fact, value: Any) -> str:
    """A value with its unit."""
    if fact.name == "kyc_token":
        return f"···{str(value)[:6]}"  # of the token: the number itself is kept nowhere
    if fact.kind is not Kind.NUMBER or value in (None, ""):
        return str(value)
    number = Decimal(str(value))
    written = grouped(number, 0 if number == number.to_integral_value() else 2)
    if not fact.unit:
        return written
    return f"₹ {written}" if fact.unit == RUPEES else f"{written} {fact.unit}"
