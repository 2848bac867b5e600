"""Who is asking, on every request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.permissions import Actor

NOBODY = Actor(user_id=None, name="")


class ActorMiddleware:
    """Puts the actor on the request: read from the database once, and only where it is asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def actor() -> Actor:
            return Actor.of(request.user) if request.user.is_authenticated else NOBODY

        request.actor = SimpleLazyObject(actor)  # type: ignore[attr-defined]
        return self.get_response(request)
