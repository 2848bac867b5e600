"""Whether a signature holds today: over its bytes, by its certificate as of its day, and on the line of the trail it belongs to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, cast

from cryptography import x509
from django.apps import apps
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from eccs.archive_files import lines_at
from eccs.signing import authorities, cms, merkle
from eccs.signing.authorities import NotAccepted, fingerprint_of
from eccs.signing.gate import FORM_OF_MANY, core_of
from eccs.signing.models import Certificate, Signature, SignatureFault
from eccs.trail import TrailLine, canonical, trails

SIGNED = "signature"  # under which a line of a trail names its signature
SIGNINGS_KNOWN = 64  # signings in one act, newest first, that need not be verified again for each filing under them

SignerOf = Callable[[bytes, bytes], x509.Certificate]


def faults_of(one: Signature, line: Any, judge: authorities.Judge, signer_of: SignerOf = cms.signer_of) -> list[str]:
    """Everything that is not as it was signed; nothing where the signature holds."""
    leaf, content, der = bytes(one.leaf), bytes(one.content), bytes(one.cms)
    try:
        signer = signer_of(der, content)
    except NotAccepted as fault:
        return [str(fault)]
    found = []
    if fingerprint_of(signer) != one.certificate.fingerprint or signer != one.certificate.parsed:
        found.append(_("The certificate is not the one with which it was signed."))
    found += judge.why_not(signer, one.certificate.parsed_chain, one.at)
    if not _led_to(one, leaf, content):
        return [*found, _("The filing is not the one that was signed.")]
    return [*found, *_against_trail(one, leaf, line, der)]


def _led_to(one: Signature, leaf: bytes, content: bytes) -> bool:
    """Whether the filing is what was signed, or leads to the root that was."""
    if one.count == 1:
        return leaf == content
    told = json.loads(content)
    root = merkle.root_of(leaf, one.path).hex()
    return (told.get("form"), told.get("count"), told.get("root")) == (FORM_OF_MANY, one.count, root)


def _against_trail(one: Signature, leaf: bytes, line: Any, der: bytes) -> list[str]:
    """The line of the trail must say what was signed, by whom, and name this very signature.

    Written into the filing again, what the line says must leave every byte as it is; else the two are held side by side.
    """
    if line is None:
        return [_("The line of the trail that was signed is not there.")]
    answers, filing = dict(line.answers), json.loads(leaf)
    named = answers.pop(SIGNED, "")
    entered = {
        "kind": one.kind, "id": one.document_id, "after": line.previous, "step": line.step, "answers": answers,
        "declared": line.snapshot,
    }  # fmt: skip
    if filing["id"] is None:
        entered |= {"id": None, "after": None}
    same = canonical(filing | entered).encode() == leaf or core_of(entered) == core_of(filing)
    people = {line.by_id, one.by_id, one.certificate.owner_id, filing["by"]["id"]}
    if not same or len(people) != 1 or one.step != line.step or line.at != one.at:
        return [_("The trail does not say what was signed.")]
    return [] if named == hashlib.sha256(der).hexdigest() else [_("The trail names another signature.")]


def _trail_of(kind: str) -> type[TrailLine]:
    return cast("Any", apps.get_model(kind)).trail_model  # type: ignore[no-any-return]


def check_all() -> Iterator[tuple[Signature | None, str, list[str]]]:
    """Every signature with what is wrong with it, and every line of a trail whose signature is gone."""
    judge, known = authorities.Judge(), dict[int, Certificate]()
    signer_of = lru_cache(SIGNINGS_KNOWN)(cms.signer_of)  # a flight's bills are signed in one act
    kinds = Signature.objects.order_by("kind").values_list("kind", flat=True).distinct()
    for kind in kinds:
        table = _trail_of(kind)
        rows = Signature.objects.filter(kind=kind).order_by("pk")
        for chunk in _chunks(rows.iterator(chunk_size=500)):
            lines = _lines(table, chunk)
            known |= Certificate.objects.in_bulk({one.certificate_id for one in chunk} - known.keys())
            for one in chunk:
                one.certificate = known[one.certificate_id]  # one for all that it signed
                found = faults_of(one, lines.get((one.document_id, one.seq)), judge, signer_of)
                yield one, one.number, found
    yield from _gone()


def _gone() -> Iterator[tuple[None, str, list[str]]]:
    for table in trails():
        kind = cast("Any", table)._meta.get_field("document").related_model._meta.label_lower
        kept = Signature.objects.filter(kind=kind, document_id=OuterRef("document_id"), seq=OuterRef("seq"))
        lines = cast("Any", table._default_manager).order_by()
        gone = list(lines.filter(~Exists(kept), answers__has_key=SIGNED).values_list("pk", flat=True))
        for line in lines.filter(pk__in=gone).select_related("document") if gone else ():
            yield None, str(line.document), [_("The signature that the trail names is not there.")]


def _chunks(rows: Any) -> Iterator[list[Signature]]:
    chunk: list[Signature] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == 500:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


READ = ("document_id", "seq", "at", "step", "by_id", "answers", "snapshot", "previous")  # of a line of a trail


def _lines(table: type[TrailLine], chunk: list[Signature]) -> dict[tuple[int, int], Any]:
    found = cast("Any", table._default_manager).filter(document__in={one.document_id for one in chunk}, seq__in={one.seq for one in chunk})  # fmt: skip
    online = {(line.document_id, line.seq): line for line in found.values_list(*READ, named=True)}
    wanted = {(one.document_id, one.seq) for one in chunk} - online.keys()
    return {**lines_at(table, wanted), **online} if wanted else online


def nightly() -> int:
    """Check every signature and keep what was found, for the System Admin; the number of faults that are there now."""
    now, count = timezone.now(), 0
    for one, number, reasons in check_all():
        for reason in reasons:
            fault, made = SignatureFault.objects.get_or_create(signature=one, number=number[:60], what=reason[:300])
            if not made:
                fault.touch()
            count += 1
    SignatureFault.objects.filter(last_at__lt=now).delete()  # found once and put right since
    return count


def of_number(number: str) -> list[tuple[Signature, list[str]]]:
    """Every signature on a document, each with what is wrong with it."""
    rows = Signature.objects.filter(number=number).select_related("certificate", "by").order_by("at", "pk")
    judge = authorities.Judge()
    return [
        (one, faults_of(one, _lines(_trail_of(one.kind), [one]).get((one.document_id, one.seq)), judge)) for one in rows
    ]
