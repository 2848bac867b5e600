"""Certificates and the lists that revoke them; what waits for a signature; signatures, and what was found wrong with them."""

from __future__ import annotations

import uuid
from functools import lru_cache
from typing import Any

from cryptography import x509
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


@lru_cache(1024)
def loaded(der: bytes) -> x509.Certificate:
    """A certificate from its bytes; the same few sign again and again, so they are read once. Raises ValueError."""
    try:
        return x509.load_der_x509_certificate(der)
    except x509.InvalidVersion as fault:
        raise ValueError(str(fault)) from fault


class Certificate(models.Model):
    """The certificate with which a person signs (PN17 2.4); it is never deleted, only retired."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="certificates")
    der = models.BinaryField()
    chain = ArrayField(models.BinaryField(), default=list)  # the certificates of CAs that came with it
    fingerprint = models.CharField(max_length=64, unique=True)  # SHA-256, hexadecimal
    name = models.CharField(max_length=200)  # whose it is, as the CA wrote it
    issuer = models.CharField(max_length=400)
    serial = models.CharField(max_length=50)  # hexadecimal
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    registered_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-registered_at", "-pk"]
        indexes = [models.Index(fields=["owner"], name="certificate_in_use", condition=models.Q(retired_at=None))]

    def __str__(self) -> str:
        return f"{self.name}, {self.serial}"

    @property
    def parsed(self) -> x509.Certificate:
        """The certificate itself."""
        return loaded(bytes(self.der))

    @property
    def parsed_chain(self) -> list[x509.Certificate]:
        """The certificates of CAs that came with it."""
        return [loaded(bytes(der)) for der in self.chain]

    @property
    def shown_fingerprint(self) -> str:
        """The fingerprint in groups of four."""
        return " ".join(self.fingerprint[n : n + 4] for n in range(0, 64, 4))


class RevocationList(models.Model):
    """A list of revoked certificates, as a CA issued it on a day and somebody loaded it."""

    issuer = models.CharField(max_length=400)
    der = models.BinaryField()
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)  # when the CA says that the next is due
    entries = models.PositiveIntegerField()
    loaded_at = models.DateTimeField(default=timezone.now)
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["issuer", "-issued_at"]
        indexes = [models.Index(fields=["issuer", "-issued_at"], name="crl_by_issuer")]

    def __str__(self) -> str:
        return f"{self.issuer} {self.issued_at:%d/%m/%Y}"

    @property
    def is_late(self) -> bool:
        """Whether the CA has issued a later one by now."""
        return self.next_at is not None and self.next_at < timezone.now()

    @property
    def parsed(self) -> x509.CertificateRevocationList:
        """The list itself."""
        return x509.load_der_x509_crl(bytes(self.der))


class ToSign(models.Model):
    """One or more filings as they were shown to a person for signing, with what the step needs to be taken then."""

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    way = models.CharField(max_length=10)  # what is taken up once it is signed: `step`, `steps`, `upload`, `page`
    about = models.JSONField(default=dict)  # the address of the step, the keys of the documents
    posted = models.TextField(blank=True)  # the form as it was sent
    files = models.JSONField(default=list)  # and its files, as they are kept meanwhile
    leaves = ArrayField(models.BinaryField())  # the exact bytes of each filing
    content = models.BinaryField()  # the exact bytes that are signed: the one filing, or what names the root of all
    made_at = models.DateTimeField(default=timezone.now)
    cms = models.BinaryField(null=True)
    certificate = models.ForeignKey(Certificate, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="to_sign_by_time")]

    def __str__(self) -> str:
        return str(self.key)


class Signature(models.Model):
    """A filing as it was signed. A database trigger refuses every change."""

    only_added_to = True  # its rows are watched by `eccs.heads`

    kind = models.CharField(max_length=60)  # `bills.courierbillofentry`
    document_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()  # its line in the document's trail
    number = models.CharField(max_length=60, blank=True)
    step = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="signatures")
    at = models.DateTimeField()
    leaf = models.BinaryField()  # the filing, byte for byte as it was shown
    content = models.BinaryField()  # what the CMS is over: the filing, or what names the root of many
    path = models.JSONField(default=list)  # from the filing to that root; nothing where it was signed alone
    place = models.PositiveIntegerField(default=0)
    count = models.PositiveIntegerField(default=1)
    cms = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "document_id", "seq"], name="signature_once_a_line")]
        indexes = [models.Index(fields=["number"], name="signature_by_number")]

    def __str__(self) -> str:
        return f"{self.number or self.document_id} {self.step}"


class SignatureFault(models.Model):
    """Something that the nightly check found: a signed filing is not as it was signed."""

    signature = models.ForeignKey(Signature, models.CASCADE, related_name="faults", null=True)
    number = models.CharField(max_length=60)
    what = models.CharField(max_length=300)
    found_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-last_at", "-pk"]
        verbose_name = _("fault of a signature")

    def __str__(self) -> str:
        return f"{self.number}: {self.what}"

    def touch(self) -> Any:
        """It was found again."""
        self.last_at = timezone.now()
        self.save(update_fields=["last_at"])
