"""Keys of the system: what papers are signed and sealed with."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import LazySettings

from accounts import demo_certificates


@pytest.fixture
def paper_keys(settings: LazySettings, tmp_path: Path) -> Path:
    """A folder with the key of the codes and the certificate of the seal, as a demonstration makes them."""
    key = ec.generate_private_key(ec.SECP256R1())
    root = demo_certificates.authority("CA of the tests", key)
    folder = tmp_path / "papers"
    demo_certificates.make_paper_keys(folder, root, key)
    settings.PAPER_KEYS_DIR = folder
    return folder
