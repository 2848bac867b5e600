"""The forms of a Courier Bill of Entry (PN17 5.4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Which statutory form the goods ask for."""

    XI = "CBE-XI", _("CBE-XI (documents)")
    XII = "CBE-XII", _("CBE-XII (free samples and gifts)")
    XIII = "CBE-XIII", _("CBE-XIII (low value dutiable)")
    XIV = "CBE-XIV", _("CBE-XIV (other dutiable)")
