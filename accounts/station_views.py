"""The stations, as documents and people name them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import CustomsStation
from accounts.requests import Request
from eccs import pages


@require_GET
def stations(request: Request) -> HttpResponse:
    """The International Courier Terminals with their codes; what is a station is law, so nothing is changed here."""
    pages.require(request.actor, "stations")
    return render(request, "accounts/stations.html", {"stations": CustomsStation.objects.all()})
