"""Lighthouse over the pages of the public: accessibility, best practices and performance on a phone, at least 95 of 100 each.

`make lighthouse` prepares a database of its own, serves the pages as `make run` does, asks each of them in English and in
Hindi, prints the marks and ends with an error where one is lower. Lighthouse comes from the npm registry in the release named here, into
var/, and needs Node 18 or later and Chromium; ARGS="track" asks only for the addresses that hold a word.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parent.parent
RELEASE = "12.8.2"
LEAST = 95
MARKS = {"accessibility": "accessibility", "best-practices": "best practices", "performance": "performance"}
PAGES = (
    "/public/", "/public/track/", "/public/track/?hawb=SWF7731904425&courier=", "/verify/", "/bills/estimate/", "/public/exchange-rates/",
    "/public/exchange-rates/USD/", "/public/tariff/", "/public/tariff/98049000/", "/public/couriers/", "/public/custodians/",
    "/public/importers/", "/public/advisories/", "/public/forms/", "/public/forms/cbe-xiii/", "/public/status/", "/help/", "/sign-in/",
)  # fmt: skip
"""The third is an answer of the tracker: the number of a courier is put in."""
LANGUAGES = ("en", "hi")
BROWSER = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-extensions",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
LONGEST = 180  # seconds that one page may take


def main(words: list[str]) -> int:
    """Serve, ask, print; nought where every mark is high enough."""
    chromium, node = shutil.which("chromium"), shutil.which("node")
    if chromium is None or node is None:
        print("Lighthouse needs Chromium and Node 18 or later on the path.", file=sys.stderr)
        return 2
    asked = [page for page in PAGES if not words or any(word in page for word in words)]
    if not asked:
        print(f"No such page: {' '.join(words)}. There are: {', '.join(PAGES)}", file=sys.stderr)
        return 2
    program = _lighthouse(Path(os.environ["ECCS_VAR"]) / "npm")
    port = _free_port()
    surroundings = os.environ | {
        "ECCS_PORT": str(port), "ECCS_HOST": "127.0.0.1", "ECCS_LOG_LEVEL": "ERROR", "ECCS_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    subprocess.run([sys.executable, "manage.py", "prepare"], cwd=BASE_DIR, env=surroundings, check=True)
    served = [sys.executable, "-m", "gunicorn", "eccs.wsgi", "--config", "deploy/gunicorn.conf.py"]
    with (
        (Path(os.environ["ECCS_VAR"]) / "lighthouse.log").open("w") as log,
        subprocess.Popen(served, cwd=BASE_DIR, env=surroundings, stdout=log, stderr=log) as server,
    ):
        try:
            courier = _wait_for(port)
            ask = [node, str(program), "--chrome-flags=" + " ".join(BROWSER), "--output=json", "--quiet"]
            low = [
                found
                for page in asked
                for language in LANGUAGES
                for found in _show(
                    page, language, _marks(ask, port, page + courier * page.endswith("="), language, chromium)
                )
            ]
        finally:
            server.terminate()
    print(f"{len(low)} marks under {LEAST}." if low else f"Every mark is {LEAST} or more.")
    return 1 if low else 0


def _lighthouse(place: Path) -> Path:
    """The program, fetched once in the release that is named above; nothing of its parts is run while it is fetched."""
    program = place / "node_modules" / "lighthouse" / "cli" / "index.js"
    told = place / "node_modules" / "lighthouse" / "package.json"
    if not told.exists() or json.loads(told.read_text())["version"] != RELEASE:
        place.mkdir(parents=True, exist_ok=True)
        words = ["npm", "install", "--prefix", str(place), "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run([*words, f"lighthouse@{RELEASE}"], check=True)
    return program


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _wait_for(port: int) -> str:
    """Ask for each page before it is judged: what is drawn once for all is drawn. The number of a courier that may be asked for."""
    for _second in range(60):
        try:
            read = {page: _read(port, page, language) for page in PAGES for language in LANGUAGES}
            return re.findall(r'<option value="([^"]+)"', read["/public/track/"])[0]
        except ConnectionError:
            time.sleep(1)
    raise SystemExit("The pages did not answer within a minute.")


def _read(port: int, page: str, language: str) -> str:
    asked = HTTPConnection("127.0.0.1", port, timeout=30)
    asked.request("GET", page, headers={"Accept-Language": language})
    found = asked.getresponse().read().decode()
    asked.close()
    return found


def _marks(ask: list[str], port: int, page: str, language: str, chromium: str) -> dict[str, Any]:
    """What Lighthouse says of a page; a second time where its browser did not come up."""
    words = [
        *ask, f"--only-categories={','.join(MARKS)}", f"--extra-headers={json.dumps({'Accept-Language': language})}",
        f"http://127.0.0.1:{port}{page}",
    ]  # fmt: skip
    for _time in range(2):
        try:
            said = subprocess.run(
                words, env=os.environ | {"CHROME_PATH": chromium}, capture_output=True, timeout=LONGEST, check=False
            )
            if said.returncode == 0:
                return dict(json.loads(said.stdout))
            fault = said.stderr.decode()[-800:]
        except subprocess.TimeoutExpired:
            fault = f"no answer within {LONGEST} seconds"
    raise SystemExit(f"{page} ({language}): {fault}")


def _show(page: str, language: str, report: dict[str, Any]) -> list[str]:
    """Print the marks of a page with what each one lost points for; what is lower than it may be."""
    marks = {name: round(100 * (report["categories"][name]["score"] or 0)) for name in MARKS}
    told = "  ".join(f"{words} {marks[name]}" for name, words in MARKS.items())
    weight = report["audits"].get("total-byte-weight", {}).get("numericValue", 0)
    first = report["audits"].get("largest-contentful-paint", {}).get("displayValue", "")
    print(
        f"{'✗' if min(marks.values()) < LEAST else '✓'} {page} ({language})  {told}  {weight / 1024:.0f} KB, {first}",
        flush=True,
    )
    for name in (one for one in MARKS if marks[one] < 100):
        for part in report["categories"][name]["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < (0.9 if name == "performance" else 1):
                print(f"    {MARKS[name]}: {audit['title']} {audit.get('displayValue', '')}", flush=True)
    return [f"{page} {name}" for name in MARKS if marks[name] < LEAST]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
