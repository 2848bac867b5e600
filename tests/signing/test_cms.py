"""Signatures are read and papers are sealed in one process, in whatever order."""

from __future__ import annotations

import subprocess
import sys

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
