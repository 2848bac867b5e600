"""Papers that come with a step: checked by their content, kept before the step is taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from bills import attachments
from bills.models.clearable import Clearable
from bills.models.found import Paper

PAPERS_HELP = _("PDF, JPEG, PNG or TIFF, at most 10 MiB each. You can choose several.")
IMAGES_HELP = _("PDF, JPEG, PNG or TIFF, at most 10 MiB each. For officers only.")


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


class Brings:
    """A step's form that brings papers: they are kept before the step is taken, and gone again where it is refused."""

    def keep(self: Any, name: str, kind: str) -> None:
        """Attach what came under a name to the bill."""
        self.kept: list[Paper] = []
        for file in self.cleaned_data.get(name) or ():
            self.kept.append(attachments.attach_upload(self.document, file, kind, self.actor.user_id))

    def keep_for(self: Any, documents: Sequence[Clearable], name: str, kind: str) -> None:
        """Attach what came under a name to each of these bills: one file, and a row for each bill."""
        self.kept = []
        for file in self.cleaned_data.get(name) or ():
            paper = attachments.attach_upload(documents[0], file, kind, self.actor.user_id)
            self.kept.append(paper)
            attachments.share(paper, documents[1:])

    def let_go(self) -> None:
        """The step was refused and its rows are gone: take the files of those rows out of the storage too."""
        for paper in getattr(self, "kept", ()):
            if not type(paper)._default_manager.filter(pk=paper.pk).exists():
                paper.file.storage.delete(paper.file.name)
