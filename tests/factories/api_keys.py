"""API keys of firms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from api.models import ApiKey, DropFolder, Webhook
from eccs.encryption import encrypt
from tests.factories import firms


def api_key(person: User | None = None, **given: Any) -> ApiKey:
    """A key of Swift in the name of one of its people, not taken up yet."""
    who = person or firms.person("Lata Nair", firms.courier())
    fields: dict[str, Any] = {
        "courier_id": who.courier_id, "name": "ERP", "public_id": "0a1b2c3d", "digest": "0" * 64, "person": who,
        "scopes": ["read"], "expires_on": timezone.localdate() + timedelta(days=30), "made_by": who,
    }  # fmt: skip
    return ApiKey.objects.create(**fields | given)


def webhook(**given: Any) -> Webhook:
    """A webhook of Swift, or of another courier, or of a custodian."""
    firm = None if "custodian" in given else given.get("courier") or firms.courier()
    fields: dict[str, Any] = {
        "courier": firm, "address": "https://erp.swift.example/eccs", "made_by": firms.person("Lata Nair", firm),
    }  # fmt: skip
    made = Webhook(**fields | given)
    made.secret = encrypt(b"only-for-tests", made.whose)
    made.save()
    return made


def drop_folder(**given: Any) -> DropFolder:
    """A drop folder of Swift for its program ERP, or of another firm."""
    firm = None if "custodian" in given else given.pop("courier", None) or firms.courier()
    fields: dict[str, Any] = {
        "courier": firm, "name": f"courier-{firm.pk if firm else 0}-1", "program": "ERP", "public_key": "ssh-ed25519 AAAA",
        "made_by": firms.person("Lata Nair", firm),
    }  # fmt: skip
    return DropFolder.objects.create(**fields | given)
