"""Documents going out as the benchmark flies them, small: all the way, in as many statements as a flight three times its size."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from bench import documents, documents_out

pytestmark = pytest.mark.django_db


def test_statements_do_not_grow_with_the_flight(people: Callable[[str], User]) -> None:
    people("scan.blr")
    documents_out.fly(8, 4, 1)  # what is read once and remembered is read here
    few, many = documents_out.fly(20, 4, 2), documents_out.fly(60, 4, 3)
    assert many.statements == few.statements
    assert few.statements[documents_out.FILING] <= 30
    assert all(documents.copied(tables, many.pk) > 0 for tables in documents_out.WRITTEN.values())
