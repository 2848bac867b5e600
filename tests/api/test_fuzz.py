"""The API is asked for what its OpenAPI allows and for what it does not: never a server error, always what is declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from api.reference import schema
from eccs.wsgi import application
from tests.api.conftest import Made

pytestmark = pytest.mark.django_db
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance, negative_data_rejection, missing_required_header, unsupported_method, ignored_auth,
    allow_header_conformance,
]  # fmt: skip
"""All but that whatever fits the schema is taken: what is filed must also be right. Nothing here is deleted, which two more are about."""

asked = schemathesis.openapi.from_dict(schema())
asked.app = application


@pytest.fixture(autouse=True)
def kept_connection() -> Iterator[None]:
    """The test's transaction outlives its requests."""
    ends = (request_started, request_finished)
    for one in ends:
        one.disconnect(close_old_connections)
    yield
    for one in ends:
        one.connect(close_old_connections)


@pytest.fixture
def headers(program: Made) -> dict[str, str]:
    """Those of a program with every scope."""
    return {"Authorization": program().headers["authorization"], "Host": "127.0.0.1"}


@asked.parametrize()
@settings(
    max_examples=5, deadline=None, database=None, phases=[Phase.generate], derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_nothing_asked_breaks_it(case: Any, headers: dict[str, str]) -> None:
    case.call_and_validate(headers=headers, checks=CHECKS)
