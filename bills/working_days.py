"""The working days of Customs: neither a weekly holiday by its dated rule nor a day of the holiday calendar."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property

from bills.models import Holiday
from eccs.dated_rules import rule_book

LONGEST = 60  # days that are looked through for the next working day


class Calendar:
    """The holidays between two days, read once for as many bills as ask, and not at all where none does."""

    def __init__(self, since: date, until: date) -> None:
        self._since, self._until = since, until + timedelta(days=LONGEST)

    @cached_property
    def _holidays(self) -> set[tuple[str, date]]:
        rows = Holiday.objects.filter(day__range=(self._since, self._until))
        return {(station or "", day) for station, day in rows.values_list("station", "day")}

    def is_working(self, day: date, station: str) -> bool:
        """Whether Customs works at a station on a day."""
        if ("", day) in self._holidays or (station, day) in self._holidays:
            return False
        weekly = {5: "saturday_is_holiday", 6: "sunday_is_holiday"}.get(day.weekday())
        return weekly is None or not rule_book().is_on(weekly, day, station)

    def after(self, day: date, count: int, station: str) -> date:
        """So many working days after a day; the day itself where none is counted."""
        for _step in range(LONGEST):
            if count <= 0:
                break
            day += timedelta(days=1)
            count -= self.is_working(day, station)
        return day
