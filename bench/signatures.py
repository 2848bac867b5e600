"""Signatures verified as the nightly check does it (bytes, certificate, chain, revocation, trail), beside bare verification of their CMS."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from asn1crypto import cms as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from django.test import override_settings

from accounts.certificate_views import owner_of
from bench import world
from bench.measure import Row, at_least, rounds
from eccs.signing import certificates, gate, presenting, verifying
from eccs.signing.gate import Presented
from eccs.signing.models import Certificate, Signature
from eccs.signing.own_authority import Keyed, OwnAuthority
from eccs.workflow import take
from tests.factories.manifests import house_airway_bill

FILINGS, ROUNDS = 1000, 7
OPTIONS = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]


def run() -> list[Row]:
    """Sign manifests one by one, then verify all of them both ways."""
    with TemporaryDirectory() as folder, override_settings(SIGNING_CA_DIR=Path(folder)):
        _sign(Path(folder))
        kept = [(bytes(one.cms), bytes(one.content)) for one in Signature.objects.all()]
        assert len(kept) == FILINGS

        def bare() -> None:
            for one in kept:
                _bare(*one)

        base, mine = rounds(ROUNDS, lambda: _timed(bare), lambda: _timed(_all))
        assert not any(reasons for _one, _number, reasons in verifying.check_all())
    return [
        at_least(
            "Signatures verified at night",
            f"{FILINGS / mine:,.0f} signatures/s",
            f"bare CMS verification {FILINGS / base:,.0f}/s",
            base / mine,
            0.8,
        )
    ]


def _timed(work: Callable[[], None]) -> float:
    """Processor seconds: what else runs on the machine does not count."""
    start = process_time()
    work()
    return process_time() - start


def _all() -> None:
    for _found in verifying.check_all():
        pass


def _bare(der: bytes, content: bytes) -> None:
    """The signature over the content by the key of the certificate that came with it, and nothing else."""
    signed = asn1.ContentInfo.load(der)["content"]
    info = signed["signer_infos"][0]
    said = next(one["values"][0].native for one in info["signed_attrs"] if one["type"].native == "message_digest")
    assert hmac.compare_digest(said, hashlib.sha256(content).digest())
    key = x509.load_der_x509_certificate(signed["certificates"][0].chosen.dump()).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(info["signature"].native, info["signed_attrs"].untag().dump(), ec.ECDSA(hashes.SHA256()))


def _sign(folder: Path) -> None:
    above = OwnAuthority("Benchmark CA")
    (folder / "root.pem").write_bytes(above.certificate.public_bytes(Encoding.PEM))
    user, actor = world.person("signatory.swift"), world.actor("signatory.swift")
    own = above.issue(owner_of(user))
    registered = certificates.register(user.pk, owner_of(user), own.pem)
    for _n in range(FILINGS):
        _submit_signed(actor, registered, own)


def _submit_signed(actor: object, registered: Certificate, own: Keyed) -> None:
    manifest = world.draft()
    house_airway_bill(manifest)
    type(manifest).objects.filter(pk=manifest.pk).update(hawb_count=1, package_count=1, gross_weight_kg="4.2")
    with gate.on_trial() as trial:
        take(type(manifest).objects.get(pk=manifest.pk), "submit", actor)  # type: ignore[arg-type]
    leaves, content = presenting.written(trial.found, manifest.steps()["submit"], actor)  # type: ignore[arg-type]
    made = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(own.certificate, own.key, hashes.SHA256()).sign(Encoding.DER, OPTIONS)  # fmt: skip
    with gate.under(Presented(leaves, content, made, registered, registered.owner_id)):
        world.submitted(manifest)
