"""What is answered about manual clearance and its paper forms (PN17 15.0)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier
from bills.forms.officers import StepForm, amount
from bills.forms.papers import PAPERS_HELP, PapersField
from bills.manual.holding import came_after
from bills.manual.issuing import MOST_AT_ONCE
from bills.manual.papers_used import MOST_SHIPMENTS, UNDER, bill_for, hawbs_in, keep_scan, why_not_covered
from bills.models import ManualClearance, ManualScan, XrayOnPaper
from eccs.money import rupees
from eccs.workflow import Refused

HAWB = re.compile(r"[A-Z0-9-]{4,20}")


def _text(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def moment(label: Any, **more: Any) -> forms.DateTimeField:
    """A day with its time, in India."""
    widget = forms.DateTimeInput(
        format="%d/%m/%Y %H:%M", attrs={"class": "govuk-input--width-20", "autocomplete": "off"}
    )
    formats = ["%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    help_text = more.pop("help_text", _("Date and time in India, such as 20/11/2026 06:18"))
    return forms.DateTimeField(label=label, help_text=help_text, input_formats=formats, widget=widget, **more)


class StationForm(forms.Form):
    """A form about one of the stations where the person may do it."""

    station = forms.ChoiceField(label=_("Station"))

    def __init__(self, *args: Any, stations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["station"]
        choice.choices = stations
        if len(stations) == 1:
            self.fields["station"].widget = forms.HiddenInput()
            self.fields["station"].initial = stations[0][0]


class ProposalForm(StationForm):
    """Why and for how long the station clears on paper."""

    reason = forms.CharField(
        label=_("What has happened"), widget=_text(), max_length=1000,
        help_text=_("For example since when the system is down, and what is expected. The Commissioner reads it."),
    )  # fmt: skip
    order_number = forms.CharField(
        label=_("Number of the Commissioner's order"), max_length=60, required=False,
        help_text=_("Only where the Commissioner approved outside ECCS, while it was down. The Commissioner confirms it here."),
    )  # fmt: skip
    ordered_at = moment(_("Order given at"), required=False)
    begins_at = moment(_("From"), help_text=_("Never before the approval. Such as 20/11/2026 06:18"))
    until_at = moment(_("Until"), help_text=_("It can be ended before. Such as 20/11/2026 18:00"))

    def clean(self) -> dict[str, Any]:
        """The period has a length, and begins after the approval: after the order, or else it is not over yet."""
        given = super().clean() or {}
        begins, until = given.get("begins_at"), given.get("until_at")
        number, ordered = given.get("order_number"), given.get("ordered_at")
        self._check_order(number, ordered, begins)
        if until is not None and not number and until <= timezone.now():
            self.add_error("until_at", _("The period is over: enter a later end."))
        elif begins is not None and until is not None and until <= begins:
            self.add_error("until_at", _("The end is before the beginning."))
        return given

    def _check_order(self, number: str | None, ordered: datetime | None, begins: datetime | None) -> None:
        """An order has a number and a moment, which has come and is before the period."""
        if ordered is not None and not number:
            self.add_error("order_number", _("Enter the number of the order."))
        elif number and ordered is None and "ordered_at" not in self.errors:
            self.add_error("ordered_at", _("Enter when the order was given."))
        elif ordered is not None and ordered > timezone.now():
            self.add_error("ordered_at", _("The moment is still to come."))
        elif ordered is not None and begins is not None and begins < ordered:
            self.add_error("begins_at", _("The period begins before the order was given."))


class IssueForm(StationForm):
    """How many blank forms the station gets."""

    count = forms.IntegerField(
        label=_("Number of forms"), min_value=1, max_value=MOST_AT_ONCE,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "govuk-input--width-5"}),
    )  # fmt: skip


class RemarksForm(StepForm):
    """What is added to the decision."""

    remarks = forms.CharField(label=_("Remarks"), widget=_text(2), max_length=1000, required=False)


class ReasonForm(StepForm):
    """Why."""

    remarks = forms.CharField(label=_("Reason"), widget=_text(), max_length=1000)


class ReconciliationForm(RemarksForm):
    """That the blank forms of the station were counted."""

    blank = forms.IntegerField(
        label=_("Blank forms counted at the station"), min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "govuk-input--width-5"}),
    )  # fmt: skip
    field_order = ("blank", "remarks")


class UseForm(StepForm):
    """What the paper says (PN17 15.0)."""

    order = forms.ChoiceField(label=_("Commissioner's approval"))
    courier = forms.ChoiceField(label=_("Authorised Courier"))
    hawb = forms.CharField(
        label=_("HAWB"), widget=_text(2),
        help_text=_("Of a CBE-XI all house airway bills of the paper and its lists, one a line."),
    )  # fmt: skip
    consignee = forms.CharField(label=_("Consignee"), max_length=120)
    goods = forms.CharField(label=_("Goods"), max_length=240)
    cleared_at = moment(_("Out of Charge given on the paper at"))
    officer = forms.CharField(label=_("Officer who gave it"), max_length=120)
    assessable_value = amount(_("Assessable value, rupees"))
    collected = amount(_("Duty collected, rupees"))
    fine = amount(_("Fine collected, rupees"), initial=0)
    penalty = amount(_("Penalty collected, rupees"), initial=0)
    receipt = forms.CharField(label=_("Challan or receipt number"), max_length=60, required=False)
    xray_result = forms.ChoiceField(label=_("X-ray"), widget=forms.RadioSelect, choices=XrayOnPaper.choices)
    findings = forms.CharField(
        label=_("Finding of the examination"), widget=_text(2), max_length=2000, required=False,
        help_text=_("Left empty where the goods were not examined; after a suspicious X-ray they are."),
    )  # fmt: skip
    received_by = forms.CharField(label=_("Goods handed over to"), max_length=120)
    received_at = moment(_("Goods handed over at"))
    scan = PapersField(label=_("Scan of the paper"), help_text=PAPERS_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form: Any = self.document
        self.approvals = {
            one.number: one
            for one in ManualClearance.objects.filter(station=form.station_id, stage__in=UNDER).order_by("-pk")
        }
        order, courier = (self.fields[name] for name in ("order", "courier"))
        order.choices = [(number, f"{number}, {one.get_stage_display()}") for number, one in self.approvals.items()]  # type: ignore[attr-defined]
        firms = AuthorisedCourier.objects.filter(stations__station=form.station_id).distinct().order_by("name")
        courier.choices = [(firm.number, f"{firm.name} ({firm.number})") for firm in firms]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The clearance is within the approved period; duty has a receipt."""
        given = super().clean() or {}
        approval, at = self.approvals.get(given.get("order", "")), given.get("cleared_at")
        if approval is not None and at is not None and (reason := why_not_covered(approval, at)):
            self.add_error("cleared_at", reason)
        if any(given.get(name) for name in ("collected", "fine", "penalty")) and not given.get("receipt"):
            self.add_error("receipt", _("Enter the number of the challan or receipt for what was collected."))
        if given.get("xray_result") == XrayOnPaper.SUSPICIOUS and not given.get("findings"):
            self.add_error("findings", _("The X-ray was suspicious: enter what the examination found."))
        received = given.get("received_at")
        if received is not None and at is not None and received < at:
            self.add_error("received_at", _("The goods left before Out of Charge was given."))
        elif received is not None and received > timezone.now():
            self.add_error("received_at", _("The moment is still to come."))
        return given

    def clean_hawb(self) -> str:
        """Each house airway bill of the paper, once."""
        numbers = hawbs_in(self.cleaned_data["hawb"])
        if len(numbers) > MOST_SHIPMENTS:
            raise ValidationError(_("At most %(most)d house airway bills on one paper.") % {"most": MOST_SHIPMENTS})
        if odd := [number for number in numbers if not HAWB.fullmatch(number)]:
            raise ValidationError(
                _("Enter the HAWB: 4 to 20 letters and digits (%(odd)s)") % {"odd": ", ".join(odd[:5])}
            )
        return " ".join(numbers)

    def attach(self) -> None:
        """Keep the scan before the step is taken."""
        form: Any = self.document
        self.kept = [keep_scan(form, file, self.actor.user_id) for file in self.cleaned_data["scan"]]

    def let_go(self) -> None:
        """The step was refused and its rows are gone: take the files of those rows out of the storage too."""
        for scan in getattr(self, "kept", ()):
            if not ManualScan.objects.filter(pk=scan.pk).exists():
                scan.file.storage.delete(scan.file.name)

    def answers(self) -> dict[str, Any]:
        """What the paper says, as the trail keeps it."""
        given = self.cleaned_data
        told = {name: str(value) for name, value in given.items() if name != "scan"}
        return told | {name: given[name].isoformat() for name in ("cleared_at", "received_at")}


class RegulariseForm(RemarksForm):
    """What is said of paper and bill, whose figures stand beside each other on the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form: Any = self.document
        if late := came_after(form):
            words = _("After the goods had left, %(holds)s. The hold ends with the bill: say why.")
            self.fields["remarks"].help_text = words % {"holds": "; ".join(late)}
        elif form.value_difference or form.duty_difference:
            told = {"value": rupees(form.value_difference or 0, 2), "duty": rupees(form.duty_difference or 0, 2)}
            words = _("Paper and bill differ, value by %(value)s and duty by %(duty)s: say why.")
            self.fields["remarks"].help_text = words % told


class BillForm(StepForm):
    """The bill in which the courier entered what the paper declares."""

    bill = forms.CharField(
        label=_("Number of the bill"), max_length=60,
        help_text=_("File the bill for the shipment first: its data are those of the paper."),
    )  # fmt: skip

    def clean_bill(self) -> str:
        """A filed bill of the same courier and shipment."""
        number: str = self.cleaned_data["bill"].strip().upper()
        form: Any = self.document
        try:
            bill_for(form, number)
        except Refused as refusal:
            raise ValidationError(refusal.reasons) from refusal
        return number
