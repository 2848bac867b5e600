"""Fetch the browser's parts and the fonts, pinned by version and SHA-256, into static/vendor.

Run by `make vendor`, with npm, by whoever changes a version here; what it makes is committed, so nobody else needs npm.
"""

import hashlib
import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
VENDOR = BASE_DIR / "static" / "vendor"
SUMS = VENDOR / "SHA256SUMS"
DEVANAGARI = "noto-sans-devanagari-devanagari"


def ours_not_theirs(style: str) -> str:
    """Their style sheet without what is the British Government's, two font faces and the crest, and without its map."""
    style, comments = re.subn(r"/\*! Copyright \(c\) 2011 by Margaret Calvert.*?\*/", "", style)
    style, faces = re.subn(r"@font-face\{[^}]*GDS Transport[^}]*\}\n?", "", style)
    style, crests = re.subn(r"url\(/assets/images/govuk-crest\.svg\)", "none", style)
    style, maps = re.subn(r"/\*# sourceMappingURL=[^*]*\*/\n?", "", style)
    if (comments, faces, crests, maps) != (1, 2, 3, 1):
        raise SystemExit(f"govuk-frontend is built differently now: {comments=} {faces=} {crests=} {maps=}")
    return style


def without_map(script: str) -> str:
    """A script without the line that names a map which is not vendored."""
    script, maps = re.subn(r"\n?//# sourceMappingURL=\S+\s*$", "\n", script)
    if maps != 1:
        raise SystemExit(f"a script is built differently now: {maps=}")
    return script


@dataclass(frozen=True)
class Part:
    """One npm package: its version, the SHA-256 of its archive, and which of its files go where."""

    package: str
    version: str
    sha256: str
    files: dict[str, str]
    changed: dict[str, Callable[[str], str]] = field(default_factory=dict)


PARTS = (
    Part(
        "govuk-frontend",
        "6.6.0",
        "52c4eb554e54d8a6e4ba801e9da5ec3a5b930fd2f117a39677f0b6296e954751",
        {"dist/govuk/govuk-frontend.min.css": "govuk-frontend.min.css"},
        {"govuk-frontend.min.css": ours_not_theirs},
    ),
    Part(
        "htmx.org",
        "2.0.11",
        "165a2655073e9e6e55e307a7c74e8ebcdb76afb7701f9c16cfd106a13add408e",
        {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "licences/htmx.txt"},
    ),
    # Opens PKCS#12 files for signing in the browser, those of the older ciphers too, and writes ASN.1. It is one script that needs
    # no bundler, where pkijs comes as modules that name each other; the signature itself is made by the browser (WebCrypto).
    Part(
        "node-forge",
        "1.4.3",
        "0a872d932911012524495ab07dbf49351bd8ac23f12ea4766dc400f29ffc3356",
        {"dist/forge.min.js": "forge.min.js", "LICENSE": "licences/forge.txt"},
        {"forge.min.js": without_map},
    ),
    Part(
        "@fontsource/noto-sans",
        "5.3.0",
        "f62f8ed40e378f15134e32bed2fd5718d81e9ec7a5603d1022d7b385e2297abc",
        {
            "files/noto-sans-latin-400-normal.woff2": "fonts/noto-sans-latin-400-normal.woff2",
            "files/noto-sans-latin-700-normal.woff2": "fonts/noto-sans-latin-700-normal.woff2",
            "LICENSE": "licences/noto-sans.txt",
        },
    ),
    Part(
        "@fontsource/noto-sans-devanagari",
        "5.3.0",
        "8d42be0e944481b61e68c7702037d4143e96bf48dbb72d19ea05d0cacc1323d5",
        {
            f"files/{DEVANAGARI}-400-normal.woff2": f"fonts/{DEVANAGARI}-400-normal.woff2",
            f"files/{DEVANAGARI}-700-normal.woff2": f"fonts/{DEVANAGARI}-700-normal.woff2",
            "LICENSE": "licences/noto-sans-devanagari.txt",
        },
    ),
    # The same two fonts whole, as TrueType, which is the only kind that the papers can hold
    Part(
        "@expo-google-fonts/noto-sans",
        "0.4.2",
        "98cf14a19b8e67a0e76bfd4d5df98937b9734e6dde570bd750f2259042042548",
        {
            "400Regular/NotoSans_400Regular.ttf": "fonts/NotoSans-Regular.ttf",
            "700Bold/NotoSans_700Bold.ttf": "fonts/NotoSans-Bold.ttf",
        },
    ),
    Part(
        "@expo-google-fonts/noto-sans-devanagari",
        "0.4.1",
        "fb9a4c288af3829f383d945fcec350c8cdf99abf18ffe55c987c495bca42e80e",
        {
            "400Regular/NotoSansDevanagari_400Regular.ttf": "fonts/NotoSansDevanagari-Regular.ttf",
            "700Bold/NotoSansDevanagari_700Bold.ttf": "fonts/NotoSansDevanagari-Bold.ttf",
        },
    ),
)


def fetch(part: Part) -> bytes:
    """The archive as the registry has it, refused unless it is the very one that was looked at."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["npm", "pack", "--silent", "--pack-destination", folder, f"{part.package}@{part.version}"]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        content = archive.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != part.sha256:
        raise SystemExit(f"{part.package} {part.version} is not the archive it was: SHA-256 {found}")
    return content


def unpack(part: Part, archive: bytes) -> None:
    """Put the wanted files of one archive into their places."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as package:
        for inside, name in part.files.items():
            member = package.extractfile(f"package/{inside}")
            if member is None:
                raise SystemExit(f"{part.package} {part.version} has no {inside}")
            content = member.read()
            if change := part.changed.get(name):
                content = change(content.decode()).encode()
            place = VENDOR / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


def sums() -> str:
    """One line for each vendored file, in the form of `sha256sum`."""
    files = sorted(path for path in VENDOR.rglob("*") if path.is_file() and path != SUMS)
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(VENDOR)}\n" for path in files)


def main() -> int:
    """Fetch everything anew."""
    if shutil.which("npm") is None:
        raise SystemExit("npm is missing. On Debian and Ubuntu: apt-get install npm")
    shutil.rmtree(VENDOR, ignore_errors=True)
    for part in PARTS:
        unpack(part, fetch(part))
        print(f"{part.package} {part.version}")
    shutil.copy(BASE_DIR / "tools" / "licences" / "govuk-frontend.txt", VENDOR / "licences" / "govuk-frontend.txt")
    SUMS.write_text(sums())
    return 0


if __name__ == "__main__":
    sys.exit(main())
