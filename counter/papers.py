"""The print-out of a form: what was entered, the declarations, and the space for the customer's signature and seal (PN17 2.4)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from counter.entered import form_of, short
from counter.models import Visit
from eccs.papers import Field, Head, Paper, footing

SPACE = "\n" * 6  # room for a signature or a seal


def print_out(document: Any, visit: Visit, operator: str) -> bytes:
    """The form as PDF, for the customer to check, sign and seal."""
    operator = operator.partition(" on behalf of ")[0]
    form = form_of(document)
    code, title = short(form.code(document)), form.title(document)
    paper = Paper(
        Head(
            title=_("To be signed and sealed"), subtitle=_("Service Centre, before filing"), number=title,
            token=f"T{visit.station_id}{visit.day:%y%m%d}{visit.serial or 0:03d}", place=_("Courier Terminal, %(station)s") % {"station": visit.station},
            address=f"{settings.PUBLIC_URL}{document.get_absolute_url()}", foot=f"{footing(operator, str(visit))}   {code}",
        )
    )  # fmt: skip
    paper.boxes([
        [Field(_("On behalf of"), f"{visit.firm}, {visit.firm_number}", 2, strong=True), Field(_("Token"), str(visit)), Field(_("Check code"), code)],
        [Field(_("Person who came"), visit.person, 2), Field(_("Entered by"), operator, 2)],
    ])  # fmt: skip
    for part in form.parts(document):
        paper.space(4)
        paper.title(part.title)
        pairs = [Field(label, value, 2) for label, value in part.rows]
        paper.boxes([pairs[n : n + 2] if n + 1 < len(pairs) else [_whole(pairs[n])] for n in range(0, len(pairs), 2)])
        if not part.rows:
            paper.text("–")
    paper.space(4)
    declared = list(form.declared(document))
    paper.title(_("Declaration"), 150 + 26 * len(declared))  # on the page where it is signed
    paper.items(declared)
    paper.space(6)
    paper.room(130)
    paper.boxes([
        [Field(_("Signature for the firm"), SPACE, 2), Field(_("Seal of the firm"), SPACE, 2)],
        [Field(_("Name"), "\n", 2), Field(_("Place"), "\n"), Field(_("Date"), "\n")],
    ])  # fmt: skip
    paper.text(
        _(
            "The check code changes with every change of the form. Filed is only what bears the code of the sealed print-out."
        )
    )
    return paper.close()


def _whole(field: Field) -> Field:
    return Field(field.label, field.value, 4)
