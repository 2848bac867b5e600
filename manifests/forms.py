"""The forms of a manifest (Form A)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import CustomsStation
from eccs import identifiers, places
from manifests import declarations
from manifests.igm import why_not_landed
from manifests.lateness import by_how_much, late_by
from manifests.models import ExpressCargoManifest
from manifests.reading import bag_number, columns_of
from manifests.regularising import left_on_paper

MEANT = timedelta(days=30)  # an arrival further off is a slip of the pen


class UpperField(forms.CharField):
    """A code, kept in capitals."""

    def to_python(self, value: Any) -> str:
        """The code in capitals."""
        return str(super().to_python(value) or "").upper()


def airport(label: Any, hint: Any = "") -> UpperField:
    """An airport by its three letters."""
    field = UpperField(label=label, min_length=3, max_length=3, help_text=hint)
    field.widget.attrs["class"] = "govuk-input--width-3"
    return field


class ManifestForm(forms.ModelForm):  # type: ignore[type-arg]
    """The header of an ECM: flight, airports, country, scheduled arrival, on-board courier."""

    airport_of_shipment = airport(_("Airport of shipment"), _("Three letters, such as HKG"))
    first_port_of_arrival = airport(_("First port of arrival in India"), _("Three letters, such as BLR"))
    country_of_exportation = UpperField(
        label=_("Country of exportation"), min_length=2, max_length=2, help_text=_("Two letters of ISO 3166, such as HK"),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3"}),
    )  # fmt: skip
    flight_number = UpperField(
        label=_("Flight number"), max_length=10, widget=forms.TextInput(attrs={"class": "govuk-input--width-10"})
    )
    scheduled_arrival = forms.DateTimeField(
        label=_("Scheduled arrival"), help_text=_("Date and time in India, such as 20/11/2026 06:20"),
        input_formats=["%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format="%d/%m/%Y %H:%M", attrs={"class": "govuk-input--width-20", "autocomplete": "off"}),
    )  # fmt: skip

    class Meta:
        model = ExpressCargoManifest
        fields: tuple[str, ...] = (
            "station", "airline", "flight_number", "airport_of_shipment", "country_of_exportation", "first_port_of_arrival",
            "scheduled_arrival", "on_board_courier",
        )  # fmt: skip

    def __init__(self, *args: Any, courier: Any, only: Collection[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left = left_on_paper(courier.pk)
        if "station" in self.fields:
            stations = {
                *courier.stations_on().values_list("pk", flat=True),
                *(one.station for one in self.left.values()),
            }
            own = CustomsStation.objects.filter(pk__in=stations if only is None else stations & set(only))
            self.fields["station"].queryset = own  # type: ignore[attr-defined]
            self.fields["station"].label = _("Station")
            self.fields["station"].empty_label = _("Choose a station")  # type: ignore[attr-defined]

    def clean_country_of_exportation(self) -> str:
        """A country of ISO 3166."""
        country: str = self.cleaned_data["country_of_exportation"]
        if country not in places.COUNTRIES:
            raise forms.ValidationError(_("Enter a country of ISO 3166, two letters"))
        return country

    def clean_scheduled_arrival(self) -> Any:
        """A time that can be meant: within thirty days of today, or of when goods left on paper that are regularised now."""
        when = self.cleaned_data["scheduled_arrival"]
        if not any(abs(near - when) <= MEANT for near in (timezone.now(), *(one.at for one in self.left.values()))):
            raise forms.ValidationError(_("Enter a day within a month of today"))
        return when


class NewManifestForm(ManifestForm):
    """A new ECM: first whether it declares documents or non-documents, which are manifested apart (PN17 5.1)."""

    kind = forms.ChoiceField(
        label=_("What it declares"), choices=ExpressCargoManifest.Kind.choices, widget=forms.RadioSelect,
        initial=ExpressCargoManifest.Kind.NON_DOCUMENTS,
    )  # fmt: skip

    class Meta(ManifestForm.Meta):
        fields = ("kind", *ManifestForm.Meta.fields)

    field_order = ("kind",)


class FileForm(forms.Form):
    """A file of shipments."""

    file = forms.FileField(label=_("CSV or XLSX, at most 20,000 rows and 20 MiB"), allow_empty_file=True)


class StepForm(forms.Form):
    """What a step on a manifest asks."""

    def __init__(self, *args: Any, document: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document, self.actor = document, actor

    def answers(self) -> dict[str, Any]:
        """The step's answers."""
        return dict(self.cleaned_data)


class SubmitForm(StepForm):
    """What the signatory declares when the manifest is submitted: that it is complete (Form A)."""

    template = "manifests/_declare.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        arrival = self.document.scheduled_arrival
        self.late = by_how_much(timezone.now() - arrival if timezone.now() > arrival else None)
        said = declarations.of_manifest(self.document)
        self.fields |= {name: forms.BooleanField(label=words) for name, words in said.items()}

    def answers(self) -> dict[str, Any]:
        """The declarations are conditions of submitting; the trail keeps by how much the manifest is late."""
        return {"after_scheduled_arrival": self.late} if self.late else {}


