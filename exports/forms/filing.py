"""What the signatory declares when a shipping bill is filed."""

from __future__ import annotations

from typing import Any

from django import forms

from bills.forms.officers import StepForm
from exports.filing import declarations


class FilingForm(StepForm):
    """The declarations of Forms G, H and HA."""

    template = "bills/_declare.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n, words in enumerate(declarations(documents=self.document.is_documents), 1):
            self.fields[f"declared{n}"] = forms.BooleanField(label=words)

    def answers(self) -> dict[str, Any]:
        """The declarations are conditions of filing; the step itself takes no answers."""
        return {}
