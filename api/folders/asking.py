"""A dropped file asks the API itself, within this process: the same checks, scopes, limits and answers as by HTTP."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import quote

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, QueryDict
from django.urls import resolve
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from api.folders.operations import Asked
from api.models import ApiKey
from eccs.acting import NOBODY, acting_as


def ask(key: ApiKey, asked: Asked, name: str, content: bytes, once: str) -> HttpResponse:
    """Ask for what a file asks for in the name of a key, and return the answer."""
    sheet = asked.is_sheet
    body = b"" if sheet else content
    request: Any = WSGIRequest({
        "REQUEST_METHOD": "POST", "PATH_INFO": quote(asked.address), "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "CONTENT_TYPE": "multipart/form-data" if sheet else "application/json", "CONTENT_LENGTH": str(len(body)),
        "HTTP_IDEMPOTENCY_KEY": once, "wsgi.input": BytesIO(body), "wsgi.url_scheme": "https",
    })  # fmt: skip
    if sheet:  # it is read already: nothing of it is parsed a second time
        file = SimpleUploadedFile(name, content)
        request._post, request._files = QueryDict(), MultiValueDict({"file": [file]})
        request._body = b""
    request.by_folder = key
    with translation.override("en"), acting_as(NOBODY):  # until the key is known, as in a request
        request.resolver_match = found = resolve(asked.address)
        answer: HttpResponse = found.func(request, *found.args, **found.kwargs)
    return answer
