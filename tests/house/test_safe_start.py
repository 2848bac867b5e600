"""Outside a demonstration ECCS starts with its own keys, or not at all."""

import pytest
from django.test import override_settings

from eccs.checks import refuse_unsafe_start

GOOD = "k3Vq9ZtX1mB7yC5wN0pR8sD2fG4hJ6lA-uE_iOxTzQvYbWnMcKrPdSgH"


@pytest.mark.parametrize(
    ("secret", "bank", "why"),
    [
        ("", "aa" * 32, "ECCS_SECRET_KEY is not set"),
        ("changeme", "aa" * 32, "ECCS_SECRET_KEY has 8 characters"),
        ("ab" * 40, "aa" * 32, "ECCS_SECRET_KEY repeats itself"),
        (GOOD, "", "ECCS_BANK_KEY is not set"),
    ],
)
def test_a_weak_or_missing_key_is_refused_by_name(secret: str, bank: str, why: str) -> None:
    with override_settings(DEMO=False, SECRET_KEY=secret, BANK_KEY=bank), pytest.raises(SystemExit, match=why):
        refuse_unsafe_start()


def test_good_keys_start() -> None:
    with override_settings(
        DEMO=False, SECRET_KEY=GOOD, BANK_KEY="aa" * 32, HTTPS=True, PUBLIC_URL="https://eccs.example"
    ):
        refuse_unsafe_start()


@pytest.mark.parametrize(("https", "address"), [(False, "https://eccs.example"), (True, "http://127.0.0.1:8000")])
def test_without_its_https_address_nothing_starts(https: bool, address: str) -> None:
    safe = override_settings(DEMO=False, SECRET_KEY=GOOD, BANK_KEY="aa" * 32, HTTPS=https, PUBLIC_URL=address)
    with safe, pytest.raises(SystemExit, match="https address"):
        refuse_unsafe_start()
