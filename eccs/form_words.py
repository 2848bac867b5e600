"""What a form says of an answer that is missing: what to do, with the name of the answer. Said here for every form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext as _

from eccs.form_drawing import drawn, is_plain

ACRONYMS = frozenset(
    "AD AIDC BCD BE CBE CGST CIF CRN CSB CTH CTM DC ECM ECCS EOU FOB GSTIN HAWB IEC IFSC IGM IGST KYC LEO MAWB OOC PAN PDF"
    " PIN PN RMS SL UCR UIN UOM XLSX ZIP".split()
)
# Acronyms that are ordinary words too: inside a label they stay as they are written there
ORDINARY = frozenset({"ad", "be", "pin"})
# Written with a capital wherever they stand
NAMES = frozenset({"Aadhaar", "Commissioner", "Customs", "India", "X-ray"})


def in_a_sentence(label: str) -> str:
    """A label inside a sentence: its first letter small, acronyms and names as they are written."""
    given = label.strip().rstrip(":;.").split()
    words = [
        word.upper() if word.upper() in ACRONYMS and (n == 0 or word.lower() not in ORDINARY) else word
        for n, word in enumerate(given)
    ]
    if words and words[0][:1].isupper() and words[0][1:].islower() and words[0] not in NAMES:
        words[0] = words[0][0].lower() + words[0][1:]
    return " ".join(words)


def name_in_words(name: str) -> str:
    """A name from the code as words: Packages opened, IGM number."""
    said = in_a_sentence(name.replace("_", " "))
    return said[:1].upper() + said[1:]


def missing(field: forms.Field, label: str) -> str:
    """What to do about an answer that is missing, by the kind of question."""
    said = {"label": in_a_sentence(label)}
    if isinstance(field, forms.FileField):
        return _("Choose a file")
    if isinstance(field, forms.BooleanField):
        return _("Tick “%(label)s”") % said
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return _("Choose %(label)s") % said
    return _("Enter %(label)s") % said


class WordedField(BoundField):
    """A field of a form that, unless it has words of its own, says what to enter, choose or tick."""

    def __init__(self, form: Any, field: Any, name: str) -> None:
        super().__init__(form, field, name)
        messages = field.error_messages
        if messages.get("required") is forms.Field.default_error_messages["required"]:
            messages["required"] = missing(field, str(self.label))


class Renderer(TemplatesSetting):
    """The project's templates for forms, its words for their fields, and plain inputs drawn without a template."""

    bound_field_class = WordedField

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """A form, or one of its inputs."""
        return (
            drawn(template_name, context["widget"])
            if is_plain(template_name)
            else super().render(template_name, context, request)
        )
