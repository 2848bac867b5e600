"""Pin everything that the requirements bring, by the SHA-256 of each of its files, and write the bill of materials.

Run by `make lock`, by whoever changes a requirements file; what it makes is committed, and installed with `--require-hashes`.
A lock holds for Python 3.11 and newer on every machine: a part that only some need says so behind a semicolon. What stands
in a lock keeps its release; with `--upgrade` everything that no requirements file names goes to its newest.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from inspect import getdoc
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from tools import vendor

BASE_DIR = Path(__file__).resolve().parent.parent
TESTED = "requirements-dev"
PARTS_OF_IT = ("requirements", "requirements-run")  # what production and `make run` install is what the tests had
APART = ("requirements-load", "requirements-attack")  # each installed into an environment of its own
BILL = BASE_DIR / "sbom.cdx.json"


@dataclass(frozen=True)
class Part:
    """One part as a lock has it, and who asked for it: other parts, or a requirements file."""

    name: str
    version: str
    marker: str  # where it is needed; nothing if everywhere
    hashes: tuple[str, ...]
    via: tuple[str, ...]


def parts(name: str) -> list[Part]:
    """The parts of a lock."""
    blocks = re.split(r"\n(?=\S)", (BASE_DIR / f"{name}.lock").read_text())
    return [_part(block) for block in blocks if not block.startswith("#")]


def _part(block: str) -> Part:
    first, *others = block.splitlines()
    wanted = Requirement(first.removesuffix("\\"))
    comments = [line.strip(" #").removeprefix("via").strip() for line in others if line.lstrip().startswith("#")]
    return Part(
        wanted.name,
        str(wanted.specifier).removeprefix("=="),
        str(wanted.marker or ""),
        tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", block)),
        tuple(one for one in comments if one and not one.startswith("-c ")),
    )


def write(name: str, *words: str) -> None:
    """Write the lock of one requirements file."""
    command = [
        str(Path(sys.executable).parent / "uv"), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
        "--generate-hashes", "--custom-compile-command", "make lock", *words, f"{name}.txt", "--output-file", f"{name}.lock",
    ]  # fmt: skip
    subprocess.run(command, cwd=BASE_DIR, check=True, stdout=subprocess.DEVNULL)  # it also prints the whole lock


def bill() -> str:
    """The bill of materials of what production runs and browsers load, as CycloneDX 1.6; it has no date, so that it only changes with its parts."""
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]
    python = parts("requirements")
    lock = hashlib.sha256((BASE_DIR / "requirements.lock").read_bytes()).hexdigest()
    whole = {
        "type": "application",
        "bom-ref": project["name"],
        "name": project["name"],
        "version": project["version"],
        "description": project["description"],
        # the hashes of the Python parts' files, of which each has many, stand there
        "externalReferences": [{"type": "build-meta", "url": "requirements.lock", "hashes": _sha256(lock)}],
    }
    brought = {
        project["name"]: [_of_python(one) for one in python if "-r requirements.txt" in one.via]
        + [_of_browsers(one) for one in vendor.PARTS]
    }
    brought |= {_of_python(by): [_of_python(one) for one in python if by.name in one.via] for by in python}
    brought |= {_of_browsers(one): [] for one in vendor.PARTS}
    written = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": whole},
        "components": [_python(one) for one in python] + [_browsers(one) for one in vendor.PARTS],
        "dependencies": [{"ref": by, "dependsOn": sorted(others)} for by, others in brought.items()],
    }
    return json.dumps(written, indent=2) + "\n"


def _of_python(part: Part) -> str:
    return f"pkg:pypi/{part.name}@{part.version}"


def _of_browsers(part: vendor.Part) -> str:
    return f"pkg:npm/{part.package.replace('@', '%40')}@{part.version}"


def _sha256(content: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": content}]


def _python(part: Part) -> dict[str, Any]:
    address = _of_python(part)
    named = {"type": "library", "bom-ref": address, "name": part.name, "version": part.version, "purl": address}
    return named | ({"scope": "optional", "description": f"only where {part.marker}"} if part.marker else {})


def _browsers(part: vendor.Part) -> dict[str, Any]:
    address, (group, _, name) = _of_browsers(part), part.package.rpartition("/")
    named = {"type": "library", "bom-ref": address, "name": name, "version": part.version, "purl": address}
    changes = " ".join(getdoc(change) or "" for change in part.changed.values())
    return (
        named
        | ({"group": group} if group else {})
        | {"hashes": _sha256(part.sha256)}
        | ({"pedigree": {"notes": changes}} if changes else {})
    )


def main(words: list[str]) -> int:
    """Write every lock, then the bill."""
    write(TESTED, *words)
    for name in PARTS_OF_IT:
        write(name, "--constraint", f"{TESTED}.lock")
    for name in APART:
        write(name, *words)
    BILL.write_text(bill())
    for name in (*PARTS_OF_IT, TESTED, *APART):
        print(f"{name}.lock: {len(parts(name))} parts")
    print(f"{BILL.name}: {len(json.loads(BILL.read_text())['components'])} parts")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
