"""What may be typed as a condition, what is said against it, and how it is told in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rms.builder import changed, typed, without_blanks
from rms.catalogue import COMPARED, FACTS
from rms.compiling import compiled
from rms.conditions import DEEPEST, MOST_PARTS, MOST_TARGETS, read, targets
from rms.kyc import token
from rms.sentences import sentence


def leaf(fact: Any = "weight_kg", is_: Any = "ABOVE", value: Any = "60") -> dict[str, Any]:
    return {"fact": fact, "is": is_, "value": value}


def nested(depth: int) -> dict[str, Any]:
    tree = leaf()
    for _n in range(depth):
        tree = {"any": [tree]}
    return tree


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        (leaf(value="heavy"), "is no number"),
        (leaf(value="NaN"), "is no number"),
        (leaf(value="1e99"), "is no number"),
        (leaf(value="1e-999999"), "at most 6 places"),
        (leaf(value="六十"), "is no number"),
        (leaf(value=""), "Enter what “Declared weight” is compared with."),
        (leaf(value=True), "Enter what"),
        (leaf(value={"a": 1}), "Enter what"),
        (leaf("packages", value="1.5"), "whole number"),
        (leaf("no_such_fact"), "Choose what to look at."),
        (leaf(["weight_kg"]), "Choose what to look at."),
        (leaf("consignee", "ABOVE"), "is compared by"),
        (leaf("weight_kg", "CONTAINS"), "is compared by"),
        (leaf("ecommerce", "EQUALS", "yes"), "is compared by"),
        (leaf("origins", "ONE_OF", ""), "Enter what"),
        ({"fact": "origins", "is": "ONE_OF", "values": []}, "Enter what"),
        ({"fact": "origins", "is": "ONE_OF", "values": [str(n) for n in range(201)]}, "At most 200"),
        (leaf("consignee", "EQUALS", "x" * 121), "at most 120 characters"),
        (leaf("consignee", "EQUALS", "a\x00b"), "nothing that cannot be seen"),
        (leaf("kyc_token", "EQUALS", "hello"), "no KYC document"),
        ({"all": []}, "The group is empty"),
        ({"all": [leaf()], "any": [leaf()]}, "This is no condition."),
        ({"all": "everything"}, "This is no condition."),
        ("everything", "This is no condition."),
        (None, "This is no condition."),
        (nested(DEEPEST + 1), "at most 5 deep"),
        ({"all": [leaf()] * (MOST_PARTS + 5)}, "at most 60 parts"),
    ],
)
def test_a_condition_that_means_nothing_is_refused_with_the_reason(tree: Any, reason: str) -> None:
    found = read(tree)
    assert not any(found.tree.get("all", [])) or found.faults
    assert reason in " ".join(fault.reason for fault in found.faults)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from([*FACTS, *COMPARED, "60", "\x00", "नकली", "'; --"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["all", "any", "none", "not", "fact", "is", "value", "values", "x"]), inner, max_size=3
        )
    ),
    max_leaves=20,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANYTHING)
def test_whatever_is_typed_is_either_compiled_or_refused_in_words(tree: Any) -> None:
    found = read(tree)
    if found.faults:
        assert all(fault.reason for fault in found.faults)
    else:
        compiled(found.tree)
        assert sentence(found.tree)


@pytest.mark.parametrize(
    ("number", "kinds"),
    [
        ("AAAPL1234C", ["PAN", "IEC"]),
        ("0388066415", ["IEC"]),
        ("P1234567", ["PASSPORT"]),
        ("29AAGCB7383J1Z4", ["GSTIN", "UIN"]),
        ("ABC1234567", ["VOTER_ID"]),
        ("2917UNO12345UNX", ["UIN"]),
    ],
)
def test_a_kyc_number_is_known_as_every_kind_of_document_that_it_fits(number: str, kinds: list[str]) -> None:
    wanted = [token(kind, number).upper() for kind in kinds]
    read_again = read(tree := read(leaf("kyc_token", "EQUALS", number.lower())).tree)
    assert tree["all"][0].get("values", [tree["all"][0].get("value")]) == wanted
    assert read_again.tree == tree and not read_again.faults
    assert targets(FACTS["kyc_token"], [(1, number)]) == (wanted, [])


def test_a_condition_is_told_as_a_sentence() -> None:
    tree = read(
        {
            "all": [
                leaf("kind", "EQUALS", "cbe-xiii"),
                {"any": [leaf("origins", "ONE_OF", "cn, hk"), leaf("assessable_value", "ABOVE", "90,000")]},
                {"not": leaf("ecommerce", "YES")},
            ]
        }
    ).tree
    assert sentence(tree) == (
        "Form is CBE-XIII and (Country of origin is one of CN, HK or Assessable value is above ₹ 90,000)"
        " and not (E-commerce: yes)"
    )


def test_targets_are_read_by_row_and_a_list_has_an_end() -> None:
    kept, faults = targets(FACTS["iec"], [(1, "0388066415"), (2, " 0388066415 "), (3, "x" * 200)])
    assert kept == ["0388066415"] and [row for row, _reason in faults] == [3]
    assert targets(FACTS["iec"], [])[1] == [(0, "The list is empty: name at least one target.")]
    most = [(n, f"IEC{n}") for n in range(MOST_TARGETS)]
    assert len(targets(FACTS["iec"], most)[0]) == MOST_TARGETS and not targets(FACTS["iec"], most)[1]
    assert "at most 10000 targets" in targets(FACTS["iec"], [*most, (0, "ONE-MORE")])[1][0][1]


class Sent(dict[str, Any]):
    """A form as it was sent."""

    def getlist(self, name: str) -> list[str]:
        """All values of a field."""
        return list(self.get(name, []))


def test_a_button_changes_the_tree_and_keeps_what_was_typed() -> None:
    sent = Sent(
        {
            "node": ["r", "r-0", "r-1", "r-1-0", "r-9-9", "../etc"],
            "group-r": "all", "fact-r-0": "weight_kg", "is-r-0": "ABOVE", "value-r-0": "heavy", "group-r-1": "any",
        }
    )  # fmt: skip
    tree = typed(sent)
    assert tree == {"all": [leaf(value="heavy"), {"any": [leaf("", "", "")]}]}
    assert len(changed(tree, "comparison:r-1")["all"][1]["any"]) == 2
    assert changed(tree, "group:r")["all"][2] == {"any": [leaf("", "", "")]}
    assert changed(tree, "remove:r-1")["all"][0]["value"] == "heavy"
    assert without_blanks(changed(tree, "remove:r-7")) == {
        "all": [
            leaf(value="heavy"),
        ]
    }