class FeedIgmForm(StepForm):
    """The IGM number and the actual time of arrival (PN17 5.1)."""

    igm_number = forms.RegexField(
        r"^\d{5,10}$", label=_("IGM number"), error_messages={"invalid": _("Enter the IGM number: 5 to 10 digits")},
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    actual_arrival = forms.DateTimeField(
        label=_("Actual arrival"), help_text=_("Date and time in India, such as 20/11/2026 06:18"),
        input_formats=["%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format="%d/%m/%Y %H:%M", attrs={"class": "govuk-input--width-20", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_actual_arrival(self) -> Any:
        """An aircraft that has landed has landed in the past."""
        when = self.cleaned_data["actual_arrival"]
        if reason := why_not_landed(self.document, when):
            raise forms.ValidationError(reason)
        return when

    def answers(self) -> dict[str, Any]:
        """Both, and by how much the manifest was submitted after the landing: the trail keeps that."""
        late = by_how_much(late_by(self.document, self.cleaned_data["actual_arrival"]))
        return {**self.cleaned_data, **({"submitted_after_landing": late} if late else {})}


class CloseArrivalForm(StepForm):
    """Remarks on what is short or in excess (PN17 5.2)."""

    remarks = forms.CharField(
        label=_("Remarks on short and excess packages"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ShipmentForm(forms.Form):
    """One house airway bill, typed in: the same checks as a row of the file. What is locked is shown so, with the reason."""

    def __init__(
        self, data: Any = None, *, manifest: ExpressCargoManifest, now: dict[str, str] | None = None,
        locked: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(data, initial=now)
        self.manifest, self.now, self.locked = manifest, now or {}, locked or {}
        self.columns = columns_of(manifest)
        for column in self.columns:
            why = self.locked.get(column.name, "")
            required, help_text = bool(self.now.get(column.name)) if why else column.required, why or column.help
            if help_text == _LABELS[column.name]:
                help_text = ""  # the label says it
            field: forms.Field = forms.CharField(
                label=_LABELS[column.name], required=required, help_text=help_text, max_length=400
            )
            if column.name == "transshipment":
                field = forms.ChoiceField(
                    label=_LABELS[column.name], choices=(("N", _("No")), ("Y", _("Yes"))), initial="N", required=required,
                    help_text=why,
                )  # fmt: skip
            field.disabled = bool(why)
            self.fields[column.name] = field

    def clean(self) -> dict[str, Any]:
        """Nothing that is locked is changed, whatever was sent."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name, why in self.locked.items():
            sent = self.data.get(self.add_prefix(name))
            if name in self.fields and sent is not None and sent.strip().upper() != self.now.get(name, "").upper():
                self.add_error(name, why)
            cleaned[name] = self.now.get(name, "")
        return cleaned

    def row(self) -> dict[str, str]:
        """The cells as a file would have them."""
        return {column.name: str(self.cleaned_data.get(column.name) or "").strip() for column in self.columns}


_LABELS: dict[str, Any] = {
    "hawb": _("HAWB"), "mawb": _("MAWB"), "ucr": _("UCR"), "packages": _("Packages"), "crn_numbers": _("CRNs"),
    "gross_weight_kg": _("Gross weight, kg"), "description": _("Description"), "consignor_name": _("Consignor"),
    "consignor_address": _("Consignor's address"), "consignor_country": _("Consignor's country"),
    "consignee_name": _("Consignee"), "consignee_address": _("Consignee's address"), "consignee_city": _("City"),
    "consignee_state": _("State"), "consignee_pin": _("PIN code"), "invoice_value": _("Invoice value"),
    "invoice_currency": _("Currency"), "transshipment": _("Transshipment"), "transshipment_to": _("Transshipment to"),
    "bag_number": _("Bag"), "pieces": _("Pieces"), "airline": _("Airline"), "flight_number": _("Flight number"),
    "airport_of_shipment": _("Airport of shipment"), "country_of_exportation": _("Country of exportation"),
    "first_port_of_arrival": _("First port of arrival in India"), "scheduled_arrival": _("Scheduled arrival"),
    "on_board_courier": _("On-board courier"), "igm_number": _("IGM number"), "actual_arrival": _("Actual arrival"),
    "adjudication_reference": _("Adjudication reference"), "hawbs": _("House airway bills"),
}  # fmt: skip


_ORDER = {name: n for n, name in enumerate(_LABELS)}


def in_order(names: Iterable[str]) -> list[str]:
    """Details in the order people know from the forms."""
    return sorted(names, key=lambda name: _ORDER.get(name, len(_ORDER)))


def label_of(name: str) -> Any:
    """What a detail of a manifest or shipment is called on the screen."""
    return _LABELS.get(name, name)


class HoldForm(forms.Form):
    """Why a shipment is kept from clearance."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Which document or clarification you wait for"),
    )  # fmt: skip


class SettlementForm(forms.Form):
    """How a short or excess label is explained."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class PlaceForm(forms.Form):
    """A place in the warehouse."""

    location = forms.RegexField(r"^[A-Za-z0-9][A-Za-z0-9-]{0,19}$")

    def clean_location(self) -> str:
        """The place in capitals."""
        place: str = self.cleaned_data["location"]
        return place.upper()


class WeightForm(forms.Form):
    """The actual weight of a shipment or of a bag (PN17 5.2)."""

    hawb = forms.CharField(label=_("HAWB or bag"), max_length=30)
    kg = forms.DecimalField(label=_("Weight, kg"), min_value=Decimal("0.001"), max_digits=10, decimal_places=3)

    def clean_hawb(self) -> str:
        """A HAWB or a bag as it is written."""
        number: str = self.cleaned_data["hawb"].strip().upper()
        if (reason := identifiers.hawb(number)) and bag_number(number):
            raise forms.ValidationError(reason)
        return number
