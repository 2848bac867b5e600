"""What a firm's program and an officer sign with: the key and certificate that the demonstration's authority gave each of the cast."""

from __future__ import annotations

import base64
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

OPTIONS = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]


class Pen:
    """Somebody's key, out of the file with the pass-phrase."""

    def __init__(self, place: Path, username: str, passphrase: str) -> None:
        content = (place / "signing" / "people" / f"{username}.p12").read_bytes()
        key, self.certificate, _above = load_key_and_certificates(content, passphrase.encode())
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{username} has no key that signs")
        self.key = key

    def sign(self, content: str) -> str:
        """A detached CMS over what came in base64, in base64."""
        if self.certificate is None:
            raise TypeError("there is no certificate beside the key")
        made = pkcs7.PKCS7SignatureBuilder().set_data(base64.b64decode(content))
        made = made.add_signer(self.certificate, self.key, hashes.SHA256())
        return base64.b64encode(made.sign(Encoding.DER, OPTIONS)).decode()
