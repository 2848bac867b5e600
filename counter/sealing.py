"""The print-out that the customer signs and seals: attached before anything is filed at the Service Centre (PN17 2.4)."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from counter.entered import form_of
from counter.models import BroughtPaper, Scan, SealedPrint
from eccs.uploads import scans


def sealed_print_attached(document: Any, actor: Any) -> str:
    """What is filed at the Service Centre has its print-out attached, signed and sealed by the customer (PN17 2.4)."""
    if getattr(actor, "customer", None) is None:
        return ""
    sealed = last_sealed(document)
    if sealed is None:
        return _(
            "Missing: the print-out, signed and sealed by the customer. Print the form, scan what was sealed and attach it."
        )
    if sealed.code != form_of(document).code(document):
        return _("The form was changed after its print-out was sealed: print it again, have it sealed and attach it.")
    return ""


def last_sealed(document: Any) -> SealedPrint | None:
    """The print-out that was attached last."""
    rows = SealedPrint.objects.filter(kind=document._meta.label_lower, document_id=document.pk)
    found: SealedPrint | None = rows.last()
    return found


def on_behalf(document: Any) -> dict[str, Any]:
    """What the trail keeps of a filing at the Service Centre: for whom, by which token, under which sealed print-out."""
    customer = getattr(document.taken_by, "customer", None)
    if customer is None:
        return {}
    sealed = last_sealed(document)
    return {
        "service_centre": {
            "on_behalf_of": customer.firm, "token": customer.token,
            "sealed_print_sha256": sealed.sha256 if sealed else "", "form_sha256": sealed.code if sealed else "",
        }
    }  # fmt: skip


def _kept(scan: Scan, file: UploadedFile[Any], actor: Actor) -> Any:
    content, digest = scans.content_of(file)
    known = scans.content_type(content[:16])
    assert known is not None
    scan.name, scan.content_type, scan.size = scans.safe_name(file.name or "", known[1]), known[0], len(content)
    scan.sha256, scan.by_id = digest, actor.person_id
    scan.file.save(f"{digest[:32]}{known[1]}", ContentFile(content), save=False)
    scan.save()
    return scan


def attach(document: Any, file: UploadedFile[Any], actor: Actor) -> SealedPrint:
    """Keep the sealed print-out of a form as it is now."""
    assert actor.customer is not None
    made = SealedPrint(
        visit_id=actor.customer.visit_id, kind=document._meta.label_lower, document_id=document.pk,
        code=form_of(document).code(document),
    )  # fmt: skip
    sealed: SealedPrint = _kept(made, file, actor)
    return sealed


def list_paper(visit_id: int, kind: str, file: UploadedFile[Any], actor: Actor) -> BroughtPaper:
    """Keep a document that the customer brought; the same one scanned twice is kept once."""
    held: BroughtPaper | None = BroughtPaper.objects.filter(visit=visit_id, sha256=scans.content_of(file)[1]).first()
    if held is not None:
        return held
    paper: BroughtPaper = _kept(BroughtPaper(visit_id=visit_id, kind=kind), file, actor)
    return paper
