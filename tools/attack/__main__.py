"""`python -m tools.attack [part …] [--seed N] [--requests N] [--from N] [--processes N] [--rows N] [--minutes N]`: attack ECCS and tell what was found."""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial

WHOLE = 10_000  # requests after which nothing should be left unasked
PARTS = ("requests", "tampering", "headers", "scanners")


def main(words: list[str]) -> int:
    """Every part that is asked for; an error where one found something."""
    asked = argparse.ArgumentParser(prog="make attack ARGS=…", description=__doc__)
    asked.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
    asked.add_argument("--seed", type=int, default=2026)
    asked.add_argument("--requests", type=int, default=100_000)
    asked.add_argument("--from", type=int, default=0, dest="first")
    asked.add_argument("--processes", type=int, default=2, help="among which the requests are shared out")
    asked.add_argument("--rows", type=int, default=10_000)
    asked.add_argument("--minutes", type=float, default=10.0, help="that each scanner may take as each visitor")
    asked.add_argument("--scanners", default="nikto,wapiti,sqlmap")
    asked.add_argument("--visitors", default="nobody,signatory.swift,ao.blr,sysadmin", help="as whom the scanners come")
    given = asked.parse_args(words)
    from tools.attack import world

    world.begin(hashed_quickly=bool(given.parts) and "headers" not in given.parts)
    given.made = world.build()  # one world for all parts
    faults = 0
    for part in PARTS:
        if not given.parts or part in given.parts:
            faults += globals()[f"_{part}"](given)
    print(f"{faults} found." if faults else "Nothing found.")
    return 1 if faults else 0


def _tampering(given: argparse.Namespace) -> int:
    """Rows changed, removed and cut off behind its back."""
    from tools.attack import tampering

    return tampering.run(given.seed, given.rows, partial(print, flush=True))


def _scanners(given: argparse.Namespace) -> int:
    """Three scanners against the running site."""
    from tools.attack import scanners, site, world

    world.let_ask_often()  # else most of what a scanner sends is answered with 429 and tries nothing
    with site.running() as here:
        return scanners.run(
            here, given.minutes, given.scanners.split(","), given.visitors.split(","), partial(print, flush=True)
        )


def _headers(given: argparse.Namespace) -> int:
    """Tricks of headers and hosts over sockets, and brute force."""
    from tools.attack import headers, site, world

    cookie, key = site.session_of("signatory.swift"), world.key_of("signatory.swift")
    with site.running() as here:
        return headers.run(here, world.PASSWORD, key, cookie, partial(print, flush=True))


def _requests(given: argparse.Namespace) -> int:
    """Every address and every form, asked for by everybody."""
    from tests.walk.addresses import names
    from tools.attack import share, world

    processes = min(given.processes, max(1, given.requests // 1000))
    asked = share.Asked(given.made, world.key_of("signatory.swift"), given.seed, given.first, given.requests)
    begun = time.monotonic()
    found = share.run(asked, processes)
    done, seconds = found.answers.total(), time.monotonic() - begun
    print(
        f"{done:,} requests and {found.looked:,} looks, {dict(sorted(found.answers.items()))}, in {seconds:.0f} s by {processes} processes"
    )
    missed = names() - set(found.pages)
    print(f"{len(found.pages)} of {len(names())} addresses asked for, {len(found.read)} of them answered or took it; {len(found.sent)} of {len(found.forms)} forms filled in and sent")  # fmt: skip
    if missed and done >= WHOLE:
        print(f"never asked for: {', '.join(sorted(missed)[:60])}")
    for kind, shown in found.faults.items():
        print(f"✗ {len(shown)} × {kind}: python -m tools.attack requests --seed {given.seed} --from {shown[0].split()[0]} --requests 1")  # fmt: skip
    return len(found.faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
