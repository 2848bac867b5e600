"""What waits for a signature: written down as it is shown, and judged when the signature comes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import BooleanField
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from eccs import dated_rules, pages
from eccs.signing import certificates, cms, gate, merkle
from eccs.signing.authorities import NotAccepted, fingerprint_of
from eccs.signing.gate import FORM, FORM_OF_MANY, Presented
from eccs.signing.models import Certificate, ToSign
from eccs.steps import Actor, Step
from eccs.trail import canonical


def written(filings: Sequence[dict[str, Any]], step: Step, actor: Actor, **more: Any) -> tuple[list[bytes], bytes]:
    """Each filing as the exact bytes that are shown and kept, and what is signed: the one, or what names the root of all."""
    told = {
        "form": FORM, "words": str(step.label), "para": step.para, "by": {"id": actor.user_id, "name": actor.name},
        "at": timezone.now().isoformat(timespec="seconds"), **more,
    }  # fmt: skip
    leaves = [canonical(told | filing).encode() for filing in filings]
    if len(leaves) == 1:
        return leaves, leaves[0]
    root, _paths = merkle.tree(leaves)
    return leaves, canonical(
        {**told, "form": FORM_OF_MANY, "step": step.name, "count": len(leaves), "root": root.hex()}
    ).encode()


def ask(
    filings: Sequence[dict[str, Any]], step: Step, actor: Actor, *, way: str, about: dict[str, Any],
    request: HttpRequest | None = None, form: Any = None, **more: Any,
) -> str:  # fmt: skip
    """Write down what is to be signed, with the form that was sent; the address of the page where it is signed."""
    found = write_down(filings, step, actor, way=way, about=about, request=request, form=form, **more)
    return reverse("sign", args=[found.key])


def write_down(
    filings: Sequence[dict[str, Any]], step: Step, actor: Actor, *, way: str, about: dict[str, Any],
    request: HttpRequest | None = None, form: Any = None, **more: Any,
) -> ToSign:  # fmt: skip
    """Write down what is to be signed, with the form that was sent."""
    files = _kept(request) if request is not None else []
    if said := _declarations(form):
        more["declarations"] = said
    if files:
        more["files"] = [{"name": one["name"], "sha256": one["sha256"]} for one in files]
    leaves, content = written(filings, step, actor, **more)
    return ToSign.objects.create(
        by_id=actor.user_id or 0, way=way, about=about, posted=request.POST.urlencode() if request is not None else "",
        files=files, leaves=leaves, content=content,
    )  # fmt: skip


def _declarations(form: Any) -> list[str]:
    """What was ticked because it has to be: the words of each declaration."""
    fields = form.fields.values() if form is not None else ()
    return [str(field.label) for field in fields if isinstance(field, BooleanField) and field.required]


def ask_where_demanded(request: Any, document: Any, name: str, form: Any) -> str:
    """Where a step is signed, once it is found that it could be taken; nothing where no signature is demanded. Raises Refused."""
    from eccs.workflow import take

    declared, actor = document.steps()[name], request.actor
    if not gate.demanded(declared, document, actor.user_id):
        return ""
    with gate.on_trial() as trial:
        take(document, name, actor, **form.answers())
    about = {"slug": pages.slug_of(type(document)), "key": document.key, "step": name}
    return ask(trial.found, declared, actor, way="step", about=about, request=request, form=form)


def begin_or_ask(request: Any, work: Callable[[], Any], form: Any = None) -> tuple[Any, str]:
    """What a page begins; or, where the station wants that signed, where it is signed: the page is sent again with the signature.

    Raises Refused where it could not begin.
    """
    from eccs.beginning import Unsigned

    try:
        return work(), ""
    except Unsigned as wanted:
        declared = wanted.declared
    with gate.on_trial() as trial:
        work()
    about = {"path": request.path, "key": ""}
    return None, ask(trial.found, declared, request.actor, way="page", about=about, request=request, form=form)


def _kept(request: HttpRequest) -> list[dict[str, str]]:
    from hashlib import sha256

    kept = []
    for field, files in request.FILES.lists():
        for file in files:
            file.seek(0)
            content = file.read()
            digest = sha256(content).hexdigest()
            place = default_storage.save(f"signing/{digest[:16]}", SimpleUploadedFile("kept", content))
            kept.append({"field": field, "place": place, "name": file.name or "", "type": file.content_type or "", "sha256": digest})  # fmt: skip
    return kept


def sent(found: ToSign) -> tuple[QueryDict, MultiValueDict[str, Any]]:
    """The form and its files as they were sent before signing."""
    files: MultiValueDict[str, Any] = MultiValueDict()
    for one in found.files:
        with default_storage.open(one["place"]) as kept:
            files.appendlist(one["field"], SimpleUploadedFile(one["name"], kept.read(), one["type"]))
    return QueryDict(found.posted), files


def let_go(rows: Iterable[ToSign]) -> None:
    """The files kept meanwhile are no longer needed."""
    for row in rows:
        for one in row.files:
            default_storage.delete(one["place"])


def is_late(found: ToSign) -> bool:
    """Whether it was shown too long ago."""
    minutes = dated_rules.rule_book().count("signing_minutes", timezone.localdate())
    return timezone.now() - found.made_at > timedelta(minutes=minutes)


def judge(found: ToSign, der: bytes, user_id: int) -> Presented:
    """The signature over what was shown, found good for this person now. Raises NotAccepted."""
    if found.by_id != user_id:
        raise NotAccepted(_("This was shown to somebody else for signing."))
    if found.signed_at is not None:
        raise NotAccepted(_("This is signed already."))
    if is_late(found):
        raise NotAccepted(_("This was shown for signing too long ago. Go back to the document and begin again."))
    content = bytes(found.content)
    signer = cms.signer_of(der, content)
    known = Certificate.objects.filter(fingerprint=fingerprint_of(signer)).first()
    if known is None:
        raise NotAccepted(_("The certificate is not registered. Register it under “My certificates” first."))
    if known.owner_id != user_id:
        raise NotAccepted(_("The certificate is that of somebody else."))
    if reasons := certificates.why_not(known, timezone.now()):
        raise NotAccepted(" ".join(reasons))
    return Presented([bytes(leaf) for leaf in found.leaves], content, der, known, user_id)


def settle(found: ToSign, presented: Presented) -> None:
    """It is signed, once: a second signature over the same finds nothing left. Raises NotAccepted."""
    done = ToSign.objects.filter(pk=found.pk, signed_at=None).update(
        signed_at=timezone.now(), cms=presented.cms, certificate=presented.certificate
    )
    if not done:
        raise NotAccepted(_("This is signed already."))


def shown(found: ToSign, most: int) -> list[dict[str, Any]]:
    """The first filings, as they are read by people."""
    filings = [json.loads(bytes(leaf)) for leaf in found.leaves[:most]]
    return [one | {"rows": [*one["answers"].items(), *(one["declared"] or {}).items()]} for one in filings]


def tidy() -> None:
    """After a day it is forgotten what waited for a signature, signed or not, with the files that came with it.

    What was signed is kept as a signature of its own, word for word.
    """
    old = ToSign.objects.filter(made_at__lt=timezone.now() - timedelta(days=1))
    let_go(old)
    old.delete()
