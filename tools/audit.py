"""Ask the Python Packaging Authority's pip-audit whether an advisory is known against any part that is installed here.

An advisory ends `make check` with an error. Where the advisories could not be asked for (no network, or an index that
has none), that is said in one line and nothing is claimed; the check does not fail, because it has found nothing.
pip-audit itself calls that "no known vulnerabilities", so its report is read here, and not its word. A whole answer
holds for a day as long as the same parts are installed, a missing one for an hour.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

LONGEST = 120  # seconds that are waited for all answers together
DAY, HOUR = 24 * 3600, 3600
KEPT = Path(sys.prefix) / "audited.json"
ACCEPTED: dict[str, date] = {}
"""Advisories that touch nothing here or have no mended release yet, each until its day (docs/security/policy.md, Parts)."""


@dataclass(frozen=True)
class Verdict:
    """What came of asking."""

    words: str
    bad: bool = False
    whole: bool = False  # every part was asked after


def read(report: dict[str, Any], today: date) -> Verdict:
    """What a report of pip-audit says: advisories against parts, and parts that nothing was learnt of."""
    parts = report.get("dependencies", [])
    unasked = [part["name"] for part in parts if "skip_reason" in part]
    found = [
        f"{part['name']} {part['version']}: {one['id']}{_mended(one)}"
        for part in parts
        for one in part.get("vulns", [])
        if not any(today <= ACCEPTED.get(name, date.min) for name in (one["id"], *one.get("aliases", [])))
    ]
    if found:
        return Verdict("Parts with a known weakness:\n  " + "\n  ".join(found), bad=True)
    if not parts or len(unasked) == len(parts):
        return Verdict("NOT AUDITED: the advisories could not be asked for; nothing is known of the parts.")
    if unasked:
        return Verdict(f"NOT AUDITED: {', '.join(sorted(unasked))}. No advisory against the other parts.")
    return Verdict(f"No advisory is known against {len(parts)} parts.", whole=True)


def _mended(one: dict[str, Any]) -> str:
    return f", mended in {', '.join(one['fix_versions'])}" if one.get("fix_versions") else ""


def ask() -> Verdict:
    """Have pip-audit ask after everything that is installed here."""
    words = [str(Path(sys.executable).parent / "pip-audit"), "--local", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=LONGEST, check=False)
        report = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, json.JSONDecodeError):
        report = {}
    return read(report, datetime.now(UTC).date())


def installed() -> str:
    """A digest of all parts and their versions."""
    names = sorted(f"{one.metadata['Name']}=={one.version}" for one in distributions())
    return hashlib.sha256("\n".join([*names, repr(ACCEPTED)]).encode()).hexdigest()


def main() -> int:
    """Ask, or repeat the answer of a short while ago."""
    try:
        kept = json.loads(KEPT.read_text())
    except (OSError, ValueError):
        kept = {}
    if kept.get("parts") == installed() and 0 <= time.time() - kept["at"] < (DAY if kept["whole"] else HOUR):
        verdict = Verdict(kept["words"], whole=kept["whole"])
    else:
        verdict = ask()
        if verdict.bad:
            KEPT.unlink(missing_ok=True)
        else:
            KEPT.write_text(json.dumps({"parts": installed(), "at": time.time(), **vars(verdict)}))
    if not verdict.whole:
        print(f"audit of parts: {verdict.words}", file=sys.stderr)
    return int(verdict.bad)


if __name__ == "__main__":
    sys.exit(main())
