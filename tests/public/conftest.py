"""What the tests of the public window share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone


@pytest.fixture
def one_minute() -> Iterator[None]:
    """All questions of a test come within one minute, however slow the machine is."""
    with time_machine.travel(timezone.now().replace(second=7), tick=False):
        yield
