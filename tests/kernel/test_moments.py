"""What was kept for machines, as people read it."""

from __future__ import annotations

from typing import Any

import pytest

from eccs.form_words import name_in_words
from eccs.moments import as_read


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("2026-11-21", "21/11/2026"),
        ("2026-11-22T00:53+05:30", "22/11/2026 00:53"),
        ("2026-11-21T19:23:00+00:00", "22/11/2026 00:53"),  # in Indian Standard Time
        ("2026-13-41", "2026-13-41"),
        ("2026-11-21T99:99", "2026-11-21T99:99"),
        ("ECM_BLR_2026-2027_01", "ECM_BLR_2026-2027_01"),
        ("", ""),
        (4, 4),
    ],
)
def test_kept_days_and_moments_are_read_as_in_india(kept: Any, read: Any) -> None:
    assert as_read(kept) == read


def test_a_name_from_the_code_is_read_as_words() -> None:
    names = ("packages_opened", "igm_number", "pan")
    assert [name_in_words(name) for name in names] == ["Packages opened", "IGM number", "PAN"]
