"""The condition of a rule: a tree of facts compared, read from what was typed and refused with every fault.

{"all": […]}   every part holds            {"fact": "origins", "is": "ONE_OF", "values": ["CN", "HK"]}
{"any": […]}   at least one part holds     {"fact": "weight_kg", "is": "ABOVE", "value": "60"}
{"none": […]}  no part holds               {"fact": "ecommerce", "is": "YES"}
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rms.catalogue import COMPARED, FACTS, Comparison, Fact, Kind
from rms.kyc import MOST_KINDS, tokens_of

DEEPEST, MOST_PARTS, MOST_VALUES, MOST_TARGETS, LONGEST = 5, 60, 200, 10_000, 120
MOST_PLACES = 6  # after the point
GROUPS = ("all", "any", "none")
WANTS_NOTHING = (Comparison.YES, Comparison.NO, Comparison.ON_LIST)
Path = tuple[int, ...]
Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a part of a condition; the path says which part, from the top."""

    path: Path
    reason: str


@dataclass
class Read:
    """A condition as it was read: the tree as it is kept, or what is wrong with it."""

    tree: Tree = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    parts: int = 0


def read(given: Any) -> Read:
    """Check a condition and put every value into one spelling. Whatever is given, no error but the faults."""
    found = Read()
    tree = _node(given, (), found)
    if tree is not None:
        found.tree = tree if any(name in tree for name in GROUPS) else {"all": [tree]}
    return found


def _node(given: Any, path: Path, found: Read) -> Tree | None:
    """One part of the tree, or nothing where it is wrong."""
    found.parts += 1
    if found.parts > MOST_PARTS:
        if found.parts == MOST_PARTS + 1:
            _tell(found, path, _("A condition has at most %(most)d parts.") % {"most": MOST_PARTS})
        return None
    if not isinstance(given, dict):
        return _tell(found, path, _("This is no condition."))
    if set(given) == {"not"}:
        given = {"none": [given["not"]]}
    named = [name for name in GROUPS if name in given]
    if not named:
        return _leaf(given, path, found)
    if len(path) >= DEEPEST:
        return _tell(found, path, _("Groups stand at most %(deepest)d deep in one another.") % {"deepest": DEEPEST})
    parts = given[named[0]]
    if len(given) != 1 or not isinstance(parts, list):
        return _tell(found, path, _("This is no condition."))
    if not parts:
        return _tell(found, path, _("The group is empty: add a comparison, or remove the group."))
    told = [_node(one, (*path, n), found) for n, one in enumerate(parts)]
    return {named[0]: [one for one in told if one is not None]}


def _tell(found: Read, path: Path, reason: str) -> Tree | None:
    found.faults.append(Fault(path, reason))
    return None


def _leaf(given: Tree, path: Path, found: Read) -> Tree | None:
    fact = FACTS.get(str(given.get("fact", "")))
    if fact is None:
        return _tell(found, path, _("Choose what to look at."))
    is_ = str(given.get("is", ""))
    if is_ not in fact.comparisons:
        fitting = ", ".join(f"“{COMPARED[one]}”" for one in fact.comparisons)
        return _tell(
            found, path, _("“%(fact)s” is compared by %(fitting)s.") % {"fact": fact.label, "fitting": fitting}
        )
    comparison = Comparison(is_)
    if comparison in WANTS_NOTHING:
        return {"fact": fact.name, "is": comparison.value}
    values, faults = values_of(fact, _several(given), most=MOST_VALUES if comparison is Comparison.ONE_OF else 1)
    for reason in faults:
        _tell(found, path, reason)
    if faults:
        return None
    several = comparison is Comparison.ONE_OF or len(values) > 1
    told: Tree = {"fact": fact.name, "is": Comparison.ONE_OF.value if several else comparison.value}
    return told | ({"values": values} if several else {"value": values[0]})


def _several(given: Tree) -> list[Any]:
    """What was given to compare with: a list, or a text with commas or lines where several are meant."""
    values = given.get("values", given.get("value", ""))
    if isinstance(values, list):
        return values
    if given.get("is") == Comparison.ONE_OF and isinstance(values, str):
        return [one for one in values.replace("\n", ",").replace(";", ",").split(",") if one.strip()]
    return [values]


