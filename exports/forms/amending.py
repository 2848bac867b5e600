"""What a courier asks to change on a filed export manifest; what its stage has locked is not offered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bills.forms.documents import MOST, numbers
from bills.forms.officers import StepForm
from exports import amending
from exports.clearance.leaving import Stage
from exports.forms.manifests import (
    airport,
    egm_field,
    moment_field,
    not_before_filing,
    whole_mawb,
    within_a_month,
)


def _hawbs(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=MOST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, or with commas between."),
    )  # fmt: skip


class ManifestAmendmentForm(StepForm):
    """Before the aircraft leaves flight and shipping bills may change; afterwards its EGM number, its departure, and what stayed behind."""

    airline = forms.CharField(label=_("Airline"), max_length=60)
    flight_number = forms.CharField(label=_("Flight number"), max_length=10)
    mawb = forms.CharField(label=_("MAWB"), max_length=12)
    airport_of_destination = forms.CharField(label=_("Airport of destination"), max_length=3)
    scheduled_departure = moment_field(_("Scheduled departure"))
    egm_number = egm_field()
    departed_at = moment_field(_("Actual departure"))
    add = _hawbs(_("House airway bills to add; of documents the number of the CSB-III"))
    off = _hawbs(_("House airway bills or bags to take off"))
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left = self.document.stage == Stage.EXPORTED
        open_here = amending.OPEN.get(Stage(self.document.stage), ())
        for name in {*amending.LABELS} - {*open_here, amending.BILL}:
            del self.fields[name]
        for name in open_here:
            self.fields[name].initial = getattr(self.document, name)
        if self.left:
            del self.fields["add"]
            self.fields["off"].label = _("House airway bills or bags that did not leave (short-shipped)")

    def clean_mawb(self) -> str:
        """Eleven digits whose last proves the others."""
        return whole_mawb(self.cleaned_data["mawb"])

    def clean_airport_of_destination(self) -> str:
        """Three letters."""
        return airport(self.cleaned_data["airport_of_destination"])

    def clean_scheduled_departure(self) -> datetime:
        """A flight of these days, unless it is as it was."""
        when: datetime = self.cleaned_data["scheduled_departure"]
        return when if "scheduled_departure" not in self.changed_data else within_a_month(when)

    def clean_departed_at(self) -> datetime:
        """It has left, and not before the manifest was filed."""
        return not_before_filing(self.cleaned_data["departed_at"], self.document)

    def clean_add(self) -> list[str]:
        """Each is let go, not held, and on no export manifest."""
        given = list(dict.fromkeys(numbers(self.cleaned_data["add"])))
        if stay := amending.may_not_come(self.document, given):  # type: ignore[arg-type]
            raise ValidationError(
                _("These have no Let Export Order, are held, or stand on a manifest: %(hawbs)s.")
                % {"hawbs": ", ".join(stay[:10])}
            )
        return given

    def clean_off(self) -> list[str]:
        """Each stands on the manifest."""
        given = list(dict.fromkeys(numbers(self.cleaned_data["off"])))
        manifest: Any = self.document
        if gone := amending.not_aboard(manifest, given):
            raise ValidationError(_("Not on this manifest: %(hawbs)s.") % {"hawbs": ", ".join(gone[:10])})
        return given

    def clean(self) -> dict[str, Any]:
        """An amendment changes at least one thing."""
        given = super().clean() or {}
        if not self.errors and not self._changes():
            raise ValidationError(_("The amendment changes nothing yet."))
        return given

    def _changes(self) -> list[amending.Change]:
        given = self.cleaned_data
        return amending.changes_of(self.document, given, given.get("add", []), given["off"])  # type: ignore[arg-type]

    def answers(self) -> dict[str, Any]:
        """Old and new of each detail, and the reason."""
        return {"changes": self._changes(), "reason": self.cleaned_data["reason"]}
