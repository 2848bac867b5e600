"""Keys of the system: what papers are signed and sealed with."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings

from accounts import demo_certificates
from eccs.signing.own_authority import OwnAuthority


@pytest.fixture
def paper_keys(settings: LazySettings, tmp_path: Path) -> Path:
    """A folder with the key of the codes and the certificate of the seal, as a demonstration makes them."""
    folder = tmp_path / "papers"
    demo_certificates.make_paper_keys(folder, OwnAuthority("CA of the tests"))
    settings.PAPER_KEYS_DIR = folder
    return folder
