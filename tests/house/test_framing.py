"""Where one request ends and the next begins: asked of gunicorn, and of nginx with the deployed file in front of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from django.db import connection

from tools.attack import headers, site
from tools.attack.site import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The site over this worker's own database."""
    own = re.sub(r"/[^/?]*(?=$|\?)", f"/{connection.settings_dict['NAME']}", os.environ["DATABASE_URL"], count=1)
    monkeypatch.setenv("DATABASE_URL", own)
    with site.running() as running:
        yield running


def test_nothing_is_smuggled_past_the_web_server_or_what_stands_in_front_of_it(here: Site) -> None:
    assert list(headers.raw_faults(here.web, here.trusted, in_front=False)) == []
    if site.nginx_here() is None:
        pytest.skip("nginx is not installed and could not be unpacked (tools/ensure_servers)")
    assert here.front != here.web
    assert list(headers.raw_faults(here.front, in_front=True)) == []
    assert here.broken() == []
