"""Where the bars of a drawing are; the same figures stand in a table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

WIDTH, HEIGHT = 720, 190
LEFT, TOP, FLOOR = 64, 14, 158
LABELS = 14  # at most under the columns
LONGEST = 14  # bars
ROW, NAME, BAR = 26, 250, 360


class Point(NamedTuple):
    """A figure of a drawing, and what it was in the period before."""

    label: str
    value: Any
    before: Any = None
    words: str = ""  # the figure as people read it


def scale(top: Any) -> list[int]:
    """Round figures for the lines of a drawing, from nothing to at least the top."""
    size = max(1, int(top) + (int(top) != top))
    step = next(n * 10**power for power in range(20) for n in (1, 2, 5) if n * 10**power * 4 >= size)
    return [step * n for n in range(-(-size // step) + 1)]


def columns(points: Sequence[Point], shown: Any) -> dict[str, Any]:
    """Upright bars in their order, with lines at round figures; of spans of time the lines are hours or days."""
    top = max((value for one in points for value in (one.value, one.before) if value is not None), default=0)
    lines = scale(top)
    if shown.unit == "span" and top > 120:
        unit = next(n for n in (86_400, 3600, 60) if top > 2 * n)
        lines = [line * unit for line in scale(Decimal(top) / unit)]
    room, most = FLOOR - TOP, lines[-1]
    slot = (WIDTH - LEFT - 4) // max(1, len(points))
    width, every = max(2, min(34, slot * 7 // 10)), -(-len(points) // LABELS)
    bars = []
    for n, one in enumerate(points):
        x = LEFT + n * slot + (slot - width) // 2
        height = _share(one.value, most, room)
        bars.append({
            "x": x, "y": FLOOR - height, "width": width, "height": height, "middle": x + width // 2, "words": f"{one.label}: {shown.shown(one.value)}",
            "label": one.label if n % every == 0 else "", "before_y": None if one.before is None else FLOOR - _share(one.before, most, room),
            "left": x - 3, "right": x + width + 3,
        })  # fmt: skip
    marks = [{"y": FLOOR - _share(line, most, room), "text_y": FLOOR - _share(line, most, room) + 4, "words": shown.shown(line)} for line in lines]  # fmt: skip
    return {"bars": bars, "lines": marks, "width": WIDTH, "height": HEIGHT, "left": LEFT, "label_y": FLOOR + 18, "edge": LEFT - 6, "floor": FLOOR}  # fmt: skip


def lying(points: Sequence[Point], shown: Any) -> dict[str, Any]:
    """Lying bars, the largest first, as many as can be read at a glance."""
    drawn = [one for one in points if one.value is not None][:LONGEST]
    top = max((value for one in drawn for value in (one.value, one.before) if value is not None), default=0) or 1
    bars = [
        {
            "y": n * ROW + 4, "text_y": n * ROW + 18, "end_y": n * ROW + 24, "length": _share(one.value, top, BAR), "label": one.label,
            "before_x": None if one.before is None else NAME + _share(one.before, top, BAR),
            "words": shown.shown(one.value),
        }
        for n, one in enumerate(drawn)
    ]  # fmt: skip
    return {
        "bars": bars,
        "left": NAME,
        "name_x": NAME - 8,
        "text_x": NAME + BAR + 14,
        "width": WIDTH,
        "height": max(1, len(drawn)) * ROW + 4,
    }


def _share(value: Any, top: Any, room: int) -> int:
    return int(value * room / top) if value is not None and top else 0
