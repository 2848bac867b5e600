"""A flight of documents as the benchmark flies it, small: it goes all the way, in as many statements as one three times its size."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from bench import documents


@pytest.mark.django_db
def test_statements_do_not_grow_with_the_flight(people: Callable[[str], User]) -> None:
    people("scan.blr")
    documents.fly(8, 4, 1)  # what is read once and remembered is read here
    few, many = documents.fly(20, 4, 2), documents.fly(60, 4, 3)
    assert many.statements == few.statements
    assert few.statements[documents.FILING] <= 25
    assert all(documents.copied(tables, many.pk) > 0 for tables in documents.WRITTEN.values())
