"""A registered bond on paper, checked by anybody who holds it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation

from bonds import ledger
from bonds.papers import bond_print
from eccs.paper_checks import State, of_code
from tests.factories.bonds import bond
from tests.papers.reading import text
from tests.papers.test_verify import code_on

pytestmark = pytest.mark.django_db


def test_13_2_a_bond_is_genuine_until_it_says_something_else(paper_keys: Path) -> None:
    one = bond(amount=100_000)
    code = code_on(bond_print(one, "A. Rao"))
    found = of_code(code)
    assert (found.state, found.number, found.kind) == (State.GENUINE, one.number, "Bond")
    assert one.firm.name not in str(found.facts)  # nobody's name, though the paper has it
    ledger.debit(one.pk, Decimal(400), "bill 1", ledger.Of("", "CBE"), "A. Rao")
    assert of_code(code).state == State.SUPERSEDED
    one.refresh_from_db()
    assert "99,600.00" in text(bond_print(one))


def test_a_bond_is_printed_in_hindi(paper_keys: Path) -> None:
    with translation.override("hi"):
        data = bond_print(bond(amount=700))
    assert data.startswith(b"%PDF") and of_code(code_on(data)).state == State.GENUINE
