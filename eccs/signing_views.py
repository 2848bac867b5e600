"""The page where filings are shown, signed in the browser, and taken; and what is kept of a signature, to be verified elsewhere."""

from __future__ import annotations

import base64
import binascii
from copy import copy
from typing import Any

from csp import constants as csp
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import Request
from eccs import audit, pages, upload_runner
from eccs.models import Upload
from eccs.queues import listing_at
from eccs.signing import certificates, presenting
from eccs.signing import gate as signatures
from eccs.signing.authorities import NotAccepted
from eccs.signing.gate import Presented
from eccs.signing.models import Signature, ToSign
from eccs.step_forms import step_form, take_with
from eccs.taking import for_many, take_together
from eccs.views import after, document_at, tell_moved
from eccs.workflow import SIGNED_FILING, Refused, Step

SHOWN = 50  # filings told one by one on the page; the bytes of all are signed


@require_http_methods(["GET", "POST"])
def sign(request: Request, key: Any) -> HttpResponse:
    """What is to be signed, word for word; with the signature it is taken, once (PN17 2.4)."""
    found = get_object_or_404(ToSign, key=key, by=request.user)
    reasons: list[str] = []
    if request.method == "POST":
        try:
            der = base64.b64decode(request.POST.get("cms", ""), validate=True)
            if not der:
                raise NotAccepted(_("Nothing was signed. Choose the file with your key, type its pass-phrase and press the button again."))  # fmt: skip
            presented = presenting.judge(found, der, request.actor.person_id)
            answer = _taken(request, found, presented)
        except (NotAccepted, binascii.Error) as fault:
            reasons = [str(fault) if isinstance(fault, NotAccepted) else _("This is not a digital signature (CMS).")]
            audit.record("signature.refused", request=request, about=str(found.about.get("key", "")), why=reasons[0])
        except Refused as refusal:
            reasons = refusal.reasons
        else:
            presenting.let_go([found])
            return answer
    now = timezone.now()
    mine = [(one, certificates.why_not(one, now)) for one in certificates.in_use(request.actor.person_id)]
    context = {
        "found": found, "filings": presenting.shown(found, SHOWN), "count": len(found.leaves), "reasons": reasons,
        "content": base64.b64encode(bytes(found.content)).decode(), "text": bytes(found.content).decode(),
        "over": found.signed_at is not None or presenting.is_late(found), "certificates": mine, "back": _back(request, found),
        "bridge": settings.SIGNING_BRIDGE, "fingerprints": " ".join(one.fingerprint for one, why in mine if not why),
    }  # fmt: skip
    answer = render(request, "eccs/sign.html", context, status=409 if reasons else 200)
    # Of all pages this one alone speaks with the bridge to a signing token
    answer._csp_update = {"connect-src": [csp.SELF, settings.SIGNING_BRIDGE]}  # type: ignore[attr-defined]
    return answer


def _back(request: Request, found: ToSign) -> str:
    """The page from which the person came."""
    if found.way == "upload":
        return reverse("upload", args=[found.about["upload"]])
    if found.way == "page":
        return str(found.about["path"])
    listing = listing_at(found.about["slug"])
    if found.way == "steps":
        return pages.queue_address(listing.slug, found.about["stage"])
    return pages.address_of(listing.model, found.about["key"])


def _taken(request: Request, found: ToSign, presented: Presented) -> HttpResponse:
    """Take what was signed: all of it under this signature, or nothing."""
    return {"step": _one, "steps": _several, "upload": _upload, "page": _page}[found.way](request, found, presented)


def _one(request: Request, found: ToSign, presented: Presented) -> HttpResponse:
    listing, shown = document_at(request, found.about["slug"], found.about["key"])
    declared = listing.model.steps()[found.about["step"]]
    form = step_form(declared, shown, request.actor, *presenting.sent(found))
    if form is not None and not form.is_valid():
        raise Refused([_("The document has changed since it was shown for signing. Look at it and sign again.")], shown)
    with transaction.atomic(), signatures.under(presented):
        presenting.settle(found, presented)
        done = take_with(shown, declared, request.actor, form)
    return after(request, listing, shown, done, declared)


def _several(request: Request, found: ToSign, presented: Presented) -> HttpResponse:
    listing, stage = listing_at(found.about["slug"]), found.about["stage"]
    declared = listing.model.steps()[found.about["step"]]
    visible = listing.visible_to(request.actor).filter(pk__in=found.about["ids"])
    first = visible.first()
    if first is None:
        raise Http404
    form = for_many(step_form(declared, first, request.actor, *presenting.sent(found)))
    if form is not None and not form.is_valid():
        raise Refused([_("The documents have changed since they were shown for signing. Look at them and sign again.")])
    with transaction.atomic(), signatures.under(presented):
        presenting.settle(found, presented)
        ids = list(visible.values_list("pk", flat=True))
        outcome = take_together(listing, ids, declared, request.actor, form, form.answers() if form is not None else {})
        if outcome.refused:
            raise Refused([reason for one in outcome.refused for reason in one.reasons])
    tell_moved(request, declared, outcome)
    return redirect("queue", listing.slug, stage)


def _page(request: Request, found: ToSign, presented: Presented) -> HttpResponse:
    """What began on a page of its own: the page as it was sent, once more, under the signature."""
    place, again = resolve(found.about["path"]), copy(request)
    again.path = again.path_info = found.about["path"]
    again.POST, again._files = presenting.sent(found)  # type: ignore[attr-defined, assignment]
    with transaction.atomic(), signatures.under(presented):
        presenting.settle(found, presented)
        answer: HttpResponse = place.func(again, *place.args, **place.kwargs)
        if len(presented.taken) != len(presented.leaves):
            raise Refused([_("What you send has changed since it was shown for signing. Look at it and sign again.")])
    return answer


def _upload(request: Request, found: ToSign, presented: Presented) -> HttpResponse:
    upload = get_object_or_404(Upload, pk=found.about["upload"])
    if not upload_runner.kind_of(upload).context(upload)["may_sign"](request.actor):
        raise Http404
    with transaction.atomic():
        presenting.settle(found, presented)
        if not upload_runner.sign(upload, request.actor.person_id):
            raise NotAccepted(_("This is signed already."))
    messages.success(request, _("Signed. The filing is under way."))
    return redirect("upload", upload.pk)


@require_GET
def part(request: Request, slug: str, key: str, seq: int, part: str) -> HttpResponse:
    """What is kept of the signature on a line of the trail: the filing, what was signed, or the CMS over it."""
    _listing, shown = document_at(request, slug, key)
    row = get_object_or_404(Signature, kind=shown._meta.label_lower, document_id=shown.pk, seq=seq)
    declared = shown.steps().get(row.step)
    kept = {"filing": (row.leaf, "json"), "signed": (row.content, "json"), "signature": (row.cms, "p7s")}
    if part not in kept or (declared is not None and not sees(request.actor, declared, row)):
        raise Http404
    content, ending = kept[part]
    response = HttpResponse(bytes(content), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{shown.key}-{row.step}-{part}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    audit.record("file.downloaded", request=request, about=shown.key, name=f"{row.step}-{part}")
    return response


def sees(actor: Any, declared: Step, row: Signature) -> bool:
    """The trade sees what its own people signed, and no officer's words or name; an operator of the Service Centre the own signature."""
    own = actor.is_trade or row.by_id == actor.user_id
    return bool(actor.is_officer or (declared.signed == SIGNED_FILING and own))
