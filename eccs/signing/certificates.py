"""Certificates of people: registered, retired, and whether one can be signed with now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone
from django.utils.translation import gettext as _

from eccs import dated_rules
from eccs.signing import authorities, names
from eccs.signing.authorities import NotAccepted
from eccs.signing.models import Certificate
from eccs.signing.names import Owner


def register(user_id: int, owner: Owner, content: bytes) -> Certificate:
    """Register the certificate in a file as this person's. Raises NotAccepted with every reason."""
    found, came_with = authorities.read(content)
    reasons = [*authorities.whose(found, owner), *authorities.why_not(found, came_with, timezone.now(), demand_list=lists_demanded())]  # fmt: skip
    fingerprint = authorities.fingerprint_of(found)
    known = Certificate.objects.filter(fingerprint=fingerprint).first()
    if known is not None:
        reasons.append(_already(known, user_id))
    if reasons:
        raise NotAccepted(" ".join(reasons))
    return Certificate.objects.create(
        owner_id=user_id, der=found.public_bytes(Encoding.DER), chain=[one.public_bytes(Encoding.DER) for one in came_with],
        fingerprint=fingerprint, name=names.common_name(found.subject)[:200], issuer=found.issuer.rfc4514_string()[:400],
        serial=f"{found.serial_number:X}", valid_from=found.not_valid_before_utc, valid_until=found.not_valid_after_utc,
    )  # fmt: skip


def _already(known: Certificate, user_id: int) -> str:
    if known.owner_id != user_id:
        return _("The certificate is registered by somebody else.")
    if known.retired_at is not None:
        return _("You retired this certificate: it cannot be registered again.")
    return _("The certificate is registered already.")


def lists_demanded() -> bool:
    """Whether a certificate counts only while a list of revoked ones of its authority is loaded and in date."""
    return dated_rules.rule_book().is_on("revocation_lists_demanded", timezone.localdate())


def why_not(certificate: Certificate, moment: datetime) -> list[str]:
    """Every reason why a registered certificate cannot be signed with at a moment."""
    if certificate.retired_at is not None and certificate.retired_at <= moment:
        at = f"{timezone.localtime(certificate.retired_at):%d/%m/%Y %H:%M}"
        return [_("The certificate was retired on %(moment)s.") % {"moment": at}]
    return authorities.why_not(certificate.parsed, certificate.parsed_chain, moment, demand_list=lists_demanded())


def retire(certificate: Certificate) -> None:
    """Nothing is signed with the certificate from now on; what was signed with it stays signed."""
    Certificate.objects.filter(pk=certificate.pk, retired_at=None).update(retired_at=timezone.now())


def in_use(user_id: int) -> Sequence[Certificate]:
    """The certificates of a person that are not retired."""
    return list(Certificate.objects.filter(owner_id=user_id, retired_at=None))
