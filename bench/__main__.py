"""`python -m bench [name …]`: run the benchmarks, or those named, and print the table."""

from __future__ import annotations

import os
import secrets
import sys
from importlib import import_module

NAMES = (
    "steps",
    "filing",
    "exports",
    "documents",
    "documents_out",
    "uploading",
    "hostile",
    "scanning",
    "access",
    "bonds",
    "queues",
    "signing_in",
    "papers",
    "signatures",
    "walks",
    "tariff",
    "track",
    "reports",
    "duty",
    "challans",
    "payments",
    "payment_kills",
    "rms",
    "rms_past",
    "rms_untold",
    "size",
)
ONLY_WHEN_NAMED = {"size"}  # half an hour, and 45 GiB of disk for 5,000,000 bills


def main(words: list[str]) -> int:
    """Prepare the database once, then measure, and tell each result as it is known."""
    os.environ.setdefault("ECCS_SECRET_KEY", secrets.token_hex(32))
    os.environ.setdefault("ECCS_DEMO", "1")
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    if unknown := set(words) - set(NAMES):
        print(f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    import django

    django.setup()
    from bench import measure, world
    from eccs import acting

    acting.by_default(acting.OWNER)  # tables are laid out and copied; each request works as whoever is signed in
    world.prepare()
    for name in NAMES:
        if name in words or (not words and name not in ONLY_WHEN_NAMED):
            print(f"measuring {name} …", flush=True)
            measure.show(import_module(f"bench.{name}").run())
    return 0


sys.exit(main(sys.argv[1:]))
