"""The KYC id as the RMS knows it: a keyed hash, so that the same document is known again and its number is kept nowhere."""

from __future__ import annotations

import hmac
import re

from django.conf import settings

from eccs import identifiers

_TOKEN = re.compile(r"[0-9A-F]{64}")
MOST_KINDS = 2  # of documents that one number can be of: a PAN is an IEC as well, and a GSTIN looks like a UIN


def token(kind: str, number: str) -> str:
    """The same KYC document gives the same token, and the token does not give the number."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"kyc:{kind}:{number}".encode(), "sha256").hex()


def tokens_of(text: str) -> list[str]:
    """The tokens of a number as an officer types it, for every kind of document that it can be of; none where it is of none."""
    plain = re.sub(r"[\s-]", "", text).upper()
    if _TOKEN.fullmatch(plain):
        return [plain]
    return [token(kind, plain).upper() for kind, why_not in identifiers.KYC.items() if not why_not(plain)]
