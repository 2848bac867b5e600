"""The doctor looks at the certificate that browsers are shown, at a server of one's own."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import override_settings

from eccs import doctor
from eccs.signing import own_authority
from eccs.signing.names import written
from eccs.signing.own_authority import OwnAuthority

AUTHORITY = OwnAuthority("Trial of the doctor")
Show = Callable[..., str]


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    """Shows a certificate at an address, and tells the address; trusted is the authority alone."""
    trusted = tmp_path / "authority.pem"
    trusted.write_bytes(AUTHORITY.certificate.public_bytes(Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    listening: list[socket.socket] = []

    def shown(name: str = "localhost", authority: OwnAuthority = AUTHORITY, since: int = -1, until: int = 90) -> str:
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = authority.certificate.subject
        begun = own_authority.begun(written(name), issuer, key.public_key(), authority=False, since=since, until=until)
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        made = begun.add_extension(names, critical=False).sign(authority.key, hashes.SHA256())
        own, secret = tmp_path / "own.pem", tmp_path / "own.key"
        own.write_bytes(made.public_bytes(Encoding.PEM))
        own_authority.write(secret, own_authority.private(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(own, secret)
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)
        Thread(target=_answer, args=(server, context), daemon=True).start()
        return f"https://localhost:{server.getsockname()[1]}"

    yield shown
    for server in listening:
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()


def _answer(server: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            line, _from = server.accept()
        except OSError:
            return
        with suppress(OSError), context.wrap_socket(line, server_side=True) as asked:
            asked.recv(1)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({}, ""),
        ({"until": 13}, "is over at"),
        ({"since": -9, "until": -2}, "No browser trusts what localhost shows: certificate has expired"),
        ({"name": "elsewhere"}, "No browser trusts what localhost shows: Hostname mismatch"),
        ({"authority": OwnAuthority("Somebody else")}, "No browser trusts what localhost shows: unable to get local"),
    ],
    ids=["in force", "over soon", "over", "of another name", "of an authority that nobody trusts"],
)
def test_the_certificate_that_browsers_are_shown_is_examined(show: Show, made: dict[str, int], said: str) -> None:
    with override_settings(PUBLIC_URL=show(**made)):
        found = doctor.certificate()
    assert (said in found) if said else found == ""


def test_an_address_that_shows_none_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with override_settings(PUBLIC_URL=f"https://localhost:{port}"):
        assert f"localhost:{port} shows no certificate" in doctor.certificate()
    with override_settings(PUBLIC_URL="http://localhost"):
        assert "no address by HTTPS" in doctor.certificate()


def test_the_hosts_own_certificate_is_examined(tmp_path: Path) -> None:
    """The one by which nginx and Prometheus know a host, where it has one."""
    own, key = tmp_path / "cert.pem", ec.generate_private_key(ec.SECP256R1())

    def told(days: int) -> str:
        issuer = AUTHORITY.certificate.subject
        begun = own_authority.begun(written("web"), issuer, key.public_key(), authority=False, since=-1, until=days)
        own.write_bytes(begun.sign(AUTHORITY.key, hashes.SHA256()).public_bytes(Encoding.PEM))
        with override_settings(TLS_CERTIFICATE=str(own)):
            return doctor.EXAMINATIONS["wire"].find()

    assert told(90) == told(15) == ""
    assert told(13).startswith("The certificate of this host inside is over at ")
    with override_settings(TLS_CERTIFICATE=str(tmp_path / "nothing.pem")):
        assert doctor.EXAMINATIONS["wire"].find().startswith("ECCS_TLS_CERT cannot be read")
    with override_settings(TLS_CERTIFICATE=""):
        assert doctor.EXAMINATIONS["wire"].find() == ""
