"""Hosts as Linux has them: a network namespace each, a cable to one switch; a cable can be pulled and two hosts can be parted.

Needs root and iproute2. What is made is taken away at the end, also after a failure.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

NET = "10.88.0"
HERE = f"{NET}.1"  # this program stands at the switch


class Network:
    """A switch and the hosts that are joined to it."""

    def __init__(self, hosts: dict[str, int]) -> None:
        self.hosts = hosts
        self.prefix = f"eccs{os.getpid() % 10000}"

    def address(self, host: str) -> str:
        """The address of a host."""
        return f"{NET}.{self.hosts[host]}"

    def within(self, host: str, *words: str) -> list[str]:
        """A command as it runs on a host."""
        return ["ip", "netns", "exec", f"{self.prefix}-{host}", *words]

    @contextmanager
    def joined(self) -> Iterator[Network]:
        """The network, as long as it is used."""
        try:
            _ip("link", "add", self._switch, "type", "bridge")
            _ip("address", "add", f"{HERE}/24", "dev", self._switch)
            _ip("link", "set", self._switch, "up")
            for host in self.hosts:
                self._join(host)
            yield self
        finally:
            for host in self.hosts:
                _ip("netns", "del", f"{self.prefix}-{host}", check=False)
            _ip("link", "del", self._switch, check=False)

    @property
    def _switch(self) -> str:
        return f"{self.prefix}br"

    def _cable(self, host: str) -> str:
        return f"{self.prefix}c{self.hosts[host]}"

    def _join(self, host: str) -> None:
        space, cable = f"{self.prefix}-{host}", self._cable(host)
        _ip("netns", "add", space)
        _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
        _ip("link", "set", cable, "master", self._switch, "up")
        _ip("-n", space, "address", "add", f"{self.address(host)}/24", "dev", "eth0")
        for device in ("eth0", "lo"):
            _ip("-n", space, "link", "set", device, "up")

    def pull(self, host: str) -> None:
        """Pull the cable of a host: nothing reaches it and nobody is told."""
        _ip("link", "set", self._cable(host), "down")

    def plug(self, host: str) -> None:
        """Put it in again."""
        _ip("link", "set", self._cable(host), "up")

    def part(self, *hosts: str) -> None:
        """Hosts no longer reach each other, and are not told; the others reach them all."""
        for host in hosts:
            _ip("link", "set", self._cable(host), "type", "bridge_slave", "isolated", "on")

    def rejoin(self, *hosts: str) -> None:
        """They reach each other again."""
        for host in hosts:
            _ip("link", "set", self._cable(host), "type", "bridge_slave", "isolated", "off")


def _ip(*words: str, check: bool = True) -> None:
    done = subprocess.run(["ip", *words], check=False, capture_output=True, text=True)
    if check and done.returncode:
        raise SystemExit(f"ip {' '.join(words)}: {done.stderr.strip()}")
