"""`python -m tools.first_flight https://eccs.example --link LINK --second-link LINK --letters FOLDER --authority FOLDER`.

The links are what `manage.py first_admin` said of two System Admins; the letters come from `tools.first_flight.post`; the authority from
`tools.first_flight.authority`. Each stage is told with its seconds; where one fails, what stood on the page is told, and the exit is 1.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from tools.first_flight.authority import authority_of
from tools.first_flight.flight import Flight
from tools.first_flight.people import People, Stuck
from tools.first_flight.post import link_to
from tools.first_flight.setting_up import Station

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def asked() -> argparse.Namespace:
    """What is asked on the command line."""
    told = argparse.ArgumentParser(prog="tools.first_flight", description="The first flight of a fresh installation.")
    told.add_argument("address", help="https address of the installation")
    told.add_argument("--link", required=True, help="the first System Admin's link (manage.py first_admin)")
    told.add_argument("--second-link", required=True, help="that of the second, who approves what the first proposes")
    told.add_argument("--names", default="tara,uma", help="their user names, a comma between")
    told.add_argument("--letters", type=Path, required=True, help="the folder in which letters arrive as .eml")
    told.add_argument("--authority", type=Path, required=True, help="the folder of the trial's certifying authority")
    told.add_argument("--station", default="JAI", help="the station that is set up")
    told.add_argument("--resolve", default="", help="where the name of the installation lies, such as 127.0.0.1")
    told.add_argument("--own-certificate", action="store_true", help="take a TLS certificate of no known authority")
    return told.parse_args()


def fly(given: argparse.Namespace, people: People) -> None:
    """Every stage, in the order of the README."""
    first, second = given.names.split(",")
    station = Station(people, given.station, lambda address: link_to(address, given.letters))
    flight = Flight(station)
    stages: tuple[tuple[str, Callable[[], object]], ...] = (
        ("first System Admin", lambda: people.welcome(first, first, given.link)),
        ("second System Admin", lambda: people.welcome(second, second, given.second_link)),
        ("rates loaded and approved", lambda: station.rates(first, second)),
        ("signatures demanded", lambda: station.rules(first)),
        ("Port Admin, roles, officers", lambda: station.open(first)),
        ("custodian, importer, courier and bond", station.firms),
        ("Group Admins and people of the trade", station.trade),
        ("manifest", flight.file_manifest),
        ("bills", flight.file_bills),
        ("duty paid at the bank", flight.pay),
        ("landed", flight.land),
        ("arrival scanned", flight.scan),
        ("one X-ray picture is dark", flight.suspect),
        ("X-ray cleared", flight.clear_xray),
        ("the remaining desks", lambda: print("\n".join(flight.clear()))),
        ("orders printed under seal", flight.orders),
    )
    began = time.monotonic()
    for name, stage in stages:
        at = time.monotonic()
        print(f"{name} …", flush=True)
        stage()
        print(f"{name}: {time.monotonic() - at:.1f} s", flush=True)
    print(f"Out of Charge: {', '.join(flight.bills)}, {time.monotonic() - began:.0f} s in all")


def main() -> None:
    """Go the whole way, or say loudly where it ends."""
    given = asked()
    rules = [f"--host-resolver-rules=MAP * {given.resolve}, EXCLUDE 127.0.0.1"] if given.resolve else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", *rules]
        )
        people = People(browser, given.address, authority_of(given.authority), own_certificate=given.own_certificate)
        try:
            fly(given, people)
        except (Stuck, Error, TimeoutError) as fault:
            print(f"STUCK: {fault}\n{people.where(Path('first-flight.png'))}", file=sys.stderr, flush=True)
            sys.exit(1)
        finally:
            browser.close()


if __name__ == "__main__":
    main()
