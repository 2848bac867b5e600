"""A small bridge between the browser and a signing token on the same computer. How it speaks: docs/signing-bridge.md.

It listens on 127.0.0.1 alone, answers pages of the named addresses alone, and only with the pairing code that it shows
when it starts. The token signs by PKCS#11; the key stays in the token, and what comes back is a detached CMS.

    python tools/signing_bridge.py --module /usr/lib/softhsm/libsofthsm2.so --origin https://eccs.example
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pkcs11
from asn1crypto import cms, core, tsp, x509
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag
from pkcs11.exceptions import PinIncorrect, PinInvalid, PinLenRange, PinLocked, PKCS11Error
from pkcs11.util.ec import encode_ecdsa_signature

PORT = 8765
LARGEST = 64 * 1024  # bytes of what is signed: one filing, or what names the root of many
WRONG_CODES = 5  # after so many the bridge is started anew, with another code
SIGNS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # of a pairing code: nothing that is taken for something else


class Refusal(Exception):
    """What cannot be done, by a word for the page, and a sentence for the person."""

    def __init__(self, word: str, sentence: str, status: int = 409) -> None:
        super().__init__(sentence)
        self.word, self.sentence, self.status = word, sentence, status


class Tokens:
    """The tokens that are plugged in, by one PKCS#11 module."""

    def __init__(self, module: str) -> None:
        self.library = pkcs11.lib(module)
        self.one_at_a_time = threading.Lock()

    def certificates(self) -> list[dict[str, str]]:
        """Every certificate on every token, which is read without a PIN."""
        with self.one_at_a_time:
            found = [
                {
                    "token": str(token.label),
                    "fingerprint": fingerprint(der),
                    "certificate": base64.b64encode(der).decode(),
                }
                for token in self._tokens()
                for der, _id in _certificates(token)
            ]
        if not found:
            raise Refusal("no-certificate", "There is no certificate on the token.")
        return found

    def sign(self, content: bytes, wanted: str, pin: str) -> bytes:
        """A detached CMS over the content, made with the key that belongs to the certificate of this fingerprint."""
        with self.one_at_a_time:
            for token in self._tokens():
                held = _certificates(token)
                own = next((pair for pair in held if fingerprint(pair[0]) == wanted), None)
                if own is not None:
                    others = [der for der, _id in held if der != own[0]]
                    return _signed(token, content, own, others, pin)
        raise Refusal("no-certificate", "The certificate is not on the token that is plugged in.")

    def _tokens(self) -> list[Any]:
        try:
            self.library.reinitialize()  # so that a token plugged in meanwhile is seen
            tokens = [one for one in self.library.get_tokens() if one.flags & TokenFlag.TOKEN_INITIALIZED]
        except PKCS11Error as fault:
            raise Refusal(
                "no-token", "The token cannot be read. Take it out, put it in again and try once more."
            ) from fault
        if not tokens:
            raise Refusal("no-token", "No token is plugged in.")
        return tokens


def fingerprint(der: bytes) -> str:
    """The SHA-256 of a certificate."""
    return hashlib.sha256(der).hexdigest()


def _certificates(token: Any) -> list[tuple[bytes, bytes]]:
    """The certificates of a token, each with the name that its key has there."""
    try:
        with token.open() as session:
            rows = session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
            return [(bytes(row[Attribute.VALUE]), bytes(row[Attribute.ID])) for row in rows]
    except PKCS11Error:  # it was taken out at this moment, or is of a kind that the module cannot open
        return []


def _signed(token: Any, content: bytes, own: tuple[bytes, bytes], others: list[bytes], pin: str) -> bytes:
    try:
        with token.open(user_pin=pin) as session:
            asked = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: own[1]}
            key = next(iter(session.get_objects(asked)), None)
            if key is None:
                raise Refusal("no-key", "The key of the certificate is not on the token.")
            return detached(content, own[0], others, key)
    except (PinIncorrect, PinInvalid, PinLenRange) as fault:
        raise Refusal("wrong-pin", "The PIN is wrong.") from fault
    except PinLocked as fault:
        raise Refusal(
            "pin-locked", "The PIN is locked after too many wrong ones: whoever issued the token opens it again."
        ) from fault
    except PKCS11Error as fault:
        raise Refusal("failed", f"The token did not sign ({type(fault).__name__}).") from fault


def detached(content: bytes, own: bytes, others: list[bytes], key: Any) -> bytes:
    """The detached CMS (RFC 5652), with the digest, the time and the certificate's own digest (RFC 5035) among what is signed."""
    certificate = x509.Certificate.load(own)
    signing = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(own).digest()}]})
    told = cms.CMSAttributes([
        {"type": "content_type", "values": ["data"]},
        {"type": "signing_time", "values": [cms.Time({"utc_time": core.UTCTime(datetime.now(UTC))})]},
        {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
        {"type": "signing_certificate_v2", "values": [signing]},
    ])  # fmt: skip
    over = told.dump()
    curve = key.key_type == KeyType.EC
    if curve:
        made = encode_ecdsa_signature(key.sign(hashlib.sha256(over).digest(), mechanism=Mechanism.ECDSA))
    elif key.key_type == KeyType.RSA:
        made = key.sign(over, mechanism=Mechanism.SHA256_RSA_PKCS)
    else:
        raise Refusal("no-key", "The key on the token is neither RSA nor of an elliptic curve.")
    named = {"algorithm": "sha256_ecdsa"} if curve else {"algorithm": "rsassa_pkcs1v15"}
    signer = {
        "version": "v1", "digest_algorithm": {"algorithm": "sha256"}, "signed_attrs": told, "signature": made,
        "sid": {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}},
        "signature_algorithm": named,
    }  # fmt: skip
    signed = cms.SignedData({
        "version": "v1", "digest_algorithms": [{"algorithm": "sha256"}], "encap_content_info": {"content_type": "data"},
        "certificates": [certificate, *map(x509.Certificate.load, others)], "signer_infos": [signer],
    })  # fmt: skip
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


