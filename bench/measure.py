"""Rounds, medians and the table."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

RESULTS = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, beside what, the ratio and what it should be."""

    name: str
    measured: str
    beside: str
    ratio: float
    aim: str
    good: bool


def timed(work: Callable[[], object]) -> float:
    """Seconds that a piece of work takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def rounds(count: int, base: Callable[[], float], candidate: Callable[[], float]) -> tuple[float, float]:
    """Medians of base and candidate, measured in turn: base, candidate, base, each round."""
    bases, candidates = [], []
    for _round in range(count):
        bases.append(base())
        candidates.append(candidate())
        bases.append(base())
    return median(bases), median(candidates)


def at_least(name: str, measured: str, beside: str, ratio: float, aim: float) -> Row:
    """A ratio that should not fall below the aim."""
    return Row(name, measured, beside, ratio, f"≥ {aim:g}", ratio >= aim)


def at_most(name: str, measured: str, beside: str, ratio: float, aim: float) -> Row:
    """A ratio that should not rise above the aim."""
    return Row(name, measured, beside, ratio, f"≤ {aim:g}", ratio <= aim)


def show(rows: list[Row]) -> None:
    """Print the table and keep it beside the benchmarks."""
    wide = max(len(row.name) for row in rows)
    for row in rows:
        mark = "✓" if row.good else "✗"
        print(
            f"{mark} {row.name:{wide}}  {row.ratio:8.3f}  {row.aim:8}  {row.measured}, beside {row.beside}", flush=True
        )
    RESULTS.parent.mkdir(exist_ok=True)
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    known.update({row.name: asdict(row) for row in rows})
    RESULTS.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n")
