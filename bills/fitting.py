"""Which form the goods ask for: pure, by the limits in force on the day of presentation (PN17 5.4.2 to 5.4.4).

the goods                                                          | are filed on
-------------------------------------------------------------------+--------------
for a 100 % EOU, or for repair and return, at any value            | CBE-XIV
free samples and permitted gifts alone, each within its limit      | CBE-XII
all others of an assessable value up to the limit of CBE-XIII      | CBE-XIII
all others above it                                                | CBE-XIV
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from bills.kinds import Kind, Nature
from eccs.money import rupees, to_paisa

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the forms in force on a day, in rupees, and whether only permitted gifts are free."""

    samples: Decimal
    gifts: Decimal
    xiii: Decimal
    gifts_restricted: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides on the form: values in rupees; those of samples and gifts are without freight and insurance."""

    assessable_value: Decimal
    samples: Decimal = NOTHING
    gifts: Decimal = NOTHING
    others: bool = True  # some goods are neither sample nor gift
    barred_gifts: bool = False  # some gift is none that the Foreign Trade Policy permits
    always_xiv: bool = False  # for a 100 % EOU, or for repair and return


def facts(assessable_value: Decimal, goods: Iterable[tuple[str, str, Decimal]], *, always_xiv: bool) -> Facts:
    """The facts of a bill from the nature, the kind of gift and the value of each of its items."""
    samples = gifts = NOTHING
    others = barred = False
    for nature, gift, worth in goods:
        if nature == Nature.SAMPLE:
            samples += worth
        elif nature == Nature.GIFT:
            gifts += worth
            barred = barred or not gift
        else:
            others = True
    return Facts(assessable_value, to_paisa(samples), to_paisa(gifts), others, barred, always_xiv)


def why_not_free(about: Facts, limits: Limits) -> str:
    """Why the goods are no free samples and permitted gifts of CBE-XII, or nothing."""
    if about.others:
        return _("CBE-XII is for free samples and gifts alone")
    if about.barred_gifts and limits.gifts_restricted:
        return _("of gifts only rakhis and life-saving drugs come on CBE-XII")
    if about.samples > limits.samples:
        told = {"value": rupees(about.samples, 2), "limit": rupees(limits.samples)}
        return _("the samples are worth %(value)s, above %(limit)s") % told
    if about.gifts > limits.gifts:
        told = {"value": rupees(about.gifts, 2), "limit": rupees(limits.gifts)}
        return _("the gifts are worth %(value)s, above %(limit)s") % told
    return ""


def form_for(about: Facts, limits: Limits) -> Kind:
    """The one form that fits the goods."""
    if about.always_xiv:
        return Kind.XIV
    if not why_not_free(about, limits):
        return Kind.XII
    return Kind.XIII if about.assessable_value <= limits.xiii else Kind.XIV


def why_not(form: str, about: Facts, limits: Limits) -> str:
    """Why this form does not fit the goods, with the form that does; nothing where it fits."""
    fitting = form_for(about, limits)
    if form == fitting:
        return ""
    words = {"value": rupees(about.assessable_value, 2), "limit": rupees(limits.xiii), "form": fitting.value}
    if about.always_xiv:
        return _("such goods are filed on CBE-XIV, whatever their value")
    if form == Kind.XII:
        return _("%(reason)s: file %(form)s") % {"reason": why_not_free(about, limits), "form": fitting.value}
    if fitting == Kind.XII:
        return _("free samples and permitted gifts within their limit are filed on CBE-XII: file CBE-XII")
    if fitting == Kind.XIV:
        return _("the assessable value of %(value)s is above %(limit)s: file %(form)s") % words
    return _("the assessable value of %(value)s is not above %(limit)s: file %(form)s") % words
