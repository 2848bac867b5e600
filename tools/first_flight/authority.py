"""A certifying authority for a trial: it issues what people sign with, and the certificate of the seal.

`python -m tools.first_flight.authority FOLDER` makes `authority.pem` (for ECCS_CA_DIR), its key, a list of revoked certificates, and
`seal.pem` with `seal-key.pem` (for ECCS_PAPER_KEYS_DIR). Where work is done for good, a licensed authority stands in its place.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from eccs.signing import own_authority
from eccs.signing.names import Owner
from eccs.signing.own_authority import OwnAuthority


def authority_of(folder: Path) -> OwnAuthority:
    """The authority of a folder, made with its list of revoked certificates where there is none yet."""
    folder.mkdir(parents=True, exist_ok=True)
    found = OwnAuthority.kept("Trial CA", folder / "authority.pem", folder / "authority-key.pem")
    listed = folder / "authority.crl"
    if not listed.exists():
        listed.write_bytes(found.revoked())
    return found


def main() -> None:
    """Make the authority and the seal; what is there stays."""
    asked = argparse.ArgumentParser(
        prog="tools.first_flight.authority", description="A certifying authority for a trial."
    )
    asked.add_argument("folder", type=Path)
    folder: Path = asked.parse_args().folder
    owner = Owner("ECCS seal, a trial", "A trial")
    own_authority.make_seal(authority_of(folder), owner, folder / "seal.pem", folder / "seal-key.pem")


if __name__ == "__main__":
    main()
