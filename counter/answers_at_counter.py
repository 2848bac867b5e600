"""An answer or request as it is printed, sealed and filed at the Service Centre (PN17 2.3, 2.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from counter import answering, beginning
from counter.beginning import OPENING, Draft
from counter.entered import Form, Part, register
from counter.models import Answer
from eccs.steps import Step


def title(answer: Answer) -> str:
    """The step, and the document it is taken on."""
    label = answering.step_of(answer).label
    return f"{label}: {answer.number}" if answer.number else str(label)


def _opening(answer: Answer) -> list[Part]:
    """What is asked for, and about what, where the request begins a document."""
    step = answering.step_of(answer)
    about = [(_("About"), answer.number)] if answer.number else []
    told = (*about, (_("Answer or request"), str(step.label)), (_("Ordered in"), step.para))
    return [
        Part(_("What it is about"), told),
        Part(_("What is asked for"), tuple((label, words) for label, words in answer.told if words)),
    ]


def parts(answer: Answer) -> list[Part]:
    """What is answered, what was typed, and the papers that go with it."""
    if answer.kind.startswith(OPENING):
        return _opening(answer)
    document, step = answering.document_for(answer), answering.step_of(answer)
    begun = _draft(document, step)
    told = [
        (_("Document"), answer.number), (_("It is at"), str(document.get_stage_display())), (_("Answer or request"), str(step.label)),
        (_("Ordered in"), step.para),
    ]  # fmt: skip
    asked = getattr(answering.form_for(step, document, None), "asked", "")
    found = [Part(_("What it is about"), tuple(told))]
    if asked:
        found.append(Part(_("What Customs asks"), ((_("Asked"), asked),)))
    if begun is not None:
        found += begun.parts(document)
    if answer.told:
        found.append(Part(_("What is answered"), tuple((label, words) for label, words in answer.told if words)))
    papers = tuple(
        (_("Paper %(number)d") % {"number": n}, f"{one['name']}, SHA-256 {one['sha256'][:16]}")
        for n, one in enumerate(answer.files, 1)
    )
    return [*found, Part(_("Papers that go with it"), papers)] if papers else found


def sums(answer: Answer) -> list[tuple[str, str]]:
    """What the customer looks at first."""
    told = [(_("Document"), answer.number)] if answer.number else []
    told.append((_("Answer or request"), str(answering.step_of(answer).label)))
    if not answer.kind.startswith(OPENING):
        document = answering.document_for(answer)
        begun = _draft(document, answering.step_of(answer))
        told += begun.parts(document)[0].rows if begun is not None else ()
    return [*told, *((label, words) for label, words in answer.told[:8] if words)]


def said(answer: Answer) -> Any:
    """What was typed, for which step, on which document and after which of its lines."""
    papers = [one["sha256"] for one in answer.files]
    told = [answer.kind, answer.document_id, answer.step, answer.after, answer.typed, answer.told, papers]
    if answer.kind.startswith(OPENING):
        return told
    document = answering.document_for(answer)
    begun = _draft(document, answering.step_of(answer))
    return [*told, begun.said(document)] if begun is not None else told


def _draft(document: Any, step: Step) -> Draft | None:
    """How the document is begun, where the step files it as a draft."""
    return beginning.draft_of(type(document)) if answering.files_draft(type(document), step) else None


def declared(_answer: Answer) -> Iterable[str]:
    """What the customer signs."""
    return [_("I have read what is entered above. It is what the firm answers or asks for, and it is true.")]


def filed(model: Any, ids: Iterable[int]) -> list[tuple[int, str]]:
    """What was filed, by step and document."""
    rows = model.objects.filter(pk__in=ids, filed_at__isnull=False).order_by("pk")
    return [(one.pk, f"{answering.step_of(one).label}: {one.number}") for one in rows]


register(
    Form(
        model=Answer, title=title, parts=parts, sums=sums, said=said, declared=declared, check=lambda one: one.get_absolute_url(),
        unfiled=Q(filed_at=None, dropped_at=None), related=("station", "courier", "importer", "visit"), place="counter/answers", filed=filed,
    )
)  # fmt: skip
