"""Who is asking, on every request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.permissions import Actor

NOBODY = Actor(user_id=None, name="")
DESK = "desk"  # where the session keeps the one posting that the person looks at


class ActorMiddleware:
    """Puts the actor on the request: read from the database once, and only where it is asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def actor() -> Actor:
            if not request.user.is_authenticated:
                return NOBODY
            whole = Actor.of(request.user)
            chosen = request.session.get(DESK, "")
            return whole.at_desk(chosen) if chosen else whole

        request.actor = SimpleLazyObject(actor)  # type: ignore[attr-defined]
        return self.get_response(request)
