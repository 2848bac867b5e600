"""Before anything is answered: which key asks, whether it may, and whether it does not ask too often."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.security import HttpBearer

from accounts.permissions import Actor
from accounts.requests import Request
from api import keys, sandbox
from api.models import ApiKey
from api.scopes import Scope
from eccs import acting
from eccs.asked_often import seconds_to_wait
from eccs.client_address import address_of


class AskedTooOften(HttpError):
    """More was asked within the minute than the dated rule allows."""

    def __init__(self, seconds: int) -> None:
        super().__init__(429, _("Too many requests. Ask again in %(seconds)d seconds.") % {"seconds": seconds})
        self.seconds = seconds


def count(who: str, rule: str) -> None:
    """Count a request of somebody within this minute. Raises AskedTooOften."""
    if seconds := seconds_to_wait(who, rule):
        raise AskedTooOften(seconds)


class ByKey(HttpBearer):
    """Whoever asks shows a key of its firm: `Authorization: Bearer eccs_…`."""

    def __init__(self, *scopes: Scope) -> None:
        super().__init__()
        self.scopes = scopes  # one of them is enough

    def __call__(self, request: Any) -> Any:
        """The key shown with the request; of a file from a drop folder, the key by which the folder acts."""
        folder = getattr(request, "by_folder", None)
        return super().__call__(request) if folder is None else self._admitted(request, folder)

    def authenticate(self, request: Any, token: str) -> ApiKey | None:
        """The key, with its actor put on the request; nothing where none such is in force."""
        try:
            return self._admitted(request, keys.of_text(token))
        except keys.NotInForce:
            return None

    def _admitted(self, request: Any, key: ApiKey) -> ApiKey:
        """A key that is in force, if its firm asks not too often, its person may act, and it is for this."""
        count(key.owner, "api_requests_a_minute")
        try:
            actor = keys.actor_by(key)
        except keys.Stopped as stopped:
            raise HttpError(403, str(stopped)) from stopped
        if not set(self.scopes) & set(key.scopes):
            lacks = " / ".join(self.scopes)
            raise HttpError(403, _("The key is not for this: it lacks the scope “%(scope)s”.") % {"scope": lacks})
        if key.sandbox and sandbox.changes(request) and not sandbox.is_undone(request):
            raise HttpError(403, _("A key of the sandbox changes nothing."))
        acting.act(actor.on_the_database)
        keys.note_use(key, address_of(request))
        request.actor, request.user = actor, key.person  # nothing of a browser's session counts here
        return key


READ, FILE, REPLY, HOOKS = map(ByKey, (Scope.READ, Scope.FILE, Scope.REPLY, Scope.HOOKS))
PAY, LEDGER, TERMINAL = map(ByKey, (Scope.PAY, Scope.LEDGER, Scope.TERMINAL))
SIGN = ByKey(Scope.FILE, Scope.REPLY)


def key_of(request: Request) -> ApiKey:
    """The key that asks."""
    key: ApiKey = request.auth  # type: ignore[attr-defined]  # put there by ninja once ByKey has answered
    return key


def actor_of(request: Request) -> Actor:
    """Who asks by it."""
    return request.actor
