"""What Form E asks beyond the other forms: the blocks of a CBE-XIV and its invoices."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from bills.models.bill import CourierBillOfEntry


def _money() -> Any:
    return models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)


class FormE(models.Model):
    """The blocks of a CBE-XIV: importer, class and type of bill, high-sea sale, special requests, gateway, bond (Form E)."""

    class Category(models.TextChoices):
        """What the importer is."""

        GOVERNMENT = "GOVERNMENT", _("Government department")
        UNDERTAKING = "UNDERTAKING", _("Government undertaking")
        DIPLOMATIC = "DIPLOMATIC", _("Diplomatic mission or United Nations")
        OTHER = "OTHER", _("Other")

    class Purpose(models.TextChoices):
        """What the goods are brought in for."""

        HOME = "HOME", _("Home consumption")
        WAREHOUSE = "WAREHOUSE", _("Warehouse")
        EX_BOND = "EX_BOND", _("Ex-bond")

    class Class(models.TextChoices):
        """How the bill stands to others."""

        NEW = "NEW", _("New")
        SPLIT = "SPLIT", _("Split")
        POST = "POST", _("Post")
        PART = "PART", _("Part")

    class Type(models.TextChoices):
        """When the bill is presented: before or after the arrival of the aircraft."""

        NORMAL = "NORMAL", _("Normal: the aircraft has arrived")
        PRIOR = "PRIOR", _("Prior: before arrival")
        ADVANCE = "ADVANCE", _("Advance: before arrival, the manifest filed")

    bill = models.OneToOneField(CourierBillOfEntry, models.CASCADE, related_name="form_e")
    importer_category = models.CharField(max_length=12, choices=Category.choices)
    be_category = models.CharField(max_length=10, choices=Purpose.choices)
    be_class = models.CharField(max_length=6, choices=Class.choices)
    be_type = models.CharField(max_length=8, choices=Type.choices)
    cha_licence = models.CharField(max_length=20, blank=True)
    cha_name = models.CharField(max_length=120, blank=True)
    cha_address = models.CharField(max_length=240, blank=True)
    high_sea_sale = models.BooleanField(default=False)
    high_sea_seller = models.CharField(max_length=120, blank=True)
    high_sea_seller_iec = models.CharField(max_length=10, blank=True)
    first_proviso = models.BooleanField(default=False)  # to section 46(1): particulars to be furnished later
    first_check = models.BooleanField(default=False)
    provisional_documents = models.BooleanField(default=False)
    extension_48 = models.BooleanField(default=False)
    extension_reason = models.CharField(max_length=240, blank=True)
    country_of_consignment = models.CharField(max_length=2, blank=True)
    marks = models.CharField(max_length=240, blank=True)
    package_type = models.CharField(max_length=20, blank=True)
    gateway_port = models.CharField(max_length=6, blank=True)
    gateway_igm = models.CharField(max_length=20, blank=True)
    bond_number = models.CharField(max_length=40, blank=True)
    bond_amount = _money()
    mawb_date = models.DateField(null=True, blank=True)
    hawb_date = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Form E of {self.bill}"


class BillInvoice(models.Model):
    """One invoice of a CBE-XIV, with its parties, its charges and what may influence its value (Form E)."""

    bill = models.ForeignKey(CourierBillOfEntry, models.CASCADE, related_name="invoices", db_index=False)
    place = models.PositiveIntegerField()  # 1 is the first; items name it
    invoice_number = models.CharField(max_length=40)
    invoice_date = models.DateField()
    invoice_terms = models.CharField(max_length=3)
    currency = models.CharField(max_length=3)
    freight = _money()
    insurance = _money()
    inland_charges = _money()
    discount = _money()
    discount_currency = models.CharField(max_length=3, blank=True)
    landing_charges = _money()
    loading_charges = _money()
    other_charges = _money()
    order_number = models.CharField(max_length=40, blank=True)
    order_date = models.DateField(null=True, blank=True)
    contract_number = models.CharField(max_length=40, blank=True)
    contract_date = models.DateField(null=True, blank=True)
    credit_number = models.CharField(max_length=40, blank=True)
    credit_date = models.DateField(null=True, blank=True)
    supplier = models.CharField(max_length=240, blank=True)
    supplier_address = models.CharField(max_length=240, blank=True)
    seller = models.CharField(max_length=240, blank=True)
    seller_address = models.CharField(max_length=240, blank=True)
    broker = models.CharField(max_length=240, blank=True)
    broker_address = models.CharField(max_length=240, blank=True)
    related = models.BooleanField(default=False)
    price_influenced = models.BooleanField(default=False)
    svb_order = models.CharField(max_length=40, blank=True)
    svb_order_date = models.DateField(null=True, blank=True)
    valuation_rule = models.CharField(max_length=2, blank=True)
    exchange_rate = models.DecimalField(max_digits=12, decimal_places=4)
    exchange_unit = models.PositiveIntegerField(default=1)
    exchange_source = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["bill_id", "place"]
        constraints = [models.UniqueConstraint(fields=["bill", "place"], name="invoice_once_a_place")]

    def __str__(self) -> str:
        return self.invoice_number

    @property
    def charges(self) -> Decimal | None:
        """Loading and miscellaneous charges together."""
        given = [amount for amount in (self.loading_charges, self.other_charges) if amount is not None]
        return sum(given, Decimal(0)) if given else None
