"""Whose a certificate is: the names that stand in it. Needs no table and no settings."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

ORGANISATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")


@dataclass(frozen=True)
class Owner:
    """Whose certificate it has to be: the person's name, and the firm the person files for."""

    name: str
    firm: str = ""
    pan: str = ""


def common_name(name: x509.Name) -> str:
    """The common name."""
    return told(name, NameOID.COMMON_NAME)


def told(name: x509.Name, of: x509.ObjectIdentifier) -> str:
    """What a name says of that kind, or nothing."""
    found = name.get_attributes_for_oid(of)
    return str(found[0].value) if found else ""


def written(name: str, firm: str = "", pan: str = "") -> x509.Name:
    """A person's name in India, with the firm and its PAN where the person is of one."""
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "IN"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if firm:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, firm))
    if pan:
        parts.append(x509.NameAttribute(ORGANISATION_IDENTIFIER, f"TININ-{pan}"))
    return x509.Name(parts)
