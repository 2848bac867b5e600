"""An answer or request as it is printed, sealed and filed at the Service Centre (PN17 2.3, 2.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from counter import answering
from counter.entered import Form, Part, register
from counter.models import Answer


def title(answer: Answer) -> str:
    """The step, and the document it is taken on."""
    return f"{answering.step_of(answer).label}: {answer.number}"


def parts(answer: Answer) -> list[Part]:
    """What is answered, what was typed, and the papers that go with it."""
    document, step = answering.document_for(answer), answering.step_of(answer)
    told = [
        (_("Document"), answer.number), (_("It is at"), str(document.get_stage_display())), (_("Answer or request"), str(step.label)),
        (_("Ordered in"), step.para),
    ]  # fmt: skip
    asked = getattr(answering.form_for(step, document, None), "asked", "")
    found = [Part(_("What it is about"), tuple(told))]
    if asked:
        found.append(Part(_("What Customs asks"), ((_("Asked"), asked),)))
    if answer.told:
        found.append(Part(_("What is answered"), tuple((label, words) for label, words in answer.told if words)))
    papers = tuple((f"{n}", f"{one['name']}, SHA-256 {one['sha256'][:16]}") for n, one in enumerate(answer.files, 1))
    return [*found, Part(_("Papers that go with it"), papers)] if papers else found


def sums(answer: Answer) -> list[tuple[str, str]]:
    """What the customer looks at first."""
    told = [(_("Document"), answer.number), (_("Answer or request"), str(answering.step_of(answer).label))]
    return [*told, *((label, words) for label, words in answer.told[:8] if words)]


def said(answer: Answer) -> Any:
    """What was typed, for which step, on which document and after which of its lines."""
    papers = [one["sha256"] for one in answer.files]
    return [answer.kind, answer.document_id, answer.step, answer.after, answer.typed, answer.told, papers]


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
