"""Letters in a folder: a small mail server that keeps each as a file, and who reads them.

`python -m tools.first_flight.post FOLDER` takes letters at 127.0.0.1:1025 until it is stopped. It is for trials: it sends nothing on.
"""

from __future__ import annotations

import argparse
import asyncio
import email
import itertools
import re
import time
from email import policy
from pathlib import Path

PATIENCE = 90.0  # seconds a letter may take
LINK = re.compile(r"https?://\S+/password/reset/\S+")


def link_to(address: str, folder: Path) -> str:
    """The link to choose a password in the last letter to an address, once there is one. Raises TimeoutError."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for path in sorted(folder.glob("*.eml"), reverse=True):
            letter = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            body = letter.get_body(("plain",))
            found = LINK.search(str(body.get_content())) if body is not None else None
            if found and address in str(letter["To"]):
                return found[0]
        time.sleep(0.5)
    raise TimeoutError(f"no letter with a link to {address} came into {folder} within {PATIENCE:.0f} seconds")


class Taking:
    """Takes letters and writes each into the folder, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.numbers = folder, itertools.count(1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation with somebody who brings letters (RFC 5321, as much as a trial needs)."""
        writer.write(b"220 letters are kept here\r\n")
        while line := await reader.readline():
            word = line.strip().upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                self._keep(await self._letter(reader))
            writer.write(b"221 good bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            await writer.drain()
            if word == b"QUIT":
                break
        writer.close()

    @staticmethod
    async def _letter(reader: asyncio.StreamReader) -> bytes:
        lines: list[bytes] = []
        while (line := await reader.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _keep(self, letter: bytes) -> None:
        path = self.folder / f"{time.time_ns()}-{next(self.numbers):06d}.eml"
        path.with_suffix(".part").write_bytes(letter)
        path.with_suffix(".part").rename(path)


async def _take(folder: Path, port: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    async with await asyncio.start_server(Taking(folder).serve, "127.0.0.1", port) as server:
        await server.serve_forever()


def main() -> None:
    """Take letters until stopped."""
    asked = argparse.ArgumentParser(prog="tools.first_flight.post", description="Keeps letters in a folder.")
    asked.add_argument("folder", type=Path)
    asked.add_argument("--port", type=int, default=1025)
    given = asked.parse_args()
    asyncio.run(_take(given.folder, given.port))


if __name__ == "__main__":
    main()
