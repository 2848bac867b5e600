"""Many people at one desk at once: each document is in one person's hands."""

from __future__ import annotations

from functools import partial

import pytest

from bills.listing import BILLS
from bills.stages import Stage
from eccs import desk_work
from eccs.in_hand import InHand
from eccs.workflow import Refused, take
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_ten_officers_take_one_bill_up_and_one_has_it() -> None:
    one = bill(Stage.ASSESSMENT)
    officers = [actor("ASSESSING_OFFICER", name=f"Officer {n}") for n in range(10)]
    done = together(*(partial(desk_work.take_up, BILLS, one, officer) for officer in officers))
    assert done.count(None) == 1
    assert all(isinstance(one, Refused) and "has it in hand" in one.reasons[0] for one in done if one is not None)
    assert InHand.objects.get().by_id == officers[done.index(None)].user_id


def test_a_step_and_a_taking_up_at_once_leave_nothing_in_hand_at_another_stage() -> None:
    for n in range(5):
        one = bill(Stage.ASSESSMENT)
        asking = partial(take, one, "raise_query", actor("ASSESSING_OFFICER", name=f"Asker {n}"), question="Why?")
        taking = partial(desk_work.take_up, BILLS, one, actor("ASSESSING_OFFICER", name=f"Taker {n}"))
        asked, taken = together(asking, taking)
        assert isinstance(asked, Refused) != isinstance(taken, Refused)
        row = InHand.objects.filter(document_id=one.pk).first()
        assert (row is None) == isinstance(taken, Refused)
