"""Programs sign with their own key: what is to be signed is handed out byte for byte, and the CMS over it comes back (PN17 2.4).

The checks are those of the page where people sign: the same person, in time, a registered certificate that may sign, the very bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from accounts.requests import Request
from api.guarding import SIGN, actor_of, key_of
from api.scopes import Scope
from api.shapes import PROBLEMS, Problem
from api.site import FormFaults, api
from eccs import audit, pages, upload_runner
from eccs.dated_rules import rule_book
from eccs.models import Upload
from eccs.signing import gate, presenting
from eccs.signing.authorities import NotAccepted
from eccs.signing.gate import Presented
from eccs.signing.models import ToSign
from eccs.workflow import Refused
from eccs.workflow import take as take_step

router = Router(auth=SIGN, tags=["Signing"])
WAY = "api"
LEAVES = 250  # filings told in one answer
LARGEST = 512 * 1024  # of a CMS in base64


class Filing(Schema):
    """One filing, byte for byte as it is signed and kept."""

    place: int
    filing: Annotated[str, Field(description="Canonical JSON in base64.")]


class Wanted(Schema):
    """What is to be signed. Nothing is filed before its signature has come."""

    to_sign: Annotated[str, Field(description="The key under which the signature is sent to `/signatures/{key}`.")]
    content: Annotated[
        str,
        Field(
            description="The exact bytes over which the detached CMS is made, in base64: the one filing, or what names the root of all."
        ),
    ]
    sha256: Annotated[str, Field(description="SHA-256 of these bytes, in hexadecimal.")]
    count: Annotated[int, Field(description="So many filings are signed in this one act.")]
    filings: Annotated[
        list[Filing],
        Field(
            description="The filings from the place asked for on, at most 250; of several the content names the root of their Merkle tree (RFC 6962, 2.1)."
        ),
    ]
    signed: bool
    made_at: datetime
    last_at: Annotated[datetime, Field(description="Until then it can be signed.")]


class Cms(Schema):
    """The signature."""

    cms: Annotated[
        str, Field(max_length=LARGEST, description="Detached CMS (PKCS#7, DER) over the content, in base64.")
    ]


class Signed(Schema):
    """What was filed under the signature."""

    to_sign: str
    document: Annotated[str, Field(description="Number of the document; empty while a file is being filed.")]
    stage: str
    upload: Annotated[int | None, Field(description="The file that is being filed, where it is one.")] = None
    signature: Annotated[str, Field(description="SHA-256 of the CMS: by it the trail names the signature.")]


class ToBeSigned(Exception):
    """The station demands a digital signature of this: nothing has changed, and what is to be signed is told."""

    def __init__(self, found: list[dict[str, Any]], step: Any, actor: Any, about: dict[str, Any]) -> None:
        super().__init__()
        self.found, self.step, self.actor, self.about = found, step, actor, about


@api.exception_handler(ToBeSigned)
def _to_be_signed(request: HttpRequest, wanted: ToBeSigned) -> HttpResponse:
    """202: written down, to be signed."""
    made = presenting.write_down(wanted.found, wanted.step, wanted.actor, way=WAY, about=wanted.about)
    return JsonResponse(told_of(made).model_dump(mode="json"), status=202)


def told_of(found: ToSign, start: int = 0) -> Wanted:
    """What is to be signed, as it is answered."""
    content = bytes(found.content)
    minutes = rule_book().count("signing_minutes", timezone.localdate())
    some = enumerate(found.leaves[start : start + LEAVES], start)
    return Wanted(
        to_sign=str(found.key), content=base64.b64encode(content).decode(), sha256=hashlib.sha256(content).hexdigest(),
        count=len(found.leaves), signed=found.signed_at is not None, made_at=found.made_at,
        last_at=found.made_at + timedelta(minutes=minutes),
        filings=[Filing(place=n, filing=base64.b64encode(bytes(leaf)).decode()) for n, leaf in some],
    )  # fmt: skip


def take(request: Request, document: Any, name: str, scope: str, **answers: Any) -> Any:
    """Take a step for a program. Raises ToBeSigned where the station wants it signed first, once it is found that it could be taken."""
    actor, declared = actor_of(request), document.steps()[name]
    if not gate.is_asked(declared, document, actor.user_id):
        return take_step(document, name, actor, **answers)
    with gate.on_trial() as trial:
        take_step(document, name, actor, **answers)
    slug = pages.slug_of(type(document))
    about = {"slug": slug, "key": document.key, "step": name, "answers": answers, "scope": Scope[scope].value}
    raise ToBeSigned(trial.found, declared, actor, about)


def _mine(request: Request, key: UUID) -> ToSign:
    """What this person's keys asked to sign; what a page shows to people is signed there."""
    found = get_object_or_404(ToSign, key=key, by=key_of(request).person_id, way__in=(WAY, "upload"))
    if found.about.get("scope", Scope.FILE.value) not in key_of(request).scopes:
        raise PermissionDenied
    return found


