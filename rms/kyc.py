"""The KYC id as the RMS knows it: a keyed hash, so that the same document is known again and its number is kept nowhere."""

from __future__ import annotations

import hmac
import re

from django.conf import settings

_LOOKS = {
    "AADHAAR": re.compile(r"\d{12}"), "PAN": re.compile(r"[A-Z]{5}\d{4}[A-Z]"), "PASSPORT": re.compile(r"[A-Z]\d{7}"),
    "VOTER_ID": re.compile(r"[A-Z]{3}\d{7}"), "GSTIN": re.compile(r"\d{2}[A-Z]{5}\d{4}[A-Z][A-Z\d]Z[A-Z\d]"),
}  # fmt: skip
_TOKEN = re.compile(r"[0-9A-F]{64}")


def token(kind: str, number: str) -> str:
    """The same KYC document gives the same token, and the token does not give the number."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"kyc:{kind}:{number}".encode(), "sha256").hex()


def token_of(text: str) -> str:
    """The token of a number as an officer types it, by how it looks; nothing where it looks like no KYC document."""
    plain = re.sub(r"[\s-]", "", text).upper()
    if _TOKEN.fullmatch(plain):
        return plain
    kind = next((kind for kind, looks in _LOOKS.items() if looks.fullmatch(plain)), "")
    return token(kind, plain).upper() if kind else ""
