"""What every question of the public has in common: how often it may be asked, and what is said when that is too often."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from eccs.asked_often import seconds_to_wait
from eccs.client_address import network_of

TOO_OFTEN = 429


def answered(
    request: HttpRequest, template: str, context: dict[str, Any], rule: str, asked: Any = True
) -> HttpResponse:
    """The page: with what `context["find"]()` finds where something was asked for, or with how long to wait.

    A question that came too often is not looked up at all; what was typed stays in the form.
    """
    find = context.pop("find")
    seconds = wait_of(request, rule) if asked else 0
    if not seconds:
        return render(request, template, context | (find() if asked else {}))
    return retry_after(render(request, template, context | {"seconds": seconds}, status=TOO_OFTEN), seconds)


def wait_of(request: HttpRequest, rule: str) -> int:
    """Count the question of this network; nought, or in how many seconds it may be asked again."""
    return seconds_to_wait(network_of(request), rule)


def retry_after(answer: HttpResponse, seconds: int) -> HttpResponse:
    """The answer, with how long a program waits where the question came too often."""
    if seconds:
        answer["Retry-After"] = str(seconds)
    return answer
