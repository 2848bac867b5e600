"""The addresses of the reports: everybody's own, with the figures of the own stations behind them."""

from __future__ import annotations

from tests.walk.world import World


def of_reports(world: World) -> None:
    """The overview, reports and their files, with and without what the RMS did."""
    world.common("reports")
    world.common("report-hits")
    for name in ("report", "report-csv", "report-xlsx"):
        world.common(name, "dwell")
        world.common(name, "custodians")
