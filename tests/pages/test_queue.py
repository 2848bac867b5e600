"""A queue as an officer works it: filtered by any column, sorted by any heading, in pages of a chosen size, late ones alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from bills.models import CourierBillOfEntry
from tests.factories.bills import bill, hawb_of

pytestmark = pytest.mark.django_db

QUEUE = "/bills/imports/queue/assessment/"


@pytest.fixture
def three(people: Callable[[str], User]) -> tuple[Client, list[CourierBillOfEntry]]:
    """An Assessing Officer and three bills: the second is dear, the third waits since yesterday."""
    client = Client()
    client.force_login(people("ao.blr"))
    bills = [bill(), bill(assessable_value=90_000), bill()]
    CourierBillOfEntry.objects.filter(pk=bills[2].pk).update(stage_since=timezone.now() - timedelta(days=1))
    return client, bills


def shown(client: Client, query: str) -> list[str]:
    """The HAWBs of the rows, in their order."""
    answer = client.get(QUEUE + query)
    found = [hawb_of(row).number for row in answer.context["rows"]]
    assert all(number in answer.content.decode() for number in found)
    return found


def test_the_oldest_is_first_and_a_heading_turns_the_order(three: tuple[Client, list[CourierBillOfEntry]]) -> None:
    client, (one, dear, late) = three
    names = {bill.pk: hawb_of(bill).number for bill in (one, dear, late)}
    assert shown(client, "") == [names[late.pk], names[one.pk], names[dear.pk]]
    assert shown(client, "?sort=-stage_since") == [names[dear.pk], names[one.pk], names[late.pk]]
    assert shown(client, "?sort=-assessable_value")[0] == names[dear.pk]
    assert shown(client, "?sort=password") == shown(client, "")


def test_filters_narrow_and_join(three: tuple[Client, list[CourierBillOfEntry]]) -> None:
    client, (one, dear, late) = three
    assert shown(client, f"?hawb={hawb_of(one).number}") == [hawb_of(one).number]
    assert shown(client, "?av=80,000") == [hawb_of(dear).number]
    assert shown(client, f"?av=80000&hawb={hawb_of(one).number}") == []
    assert shown(client, "?late=1") == [hawb_of(late).number]
    assert len(shown(client, "?show=3")) == 3
