"""What Form G asks: of the flight once, and of each house airway bill of documents as an import manifest asks it."""

from __future__ import annotations

import re
from dataclasses import replace

from django.utils.translation import gettext_lazy

from eccs import identifiers, places
from eccs.uploads.checks import Column, code, day, identifier, integer, text
from exports.columns import airport
from manifests.reading import DOCUMENTS

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d").fullmatch
_OF_ARRIVALS = {column.name: column for column in DOCUMENTS}


def _time(given: str) -> str:
    return "" if _TIME(given) else str(gettext_lazy("is not a time such as 06:18"))


FLIGHT_COLUMNS = (
    Column("airline", text(60), True),
    Column("flight_number", text(10), True),
    Column("mawb", identifier(identifiers.mawb, identifiers.written_mawb), True),
    Column("airport_of_destination", airport, True),
    Column("destination_country", code(places.COUNTRIES, gettext_lazy("is not a country: two letters of ISO 3166")), True),
    Column("departure_date", day, True, None),
    Column("departure_time", identifier(_time), True),
    Column("landing_date", day, True, None),
    Column("ulds", integer(0, gettext_lazy("unit load devices are counted from 0"), 999), empty=0),
)  # fmt: skip
COLUMNS = (
    replace(_OF_ARRIVALS["hawb"], example="SWF8801904425"), _OF_ARRIVALS["bag_number"], _OF_ARRIVALS["pieces"],
    _OF_ARRIVALS["gross_weight_kg"], _OF_ARRIVALS["description"], replace(_OF_ARRIVALS["consignor_name"], example="Deccan Legal LLP"),
    replace(_OF_ARRIVALS["consignor_address"], example="3, Lavelle Road, Bengaluru"),
    replace(_OF_ARRIVALS["consignee_name"], example="Hafen Kanzlei"),
    replace(_OF_ARRIVALS["consignee_address"], example="Am Sandtorkai 12"), replace(_OF_ARRIVALS["consignee_city"], example="Hamburg"),
)  # fmt: skip
FLIGHT = tuple(column.name for column in FLIGHT_COLUMNS)
SHIPMENT = tuple(column.name for column in COLUMNS)