class Bridge(ThreadingHTTPServer):
    """The server on this computer, with the pages it answers and the code they must know."""

    daemon_threads = True

    def __init__(self, port: int, origins: list[str], tokens: Tokens) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.origins = {f"{urlsplit(one).scheme}://{urlsplit(one).netloc}" for one in origins}
        self.tokens, self.code, self.wrong = tokens, "".join(secrets.choice(SIGNS) for _n in range(8)), 0
        self.counting = threading.Lock()

    @property
    def hosts(self) -> set[str]:
        """By which names a browser may call it: any other name was made to lead here."""
        return {f"127.0.0.1:{self.server_port}", f"localhost:{self.server_port}"}

    def pair(self, code: str) -> None:
        """Refuse whoever does not know the code; after a few wrong ones, everybody."""
        with self.counting:
            if self.wrong >= WRONG_CODES:
                raise Refusal("locked", "Too many wrong pairing codes. Close the bridge and start it again.", 403)
            typed = code.strip().upper().encode("ascii", "replace")
            if not hmac.compare_digest(typed, self.code.encode()):
                self.wrong += 1
                raise Refusal("wrong-code", "The pairing code is not the one that the bridge shows.", 403)
            self.wrong = 0


class Handler(BaseHTTPRequestHandler):
    """One question of a page."""

    server: Bridge
    timeout = 30

    def do_OPTIONS(self) -> None:
        """A browser asks before it sends: only pages of the named addresses may."""
        if self._foreign():
            return
        self._answer(204, None)

    def do_POST(self) -> None:
        """`/certificates` lists what is on the tokens; `/sign` signs."""
        if self._foreign():
            return
        try:
            self.server.pair(self.headers.get("X-Pairing-Code", ""))
            given = self._given()
            if self.path == "/certificates":
                told: dict[str, Any] = {"certificates": self.server.tokens.certificates()}
            elif self.path == "/sign":
                told = {"cms": base64.b64encode(self._sign(given)).decode()}
            else:
                raise Refusal("unknown", "The bridge knows no such question.", 404)
        except Refusal as refusal:
            print(f"Refused: {refusal.sentence}", flush=True)
            self._answer(refusal.status, {"error": refusal.word, "words": refusal.sentence})
        else:
            self._answer(200, told)

    def _sign(self, given: dict[str, Any]) -> bytes:
        try:
            content = base64.b64decode(str(given.get("content", "")), validate=True)
        except binascii.Error as fault:
            raise Refusal("bad-request", "What is to be signed is not in base64.", 400) from fault
        if not 0 < len(content) <= LARGEST:
            raise Refusal("bad-request", "What is to be signed is empty or too large.", 400)
        made = self.server.tokens.sign(content, str(given.get("fingerprint", "")), str(given.get("pin", "")))
        print(
            f"Signed {len(content)} bytes for {self.headers['Origin']}, SHA-256 {hashlib.sha256(content).hexdigest()}",
            flush=True,
        )
        return made

    def _given(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > 2 * LARGEST:
            raise Refusal("bad-request", "The question is too large.", 400)
        try:
            given = json.loads(self.rfile.read(int(length)) or b"{}")
        except ValueError as fault:
            raise Refusal("bad-request", "The question is not JSON.", 400) from fault
        if not isinstance(given, dict):
            raise Refusal("bad-request", "The question is not an object.", 400)
        return given

    def _foreign(self) -> bool:
        """Whether the page, or the name by which it called, is not one of those named; then it is told nothing at all."""
        own = (
            self.headers.get("Origin", "") in self.server.origins and self.headers.get("Host", "") in self.server.hosts
        )
        if not own:
            print(f"Refused: a page of {self.headers.get('Origin', 'no address')!r} asked", flush=True)
            self.send_response(403)
            self.send_header("Content-Length", "0")
            self.end_headers()
        return not own

    def _answer(self, status: int, told: dict[str, Any] | None) -> None:
        body = json.dumps(told).encode() if told is not None else b""
        self.send_response(status)
        for name, value in self._headers():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _headers(self) -> Iterator[tuple[str, str]]:
        yield "Access-Control-Allow-Origin", self.headers["Origin"]
        yield "Access-Control-Allow-Methods", "POST"
        yield "Access-Control-Allow-Headers", "Content-Type, X-Pairing-Code"
        yield "Access-Control-Allow-Private-Network", "true"
        yield "Vary", "Origin"
        yield "Cache-Control", "no-store"
        yield "Content-Type", "application/json"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 named by the library
        """What is refused or signed is said in words instead."""


def main() -> None:
    """Start the bridge, and say where it is and under which code."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--module", required=True, help="the PKCS#11 module of the token, a .so or .dll")
    asked.add_argument(
        "--origin", required=True, action="append", help="the address of ECCS; may be given several times"
    )
    asked.add_argument("--port", type=int, default=PORT)
    given = asked.parse_args()
    bridge = Bridge(given.port, given.origin, Tokens(given.module))
    print(f"Bridge: http://127.0.0.1:{bridge.server_port} for {', '.join(sorted(bridge.origins))}", flush=True)
    print(f"Pairing code: {bridge.code}", flush=True)
    try:
        bridge.serve_forever()
    except KeyboardInterrupt:
        print("The bridge is closed.", flush=True)


if __name__ == "__main__":
    main()
