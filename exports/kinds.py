"""The forms of a Courier Shipping Bill (Forms G, H and HA of the Regulations)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Which statutory form the goods ask for."""

    III = "CSB-III", _("CSB-III (documents)")
    IV = "CSB-IV", _("CSB-IV (gifts and samples)")
    V = "CSB-V", _("CSB-V (commercial goods)")


GOODS = (Kind.IV, Kind.V)


class Nature(models.TextChoices):
    """What goods on CSB-IV are."""

    SAMPLE = "SAMPLE", _("Sample or prototype")
    GIFT = "GIFT", _("Gift")


class Scheme(models.TextChoices):
    """Export schemes whose benefit ECCS cannot give, and whose goods leave by courier only on ICEGATE or not at all."""

    DRAWBACK = "DRAWBACK", _("Drawback")
    RODTEP = "RODTEP", _("RoDTEP")
    ROSCTL = "ROSCTL", _("RoSCTL")
    EPCG = "EPCG", _("EPCG authorisation")
    ADVANCE = "ADVANCE", _("Advance authorisation")
    DFIA = "DFIA", _("Duty-free import authorisation")


ON_ICEGATE = (Scheme.DRAWBACK, Scheme.RODTEP, Scheme.ROSCTL)  # in courier mode, but not here (Circular 15/2024)