def values_of(fact: Fact, given: Sequence[Any], *, most: int) -> tuple[list[str], list[str]]:
    """Values of a fact in one spelling, each once, and what is wrong with them."""
    if len(given) > most * _kinds(fact):
        return [], [
            ngettext("At most %(most)d value is given here.", "At most %(most)d values are given here.", most)
            % {"most": most}
        ]
    kept: dict[str, None] = {}
    faults: list[str] = []
    for one in given:
        try:
            kept |= dict.fromkeys(spellings(fact, one))
        except ValueError as fault:
            faults.append(str(fault))
    if not given or (not kept and not faults):
        faults.append(_("Enter what “%(fact)s” is compared with.") % {"fact": fact.label})
    return list(kept), list(dict.fromkeys(faults))


def _kinds(fact: Fact) -> int:
    """How many values one entry of a fact stands for at most."""
    return MOST_KINDS if fact.name == "kyc_token" else 1


def spellings(fact: Fact, given: Any) -> list[str]:
    """What is kept of one value: of the number of a KYC document one token for each kind that it fits, else the value."""
    text = _text_of(fact, given)
    if fact.name != "kyc_token":
        return [_number(fact, text) if fact.kind is Kind.NUMBER else text.upper() if fact.kind is Kind.CODE else text]
    if not (tokens := tokens_of(text)):
        raise ValueError(
            _("This is the number of no KYC document: Aadhaar, PAN, passport, voter id, GSTIN, IEC or UIN.")
        )
    return tokens


def _text_of(fact: Fact, given: Any) -> str:
    """One value as it was typed, in one spelling. Raises ValueError, with the reason in words."""
    if isinstance(given, bool) or not isinstance(given, str | int | Decimal):
        raise ValueError(  # noqa: TRY004 whatever is sent is a wrong value
            _("Enter what “%(fact)s” is compared with.") % {"fact": fact.label}
        )
    text = " ".join(unicodedata.normalize("NFC", str(given)).split())
    if not text:
        raise ValueError(_("Enter what “%(fact)s” is compared with.") % {"fact": fact.label})
    if len(text) > LONGEST:
        raise ValueError(_("A value has at most %(most)d characters.") % {"most": LONGEST})
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") for sign in text):
        raise ValueError(_("A value has letters, digits and signs, nothing that cannot be seen."))
    return text


def _number(fact: Fact, text: str) -> str:
    plain = text.replace(",", "").replace("₹", "").strip()
    try:
        number = Decimal(plain) if plain.isascii() else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number) >= 10**12:
        raise ValueError(_("“%(value)s” is no number: “%(fact)s” is one, such as %(example)s.") % {
            "value": text[:40], "fact": fact.label, "example": fact.example})  # fmt: skip
    if fact.whole and number != number.to_integral_value():
        raise ValueError(_("“%(fact)s” is counted: enter a whole number.") % {"fact": fact.label})
    number = number.normalize()
    if int(number.as_tuple().exponent) < -MOST_PLACES:
        raise ValueError(
            _("“%(fact)s” has at most %(most)d places after the point.") % {"fact": fact.label, "most": MOST_PLACES}
        )
    return f"{number:f}"


def leaves(tree: Tree) -> Iterator[Tree]:
    """Every comparison in a condition."""
    for name in GROUPS:
        if name in tree:
            for one in tree[name]:
                yield from leaves(one)
            return
    if tree:
        yield tree


def targets(fact: Fact, given: Iterable[tuple[int, str]]) -> tuple[list[str], list[tuple[int, str]]]:
    """The entries of a target list by row, each once, and the faults by row."""
    kept: dict[str, None] = {}
    faults: list[tuple[int, str]] = []
    for row, text in given:
        try:
            kept |= dict.fromkeys(spellings(fact, text))
        except ValueError as fault:
            faults.append((row, str(fault)))
    if len(kept) > MOST_TARGETS * _kinds(fact):
        faults.append(
            (0, _("A list has at most %(most)d targets; this one has %(n)d.") % {"most": MOST_TARGETS, "n": len(kept)})
        )
    elif not kept and not faults:
        faults.append((0, _("The list is empty: name at least one target.")))
    return list(kept), faults
