"""What a Courier Bill of Entry awaits."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """The stages of a bill, in the order of the notice. One stage is one desk."""

    DRAFT = "DRAFT", _("Draft")
    DOCUMENTS = "DOCUMENTS", _("Awaiting compulsory documents")
    ASSESSMENT = "ASSESSMENT", _("For assessment")
    FIRST_CHECK_ARRIVAL = "FIRST_CHECK_ARRIVAL", _("Awaiting arrival (first check)")
    FIRST_CHECK = "FIRST_CHECK", _("For first-check examination")
    APPROVAL = "APPROVAL", _("For approval")
    QUERY = "QUERY", _("Query raised")
    DUTY = "DUTY", _("Awaiting duty")
    ARRIVAL = "ARRIVAL", _("Awaiting arrival")
    XRAY = "XRAY", _("For X-ray")
    EXAMINATION = "EXAMINATION", _("For examination")
    FOR_OUT_OF_CHARGE = "FOR_OUT_OF_CHARGE", _("For Out of Charge")
    ADJUDICATION = "ADJUDICATION", _("For adjudication")
    DETAINED = "DETAINED", _("Detained")
    STOPPED = "STOPPED", _("Stopped")
    OUT_OF_CHARGE = "OUT_OF_CHARGE", _("Out of Charge")
    PROVISIONALLY_RELEASED = "PROVISIONALLY_RELEASED", _("Provisionally released")
    FINALISED = "FINALISED", _("Release finalised")
    CONFISCATED = "CONFISCATED", _("Confiscated")
    CLEARED_MANUALLY = "CLEARED_MANUALLY", _("Cleared manually")
    RETURNED = "RETURNED", _("Returned to origin")
    DISPOSED = "DISPOSED", _("Disposed of")
    CANCELLED = "CANCELLED", _("Cancelled")
    DISCARDED = "DISCARDED", _("Discarded")


UNFILED = (Stage.DRAFT, Stage.DISCARDED)
PUT_AWAY = (Stage.DISCARDED, Stage.CANCELLED)  # the shipment may have another bill
CLOSED = (
    Stage.OUT_OF_CHARGE, Stage.FINALISED, Stage.CONFISCATED, Stage.CLEARED_MANUALLY, Stage.RETURNED, Stage.DISPOSED,
    Stage.CANCELLED, Stage.DISCARDED,
)  # fmt: skip
DONE = (
    Stage.OUT_OF_CHARGE,
    Stage.FINALISED,
    Stage.CLEARED_MANUALLY,
)  # nothing more falls due: what was paid beyond it goes back
GONE = (
    Stage.CANCELLED,
    Stage.CONFISCATED,
    Stage.RETURNED,
    Stage.DISPOSED,
)  # ended without Out of Charge: the goods are nobody's to clear any more
OPEN = tuple(stage for stage in Stage if stage not in CLOSED)
HERE = tuple(
    stage for stage in OPEN if stage not in (Stage.DRAFT, Stage.PROVISIONALLY_RELEASED)
)  # filed, goods not released
HELD = (Stage.QUERY, Stage.DETAINED, Stage.STOPPED)  # the way goes on when the hold ends
ASKABLE = tuple(
    stage for stage in HERE if stage != Stage.ADJUDICATION
)  # of goods under adjudication the order comes first
FREE = tuple(stage for stage in ASKABLE if stage not in HELD)
PAST_PAYMENT = (Stage.ARRIVAL, Stage.XRAY, Stage.EXAMINATION, Stage.FOR_OUT_OF_CHARGE)

TO_ASSESSMENT = (Stage.APPROVAL, Stage.DUTY, *PAST_PAYMENT)  # from here a bill whose duty is in doubt is assessed again


class Hold(models.TextChoices):
    """What keeps a bill from Out of Charge until it is closed."""

    QUERY = "QUERY", _("a query is not answered")
    DETENTION = "DETENTION", _("the goods are detained")
    REPLY = "REPLY", _("the detention memo is not answered")
    STOP = "STOP", _("the DC/AC has stopped the clearance")
    AMENDMENT = "AMENDMENT", _("an amendment is requested")
    CANCELLATION = "CANCELLATION", _("the cancellation is requested")
    FINE = "FINE", _("a fine or penalty is not paid")
