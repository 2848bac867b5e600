"""Browsers of the cast, and the rows of a flight's file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from eccs import upload_runner
from eccs.models import Upload
from manifests.clearance import Stage
from manifests.models import ExpressCargoManifest
from tests.factories.manifests import manifest

SignedIn = Callable[[str], Client]
Row = dict[str, str]


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    """What a test keeps is gone with it."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def signed_in(people: Callable[[str], User]) -> SignedIn:
    """Somebody's browser, the same one all through a test."""

    def browser(username: str) -> Client:
        client = Client()
        client.force_login(people(username))
        return client

    return cache(browser)


@pytest.fixture
def draft(people: Callable[[str], User]) -> ExpressCargoManifest:
    """Swift's draft at Bengaluru, empty."""
    return manifest(
        Stage.DRAFT,
        courier=people("courier.swift").courier,
        hawb_count=0,
        package_count=0,
        gross_weight_kg=0,
        number=None,
    )


def shipment(hawb: str, /, **given: str) -> Row:
    """One good row."""
    return {
        "hawb": hawb, "mawb": "157-12345675", "packages": "1", "crn_numbers": "", "gross_weight_kg": "1.250",
        "description": "Books", "consignor_name": "Lantern Bay Audio", "consignor_address": "22 Harbour Lane",
        "consignor_country": "HK", "consignee_name": "Krishna Electronics", "consignee_address": "14, 3rd Cross",
        "consignee_city": "Bengaluru", "consignee_state": "Karnataka", "consignee_pin": "560068",
        "invoice_value": "112.00", "invoice_currency": "USD", "transshipment": "", "transshipment_to": "",
    } | given  # fmt: skip


def as_csv(rows: list[Row]) -> bytes:
    """The rows as a file."""
    out = StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def send(client: Client, on: ExpressCargoManifest, content: bytes, name: str = "flight.csv") -> Upload:
    """Hand a file in and have it checked."""
    client.post(reverse("manifest-upload", args=[on.key]), {"file": SimpleUploadedFile(name, content)})
    upload = Upload.objects.latest("pk")
    upload_runner.check(upload.pk)
    upload.refresh_from_db()
    return upload
