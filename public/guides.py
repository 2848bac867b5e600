"""What each statutory form is for, who files it, up to what value on a day, and which fields it asks (PN17 5.1, 5.4).

The limits are the dated rules in force, the fields those of the declarations themselves: nothing is written twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bills.columns import ONLY_XIV
from eccs import upload_runner
from eccs.dated_rules import rule_book
from eccs.money import rupees
from eccs.uploads.checks import Column

COURIER = gettext_lazy("The courier, signed by its signatory")
OR_IMPORTER = gettext_lazy("The courier, or the importer for its own goods")


def _nothing(_on: date) -> list[str]:
    return []


def _of_xii(on: date) -> list[str]:
    book = rule_book()
    samples, gifts = book.amount("cbe_xii_sample_limit", on), book.amount("cbe_xii_gift_limit", on)
    told = [
        _("Samples up to %(limit)s.") % {"limit": rupees(samples)},
        _("Gifts up to %(limit)s.") % {"limit": rupees(gifts)},
    ]
    return (
        [*told, _("Of gifts, only rakhis and life-saving drugs.")]
        if book.is_on("cbe_xii_gifts_restricted", on)
        else told
    )


def _of_xiii(on: date) -> list[str]:
    limit = rupees(rule_book().amount("cbe_xiii_value_limit", on))
    return [_("Assessable value up to %(limit)s.") % {"limit": limit}]


def _of_xiv(on: date) -> list[str]:
    limit = rupees(rule_book().amount("cbe_xiii_value_limit", on))
    return [
        _("Assessable value above %(limit)s.") % {"limit": limit},
        _("At any value: goods of a 100 % export oriented unit, and goods for repair and return."),
    ]


def _of_csb_iv(on: date) -> list[str]:
    book = rule_book()
    return [
        _("Samples up to %(limit)s.") % {"limit": rupees(book.amount("csb_iv_sample_limit", on))},
        _("Gifts up to %(limit)s.") % {"limit": rupees(book.amount("csb_iv_gift_limit", on))},
        _("No foreign exchange is received for them."),
    ]


def _of_csb_v(on: date) -> list[str]:
    book = rule_book()
    limited = book.is_on("csb_v_limited", on)
    limit = rupees(book.amount("csb_v_fob_limit", on)) if limited else ""
    return [
        _("FOB value up to %(limit)s.") % {"limit": limit} if limited else _("No limit of value."),
        _("Exports with drawback, RoDTEP or RoSCTL are filed on ICEGATE, not here."),
    ]


@dataclass(frozen=True)
class Guide:
    """One form: its name, its letter in the Regulations, its use, who files it, its limits on a day and its file."""

    name: str
    letter: Any
    title: Any
    use: Any
    who: Any
    limits: Callable[[date], list[str]] = _nothing
    file: str = ""  # the kind of file whose columns are its fields
    without: Sequence[str] = ()

    @property
    def slug(self) -> str:
        """The form's name in an address."""
        return self.name.lower()

    def fields(self) -> list[Column]:
        """The fields that it asks, as the file of the form has them."""
        kind = upload_runner.kind_named(self.file) if self.file else None
        return [column for column in kind.columns if column.name not in self.without] if kind else []


_ONLY_XII = ("nature", "gift_kind")
GUIDES = (
    Guide(
        "ECM", gettext_lazy("Form A"), gettext_lazy("Express Cargo Manifest, imports"),
        gettext_lazy("Tells Customs which shipments come on a flight, before it lands. Documents and other goods have a manifest each."),
        COURIER, file="ecm",
    ),
    Guide(
        "CBE-XI", gettext_lazy("Form B"), gettext_lazy("Courier Bill of Entry for documents"),
        gettext_lazy("Documents of no commercial value, in bags or loose. One bill covers the documents of many house airway bills."),
        COURIER, file="cbe-xi",
    ),
    Guide(
        "CBE-XII", gettext_lazy("Form C"), gettext_lazy("Courier Bill of Entry for free samples and gifts"),
        gettext_lazy("Free samples and permitted gifts on which no duty is due. One bill for each house airway bill."),
        COURIER, _of_xii, "cbe", ONLY_XIV,
    ),
    Guide(
        "CBE-XIII", gettext_lazy("Form D"), gettext_lazy("Courier Bill of Entry for goods of low value"),
        gettext_lazy("All other goods of low value, with duty or without. One bill for each house airway bill."),
        COURIER, _of_xiii, "cbe", (*ONLY_XIV, *_ONLY_XII),
    ),
    Guide(
        "CBE-XIV", gettext_lazy("Form E"), gettext_lazy("Courier Bill of Entry for other dutiable goods"),
        gettext_lazy("Goods above the limit of CBE-XIII, and goods for which the Regulations ask this form at any value."),
        OR_IMPORTER, _of_xiv, "cbe", _ONLY_XII,
    ),
    Guide(
        "CSB-III", gettext_lazy("Form G"), gettext_lazy("Courier Shipping Bill for documents"),
        gettext_lazy("Documents of no commercial value that leave India. One bill covers many house airway bills."),
        COURIER, file="csb-iii",
    ),
    Guide(
        "CSB-IV", gettext_lazy("Form H"), gettext_lazy("Courier Shipping Bill for gifts and samples"),
        gettext_lazy("Gifts and samples that leave India. One bill for each house airway bill."),
        COURIER, _of_csb_iv, "csb",
    ),
    Guide(
        "CSB-V", gettext_lazy("Form HA"), gettext_lazy("Courier Shipping Bill for commercial goods"),
        gettext_lazy("Goods that are sold abroad, also through e-commerce. It asks the IEC, the AD code and the GST particulars of the exporter."),
        COURIER, _of_csb_v, "csb",
    ),
    Guide(
        "CEM", gettext_lazy("Form F"), gettext_lazy("Courier Export Manifest"),
        gettext_lazy("Tells Customs which shipments with a Let Export Order leave on a flight. It is put together in ECCS from the shipping bills."),
        COURIER,
    ),
)  # fmt: skip


def guide_of(slug: str) -> Guide | None:
    """The guide of a form, by its name in an address."""
    return next((guide for guide in GUIDES if guide.slug == slug), None)
