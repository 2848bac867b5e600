"""What couriers answer when they take a step on a bill: replies and papers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bills.forms.officers import StepForm
from bills.forms.papers import PAPERS_HELP, Brings, PapersField
from bills.models import Attachment


def lines(text: str) -> list[str]:
    """The documents that are asked for, one by one."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class ReplyForm(Brings, StepForm):
    """The courier's answer to a query, with documents where they were asked for (PN17 7.1(d))."""

    template = "bills/_reply.html"

    reply = forms.CharField(label=_("Your answer"), widget=forms.Textarea(attrs={"rows": 5}), max_length=4000)
    papers = PapersField(label=_("Documents"), required=False, help_text=PAPERS_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        memo = self.document.queries.filter(replied_at=None).first()
        self.asked = memo.question if memo else ""
        self.asked_at = memo.raised_at if memo else None
        self.wanted = lines(memo.documents_wanted if memo else "")

    def attach(self) -> None:
        """Keep the papers before the step is taken."""
        self.keep("papers", Attachment.Kind.OTHER)

    def answers(self) -> dict[str, Any]:
        """The text of the answer."""
        return {"reply": self.cleaned_data["reply"]}


class DetentionReplyForm(ReplyForm):
    """The courier's answer to a detention memo (PN17 7.1(e))."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        memo = self.document.detentions.filter(ended_at=None).first()
        self.asked = memo.grounds if memo else ""
        self.asked_at = memo.issued_at if memo else None
        self.wanted = lines(memo.documents_wanted if memo else "")


class DocumentsForm(Brings, StepForm):
    """The documents that were asked for, brought to the Service Centre (PN17 6.1)."""

    papers = PapersField(label=_("Documents"), help_text=PAPERS_HELP)

    def attach(self) -> None:
        """Keep the papers before the step is taken."""
        self.keep("papers", Attachment.Kind.OTHER)

    def answers(self) -> dict[str, Any]:
        """Nothing but the papers."""
        return {}


OF_COURIER = [(kind.value, kind.label) for kind in Attachment.Kind if kind not in Attachment.OFFICERS_ONLY]


class PaperForm(forms.Form):
    """One more paper for a bill."""

    kind = forms.ChoiceField(label=_("What it is"), choices=OF_COURIER, initial=Attachment.Kind.OTHER)
    papers = PapersField(label=_("Document"), help_text=PAPERS_HELP)
