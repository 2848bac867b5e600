"""What is asked when a provisional assessment becomes final (PN17 7.1(c); section 18)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bills.duty.heads import head_label
from bills.duty.levies import HEADS
from bills.final_assessment import heads_of
from bills.forms.officers import StepForm, amount, not_after_today, past_day
from eccs.dated_rules import rule_book
from eccs.money import rupees


class FinalAssessmentForm(StepForm):
    """The value and the duty under each head as finally assessed."""

    template = "bills/_finalise.html"

    final_value = amount(_("Assessable value as finally assessed, rupees"), min_value=Decimal("0.01"))
    documents_received_on = past_day(_("Documents complete on"), required=False)
    remarks = forms.CharField(label=_("Remarks"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provisional: Any = self.document
        paid = heads_of(provisional.bill)
        for head in HEADS:
            words = {"head": head_label(head)}
            self.fields[f"final_{head.lower()}"] = amount(
                _("%(head)s as finally assessed, rupees") % words,
                initial=provisional.final_heads.get(head, paid[head]),
                help_text=_("Provisionally %(amount)s.") % {"amount": rupees(paid[head], 2)},
            )
        self.fields["final_value"].initial = provisional.final_value or provisional.bill.assessable_value
        self.fields["remarks"].initial = provisional.remarks_final
        self.fields["documents_received_on"].initial = provisional.documents_received_on

    def head_fields(self) -> list[Any]:
        """The field of each head."""
        return [self[f"final_{head.lower()}"] for head in HEADS]

    @property
    def paid(self) -> str:
        """What was paid provisionally, in all."""
        provisional: Any = self.document
        return rupees(provisional.bill.total_duty, 2)

    @property
    def limit(self) -> str:
        """Above which value the DC/AC approves the final assessment."""
        provisional: Any = self.document
        day = provisional.bill.presented_on
        return rupees(rule_book().amount("dcac_approval_above", day, provisional.station_id), 2)

    def clean_documents_received_on(self) -> date | None:
        """They have come."""
        return not_after_today(self.cleaned_data["documents_received_on"])

    def clean(self) -> dict[str, Any]:
        """Duty is levied in whole rupees."""
        given = super().clean() or {}
        total = sum((given.get(f"final_{head.lower()}") or Decimal(0) for head in HEADS), Decimal(0))
        if not self.errors and total != total.to_integral_value():
            raise ValidationError(
                _("The heads come to %(amount)s: duty is levied in whole rupees.") % {"amount": rupees(total, 2)}
            )
        return given

    def answers(self) -> dict[str, Any]:
        """Value and duty by head, as the trail keeps them."""
        given = self.cleaned_data
        received = given["documents_received_on"]
        return {
            "heads": {head: f"{given[f'final_{head.lower()}']:.2f}" for head in HEADS},
            "assessable_value": str(given["final_value"]), "remarks": given["remarks"],
            "documents_received_on": received.isoformat() if received else None,
        }  # fmt: skip
