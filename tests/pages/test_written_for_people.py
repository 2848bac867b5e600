"""How values stand on the page: ages, numbers of documents, chips, form fields."""

from __future__ import annotations

import gettext
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.core.management import call_command
from django.template import Context, Template
from django.utils import timezone

from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs import moments, state_map, written
from eccs.templatetags.eccs import holder
from manifests.models import ExpressCargoManifest


def drawn(source: str, **given: Any) -> str:
    """A scrap of template with the project's tags, on one line."""
    return " ".join(Template("{% load eccs %}" + source).render(Context(given)).split())


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 min"),
        (49, "49 min"),
        (60, "1 h"),
        (232, "3 h 52 min"),
        (62, "1 h 02 min"),
        (1440, "1 d"),
        (7440, "5 d 4 h"),
    ],
)
def test_an_age_is_told_in_its_two_largest_units(minutes: int, words: str) -> None:
    assert written.spell(timedelta(minutes=minutes)) == words


def test_moments_are_told_in_indian_time() -> None:
    at = datetime(2026, 3, 31, 18, 40, tzinfo=UTC)  # ten past midnight of 1 April in India
    assert moments.day(at) == "01/04/2026"
    assert moments.moment(at) == "01/04/2026 00:10"


def test_amounts_have_indian_grouping_and_a_space_that_does_not_break() -> None:
    assert written.rupees(Decimal("100000")) == "₹\u00a01,00,000.00"
    assert written.whole_rupees(Decimal("31785")) == "31,785"
    assert written.kg(Decimal("4.260")) == "4.26\u00a0kg"
    assert written.kg(Decimal("100.000")) == "100\u00a0kg"
    assert (written.rupees(None), written.kg(None), moments.moment(None)) == ("", "", "")


@pytest.mark.parametrize(
    ("number", "tail"),
    [
        ("CBE-XIII_BLR_2026-2027_0412_01873", "0412_01873"), ("ECM_BLR_2026-2027_0412", "0412"),
        ("2111000001", "2111000001"),
    ],
)  # fmt: skip
def test_a_number_is_copied_whole_and_its_telling_part_is_bold(number: str, tail: str) -> None:
    html = str(written.number(number))
    assert f"<b>{tail}</b>" in html
    text = html.replace("<wbr>", "").replace("<b>", "").replace("</b>", "").removeprefix('<span class="no">')
    assert text.removesuffix("</span>") == number


def test_what_people_typed_cannot_become_markup() -> None:
    assert "<script>" not in drawn("{{ n|number }}{{ n|heading }}{% cell n n %}", n="<script>_a_b_c")


def test_the_chip_says_who_has_the_document() -> None:
    said = {stage: holder(CourierBillOfEntry, stage) for stage in Stage.values}
    assert said["DRAFT"] == said["QUERY"] == said["DUTY"] == "courier"
    assert said["ASSESSMENT"] == said["XRAY"] == said["FOR_OUT_OF_CHARGE"] == "customs"
    assert said["ARRIVAL"] == "custodian"
    assert (said["OUT_OF_CHARGE"], said["DISCARDED"]) == ("done", "closed")


def test_a_late_age_is_told_by_shape_and_words_not_by_colour_alone() -> None:
    late = str(written.age_cell(timezone.now() - timedelta(minutes=157), 120))
    assert "state--late" in late and "2 h 37 min" in late and "over by 37 min" in late
    assert "progress" in str(written.age_cell(timezone.now() - timedelta(minutes=30), 120))


@pytest.mark.parametrize("model", [CourierBillOfEntry, ExpressCargoManifest])
def test_the_map_shows_every_stage_once_and_no_two_in_one_place(model: Any) -> None:
    boxes, bands = state_map.boxes(model, dict.fromkeys(model.stage_order(), "customs"))
    assert [box.stage for box in boxes] == list(model.stage_order())
    assert len({(box.column, box.band) for box in boxes}) == len(boxes)
    assert len(set(bands)) == len(bands)


class Asked(forms.Form):
    """A form with each kind of field."""

    pin = forms.CharField(label="PIN", help_text="Six digits")
    examine = forms.ChoiceField(label="Examination", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="I declare it")
    paper = forms.FileField(label="Paper", required=False)


def test_a_field_has_its_label_hint_and_error_tied_to_it() -> None:
    html = drawn("{% errors form %}{{ form }}", form=Asked({"examine": "yes"}))
    assert 'href="#id_pin"' in html
    assert '<label class="govuk-label" for="id_pin">' in html
    assert 'aria-describedby="id_pin_helptext id_pin_error"' in html
    assert "govuk-form-group--error" in html and 'id="id_pin_error"' in html
    assert "Correct 2 answers" in html
    assert "(optional)" in html


def test_a_choice_that_cannot_be_made_says_why() -> None:
    form = Asked()
    form.fields["examine"].why_not = {"no": "RMS prescribes it."}  # type: ignore[attr-defined]
    for look in ("", 'look="officer"'):
        html = drawn("{% field form.examine " + look + " %}", form=form)
        assert "RMS prescribes it." in html and html.count("disabled") == 1


def test_the_compiled_words_are_those_of_the_sources() -> None:
    call_command("words", "--check")


def test_every_translation_keeps_its_placeholders() -> None:
    place = Path(settings.LOCALE_PATHS[0]) / "hi" / "LC_MESSAGES" / "django.mo"
    with place.open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    assert len(catalogue) > 500
    for name, said in catalogue.items():
        text = name[0] if isinstance(name, tuple) else name
        if text and not isinstance(name, tuple):  # a plural may leave the number out of its singular
            assert _places(text) == _places(said), text


def _places(text: str) -> set[str]:
    return {part.split(")")[0] for part in text.split("%(")[1:]}
