"""Where sessions are kept: in the database and in the cache, as Django keeps them, but a new one is written once.

Django asks whether a new key is taken, writes the empty session, and writes it again when the answer is sent. At a
sign-in those are two statements and a commit too many. Here the key is drawn in memory, and the one INSERT, when the
answer is sent, refuses a key that is taken: of 36 to the power of 32 none will be.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import cached_db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.utils.crypto import get_random_string


class SessionStore(cached_db.SessionStore):
    """A session in the database and the cache, written once when it begins."""

    _unwritten = False

    def create(self) -> None:
        """Draw a key; under it the session is written when it is saved."""
        self._session_cache: dict[str, Any] = getattr(self, "_session_cache", {})  # nothing to read yet
        self._session_key = get_random_string(32, VALID_KEY_CHARS)
        self._unwritten = self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Write the session. Raises CreateError for a new one whose key is taken."""
        if self.session_key is None:
            self.create()
        super().save(must_create or self._unwritten)
        self._unwritten = False
