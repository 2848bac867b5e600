"""Random walks of bills and manifests through every desk, legal and illegal, each held against the laws after every act."""

from __future__ import annotations

import logging

from hypothesis import Phase

from bench.measure import Row, at_least, timed
from tests.walks.machine import Walk
from tests.walks.state import IMPORTS
from tests.walks.walker import ACTS, walk, walks

WALKS = 2_000


def run() -> list[Row]:
    """Walk; the first law that does not hold ends the benchmarks with the story of its walk."""
    logging.getLogger("payments").setLevel(logging.ERROR)  # what the bank says amiss is meant here
    with walks(IMPORTS):
        taken = timed(lambda: walk(Walk, WALKS, phases=(Phase.generate, Phase.shrink), same=False))
        words = f"{Walk.acts:,} acts, {Walk.moved:,} of them legal, {Walk.acts / taken:,.0f}/s"
        return [
            at_least("walks", words, f"{WALKS:,} walks of {ACTS} acts, no law broken", Walk.acts / (WALKS * ACTS), 1)
        ]
