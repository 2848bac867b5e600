"""What a Courier Shipping Bill awaits."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """The stages of a shipping bill. One stage is one desk."""

    DRAFT = "DRAFT", _("Draft")
    GOODS = "GOODS", _("Awaiting goods")
    DOCUMENTS = "DOCUMENTS", _("Awaiting compulsory documents")
    ASSESSMENT = "ASSESSMENT", _("For assessment")
    QUERY = "QUERY", _("Query raised")
    XRAY = "XRAY", _("For X-ray")
    EXAMINATION = "EXAMINATION", _("For examination")
    FOR_LET_EXPORT = "FOR_LET_EXPORT", _("For Let Export Order")
    ADJUDICATION = "ADJUDICATION", _("For adjudication")
    FINE = "FINE", _("Awaiting fine and penalty")
    DETAINED = "DETAINED", _("Detained")
    STOPPED = "STOPPED", _("Stopped")
    LET_EXPORT = "LET_EXPORT", _("Let Export Order")
    MANIFESTED = "MANIFESTED", _("On an export manifest")
    EXPORTED = "EXPORTED", _("Exported")
    BACK_TO_TOWN = "BACK_TO_TOWN", _("Back to town")
    CONFISCATED = "CONFISCATED", _("Confiscated")
    CANCELLED = "CANCELLED", _("Cancelled")
    DISCARDED = "DISCARDED", _("Discarded")


UNFILED = (Stage.DRAFT, Stage.DISCARDED)
PUT_AWAY = (Stage.DISCARDED, Stage.CANCELLED)  # the shipment may have another shipping bill
CLOSED = (Stage.EXPORTED, Stage.BACK_TO_TOWN, Stage.CONFISCATED, *PUT_AWAY)
LET_GO = (Stage.LET_EXPORT, Stage.MANIFESTED, Stage.EXPORTED, Stage.BACK_TO_TOWN)  # Customs has let them go
OPEN = tuple(stage for stage in Stage if stage not in CLOSED)
HERE = tuple(stage for stage in OPEN if stage not in (Stage.DRAFT, *LET_GO))  # filed, not let go yet
HELD = (Stage.QUERY, Stage.DETAINED, Stage.STOPPED)  # the way goes on when the hold ends
PAST_ASSESSMENT = (Stage.XRAY, Stage.EXAMINATION, Stage.FOR_LET_EXPORT)
INTERDICTABLE = (
    *PAST_ASSESSMENT,
    Stage.FINE,
)  # from here a bill that the RMS interdicts now goes to the Assessing Officer
TO_DOCUMENTS = (Stage.DOCUMENTS, Stage.ASSESSMENT, *PAST_ASSESSMENT)  # from here a bill waits for documents asked for
ASKABLE = (
    *(stage for stage in HERE if stage != Stage.ADJUDICATION),
    Stage.LET_EXPORT,
)  # of goods under adjudication the order comes first; goods on a manifest are shut out first
CANCELLABLE = tuple(stage for stage in ASKABLE if stage not in HELD)  # until the goods have departed
AMENDABLE = (*CANCELLABLE, Stage.MANIFESTED)  # an amendment is decided on when nothing holds the bill
