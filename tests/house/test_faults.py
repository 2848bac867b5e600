"""The trial of faults: who dies when is the same for the same seed, and an officer ticks what a queue offers."""

from __future__ import annotations

from collections import Counter

from eccs.templatetags.eccs import tick
from tools.faults.killer import VICTIMS, planned
from tools.faults.officers import ticked


def test_the_same_seed_kills_the_same_at_the_same_places() -> None:
    found = planned(1000, 7)
    assert found == planned(1000, 7) != planned(1000, 8)
    everybody = [one for lane in found.values() for one in lane]
    assert set(Counter(victim for victim, _place, _chance in everybody)) == set(VICTIMS) and len(everybody) == 1000
    assert all(places == sorted(places) for lane in found.values() if (places := [place for _v, place, _c in lane]))


def test_an_officer_ticks_each_bill_of_a_queue_once() -> None:
    class Row:
        def __init__(self, pk: int) -> None:
            self.pk = pk

        def __str__(self) -> str:
            return f"CBE-XIII {self.pk}"

    boxes = "".join(tick(Row(pk), "Select", ()) for pk in (12, 7, 12))
    assert ticked(f"<table>{boxes}</table>") == ["12", "7"]
