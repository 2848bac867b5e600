"""What couriers answer when they take a step on a bill: replies and papers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from bills import attachments
from bills.forms.officers import StepForm
from bills.models import Attachment


class Papers(forms.ClearableFileInput):
    """An input that takes several papers."""

    allow_multiple_selected = True


class PapersField(forms.FileField):
    """Several papers, each checked by its content."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", Papers(attrs={"accept": attachments.ACCEPTED}))
        super().__init__(*args, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """Every paper, or an error that names the one that is not accepted."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not given:
            raise ValidationError(self.error_messages["required"], code="required")
        for file in given:
            super().clean(file, initial)
            if reason := attachments.why_not(file):
                raise ValidationError(f"{file.name}: {reason}")
        return list(given)


PAPERS_HELP = _("PDF, JPEG, PNG or TIFF, at most 10 MiB each. You can choose several.")


class ReplyForm(StepForm):
    """The courier's answer to a query, with documents where they were asked for (PN17 7.1(d))."""

    template = "bills/_reply.html"

    reply = forms.CharField(label=_("Your answer"), widget=forms.Textarea(attrs={"rows": 5}), max_length=4000)
    papers = PapersField(label=_("Documents"), required=False, help_text=PAPERS_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query = self.document.queries.filter(replied_at=None).first()

    @property
    def wanted(self) -> list[str]:
        """The documents the query asks for, one by one."""
        text = self.query.documents_wanted if self.query else ""
        return [line.strip() for line in text.splitlines() if line.strip()]

    def attach(self) -> None:
        """Keep the papers before the step is taken."""
        for file in self.cleaned_data["papers"]:
            attachments.attach_upload(self.document, file, Attachment.Kind.OTHER, self.actor.user_id)

    def answers(self) -> dict[str, Any]:
        """The text of the answer."""
        return {"reply": self.cleaned_data["reply"]}


class PaperForm(forms.Form):
    """One more paper for a bill."""

    kind = forms.ChoiceField(label=_("What it is"), choices=Attachment.Kind.choices, initial=Attachment.Kind.OTHER)
    papers = PapersField(label=_("Document"), help_text=PAPERS_HELP)
