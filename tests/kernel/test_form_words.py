"""What a form says of an answer that is missing."""

from __future__ import annotations

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.utils.translation import override

from eccs.form_words import in_a_sentence
from tests.house.source import APPS, modules


class Question(forms.Form):
    """A question of each kind."""

    flight_number = forms.CharField()
    hawb = forms.CharField()
    iec = forms.CharField(label="IEC branch code")
    gstin = forms.CharField(label="GSTIN of the importer")
    arrival = forms.DateTimeField(label="Actual arrival")
    weight = forms.DecimalField(label="Weight")
    station = forms.ChoiceField(label="Station", choices=[("BLR", "Bengaluru")])
    kinds = forms.MultipleChoiceField(label="Kinds of KYC document", choices=[("PAN", "PAN")])
    agreed = forms.BooleanField(label="What we declare is true;")
    paper = forms.FileField(label="Invoice, at most 10 MiB")
    own = forms.CharField(label="Reason", error_messages={"required": "Say why"})
    note = forms.CharField(required=False)

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["later"] = forms.CharField(label="AD code")


SAID = {
    "flight_number": "Enter flight number",
    "hawb": "Enter HAWB",
    "iec": "Enter IEC branch code",
    "gstin": "Enter GSTIN of the importer",
    "arrival": "Enter actual arrival",
    "weight": "Enter weight",
    "station": "Choose station",
    "kinds": "Choose kinds of KYC document",
    "agreed": "Tick “what we declare is true”",
    "paper": "Choose a file",
    "own": "Say why",
    "later": "Enter AD code",
}


def test_a_missing_answer_is_asked_for_by_its_name_and_kind() -> None:
    form = Question({}, {})
    assert {name: errors[0] for name, errors in form.errors.items()} == SAID


def test_the_summary_names_each_missing_answer_once() -> None:
    page = Template("{% load eccs %}{% errors form %}").render(Context({"form": Question({}, {})}))
    assert '<a href="#id_weight">Enter weight</a>' in page
    wrong = Question({"weight": "much"}, {})
    page = Template("{% load eccs %}{% errors form %}").render(Context({"form": wrong}))
    assert '<a href="#id_weight">Weight: Enter a number.</a>' in page


def test_another_form_of_the_same_class_speaks_its_own_language() -> None:
    assert Question({}, {}).errors["own"] == ["Say why"]
    with override("hi"):
        assert Question({}, {}).errors["weight"] != ["This field is required."]
    assert Question({}, {}).errors["weight"] == ["Enter weight"]
    assert forms.CharField().error_messages["required"] == "This field is required."


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("X-ray result", "X-ray result"),
        ("Aadhaar number", "Aadhaar number"),
        ("Iec", "IEC"),
        ("The bond is to be given to Customs", "the bond is to be given to Customs"),
        ("Kind of BE, if it can be said", "kind of BE, if it can be said"),
        ("be type", "BE type"),
        ("Name and address:", "name and address"),
        ("CTH of item 2", "CTH of item 2"),
        ("वज़न", "वज़न"),
        ("", ""),
    ],
)
def test_a_label_inside_a_sentence(label: str, written: str) -> None:
    assert in_a_sentence(label) == written


def test_every_form_speaks_so() -> None:
    assert settings.FORM_RENDERER == "eccs.form_words.Renderer"
    assert Question().renderer.__class__.__name__ == "Renderer"
    own = [path.name for path in modules(*APPS) if "default_renderer" in path.read_text()]
    assert own == [], "no form has a renderer of its own"
