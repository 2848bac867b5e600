"""What the API can be asked, as OpenAPI 3.1 for programs and as a page for people."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from api.operations import api
from api.site import PREFIX
from eccs import problems


def schema() -> dict[str, Any]:
    """The OpenAPI of this version."""
    found: dict[str, Any] = api.get_openapi_schema(path_prefix=f"/{PREFIX}")
    for ways in found["paths"].values():
        for one in ways.values():
            for status, told in one["responses"].items():
                if int(status) >= HTTPStatus.BAD_REQUEST and problems.KIND not in told["content"]:
                    told["content"] = {problems.KIND: told["content"]["application/json"]}
    return found


@require_GET
@login_not_required
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 of this version, for programs."""
    return JsonResponse(schema())


@require_GET
@login_not_required
def reference(request: HttpRequest) -> HttpResponse:
    """The same as a page, operation by operation."""
    told = schema()
    groups: dict[str, list[dict[str, Any]]] = {}
    for address, ways in told["paths"].items():
        for way, one in ways.items():
            groups.setdefault(one.get("tags", ["–"])[0], []).append(
                {
                    "way": way.upper(), "address": address, "id": one["operationId"], "words": one.get("description", ""),
                    "given": one.get("parameters", ()), "body": _named(told, one.get("requestBody")),
                    "answer": _named(told, one["responses"].get(200) or one["responses"].get(202)),
                    "open": not one.get("security"),
                }
            )  # fmt: skip
    return render(request, "api/reference.html", {"groups": groups, "told": told})


def _named(told: dict[str, Any], content: dict[str, Any] | None) -> dict[str, Any] | None:
    """The fields of what is sent or answered, with their kinds."""
    for kind, one in ((content or {}).get("content") or {}).items():
        whole = _shape(told, one["schema"])
        fields = [
            {"name": name, "kind": _kind(field), "needed": name in whole.get("required", ()), "words": field.get("description", "")}
            for name, field in whole.get("properties", {}).items()
        ]  # fmt: skip
        return {"kind": kind, "fields": fields}
    return None


def _shape(told: dict[str, Any], of: dict[str, Any]) -> dict[str, Any]:
    name = of.get("$ref", "").rpartition("/")[2]
    return told["components"]["schemas"][name] if name else of


def _kind(field: dict[str, Any]) -> str:
    """What a field holds, in a word or two."""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(_kind(one) for one in field["anyOf"]))
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}"
    return str(field.get("format") or field.get("type", ""))
