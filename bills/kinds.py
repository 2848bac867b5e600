"""The forms of a Courier Bill of Entry (PN17 5.4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Which statutory form the goods ask for."""

    XI = "CBE-XI", _("CBE-XI (documents)")
    XII = "CBE-XII", _("CBE-XII (free samples and gifts)")
    XIII = "CBE-XIII", _("CBE-XIII (low value dutiable)")
    XIV = "CBE-XIV", _("CBE-XIV (other dutiable)")


TYPED = (Kind.XII, Kind.XIII, Kind.XIV)  # filed for the goods of one house airway bill; CBE-XI covers documents of many


class Nature(models.TextChoices):
    """What makes goods free of duty on CBE-XII."""

    SAMPLE = "SAMPLE", _("Free sample")
    GIFT = "GIFT", _("Gift")


class Gift(models.TextChoices):
    """The gifts that the Foreign Trade Policy permits (2.26)."""

    RAKHI = "RAKHI", _("Rakhi")
    MEDICINE = "LIFE_SAVING_DRUG", _("Life-saving drug")


class NotificationType(models.TextChoices):
    """Of what sort a customs notification is that is claimed (Form D)."""

    TARIFF = "TARIFF", _("Tariff")
    NON_TARIFF = "NON_TARIFF", _("Non-tariff")
    SAFEGUARD = "SAFEGUARD", _("Safeguard duty")
    ANTI_DUMPING = "ANTI_DUMPING", _("Anti-dumping duty")
    COUNTERVAILING = "COUNTERVAILING", _("Countervailing duty")


EXEMPTED_BY = {Nature.SAMPLE: "154/94-Customs", Nature.GIFT: "171/93-Customs"}  # the notification each nature claims


class For(models.TextChoices):
    """For whose goods, or for what purpose, an exemption is."""

    EVERYBODY = "", _("Everybody")
    EOU = "EOU", _("Goods of an export oriented unit")
    REPAIR = "REPAIR_AND_RETURN", _("Goods for repair and return")
    PERSONAL = "PERSONAL", _("Goods for personal use")
    GOVERNMENT = "GOVERNMENT", _("Goods of the Government or an undertaking of it")
    DIPLOMATIC = "DIPLOMATIC", _("Goods of a diplomatic mission or the United Nations")
