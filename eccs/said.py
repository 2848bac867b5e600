"""What a page says of what was just done ("Signed out there."), kept in a cookie of this host alone until it is shown."""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HereAlone(CookieStorage):
    """The cookie under a name that a browser takes from this host alone."""

    cookie_name = f"{settings.HERE_ALONE}messages"


class Said(FallbackStorage):
    """In the cookie as far as it reaches, the rest in the session."""

    storage_classes = (HereAlone, SessionStorage)
