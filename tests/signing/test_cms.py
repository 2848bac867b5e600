"""Signatures are read and papers are sealed in one process, in whatever order."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from eccs.signing import cms, plain_cms
from eccs.signing.authorities import NotAccepted
from eccs.signing.names import Owner
from tests.signing.conftest import Authority

SCENE = """
import django
django.setup()
from eccs.signing import cms
cms.asn1.CMSAttributeType("1.2.840.113549.1.9.3")  # a signature is read
import pyhanko.sign.attributes  # then a paper is sealed
assert cms.asn1.CMSAttributeType("signing_certificate_v2").dotted == "1.2.840.113549.1.9.16.2.47"
"""


def test_a_paper_is_sealed_after_a_signature_was_read() -> None:
    """What the seal names is known to the library before the first signature is read; it looks through the names only once."""
    done = subprocess.run([sys.executable, "-c", SCENE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_plain_reading_of_a_signature_never_says_anything_else_than_the_library() -> None:
    """Every byte is altered once: what one reading accepts or refuses, the other does too."""
    keyed, content = Authority().issue(Owner("Nila Joshi")), b"a filing"
    der = keyed.sign(content)
    assert plain_cms.read(der).certificates == (keyed.certificate.public_bytes(Encoding.DER),)

    def accepted(read: object, given: bytes) -> bool:
        try:
            return bool(read(given, content) == keyed.certificate)  # type: ignore[operator]
        except NotAccepted:
            return False

    assert accepted(cms.signer_of, der) and accepted(cms._signer_of, der)
    others = [der[:at] + bytes((der[at] ^ 1 << at % 8,)) + der[at + 1 :] for at in range(len(der))]
    others += [der + b"\0", der[:-1], b"", der[:2]]
    ours = [accepted(cms.signer_of, other) for other in others]
    assert ours == [accepted(cms._signer_of, other) for other in others]
    with pytest.raises(NotAccepted):
        cms.signer_of(der, content + b" ")
