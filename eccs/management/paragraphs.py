"""The paragraphs of Public Notice 17/2017 on imports, and the tests that walk each to the stage it orders."""

from __future__ import annotations

import re
from pathlib import Path

PARAGRAPHS = {
    "2_3": ("2.3", "The Service Centre for couriers and importers who come with their papers"),
    "2_4": ("2.4", "Digital signatures, and sealed print-outs at the Service Centre"),
    "5_0_v": ("5.0(v)", "Goods not cleared within thirty days"),
    "5_1": ("5.1", "Express Cargo Manifest, and its IGM number"),
    "5_2": ("5.2", "Arrival scan and weight"),
    "5_3": ("5.3", "Hold, release and the warehouse register"),
    "5_4": ("5.4", "Courier Bill of Entry, on the form that fits"),
    "6": ("6.0", "Self-assessment, and the Risk Management System"),
    "6_1": ("6.1", "What the RMS determines: facilitation, assessment, examination, compulsory documents"),
    "7": ("7.0", "Clearance of documents on CBE-XI"),
    "7a": ("7.1(a)", "First check"),
    "7b": ("7.1(b)", "Second check"),
    "7c": ("7.1(c)", "Provisional assessment"),
    "7d": ("7.1(d)", "Query during assessment"),
    "7e": ("7.1(e)", "Detention by the Assessing Officer"),
    "7f": ("7.1(f)", "Approval by the DC/AC"),
    "7g": ("7.1(g)", "Payment of duty, fine and penalty"),
    "7h": ("7.1(h)", "X-ray"),
    "7i": ("7.1(i)", "Examination"),
    "7j": ("7.1(j)", "Query before Out of Charge"),
    "7k": ("7.1(k)", "Adjudication"),
    "7l": ("7.1(l)", "Detention by the Shed Superintendent"),
    "7m": ("7.1(m)", "Re-examination"),
    "7n": ("7.1(n)", "Provisional release"),
    "9": ("9.0", "Stop"),
    "10": ("10.0", "Cancellation of a bill"),
    "11": ("11.0", "Amendment of a bill"),
    "12_i": ("12.0(i)", "Amendment of a manifest before the IGM number is fed"),
    "12_ii": ("12.0(ii)", "Amendment of a manifest after it, before the arrival scan"),
    "12_iii": ("12.0(iii)", "Amendment of a manifest after the arrival scan"),
    "13": ("13.0", "Bonds and bank guarantees"),
    "14": ("14.0", "Import transshipment"),
    "14_1": ("14.1", "Transshipment fee"),
    "15": ("15.0", "Manual clearance"),
}
_TEST = re.compile(r"^def test_(\w+)\(", re.MULTILINE)


def journeys(root: Path) -> dict[str, list[tuple[Path, str]]]:
    """The tests of each paragraph: those whose names begin with it, as `test_7a_first_check` does."""
    found: dict[str, list[tuple[Path, str]]] = {key: [] for key in PARAGRAPHS}
    for path in sorted((root / "tests").rglob("test_*.py")):
        for name in _TEST.findall(path.read_text()):
            keys = [key for key in PARAGRAPHS if name.startswith(f"{key}_")]
            if keys:  # 14.1 is not 14.0 as well
                found[max(keys, key=len)].append((path.relative_to(root), name))
    return found


def table(root: Path) -> str:
    """The paragraphs as a table for people, each with links to its tests."""
    lines = ["| paragraph | what it orders | shown by |", "|---|---|---|"]
    for key, tests in journeys(root).items():
        number, words = PARAGRAPHS[key]
        links = "<br>".join(f"[{_words(name, key)}]({path.as_posix()})" for path, name in tests)
        lines.append(f"| {number} | {words} | {links} |")
    return "\n".join(lines)


def _words(name: str, key: str) -> str:
    """The name of a test without the number of its paragraph, or of one below it: `5_4_2_samples` is `samples`."""
    return re.sub(r"^\d+_", "", name[len(key) + 1 :]).replace("_", " ")
