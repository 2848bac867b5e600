"""The one place that asks a web address which a firm named: only public ones, only by HTTPS, and never further than asked.

The name is resolved here, every address it stands for is looked at, and the connection goes to that very address, so that a
name which answers otherwise the next moment leads nowhere. Redirects are not followed. A demonstration also asks this machine.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 10
LONGEST = 300
TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))  # IPv4 addresses in the clothes of IPv6 ones
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")


class NotOutside(Exception):
    """Why an address is not asked, in words."""


class NoAnswer(Exception):
    """Nothing readable came back in time."""


@dataclass(frozen=True)
class Place:
    """A web address, taken apart."""

    host: str
    port: int
    path: str
    secure: bool


def place_of(address: str) -> Place:
    """The parts of an address that may be asked. Raises NotOutside."""
    if len(address) > LONGEST or not re.fullmatch(r"[\x21-\x7e]+", address):
        raise NotOutside(_("Enter an address of at most 300 characters, without spaces, in Latin letters."))
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise NotOutside(_("This is no web address.")) from None
    if parts.scheme != "https" and not (settings.DEMO and parts.scheme == "http"):
        raise NotOutside(_("The address must begin with https://."))
    if parts.username is not None or parts.password is not None or parts.fragment or "\\" in address:
        raise NotOutside(_("The address must hold no name, password or fragment."))
    host = parts.hostname or ""
    if not _HOST.fullmatch(f"[{host}]" if ":" in host else host) or port == 0:
        raise NotOutside(_("This is no web address."))
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return Place(host, port or (443 if parts.scheme == "https" else 80), path, parts.scheme == "https")


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public internet, whatever it is dressed as."""
    found: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.sixtofour or found.teredo or any(found in network for network in TRANSLATED):
            return False
        found = found.ipv4_mapped or found
    if settings.DEMO and found.is_loopback:
        return True
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def resolved(place: Place) -> str:
    """The address behind a name; where any of those is not public, none is asked. Raises NotOutside, NoAnswer."""
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise NoAnswer(_("The name %(host)s is not known.") % {"host": place.host}) from None
    if not found or not all(map(is_public, found)):
        raise NotOutside(_("%(host)s is no public address.") % {"host": place.host})
    return min(found, key=lambda one: (":" in one, one))


class _Pinned(HTTPConnection):
    """A connection to one address that was looked at, under the name that was asked for."""

    def __init__(self, place: Place, address: str) -> None:
        super().__init__(place.host, place.port, timeout=SECONDS)
        self._place, self._address = place, address

    def connect(self) -> None:
        """Connect to the address itself; its certificate must still be that of the name."""
        self.sock = socket.create_connection((self._address, self._place.port), SECONDS)
        if self._place.secure:
            self.sock = _context().wrap_socket(self.sock, server_hostname=self._place.host)


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def post(address: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send a message and return the status of the answer; what else it says is not read. Raises NotOutside, NoAnswer."""
    place = place_of(address)
    connection = _Pinned(place, resolved(place))
    if place.secure:
        connection.default_port = HTTPSConnection.default_port
    late = threading.Timer(2 * SECONDS, lambda: _cut(connection))
    late.daemon = True
    late.start()
    try:
        connection.request("POST", place.path, body, dict(headers))
        return connection.getresponse().status
    except (OSError, HTTPException, ValueError) as fault:
        raise NoAnswer(f"{type(fault).__name__}: {fault}"[:200]) from fault
    finally:
        late.cancel()
        connection.close()


def _cut(connection: HTTPConnection) -> None:
    """A server that answers byte by byte keeps nobody longer than this."""
    with suppress(OSError):
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)
