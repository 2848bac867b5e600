"""What a Courier Bill of Entry awaits."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """The stages of a bill, in the order of the notice. One stage is one desk."""

    DRAFT = "DRAFT", _("Draft")
    DOCUMENTS = "DOCUMENTS", _("Awaiting compulsory documents")
    ASSESSMENT = "ASSESSMENT", _("For assessment")
    APPROVAL = "APPROVAL", _("For approval")
    QUERY = "QUERY", _("Query raised")
    DUTY = "DUTY", _("Awaiting duty")
    ARRIVAL = "ARRIVAL", _("Awaiting arrival")
    XRAY = "XRAY", _("For X-ray")
    EXAMINATION = "EXAMINATION", _("For examination")
    FOR_OUT_OF_CHARGE = "FOR_OUT_OF_CHARGE", _("For Out of Charge")
    OUT_OF_CHARGE = "OUT_OF_CHARGE", _("Out of Charge")
    DISCARDED = "DISCARDED", _("Discarded")


UNFILED = (Stage.DRAFT, Stage.DISCARDED)
CLOSED = (Stage.OUT_OF_CHARGE, Stage.DISCARDED)
OPEN = tuple(stage for stage in Stage if stage not in CLOSED)