@router.get("/signatures/{key}", response={200: Wanted, **PROBLEMS}, url_name="api-signature")
def wanted(request: Request, key: UUID, start: Annotated[int, Query(0, ge=0, le=1_000_000)]) -> Wanted:
    """What is to be signed: its bytes, and the filings that it covers from a place on."""
    return told_of(_mine(request, key), start)


@router.post("/signatures/{key}", response={200: Signed, **PROBLEMS, 409: Problem}, url_name="api-signature-sign")
def sign(request: Request, key: UUID, told: Cms) -> Signed:
    """Send the signature: what was asked for is filed under it, all of it or nothing. The same signature again is answered alike."""
    found = _mine(request, key)
    try:
        der = base64.b64decode(told.cms, validate=True)
        if found.signed_at is not None and bytes(found.cms or b"") == der:
            return _signed_before(request, found)
        presented = presenting.judge(found, der, key_of(request).person_id)
        answer = _upload(request, found, presented) if found.way == "upload" else _step(request, found, presented)
    except (NotAccepted, binascii.Error) as fault:
        why = str(fault) if isinstance(fault, NotAccepted) else _("This is not a digital signature (CMS).")
        audit.record("signature.refused", request=request, about=str(found.about.get("key", "")), why=why)
        raise FormFaults({"cms": [why]}) from fault
    return answer


def _signed_before(request: Request, found: ToSign) -> Signed:
    """What was filed under a signature whose sender did not hear of it: the document, that may have its number since, as it stands."""
    key, digest = str(found.key), hashlib.sha256(bytes(found.cms or b"")).hexdigest()
    if found.way == "upload":
        return Signed(to_sign=key, document="", stage="", upload=found.about["upload"], signature=digest)
    listing = pages.listing_of(found.about["slug"])
    if listing is None:
        raise Http404
    named: str = found.about["key"]
    which = (
        Q(pk=pages.id_in(named.removeprefix("draft-"))) if named.startswith("draft-") else listing.model.by_key(named)
    )
    document = get_object_or_404(listing.visible_to(actor_of(request)), which)
    return Signed(to_sign=key, document=str(document), stage=document.stage, signature=digest)


def _step(request: Request, found: ToSign, presented: Presented) -> Signed:
    about = found.about
    listing = pages.listing_of(about["slug"])
    if listing is None:
        raise Http404
    document = get_object_or_404(listing.visible_to(actor_of(request)), listing.model.by_key(about["key"]))
    with transaction.atomic(), gate.under(presented):
        presenting.settle(found, presented)
        done = take_step(document, about["step"], actor_of(request), **about["answers"])
    return Signed(to_sign=str(found.key), document=str(done), stage=done.stage, signature=presented.digest)


def _upload(request: Request, found: ToSign, presented: Presented) -> Signed:
    upload = get_object_or_404(Upload.objects.filter(owner=key_of(request).owner), pk=found.about["upload"])
    if not upload_runner.kind_of(upload).context(upload)["may_sign"](actor_of(request)):
        raise PermissionDenied
    with transaction.atomic():
        presenting.settle(found, presented)
        if not upload_runner.sign(upload, key_of(request).person_id, via=actor_of(request).key):
            raise Refused([_("The file is not ready to sign.")])
    return Signed(to_sign=str(found.key), document="", stage="", upload=upload.pk, signature=presented.digest)
