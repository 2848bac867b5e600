"""Rules made quick: each condition compiled to a function, and found by the values it cannot do without.

A rule that says “Country of origin is HK and Value is above 90,000” cannot hit without HK: it is looked at only for bills
that have it. So rules that share no value with a bill cost it nothing, however many there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rms.catalogue import FACTS, Comparison, Kind
from rms.conditions import GROUPS, Tree
from rms.facts import ConsignmentFacts
from rms.words import held, plain, runs

SAME, BEGINS, WORD = "same", "begins", "word"
Key = tuple[str, str, str]  # how, fact, value
Compared = dict[str, str]


class Seen:
    """The facts of one bill as conditions ask for them: each put into its plain spelling once."""

    __slots__ = ("_numbers", "_texts", "facts")

    def __init__(self, facts: ConsignmentFacts) -> None:
        self.facts = facts
        self._texts: dict[str, tuple[str, ...]] = {}
        self._numbers: dict[str, tuple[Decimal | int, ...]] = {}

    def texts(self, name: str) -> tuple[str, ...]:
        """The plain values of a fact; one that says nothing has none."""
        known = self._texts.get(name)
        if known is None:
            known = self._texts[name] = tuple([plain(one) for one in _values(self.facts.value(name)) if one])
        return known

    def numbers(self, name: str) -> tuple[Decimal | int, ...]:
        """The numbers of a fact; one that is not known has none."""
        known = self._numbers.get(name)
        if known is None:
            known = self._numbers[name] = tuple([one for one in _values(self.facts.value(name)) if one is not None])
        return known


def _values(found: Any) -> tuple[Any, ...]:
    return found if isinstance(found, tuple) else (found,)


Test = Callable[[Seen], bool]
Trace = Callable[[Seen], list[Compared]]


def compiled(tree: Tree, targets: Sequence[str] = ()) -> Test:
    """A condition as a function of the facts. Raises ValueError where it means nothing."""
    if not tree:
        return _always
    for name in GROUPS:
        if name in tree:
            return _group(name, [compiled(one, targets) for one in tree[name]])
    return _leaf(tree, targets)


def why_broken(tree: Tree, targets: Sequence[str] = ()) -> str:
    """Why a condition cannot be held against any bill, or nothing."""
    try:
        compiled(tree, targets)
        traced(tree, targets)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        return str(fault) or type(fault).__name__
    return ""


def _group(name: str, tests: list[Test]) -> Test:
    if len(tests) == 1 and name != "none":
        return tests[0]
    if name == "all":
        return lambda seen: all(test(seen) for test in tests)
    if name == "any":
        return lambda seen: any(test(seen) for test in tests)
    return lambda seen: not any(test(seen) for test in tests)


def _always(_seen: Seen) -> bool:
    return True


def _leaf(leaf: Tree, targets: Sequence[str]) -> Test:
    name, comparison = leaf.get("fact", ""), leaf.get("is", "")
    fact = FACTS.get(name)
    if fact is None:
        raise ValueError(f"there is no fact named {name}")
    if comparison not in fact.comparisons:
        raise ValueError(f"{name} is not compared by {comparison!r}")
    if fact.kind is Kind.FLAG:
        yes = comparison == Comparison.YES
        return lambda seen: seen.facts.value(name) is yes
    if fact.kind is Kind.NUMBER:
        return _of_number(name, comparison, leaf)
    if comparison in (Comparison.ONE_OF, Comparison.ON_LIST):
        several = frozenset(map(plain, leaf["values"] if comparison == Comparison.ONE_OF else targets))
        return lambda seen: not several.isdisjoint(seen.texts(name))
    wanted = plain(leaf["value"])
    if comparison == Comparison.STARTS_WITH:
        return lambda seen: any(one.startswith(wanted) for one in seen.texts(name))
    if comparison == Comparison.CONTAINS:
        return lambda seen: any(held(wanted, one) for one in seen.texts(name))
    return lambda seen: wanted in seen.texts(name)


def _of_number(name: str, comparison: str, leaf: Tree) -> Test:
    try:
        limit = Decimal(leaf["value"])
    except (ArithmeticError, TypeError, ValueError, KeyError) as fault:
        raise ValueError(f"{leaf.get('value')!r} is no number") from fault
    if comparison == Comparison.ABOVE:
        return lambda seen: any(one > limit for one in seen.numbers(name))
    if comparison == Comparison.BELOW:
        return lambda seen: any(one < limit for one in seen.numbers(name))
    return lambda seen: limit in seen.numbers(name)


def keys(tree: Tree, targets: Sequence[str] = ()) -> set[Key] | None:
    """Values of which a bill must have one for the condition to hold, or nothing where it can hold without any."""
    for name in GROUPS:
        if name not in tree:
            continue
        told = [keys(one, targets) for one in tree[name]] if name != "none" else []
        known = [one for one in told if one is not None]
        if name == "all":
            return min(known, key=len) if known else None
        return set().union(*known) if known and len(known) == len(told) else None
    return _keys_of_leaf(tree, targets) if tree else None


def _keys_of_leaf(leaf: Tree, targets: Sequence[str]) -> set[Key] | None:
    name, comparison = leaf["fact"], leaf["is"]
    if FACTS[name].kind in (Kind.NUMBER, Kind.FLAG):
        return None
    if comparison == Comparison.ON_LIST:
        return {(SAME, name, plain(one)) for one in targets}
    if comparison == Comparison.ONE_OF:
        return {(SAME, name, plain(one)) for one in leaf["values"]}
    wanted = plain(leaf["value"])
    if comparison == Comparison.EQUALS:
        return {(SAME, name, wanted)}
    if comparison == Comparison.STARTS_WITH:
        return {(BEGINS, name, wanted)}
    inside = sorted(runs(wanted), key=len)  # each of them stands whole in a text that holds the words
    return {(WORD, name, inside[-1])} if inside else None


@dataclass(frozen=True, slots=True)
class Index:
    """Which rules can hit a bill, by the values it has."""

    same: dict[str, dict[str, list[int]]]
    begins: dict[str, tuple[list[int], dict[str, list[int]]]]
    word: dict[str, dict[str, list[int]]]
    always: list[int]

    @classmethod
    def of(cls, rules: Iterable[set[Key] | None]) -> Index:
        """The index of rules by what each cannot do without."""
        ways: dict[str, dict[str, dict[str, list[int]]]] = {
            how: defaultdict(lambda: defaultdict(list)) for how in (SAME, BEGINS, WORD)
        }
        always = []
        for place, wanted in enumerate(rules):
            if wanted is None:
                always.append(place)
                continue
            for how, name, value in wanted:
                ways[how][name][value].append(place)
        begins = {name: (sorted({len(value) for value in known}), dict(known)) for name, known in ways[BEGINS].items()}
        return cls(_plain(ways[SAME]), begins, _plain(ways[WORD]), always)

    def candidates(self, seen: Seen) -> list[int]:
        """The rules to look at for this bill, in their order."""
        found: set[int] = set(self.always)
        for name, known in self.same.items():
            for value in seen.texts(name):
                if value in known:
                    found.update(known[value])
        for name, (lengths, known) in self.begins.items():
            for value in seen.texts(name):
                for length in lengths:
                    if (rules := known.get(value[:length])) is not None:
                        found.update(rules)
        for name, known in self.word.items():
            for value in seen.texts(name):
                for one in runs(value) & known.keys():
                    found.update(known[one])
        return sorted(found)


def _plain(ways: dict[str, dict[str, list[int]]]) -> dict[str, dict[str, list[int]]]:
    return {name: dict(known) for name, known in ways.items()}


def traced(tree: Tree, targets: Sequence[str] = ()) -> Trace:
    """What was compared with what, for the parts that hold of a condition that holds: for the page of officers."""
    for name in GROUPS:
        if name not in tree:
            continue
        if name == "none":
            absent = [_teller(one, absent=True) for one in tree[name] if "fact" in one]
            return lambda seen: [tell(seen) for tell in absent]
        parts = [(compiled(one, targets), traced(one, targets)) for one in tree[name]]
        if name == "all":
            return lambda seen: [told for _test, tell in parts for told in tell(seen)]
        return lambda seen: [told for test, tell in parts if test(seen) for told in tell(seen)]
    if not tree:
        return lambda _seen: []
    alone = _teller(tree, targets=targets)
    return lambda seen: [alone(seen)]


def _teller(leaf: Tree, *, absent: bool = False, targets: Sequence[str] = ()) -> Callable[[Seen], Compared]:
    """One comparison: the fact, how, with what, and the value of the bill that fits."""
    name, comparison = leaf["fact"], ("NOT_" if absent else "") + leaf["is"]
    fits = None if absent else compiled(leaf, targets)
    wanted = ", ".join(leaf["values"][:MOST_TOLD]) if "values" in leaf else str(leaf.get("value", ""))
    if leaf["is"] == Comparison.ON_LIST:
        wanted = ""

    def tell(seen: Seen) -> Compared:
        values = [one for one in _values(seen.facts.value(name)) if one is not None and one != ""]
        if fits is not None and len(values) > 1:
            values = [one for one in values if fits(_Alone(name, one))]  # type: ignore[arg-type]
        found = str(values[0]) if len(values) == 1 else ", ".join(str(one) for one in values[:MOST_TOLD])
        return {"fact": name, "comparison": comparison, "value": wanted, "found": found}

    return tell


MOST_TOLD = 6  # values of a list that a trace names


class _Alone:
    """One value of a fact that has several, to learn whether it is the one that fits."""

    def __init__(self, name: str, value: Any) -> None:
        self._name, self._value, self.facts = name, value, self

    def value(self, name: str) -> Any:
        return self._value

    def texts(self, name: str) -> tuple[str, ...]:
        return (plain(str(self._value)),)

    def numbers(self, name: str) -> tuple[Any, ...]:
        return (self._value,)
