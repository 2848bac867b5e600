"""Going round: what is too much for one night is verified in shares, and everything within the days of the dated rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from eccs.dated_rules import rule_book

LEAST = 10_000  # documents, heads or lines of files that are no trouble for one night


class Round(models.Model):
    """How far the verification has come on its way round one kind of things."""

    name = models.CharField(max_length=80, unique=True)
    upto = models.CharField(max_length=120, blank=True)  # the last that was verified; nothing where a round begins
    begun_at = models.DateTimeField()
    whole_at = models.DateTimeField(null=True)  # when the last one came to its end

    def __str__(self) -> str:
        return f"{self.name} {self.upto}"


class Night:
    """The shares of one night. Where it is broken off none of them counts, and they are the next night's."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.nights = rule_book().count("chains_round_days", timezone.localdate(now))
        self.rounds = {one.name: one for one in Round.objects.all()}

    def of_keys(self, name: str, model: Any) -> tuple[int, int | None]:
        """Between which keys the documents of this night lie; the second is nothing where they reach to the last."""
        after = int(self._round(name).upto or 0)
        share = max(LEAST, -(-model._default_manager.count() // self.nights))
        next_ones = model._default_manager.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
        upto = next(iter(next_ones[share - 1 : share]), None)
        self._come_to(name, "" if upto is None else str(upto))
        return after, upto

    def of_names(self, name: str, weighed: Sequence[tuple[str, int]]) -> list[str]:
        """Those of this night, in the order of their names, up to their share of the whole weight."""
        upto, weight = self._round(name).upto, 0
        share = max(LEAST, -(-sum(one for _name, one in weighed) // self.nights))
        ahead = sorted(one for one in weighed if one[0] > upto or not upto)
        chosen: list[str] = []
        for one, its in ahead:
            if chosen and weight + its > share:
                break
            chosen.append(one)
            weight += its
        self._come_to(name, "" if len(chosen) == len(ahead) else chosen[-1])
        return chosen

    def _round(self, name: str) -> Round:
        return self.rounds.setdefault(name, Round(name=name, begun_at=self.now))

    def _come_to(self, name: str, upto: str) -> None:
        one = self._round(name)
        one.begun_at = one.begun_at if one.upto else self.now
        one.upto, one.whole_at = upto, one.whole_at if upto else self.now

    def over(self) -> None:
        """The night's work is done."""
        for one in self.rounds.values():
            one.save()


def late(now: datetime) -> list[str]:
    """Whatever was not verified for a week longer than the dated rule lets pass."""
    days = rule_book().count("chains_round_days", timezone.localdate(now)) + 7
    return [one.name for one in Round.objects.order_by("name") if (now - (one.whole_at or one.begun_at)).days > days]
