"""Answers to Customs and requests of a walk-in customer: typed, printed, sealed, and taken as the customer's own step (PN17 2.3, 2.4).

Which steps these are is read from their declarations: every filing that the trade signs, on what is filed
already or on a draft that was begun as counter/beginning.py says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Q
from django.forms import FileField
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from accounts.permissions import Actor, Errand
from accounts.roles import TRADE, Role
from counter import beginning
from counter.models import Answer, BroughtPaper
from counter.sealing import last_sealed, sealed_print_attached
from eccs import pages
from eccs.form_words import name_in_words
from eccs.moments import as_read
from eccs.pages import Listing
from eccs.rows import lock_rows
from eccs.step_forms import step_form, take_with
from eccs.steps import SIGNED_FILING, Step
from eccs.workflow import Document, Refused, why_not

OPEN: dict[str, Any] = {"filed_at": None, "dropped_at": None}  # an answer that is neither filed nor given up
MOST = 20  # documents listed of a kind
_with_papers: dict[tuple[str, str], str] = {}


def bring_papers(kind: str, step: str, form: str) -> None:
    """Make a step that asks for no form known as one for which the customer brings papers: the form that takes them."""
    _with_papers[kind, step] = form


def form_for(step: Step, document: Any, actor: Any, data: Any = None, files: Any = None) -> Any:
    """The form of a step as it is typed at the counter, or nothing."""
    form = _with_papers.get((document._meta.label_lower, step.name), step.form)
    return step_form(replace(step, form=form), document, actor, data, files)


def against(document: Any, step: Step, acting: Actor) -> list[str]:
    """What stands against a step now; papers that are only being brought do not stand against it."""
    if (document._meta.label_lower, step.name) not in _with_papers or document.stage not in step.sources:
        return why_not(document, step, acting)
    reason = acting.why_not(step.activity_at(document.stage), document)
    return [reason] if reason else []


def steps_for(model: type[Document], actor: Actor) -> list[Step]:
    """The steps on a kind of document that are filed at the counter for the customer who is served."""
    customer = actor.customer
    if customer is None:
        return []
    role = Role.IMPORTER if customer.importer_id is not None else Role.COURIER_SIGNATORY
    return [
        step for step in model.steps().values()
        if step.signed == SIGNED_FILING and role in step.roles and set(step.roles) <= set(TRADE)
        and (set(step.sources) - set(model.unnumbered_stages) or files_draft(model, step))
    ]  # fmt: skip


def files_draft(model: Any, step: Step) -> bool:
    """Whether a step files what was begun at the counter as a draft."""
    begun = beginning.draft_of(model)
    return begun is not None and begun.step == step.name


def _listings(actor: Actor) -> Iterator[tuple[Listing, list[Step]]]:
    for listing in pages.listings():
        if steps := steps_for(listing.model, actor):
            yield listing, steps


def _of_customer(listing: Listing, actor: Actor) -> Any:
    customer = actor.customer
    assert customer is not None
    names = {field.name for field in listing.model._meta.fields}
    told = {"station": customer.station, "courier": customer.courier_id, "importer": customer.importer_id}
    if customer.importer_id is not None:
        del told["courier"]  # a courier carries what an importer files
    rows = listing.model._default_manager.filter(**{name: value for name, value in told.items() if name in names})
    known = Q(number__isnull=False) | beginning.unfiled(listing.model)
    return rows.filter(known).select_related(*listing.related)


def awaited(actor: Actor) -> list[Document]:
    """Documents of the customer that wait for an answer now, the oldest first; one query a kind."""
    found: list[Document] = []
    for listing, steps in _listings(actor):
        own = [step for step in steps if is_waited_for(step) and not files_draft(listing.model, step)]
        waited = {step.sources[0]: step for step in own}
        if waited:
            rows = _of_customer(listing, actor).filter(stage__in=waited).order_by("stage_since")[:MOST]
            found += [one for one in rows if not one.has_done(waited[one.stage].name)]
    return sorted((one for one in found if actor.serves(one)), key=lambda one: one.stage_since)[:MOST]


def is_waited_for(step: Step) -> bool:
    """Whether the document waits for the step, unlike for what a firm may ask for of itself."""
    return step.tells_the_way and len(step.sources) == 1 and not step.grave


def drafts(actor: Actor) -> list[tuple[Document, Step]]:
    """Drafts of the customer, whoever of the firm or at the counter began them, each with the step that files it; one query a kind."""
    found: list[tuple[Document, Step]] = []
    for listing, steps in _listings(actor):
        for step in (one for one in steps if files_draft(listing.model, one)):
            rows = _of_customer(listing, actor).filter(beginning.unfiled(listing.model)).order_by("-pk")[:MOST]
            found += [(one, step) for one in rows if actor.serves(one)]
    return found


def address_of(document: Any, step: Step) -> str:
    """Where a step on a document of the customer is typed."""
    return reverse("counter-answer-type", args=[pages.slug_of(type(document)), document.key, pages.as_verb(step.name)])


def named(text: str, actor: Actor) -> list[Document]:
    """Documents of the customer by a number of theirs, or by whatever else a kind is found by; one query a kind."""
    found: list[Document] = []
    for listing, _steps in _listings(actor):
        others = pages.alternatives(listing.search(text)) if listing.search is not None else ()
        wanted = reduce(or_, others, Q(number=text.upper()))
        found += _of_customer(listing, actor).filter(wanted).order_by("-pk")[:MOST]
    return [one for one in found if actor.serves(one)]


def document_of(slug: str, key: str, actor: Actor) -> Any:
    """A filed document of the customer at an address, or nothing."""
    listing = pages.listing_of(slug)
    if listing is None or not steps_for(listing.model, actor):
        return None
    found = _of_customer(listing, actor).filter(listing.model.by_key(key)).first()
    return found if found is not None and actor.serves(found) else None


def draft_at(slug: str, key: str, actor: Actor) -> tuple[Any, Step] | None:
    """A draft of the customer at an address with the step that files it, where it was begun as the counter begins it."""
    document = document_of(slug, key, actor)
    steps = steps_for(type(document), actor) if document is not None else []
    return next(((document, step) for step in steps if files_draft(type(document), step)), None)


def document_for(answer: Answer) -> Any:
    """The document to which an answer belongs, as it is now."""
    listing = next(one for one in pages.listings() if one.model._meta.label_lower == answer.kind)
    return listing.model._default_manager.select_related(*listing.related).get(pk=answer.document_id)


def step_of(answer: Answer) -> Step:
    """The step that an answer takes."""
    if answer.kind.startswith(beginning.OPENING):
        one = beginning.opening(answer.kind)
        assert one is not None
        return one.step
    listing = next(one for one in pages.listings() if one.model._meta.label_lower == answer.kind)
    return listing.model.steps()[answer.step]


def errand(document: Any, step: Step, actor: Actor, after: str, note: dict[str, Any] | None = None) -> Actor:
    """The operator for that step on that document alone, as long as it stands as it stood."""
    label = document._meta.label_lower
    return actor.on_errand(Errand(frozenset(step.activities), label, document.pk, after, note or {}))


def possible(document: Any, actor: Actor) -> list[tuple[Step, list[str]]]:
    """The steps that may be filed for the customer where the document stands, each with what is against it."""
    here = [step for step in steps_for(type(document), actor) if document.stage in step.sources]
    here.sort(key=lambda step: not is_waited_for(step))
    return [(step, against(document, step, errand(document, step, actor, document.trail_head))) for step in here]


def open_for(document: Any, step: Step) -> Answer | None:
    """What is typed for that step on that document already, and not filed yet."""
    rows = Answer.objects.filter(kind=document._meta.label_lower, document_id=document.pk, step=step.name)
    found: Answer | None = rows.filter(**OPEN).first()
    return found


def give_up(document: Any) -> None:
    """What is typed on a document and not filed is given up: the document itself is."""
    rows = Answer.objects.filter(kind=document._meta.label_lower, document_id=document.pk, **OPEN)
    rows.update(dropped_at=timezone.now())


def keep(document: Any, step: Step, form: Any, posted: str, brought: list[BroughtPaper], actor: Actor) -> Answer:
    """Keep what was typed, with its papers, as the print-out will say it. What was typed before gives way to it."""
    assert actor.customer is not None
    customer, held = actor.customer, open_for(document, step)
    files = _files(form, brought) or (held.files if held is not None else [])
    answer = held or Answer(kind=document._meta.label_lower, document_id=document.pk, step=step.name)
    answer.visit_id, answer.station_id, answer.by_id, answer.at = (
        customer.visit_id,
        customer.station,
        actor.person_id,
        timezone.now(),
    )
    answer.courier_id, answer.importer_id = customer.courier_id, customer.importer_id
    answer.number, answer.after, answer.typed, answer.files = str(document), document.trail_head, posted, files
    answer.told = [[label, words] for label, words in in_words(form)]
    answer.save()
    return answer


def _files(form: Any, brought: list[BroughtPaper]) -> list[dict[str, str]]:
    """The papers that go with it: those sent with the form, and those of the visit that were ticked."""
    kept = []
    for field, files in form.files.lists() if form is not None else ():
        for file in files:
            file.seek(0)
            content = file.read()
            digest = sha256(content).hexdigest()
            place = default_storage.save(f"counter/answers/{digest[:16]}", SimpleUploadedFile("kept", content))
            kept.append(
                {"field": field, "place": place, "name": file.name, "type": file.content_type or "", "sha256": digest}
            )
    if field := paper_field(form):
        kept += [
            {"field": form.add_prefix(field), "place": one.file.name, "name": one.name, "type": one.content_type, "sha256": one.sha256}
            for one in brought
        ]  # fmt: skip
    return kept


def paper_field(form: Any) -> str:
    """The field under which a form takes papers, or nothing."""
    fields = form.fields.items() if form is not None else ()
    takes_several = (name for name, one in fields if isinstance(one, FileField) and one.widget.allow_multiple_selected)
    return next(takes_several, "")


def in_words(form: Any) -> Iterator[tuple[str, str]]:
    """What a form answers, each with its label: changes one by one, with what stood there before."""
    for name, value in form.answers().items() if form is not None else ():
        if isinstance(value, list) and value and all(isinstance(one, dict) and "new" in one for one in value):
            for change in value:
                yield _label(form, change), f"{change.get('old') or '–'} → {change.get('new') or '–'}"
        else:
            field = form.fields.get(name)
            choices = dict(getattr(field, "choices", ()) or ())
            yield (
                str(field.label if field is not None else name_in_words(name)),
                str(choices.get(value, as_read(value))),
            )


def _label(form: Any, change: dict[str, Any]) -> str:
    item = change.get("item") or 0
    keys = (f"item{item}_{change['name']}", f"bill_{change['name']}", f"flight_{change['name']}", change["name"])
    field = next((form.fields[key] for key in keys if key in form.fields), None)
    label = str(field.label) if field is not None and field.label else str(name_in_words(change["name"]))
    return _("Item %(number)d: %(label)s") % {"number": item, "label": label} if item else label


def form_again(answer: Answer, document: Any, actor: Actor) -> Any:
    """The form as it was typed, on the document as it is now."""
    files: MultiValueDict[str, Any] = MultiValueDict()
    for one in answer.files:
        with default_storage.open(one["place"]) as kept:
            files.appendlist(one["field"], SimpleUploadedFile(one["name"], kept.read(), one["type"]))
    return form_for(step_of(answer), document, actor, QueryDict(answer.typed), files)


def note_of(answer: Answer, actor: Actor) -> dict[str, Any]:
    """What the trail keeps of an answer filed at the Service Centre: for whom, by which token, under which sealed print-out."""
    assert actor.customer is not None
    sealed = last_sealed(answer)
    return {
        "service_centre": {
            "on_behalf_of": actor.customer.firm, "token": actor.customer.token,
            "sealed_print_sha256": sealed.sha256 if sealed else "", "form_sha256": sealed.code if sealed else "",
        }
    }  # fmt: skip


def file(answer: Answer, actor: Actor) -> Any:
    """Take the step for the customer with what was sealed, and nothing else. Raises Refused; then what was typed is kept."""
    document, step = document_for(answer), step_of(answer)
    acting = errand(document, step, actor, answer.after, note_of(answer, actor))
    if reasons := against(document, step, acting):
        raise Refused(reasons, document)
    form = form_again(answer, document, acting)
    if form is not None and not form.is_valid():
        raise Refused([str(why) for whys in form.errors.values() for why in whys], document)
    with transaction.atomic():
        held = Answer.objects.select_for_update(of=("self",)).filter(pk=answer.pk, **OPEN).first()
        if held is None:
            raise Refused([_("This is filed already, or was given up.")], document)
        if files_draft(type(document), step):  # nobody writes on it between the seal and the filing
            lock_rows(type(document), [document.pk])
        if reason := sealed_print_attached(held, actor):
            raise Refused([reason], document)
        held.filed_at = timezone.now()
        done = take_with(document, step, acting, form)
        held.number = str(done)  # a draft has received it only now
        held.save(update_fields=["filed_at", "number"])
        return done
