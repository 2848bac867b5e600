"""The language of a browser, which is also that in which the person at it is written to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.views.i18n import set_language

from accounts.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


@login_not_required
def choose(request: HttpRequest) -> HttpResponseBase:
    """The language of this browser from now on, and of letters to the person who is signed in."""
    answer = set_language(request)
    _keep(request.user, answer.cookies)
    return answer


@receiver(user_logged_in)
def note_language(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Whoever chose a language in this browser before signing in is written to in it."""
    _keep(user, request.COOKIES)


def speak(request: HttpRequest) -> bool:
    """In a browser in which no language was chosen yet a person is spoken to in the own one; whether that was so."""
    own = getattr(request.user, "language", "")
    if not own or settings.LANGUAGE_COOKIE_NAME in request.COOKIES or own not in dict(settings.LANGUAGES):
        return False
    translation.activate(own)
    request.LANGUAGE_CODE = own
    return True


def remember(request: HttpRequest, answer: HttpResponseBase) -> None:
    """From now on this browser knows the language of the person, also on the pages before signing in."""
    own, site = getattr(request.user, "language", ""), cast("Any", settings.LANGUAGE_COOKIE_SAMESITE)
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, own, max_age=settings.LANGUAGE_COOKIE_AGE, path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN, secure=settings.LANGUAGE_COOKIE_SECURE, httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=site,
    )  # fmt: skip


def _keep(person: User | AnonymousUser, cookies: Any) -> None:
    chosen = cookies.get(settings.LANGUAGE_COOKIE_NAME, "")
    code = str(getattr(chosen, "value", chosen))
    if person.is_authenticated and code in dict(settings.LANGUAGES) and code != person.language:
        person.language = code
        User.objects.filter(pk=person.pk).update(language=code)
