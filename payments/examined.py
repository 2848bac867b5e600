"""Whether the authorised banks can be reached, and know the key that is shared with them."""

from __future__ import annotations

from eccs.doctor import examination
from payments import banks
from payments.bank import BankSilent, NotAccepted, Verification

NO_CHALLAN = "0000000000"


@examination(
    "bank",
    "Compare ECCS_BANK_URL and ECCS_BANK_KEY with the bank's, and let this host reach it. Payments wait meanwhile.",
)
def bank() -> str:
    """Each bank answers the question about a challan that does not exist, under the shared key."""
    found = []
    for code, one in banks.configured().items():
        try:
            one.gateway.ask(Verification(challan=NO_CHALLAN))
        except (BankSilent, NotAccepted) as fault:
            found.append(f"{code}: {fault}.")
    return " ".join(found)
