"""Where the firm's webhook leads: a program that takes each message, and forgets none."""

from __future__ import annotations

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """It counts how often each message came."""

    def __init__(self) -> None:
        taken: Counter[str] = Counter()

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                taken[self.headers.get("ECCS-Delivery", "")] += 1
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_words: Any) -> None:
                """Nothing is told."""

        self.taken = taken
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where messages are sent."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook"
