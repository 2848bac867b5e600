"""Who is asking, whether the session still lives, and what must be done before anything else, on every request."""

from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts import expiry, kept_form, languages, second_factor, sessions
from accounts.permissions import Actor
from eccs import acting

NOBODY = Actor(user_id=None, name="")
DESK = "desk"  # where the session keeps the one posting that the person looks at
ALWAYS = frozenset({"sign-out", "text-size", "session"})
FOR_CODE = ALWAYS | {"second-factor", "second-factor-square"}  # before a code was given
FOR_PASSWORD = ALWAYS | {"password-change"}  # before a new password was chosen

View = Callable[..., Any]
Ask = Callable[[HttpRequest], HttpResponse]


class WhoActs:
    """Until the actor is known nobody asks the database, and when the request has ended nobody does again, also after an error."""

    def __init__(self, get_response: Ask) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting.acting_as(acting.NOBODY):
            response: Any = self.get_response(request)
            if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
                response.streaming_content = _as_it_was(acting.now(), response.streaming_content)
        return cast("HttpResponse", response)


def _as_it_was(whoever: acting.Acting, pieces: Any) -> Iterator[bytes]:
    """What is written while it is sent is written by whoever asked for it."""
    pieces, nothing = iter(pieces), object()
    while True:
        with acting.acting_as(whoever):
            piece = next(pieces, nothing)
        if piece is nothing:
            return
        yield cast("bytes", piece)


class ActorMiddleware:
    """Puts the actor on the request: read from the database once, and on public pages only where it is asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor_of(request))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if getattr(request, "speaks_own", False) and settings.LANGUAGE_COOKIE_NAME not in response.cookies:
            languages.remember(request, response)
        return response

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> None:
        """A page for people who are signed in asks the actor hundreds of things: it has the actor and no stand-in.

        It speaks the language that the person chose in another browser, where none was chosen in this one.
        """
        if not _is_public(view):
            request.actor = _actor_of(request)  # type: ignore[attr-defined]
            request.speaks_own = languages.speak(request)  # type: ignore[attr-defined]


def _actor_of(request: HttpRequest) -> Actor:
    if not request.user.is_authenticated:
        return NOBODY
    whole = Actor.of(request.user)
    chosen = request.session.get(DESK, "")
    found = whole.at_desk(chosen) if chosen else whole
    acting.act(found.on_the_database)
    return found


class NoStore:
    """Keeps pages out of the memory of browsers and proxies, unless a page says otherwise itself."""

    def __init__(self, get_response: Ask) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def _is_public(view: View) -> bool:
    return not getattr(view, "login_required", True)


class IdleSessions:
    """Ends a session in which nothing was done for too long, or that began too long ago, and says why at the sign-in page."""

    def __init__(self, get_response: Ask) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        """Send whoever was away, or was signed out from elsewhere, to sign in again; note the act of everybody else."""
        if _is_public(view):
            return None
        if not request.user.is_authenticated:
            why = sessions.why_ended(request)
            return _to_sign_in(request, why) if why else None
        if why := "idle" if sessions.is_idle(request) else "long" if sessions.is_too_long(request) else "":
            kept_form.keep_apart(request)
            logout(request)
            return _to_sign_in(request, why)
        if not getattr(view, "passive", False):
            sessions.touch(request)
        return None


def _to_sign_in(request: HttpRequest, why: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'why': why, 'next': sessions.page_of(request)})}")


class Gate:
    """Leads everybody of whom a code or a new password is due to the page where it is given; nothing else works until then.

    A form that only keeps what is being typed into a draft is taken first, and any other is kept to be sent again, so that
    nobody loses a word.
    """

    def __init__(self, get_response: Ask) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        way = getattr(request, "led_away_to", "")
        if not way or response.status_code >= 500:
            return response
        going = response["Location"] if response.status_code == 302 else request.path
        return _led(request, way, "" if request.headers.get("HX-Request") == "true" else going)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        """Let the request pass, or lead the person away."""
        if _is_public(view) or not request.user.is_authenticated:
            return None
        page = request.resolver_match.url_name if request.resolver_match else ""
        if way := _to_code(request):
            return None if page in FOR_CODE else _led(request, way)
        if page in FOR_PASSWORD:
            return None
        if expiry.why_due(request.user, request.actor) is None:  # type: ignore[attr-defined]
            if request.method == "POST" and kept_form.is_kept(request) and page != "kept-form":
                kept_form.forget(request)
            return None
        if getattr(view, "passive", False) and request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204)  # the page somebody is typing into is not torn away by its own clock
        way = reverse("password-change")
        if request.method == "POST" and getattr(view, "keeps_draft", False):
            request.led_away_to = way  # type: ignore[attr-defined]
            return None
        kept_form.keep(request)
        return _led(request, way)


def _to_code(request: HttpRequest) -> str:
    """The page where this session gives a code or takes up an authenticator, where one is due."""
    if second_factor.is_done(request) or not second_factor.is_required(request.actor):  # type: ignore[attr-defined]
        return ""
    return reverse("sign-in-code" if second_factor.has_device(request.user) else "second-factor")  # type: ignore[arg-type]


def _led(request: HttpRequest, way: str, back_to: str = "") -> HttpResponse:
    address = f"{way}?{urlencode({'next': back_to or sessions.page_of(request)})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
