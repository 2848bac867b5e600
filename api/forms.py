"""What the Group Admin says of a new API key."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.clearance import Stage
from accounts.models import CustomsStation, User
from accounts.permissions import Actor
from api.keys import latest_day
from api.scopes import Scope
from eccs.pages import activity_of

WIDTH_10 = {"class": "govuk-input--width-10", "autocomplete": "off"}


def people_of(actor: Actor) -> Any:
    """Those of the own firm in whose name a key may act: whoever the actor manages, and the actor."""
    firm = Q(courier_id=actor.courier_id) if actor.courier_id is not None else Q(custodian_id=actor.custodian_id or 0)
    circle = User.objects.visible_to(actor) | User.objects.filter(pk=actor.user_id)
    return circle.filter(firm, stage=Stage.ACTIVE).order_by("full_name").distinct()


class NewKeyForm(forms.Form):
    """The program, in whose name it acts, where, for what, until when."""

    name = forms.RegexField(
        r"\A[A-Za-z0-9][A-Za-z0-9 ._-]*\Z", label=gettext_lazy("Program"), max_length=40,
        help_text=gettext_lazy("What the firm calls it; a key that replaces another has the same name"),
        error_messages={"invalid": gettext_lazy("Use letters of the Latin alphabet, digits, spaces, dots and hyphens.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-20"}),
    )  # fmt: skip
    person = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Acts in the name of"), empty_label=gettext_lazy("Choose a person"),
        help_text=gettext_lazy("What is filed is signed by this person, who takes the key up before it works"),
    )  # fmt: skip
    station = forms.ChoiceField(label=gettext_lazy("Station"), required=False)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Last day"), input_formats=["%d/%m/%Y", "%Y-%m-%d"], widget=forms.TextInput(attrs=WIDTH_10),
        help_text=gettext_lazy("DD/MM/YYYY"),
    )  # fmt: skip

    sandbox = forms.BooleanField(
        label=gettext_lazy("Only for trying: what it asks for is checked, answered and undone"), required=False
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        self.latest = latest_day()
        kwargs.setdefault("initial", {"scopes": [Scope.READ], "expires_on": f"{self.latest:%d/%m/%Y}"})
        super().__init__(*args, **kwargs)
        places = {held.station for held in actor.postings if activity_of("api-keys") in held.activities}
        stations = [(s.pk, str(s)) for s in CustomsStation.objects.all() if "" in places or s.pk in places]
        if "" in places:
            stations.insert(0, ("", _("Every station")))
        person, station = self.fields["person"], self.fields["station"]
        person.queryset = people_of(actor)  # type: ignore[attr-defined]
        station.choices, station.required = stations, "" not in places  # type: ignore[attr-defined]

    def clean_expires_on(self) -> date:
        """Today or later, and not beyond what the dated rule allows."""
        day: date = self.cleaned_data["expires_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("The day has passed."))
        if day > self.latest:
            raise forms.ValidationError(_("Not after %(day)s.") % {"day": f"{self.latest:%d/%m/%Y}"})
        return day
