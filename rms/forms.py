"""What is asked about risk rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.directory.forms import StepForm, day_field, words_field
from eccs.uploads.reading import Unreadable, read
from rms.backtest import danger_of
from rms.catalogue import FACTS
from rms.clearance import Stage
from rms.conditions import MOST_TARGETS, Tree, leaves, targets
from rms.models import RiskRule, RuleVersion

SAYING = RiskRule.Kind
TARGETED = (
    "consignee",
    "consignor",
    "courier",
    "iec",
    "gstin",
    "kyc_token",
    "tariff_items",
    "route",
    "address",
    "flight",
)
FAULTS_SHOWN = 50
NATIONAL = ""


class RemarksForm(StepForm):
    """Why."""

    remarks = words_field(_("Remarks"), 1000)


class ProposalForm(StepForm):
    """Whether a rule that was not tested, or is dangerous, is proposed all the same."""

    despite = forms.BooleanField(label=_("Propose it all the same"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        why = danger_of(self.document)
        if why:
            self.fields["despite"].help_text = why
        else:
            del self.fields["despite"]


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _short(width: int, mode: str = "numeric") -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off", "class": f"govuk-input--width-{width}"})


class BeginForm(forms.Form):
    """What kind of rule is begun, and where it is to hold."""

    kind = forms.ChoiceField(
        label=_("Kind of rule"), choices=SAYING.choices, widget=forms.RadioSelect,
        help_text=_("Targets: a list of parties, tariff items or routes. Intervention: one house airway bill. Random share: a part of the bills, by lot. Compulsory compliance requirement: documents asked for by tariff item."),
    )  # fmt: skip
    station = forms.ChoiceField(
        label=_("Where it holds"), required=False, widget=forms.RadioSelect,
        help_text=_("A local rule decides at its station alone. A national one decides everywhere."),
    )  # fmt: skip

    def __init__(self, *args: Any, stations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["station"]
        choice.choices = [*stations, (NATIONAL, _("All stations (national)"))]


class VersionForm(forms.Form):
    """What a rule says, but for its condition, which is built beside it."""

    title = forms.CharField(label=_("Name of the rule"), max_length=120, help_text=_("Officers read it in lists."))
    hawb = forms.CharField(label=_("House airway bill"), max_length=20, widget=_short(20, "text"))
    target_fact = forms.ChoiceField(
        label=_("What the list names"), choices=[(name, FACTS[name].label) for name in TARGETED],
        widget=forms.Select(attrs={"class": "govuk-select"}),
    )  # fmt: skip
    targets = forms.CharField(
        label=_("Targets"), required=False, widget=_area(6), help_text=_("One on each line, at most 10,000."),
    )  # fmt: skip
    targets_file = forms.FileField(
        label=_("Or a file with the targets"), required=False,
        help_text=_("CSV or XLSX. The first row names the column, the first column holds the targets. It takes the place of the list above."),
    )  # fmt: skip
    share = forms.DecimalField(
        label=_("Share, percent of the bills that fit"), max_digits=6, decimal_places=3, widget=_short(5, "decimal")
    )
    outcome = forms.ChoiceField(
        label=_("What follows"), choices=RuleVersion.Outcome.choices, required=False, widget=forms.RadioSelect
    )
    examine_percent = forms.IntegerField(
        label=_("Packages to be examined, percent"), required=False, min_value=1, max_value=100, widget=_short(5)
    )
    xray = forms.BooleanField(label=_("Draw the X-ray Officer's attention"), required=False)
    documents = forms.CharField(
        label=_("Documents the courier must add"), max_length=200, required=False,
        help_text=_("The courier reads these words, and nothing else of the rule."),
    )  # fmt: skip
    instruction = forms.CharField(
        label=_("Instruction to the officer"), max_length=300, required=False, widget=_area(2)
    )
    courier_text = forms.CharField(
        label=_("Words for the courier"), max_length=300, required=False, widget=_area(2),
        help_text=_("Shown on the bill to the trade. Leave it empty where the trade is to read nothing."),
    )  # fmt: skip
    from_date = day_field(_("First day"), _("For example 01/12/2026"))
    to_date = day_field(_("Last day"), _("Empty where it holds until it is ended"), required=False)
    why = forms.CharField(label=_("Source or reason"), max_length=300, widget=_area(2))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        only = {
            SAYING.INTERVENTION: ("hawb",), SAYING.TARGET: ("target_fact", "targets", "targets_file"),
            SAYING.RANDOM: ("share",),
        }  # fmt: skip
        for of, names in only.items():
            if of != kind:
                for name in names:
                    del self.fields[name]
        if kind == SAYING.CCR:
            self.fields["documents"].required = True
        self.listed: list[str] = []

    def clean_title(self) -> str:
        """One line."""
        return " ".join(str(self.cleaned_data["title"]).split())

    def clean_share(self) -> Any:
        """Above nothing, and no more than all."""
        share = self.cleaned_data["share"]
        if not 0 < share <= 100:
            raise forms.ValidationError(_("Enter a share above 0 and up to 100 percent."))
        return share

    def clean(self) -> dict[str, Any]:
        """What must fit together."""
        given = super().clean() or {}
        first, last = given.get("from_date"), given.get("to_date")
        if first and last and last < first:
            self.add_error("to_date", _("The last day lies before the first."))
        outcome = given.get("outcome", "")
        if given.get("examine_percent") and outcome not in ("EXAMINATION", "BOTH"):
            self.add_error("examine_percent", _("A percentage is for a rule that prescribes examination."))
        if "outcome" not in self.errors and not (outcome or given.get("xray") or given.get("documents")):
            self.add_error(
                "outcome", _("A rule leads to something: assessment, examination, X-ray attention or documents.")
            )
        if self.kind == SAYING.RANDOM and not outcome:
            self.add_error("outcome", _("A random share is assessed, examined or both."))
        if self.kind == SAYING.TARGET:
            self._clean_targets(given)
        return given

    def _clean_targets(self, given: dict[str, Any]) -> None:
        name = "targets"
        lines = [(n, line) for n, line in enumerate(str(given.get("targets", "")).splitlines(), 1) if line.strip()]
        if file := given.get("targets_file"):
            name = "targets_file"
            try:
                sheet = read(file.read(), file.name, MOST_TARGETS + 1)
            except Unreadable as fault:
                self.add_error(name, str(fault))
                return
            lines = [
                (number, row[0])
                for number, row in zip(sheet.numbers, sheet.rows, strict=True)
                if row and row[0].strip()
            ]
        fact = FACTS.get(given.get("target_fact", ""))
        if fact is None:
            return
        self.listed, faults = targets(fact, lines)
        for row, reason in faults[:FAULTS_SHOWN]:
            self.add_error(name, _("Row %(row)d: %(reason)s") % {"row": row, "reason": reason} if row else reason)

    def why_not_condition(self, tree: Tree) -> str:
        """Why the condition does not fit this kind of rule, or nothing."""
        if self.kind in (SAYING.RULE, SAYING.CCR) and not tree:
            return str(_("Say when the rule hits: add at least one comparison."))
        if self.kind == SAYING.CCR and not any(leaf["fact"] == "tariff_items" for leaf in leaves(tree)):
            return str(_("A compulsory compliance requirement is asked for by tariff item: compare the tariff item."))
        if any(leaf["is"] == "ON_LIST" for leaf in leaves(tree)) and self.kind != SAYING.TARGET:
            return str(_("Only a rule of targets has a list."))
        return ""

    def whole(self, tree: Tree) -> Tree:
        """The condition with what the kind of rule adds to it."""
        own: list[Tree] = []
        if self.kind == SAYING.INTERVENTION:
            own = [{"fact": "hawb", "is": "EQUALS", "value": str(self.cleaned_data["hawb"]).strip().upper()}]
        elif self.kind == SAYING.TARGET:
            own = [{"fact": self.cleaned_data["target_fact"], "is": "ON_LIST"}]
        if not own:
            return tree
        return {"all": [*own, *(tree.get("all", [tree]) if tree else [])]}

    def content(self, tree: Tree) -> dict[str, Any]:
        """What a version keeps."""
        names = (
            "outcome", "examine_percent", "share", "xray", "documents", "instruction", "courier_text", "from_date", "to_date", "why",
        )  # fmt: skip
        return {"condition": self.whole(tree), "targets": self.listed} | {
            name: self.cleaned_data[name] for name in names if name in self.cleaned_data
        }


def initial_of(version: RuleVersion) -> tuple[dict[str, Any], Tree]:
    """What a version says, as the form and the builder begin with it."""
    told = {
        name: getattr(version, name)
        for name in (
            "outcome", "examine_percent", "share", "xray", "documents", "instruction", "courier_text", "from_date", "to_date", "why",
        )
    }  # fmt: skip
    tree, kind = version.condition, version.rule.kind
    told["title"] = version.rule.title
    if kind in (SAYING.INTERVENTION, SAYING.TARGET) and tree.get("all"):
        own, rest = tree["all"][0], tree["all"][1:]
        if kind == SAYING.INTERVENTION:
            told["hawb"] = own.get("value", "")
        else:
            told["target_fact"], told["targets"] = own["fact"], "\n".join(version.targets)
        whole = len(rest) == 1 and not rest[0].get("fact")  # a group that stood alone: as deep as it was typed
        tree = rest[0] if whole else {"all": rest} if rest else {}
    return told, tree


class RulesForm(forms.Form):
    """How the list of rules is narrowed down."""

    q = forms.CharField(label=_("Number, name or instruction"), max_length=60, required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Any")), *SAYING.choices])
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[("", _("Any")), *Stage.choices])
    where = forms.ChoiceField(
        label=_("Where"), required=False, choices=[("", _("Any")), ("N", _("National")), ("L", _("Local"))]
    )
