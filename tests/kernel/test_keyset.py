"""Pages walked by key show every row once, forwards and back, whatever the order."""

from __future__ import annotations

import pytest

from eccs import keyset
from eccs.dated_rules import DatedRule

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("sort", ["pk", "-pk", "value", "-value", "from_date"])
def test_every_row_is_shown_once_forwards_and_back(sort: str) -> None:
    rows, pages, mark = DatedRule.objects.order_by(), [], ""
    while True:
        page = keyset.page(rows, sort, mark, 3)
        pages.append([row.pk for row in page.rows])
        if not page.next_mark:
            break
        mark = page.next_mark
    walked = [pk for found in pages for pk in found]
    assert sorted(walked) == sorted(DatedRule.objects.values_list("pk", flat=True))
    back = []
    while page.previous_mark:
        page = keyset.page(rows, sort, page.previous_mark, 3)
        back.append([row.pk for row in page.rows])
    assert back == pages[-2::-1]


@pytest.mark.parametrize("mark", ["", "nonsense", "WzEsMl0:1abc:zzz"])
def test_a_mark_of_somebody_else_is_the_first_page(mark: str) -> None:
    first = DatedRule.objects.order_by("pk").first()
    assert keyset.page(DatedRule.objects.order_by(), "pk", mark, 3).rows[0] == first
