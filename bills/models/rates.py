"""Rates of duty and of exchange, each in force from a day."""

from django.db import models


class TariffRate(models.Model):
    """The rates of a tariff item, or of a prefix of 2, 4 or 6 digits, from a day; the longest one in force wins."""

    cth = models.CharField(max_length=8)
    description = models.CharField(max_length=300)
    unit = models.CharField(max_length=5, blank=True)
    bcd_percent = models.DecimalField(max_digits=7, decimal_places=3)
    bcd_specific = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    bcd_specific_unit = models.CharField(max_length=5, blank=True)
    aidc_percent = models.DecimalField(max_digits=7, decimal_places=3, default=0)
    sws_applies = models.BooleanField(default=True)
    igst_percent = models.DecimalField(max_digits=7, decimal_places=3)
    cess_percent = models.DecimalField(max_digits=7, decimal_places=3, default=0)
    from_date = models.DateField()
    notification = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cth", "from_date"], name="tariff_rate_once_a_day")]

    def __str__(self) -> str:
        return f"{self.cth} from {self.from_date:%d/%m/%Y}"


class ExchangeRate(models.Model):
    """Rupees for one or a hundred units of a currency, notified from a day (section 14)."""

    currency = models.CharField(max_length=3)
    unit = models.PositiveIntegerField(default=1)
    import_rate = models.DecimalField(max_digits=12, decimal_places=4)
    export_rate = models.DecimalField(max_digits=12, decimal_places=4)
    from_date = models.DateField()
    notification = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "from_date"], name="exchange_rate_once_a_day"),
            models.CheckConstraint(condition=models.Q(unit__in=(1, 100)), name="exchange_rate_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} from {self.from_date:%d/%m/%Y}"
