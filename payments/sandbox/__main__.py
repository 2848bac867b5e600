"""Start the sandbox bank: `python -m payments.sandbox --port 8001`."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from types import FrameType
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from payments.bank import KeyRing
from payments.sandbox.ledger import Ledger
from payments.sandbox.post import PostOffice
from payments.sandbox.site import Site

logger = logging.getLogger("sandbox-bank")


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each request."""

    daemon_threads = True


class Handler(WSGIRequestHandler):
    """Logs addresses without their queries, which carry signed messages."""

    timeout = 20

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the standard library's
        """One line for a request."""
        logger.info("%s", (format % args).split("?")[0])

    def address_string(self) -> str:
        """The address of the caller, never looked up by name."""
        return str(self.client_address[0])


def stop(_signal: int, _frame: FrameType | None) -> None:
    """Leave the main loop at once; what was not sent yet stays in the post."""
    raise SystemExit(0)


def main() -> None:
    """Serve until stopped. Without ECCS_DEMO=1 or without the key shared with ECCS there is no sandbox bank."""
    arguments = argparse.ArgumentParser(prog="payments.sandbox", description="The sandbox bank of ECCS.")
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=8001)
    arguments.add_argument(
        "--ledger", type=Path, default=Path(os.environ.get("ECCS_SANDBOX_LEDGER", "var/sandbox-bank.sqlite3"))
    )
    given = arguments.parse_args()
    if os.environ.get("ECCS_DEMO") != "1":
        sys.exit("The sandbox bank starts only where ECCS_DEMO=1.")
    try:
        keys = KeyRing.of(os.environ.get("ECCS_BANK_KEY", ""))
    except ValueError as fault:
        sys.exit(f"The sandbox bank does not start: ECCS_BANK_KEY: {fault}.")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    notify_url = os.environ.get("ECCS_NOTIFY_URL", "http://127.0.0.1:8000/payments/bank/confirmation/")
    ledger = Ledger(given.ledger)
    office = PostOffice(ledger, keys, notify_url)
    site = Site(ledger, keys, late_seconds=float(os.environ.get("ECCS_SANDBOX_LATE_SECONDS", "60")), wake=office.wake)
    try:
        server = make_server(given.host, given.port, site, Server, Handler)
    except OSError as fault:
        sys.exit(f"The sandbox bank does not start: port {given.port}: {fault.strerror}.")
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    office.start()
    logger.info("SANDBOX bank at http://%s:%s, confirming to %s", given.host, given.port, notify_url)
    with server:
        server.serve_forever()


if __name__ == "__main__":
    main()
