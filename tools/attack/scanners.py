"""wapiti, sqlmap and nikto against the running site, as a stranger and signed in; their reports are read by machine.

wapiti and sqlmap come from PyPI into var/scanners; nikto is Debian's, installed or taken from the archive with apt-get download (non-free).
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import time
import venv
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin
from urllib.request import Request, urlopen

from tools.attack import forms
from tools.attack.site import BASE_DIR, Site, session_of

VISITORS = ("nobody", "signatory.swift", "ao.blr", "sysadmin")
PAGES = 400  # that a crawl reads as one visitor
TECHNIQUES = "BEU"  # of sqlmap: boolean, by error, union; stacked and by time where --minutes allows: BEUST
WAPITI = "sql,xss,permanentxss,file,exec,crlf,csrf,redirect,xxe,backup,methods,cookieflags,http_headers,csp,shellshock,ldap,upload,timesql,htaccess"  # ssrf asks a server of wapiti's makers whether it was reached, htp loads a list from them: nothing leaves this machine
ENDS_IT = ("sign-out", "/sessions/", "/account/")  # a scanner would be signed out

# What a scanner tells and what is none: each with its reason
FALSE: tuple[tuple[str, str], ...] = (
    (r"^sqlmap: .*'false positive or unexploitable'", "sqlmap tried it again and took it back itself"),
    (r"^wapiti Secure Flag cookie: ", "the site that is attacked is asked by http; by https every cookie is Secure (tests/house/test_settings.py)"),
    (r"^nikto .*Uncommon header '(x-frame-options|x-content-type-options|referrer-policy|cross-origin-opener-policy|content-security-policy)'", "is there to protect"),
    (r"^nikto .*Uncommon header 'x-request-id'", "the name by which a request is found in the log"),
    (r"^nikto .*Cookie csrftoken created without the httponly flag", "it has it: HttpOnly, which nikto looks for in small letters alone"),
    (r"^nikto .*/help/: Help directory should not be accessible", "the help of ECCS, which is for everybody"),
    (r"^nikto .*/public/: This might be interesting", "the pages of the public"),
    (r"^nikto .*/(phpimageview\.php|modules\.php|members\.asp|forum_members\.asp)\?", "no such page: 404; its address stands, escaped, in the field of the language form that leads back"),
)  # fmt: skip


def run(site: Site, minutes: float, which: Iterable[str], visitors: Iterable[str], tell: Callable[[str], None]) -> int:
    """Each scanner as each visitor, for so many minutes at most; how much was found."""
    found: list[str] = []
    for scanner in which:
        for who in ("" if one == "nobody" else one for one in visitors):
            cookie = session_of(who) if who else ""
            told = {"wapiti": _wapiti, "sqlmap": _sqlmap, "nikto": _nikto}[scanner](site, who or "nobody", cookie, minutes, tell)  # fmt: skip
            kept = [one for one in told if not any(re.search(form, one) for form, _why in FALSE)]
            tell(f"{scanner} as {who or 'nobody'}: {len(kept)} findings, {len(told) - len(kept)} known for false")
            for one in sorted(set(kept)):
                tell(f"  ✗ {one}")
            found += kept
    broken = site.broken()
    for one in broken[:20]:
        tell(f"  ✗ the web server: {one}")
    return len(found) + len(broken)


def crawl(address: str, cookie: str, most: int = PAGES) -> list[str]:
    """Addresses with a question that a visitor comes upon by links and forms, one of each kind and set of parameters."""
    waiting, seen, found = ["/", "/public/", "/public/track/", "/find/", "/audit/", "/work/", "/reports/", "/documents/", "/role-holders/", "/verify/", "/help/"], set[str](), dict[str, str]()  # fmt: skip
    while waiting and len(seen) < most:
        at = waiting.pop(0)
        if (kind := _kind(at)) in seen or any(word in at for word in ENDS_IT):
            continue
        seen.add(kind)
        try:
            with urlopen(Request(address + at, headers={"Cookie": cookie} if cookie else {}), timeout=60) as answer:  # noqa: S310 of this machine
                if "text/html" not in answer.headers.get("Content-Type", ""):
                    continue
                page, links = forms.read(answer.read().decode("utf-8", "replace"), at)
        except OSError:
            continue
        asked = [f"{one.action.partition('?')[0]}?{urlencode(_fields(one))}" for one in page if one.method == "GET"]
        for one in [*links, *asked]:
            whole = urljoin(at, one)
            if parse_qsl(whole.partition("?")[2], keep_blank_values=True):
                found.setdefault(_kind(whole), whole)
            waiting.append(whole)
    return sorted(found.values())


def _fields(form: forms.Form) -> list[tuple[str, str]]:
    told = dict(form.fields)
    for name, offered in form.choices.items():
        told[name] = told.get(name) or next(filter(None, offered), "")
    return [(name, value or "1") for name, value in told.items() if name]


def _kind(address: str) -> str:
    path, _, query = address.partition("?")
    names = sorted({re.sub(r"[0-9]+", "*", name) for name, _value in parse_qsl(query, keep_blank_values=True)})
    return re.sub(r"/[^/]*[0-9][^/]*|(?<=/queue)/[^/]*", "/*", path) + "?" + "&".join(names)


def _place() -> Path:
    """The environment of wapiti and sqlmap, as requirements-attack.lock has them."""
    place, wanted = Path(os.environ["ECCS_VAR"]) / "scanners", BASE_DIR / "requirements-attack.lock"
    if not (place / "asked").exists() or (place / "asked").read_text() != wanted.read_text():
        venv.create(place, with_pip=True, clear=True)
        subprocess.run(
            [str(place / "bin" / "pip"), "install", "--quiet", "--require-hashes", "--requirement", str(wanted)],
            check=True,
        )
        (place / "asked").write_text(wanted.read_text())
    return place


def _ran(words: list[str], minutes: float, log: Path) -> bool:
    """Run a scanner; whether it came to its end by itself."""
    with log.open("w") as file:
        try:
            subprocess.run(words, stdout=file, stderr=file, stdin=subprocess.DEVNULL, timeout=minutes * 60, check=False, cwd=log.parent, env={**os.environ, "HOME": str(log.parent)})  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
    return True


def _wapiti(site: Site, who: str, cookie: str, minutes: float, tell: Callable[[str], None]) -> list[str]:
    report = site.place / f"wapiti-{who}.json"
    modules = WAPITI.count(",") + 1
    words = [
        str(_place() / "bin" / "wapiti"), "-u", f"{site.address}/", "--scope", "domain", "-m", WAPITI, "-f", "json", "-o", str(report), "--no-bugreport", "--flush-session", "-v", "1",
        "--max-scan-time", str(int(minutes * 24)), "--max-attack-time", str(max(5, int(minutes * 36 / modules))), "-t", "60", "--tasks", "4", "--store-session", str(site.place / f"wapiti-{who}"), "--max-files-per-dir", "20",
        "--endpoint", f"{site.address}/nowhere", "--dns-endpoint", "127.0.0.1",
    ]  # fmt: skip
    for one in ("/public/", "/public/track/", "/verify/"):
        words += ["-s", site.address + one]
    for one in ENDS_IT:
        words += ["-x", f"{site.address}/*{one.strip('/')}*"]
    words += ["-C", cookie, "--drop-set-cookie"] if cookie else []
    _ran(words, minutes * 1.5 + 2, site.place / f"wapiti-{who}.log")
    if not report.exists():
        return [f"wapiti left no report: {(site.place / f'wapiti-{who}.log').read_text()[-400:]}"]
    told = json.loads(report.read_text())
    cut = re.findall(r"attack time was reached for module (\w+)|(Max scan time) was reached", (site.place / f"wapiti-{who}.log").read_text())  # fmt: skip
    ended = f", cut off by the time: {', '.join(name or 'crawling' for name, _scan in cut)}" if cut else ""
    tell(f"  wapiti crawled {told['infos'].get('crawled_pages_nbr', '?')} pages as {who}{ended}")
    kinds = {**told["vulnerabilities"], **told["anomalies"]}
    return [
        f"wapiti {kind}: {one['method']} {one['path']} {one.get('parameter') or ''}: {one['info'][:200]}"
        for kind, all_ in kinds.items() for one in all_ if one["level"] > 0
    ]  # fmt: skip


def _sqlmap(site: Site, who: str, cookie: str, minutes: float, tell: Callable[[str], None]) -> list[str]:
    """Every address with parameters by its heuristics (`--smart`); then one after the other by all payloads, as far as the time goes."""
    addresses, begun = crawl(site.address, cookie), time.monotonic()
    (site.place / f"sqlmap-{who}.txt").write_text("".join(f"{site.address}{one}\n" for one in addresses))
    found = []
    for kind in ("smart", "thorough"):
        name, left = f"sqlmap-{who}-{kind}", minutes - (time.monotonic() - begun) / 60
        results, log = site.place / f"{name}.csv", site.place / f"{name}.log"
        words = [
            str(_place() / "bin" / "sqlmap"), "-m", str(site.place / f"sqlmap-{who}.txt"), "--batch", "--technique", TECHNIQUES, "--level", "1", "--risk", "1", "--dbms", "PostgreSQL",
            "--threads", "1", "--flush-session", "--disable-coloring", "--timeout", "60", "--retries", "1", "--results-file", str(results), "--output-dir", str(site.place / name),
            "--skip-waf", *(["--smart"] if kind == "smart" else []), *(["--cookie", cookie] if cookie else []),
        ]  # fmt: skip
        ended = left > 0 and _ran(words, left, log)
        text = log.read_text(errors="replace") if log.exists() else ""
        tried = len(
            set(re.findall(r"\[(\d+)/\d+\] URL:|skipping '(http[^']+)'", text))
        )  # skipped: each parameter was tried before
        tell(f"  sqlmap, {kind}: {tried} of {len(addresses)} addresses with parameters as {who}{'' if ended else ', cut off by the time'}")  # fmt: skip
        found += [line for line in text.splitlines() if re.search(r"is vulnerable|sqlmap identified", line)]
        if kind == "smart" and (not ended or tried < len(addresses)):
            found.append(f"sqlmap came to {tried} of {len(addresses)} addresses alone: give it more than --minutes {minutes:g}")  # fmt: skip
        if results.exists():
            with results.open() as rows:
                found += [f"sqlmap: {row}" for row in csv.DictReader(rows) if row.get("Parameter")]
    return found


def _nikto(site: Site, who: str, cookie: str, minutes: float, tell: Callable[[str], None]) -> list[str]:
    place = _nikto_at()
    report = site.place / f"nikto-{who}.csv"
    kept = (place / "etc/nikto/config.txt").read_text()
    kept = re.sub(r"(?m)^(UPDATES=).*", r"\1no", kept).replace("/var/lib/nikto", f"{place}/var/lib/nikto").replace("/usr/share/doc", f"{place}/usr/share/doc")  # fmt: skip
    config = site.place / f"nikto-{who}.conf"
    config.write_text(kept + (f"\nSTATIC-COOKIE={cookie}\n" if cookie else "\n"))
    libraries = [f"-I{one}" for one in (place / "usr/share/perl5", *place.glob("usr/lib/*/perl5/*")) if one.is_dir()]
    words = [
        "perl", *libraries, str(place / "usr/bin/nikto"), "-config", str(config), "-host", site.address, "-Format", "csv", "-output", str(report), "-nolookup", "-ask", "no",
        "-maxtime", str(int(minutes * 60)),
    ]  # fmt: skip
    ended = _ran(words, minutes + 2, site.place / f"nikto-{who}.log")
    if not report.exists():
        return [f"nikto left no report: {(site.place / f'nikto-{who}.log').read_text()[-400:]}"]
    log = (site.place / f"nikto-{who}.log").read_text(errors="replace")
    tell("  nikto: " + (re.search(r"\d+ items checked.*|\d+ requests.*", log) or ["no count"])[0] + ("" if ended else ", cut off"))  # fmt: skip
    lines = report.read_text(errors="replace").splitlines()  # its CSV is none: a comma is missing in each line
    return ["nikto " + " ".join(line.split('","')[-4:]).strip('"')[:300] for line in lines if "OSVDB" in line]


def _nikto_at() -> Path:
    """Where nikto is: on this machine, or unpacked from the packages of Debian, which is asked for them by its own client."""
    if shutil.which("nikto"):
        return Path("/")
    place = Path(os.environ["ECCS_VAR"]) / "nikto"
    if (place / "usr/bin/nikto").exists():
        return place
    for part in ("lists/partial", "cache/archives/partial"):
        (place / part).mkdir(parents=True, exist_ok=True)
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    (place / "sources.list").write_text(f"deb http://deb.debian.org/debian {release['VERSION_CODENAME']} main non-free\n")  # fmt: skip
    options = [f"-oDir::Etc::SourceList={place}/sources.list", "-oDir::Etc::SourceParts=-", f"-oDir::State::Lists={place}/lists", f"-oDir::Cache={place}/cache", "-oAPT::Sandbox::User=root"]  # fmt: skip
    subprocess.run(["apt-get", *options, "-qq", "update"], check=True)
    subprocess.run(["apt-get", *options, "-qq", "download", "nikto", "libwhisker2-perl", "libnet-ssleay-perl"], check=True, cwd=place)  # fmt: skip
    for package in place.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", str(package), str(place)], check=True)
    return place
