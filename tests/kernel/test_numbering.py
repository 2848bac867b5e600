"""Numbers are dense, in order, and never used twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from eccs.numbering import allocate, financial_year


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 3, 31), "2025-2026"), (date(2026, 4, 1), "2026-2027"), (date(2017, 7, 28), "2017-2018")],
)
def test_the_financial_year_begins_on_1_april(day: date, year: str) -> None:
    assert financial_year(day) == year


@pytest.mark.django_db
def test_a_filing_that_fails_gives_its_number_back() -> None:
    class Fault(Exception):
        pass

    assert allocate("TRIAL") == 1

    def file_and_fail() -> None:
        with transaction.atomic():
            assert allocate("TRIAL", 5) == 2
            raise Fault

    with pytest.raises(Fault):
        file_and_fail()
    assert allocate("TRIAL") == 2


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_fifty_filings_at_once_leave_no_gap_and_no_repeat() -> None:
    def take_one(_n: int) -> int:
        try:
            with transaction.atomic():
                return allocate("RACE")
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(take_one, range(50))) == list(range(1, 51))
