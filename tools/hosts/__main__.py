"""The scenes: each host in turn dies, is cut off or is exchanged while people work, and everything that was acknowledged is there.

`make hosts` runs all; ARGS="web failover" some. Each line tells what was seen; the first that is not as it must be ends the drill.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from functools import partial

from tools.attack import site
from tools.hosts import next_release
from tools.hosts.deployment import BASE_DIR, HOSTS, WEB, WORKERS, Deployment, awaited
from tools.hosts.network import Network
from tools.hosts.people import FILES, KEY, Person, Program

PASSWORD = "hosts-in-namespaces"  # noqa: S105 of a cast that lives for the length of the drill
PAGES = ("/", "/manifests/", "/payments/", "/find/?q=SW0", "/public/", "/public/track/", "/public/status/")
COURIER = "SELECT c.number FROM accounts_authorisedcourier c JOIN accounts_user u ON u.courier_id = c.id WHERE username = 'signatory.swift'"
AGAIN = 6  # seconds after which nginx asks a web server again that had failed (fail_timeout)
TRACKED = "/public/track/?hawb=SW001000000001&courier="


class Scenes:
    """What happens to the hosts."""

    def __init__(self, hosts: Deployment) -> None:
        self.hosts = hosts
        made = hosts.manage("shell", "--no-imports", "-c", KEY, host="worker1")
        self.program = Program(hosts.front, made.partition("KEY ")[2].split()[0])
        self.flights = 0

    def person(self, username: str = "signatory.swift", pages: tuple[str, ...] = PAGES) -> Person:
        """Somebody who has signed in."""
        return Person(self.hosts.front, username, pages).sign_in(PASSWORD)

    def begin(self, count: int = 1) -> float:
        """So many manifests begun; the longest wait in seconds."""
        longest = 0.0
        for _ in range(count):
            self.flights += 1
            longest = max(longest, self.program.begin(f"ZZ{1000 + self.flights}"))
        return longest

    def file(self, flight: str, shipments: int, salt: int) -> tuple[str, str, str]:
        """A whole flight is filed."""
        made = self.hosts.manage(
            "shell", "--no-imports", "-c", FILES.format(count=shipments, salt=salt), host="worker2"
        )
        return self.program.file(flight, [one.strip() + "\n" for one in made.split("FILE ")[1:]])

    def filing(self) -> None:
        """A flight is filed through the front: its files are read by a worker of another host than took them."""
        number, first, last = self.file("ZZ318", 40, 1)
        said(f"{number} filed, bills {first} to {last}")

    def web(self) -> None:
        """Each web server dies in turn, then each is exchanged for a new version; nobody sees it."""
        person = self.person()
        for page in PAGES:
            require(person.ask(page)[0] == 200, f"{page} answered {person.answers[-1][1]}")
        person.start()
        for host in WEB:
            self.hosts.kill(host)
            self.begin(5)
            self.hosts.web(host)
            time.sleep(AGAIN)
            self.begin(2)
        for host in WEB:  # one after the other, as an upgrade goes
            self.hosts.end(host)
            self.begin(2)
            self.hosts.web(host)
            time.sleep(AGAIN)
        bad = person.end()
        require(not bad, f"{len(bad)} of {len(person.answers)} pages were not answered, such as {bad[:3]}")
        said(f"{len(person.answers)} pages asked meanwhile, all answered, by one sign-in; 18 manifests begun")

    def worker(self) -> None:
        """A worker dies while it reads a file; the file is read all the same."""
        self.hosts.kill("worker1")
        number, _first, last = self.file("ZZ320", 20, 2)
        self.hosts.worker("worker1")
        said(f"{number} to {last} filed with one worker")

    def upgrade(self) -> None:
        """A release with a migration: the tables first, while the old code serves; then host after host. Nobody sees it."""
        code = next_release.made(self.hosts.place / "next")
        known = self.hosts.sql(self.hosts.primary, "SELECT count(*) FROM manifests_expresscargomanifest")
        person = self.person()
        person.start()
        self.begin(3)
        self.hosts.code["worker2"] = code
        self.hosts.migrate("worker2")
        self.hosts.code.pop("worker2")
        self.begin(5)  # by the old code, into the new tables
        number, *_rest = self.file("ZZ326", 20, 5)
        for host in WEB:
            self.hosts.end(host)
            self.begin(2)
            self.hosts.code[host] = code
            self.hosts.web(host)
            time.sleep(AGAIN)
            self.begin(2)
        for host in WORKERS:
            self.hosts.end(f"{host}-beat")
            self.hosts.end(host)
            self.hosts.code[host] = code
            self.hosts.worker(host)
            self.hosts.beat(host)
        last, *_rest = self.file("ZZ328", 20, 6)
        bad = person.end()
        require(not bad, f"{len(bad)} of {len(person.answers)} pages were not answered, such as {bad[:3]}")
        new = self.hosts.sql(
            self.hosts.primary, "SELECT count(*) FROM manifests_expresscargomanifest WHERE next_release = 'NEW'"
        )
        require(int(new) == int(known) + 18, f"{known} manifests before, {new} with the new column after")
        said(
            f"{len(person.answers)} pages asked meanwhile, all answered; 16 manifests begun; {number} filed by the old code on the new "
            f"tables, {last} by the new"
        )

    def beat(self) -> None:
        """The beat that works dies; the other one goes on."""
        for host in ("worker1", "worker2"):
            self.hosts.kill(f"{host}-beat")
            before = self.hosts.sql(self.hosts.primary, "SELECT max(at) FROM eccs_heartbeat")
            seconds = awaited("the other beat asks for the next task", partial(self.beaten_since, before), 180)
            self.hosts.beat(host)
            said(f"without the beat of {host} the next heartbeat came after {seconds:.0f} s")

    def beaten_since(self, before: str) -> bool:
        """Whether a heartbeat has come since then."""
        return self.hosts.sql(self.hosts.primary, "SELECT max(at) FROM eccs_heartbeat") > before

    def redis(self) -> None:
        """Redis is away: pages work, nothing is wrongly done; back again, what waited is done."""
        person = self.person()
        self.hosts.kill("redis")
        for _ in range(3):
            for page in PAGES:
                person.ask(page)
        bad = [one for one in person.answers if one[1] != 200]
        require(len(bad) <= len(person.answers) * 0.05, f"{len(bad)} of {len(person.answers)} pages: {bad[:4]}")
        longest = self.begin(3)
        self.hosts.redis()
        slowest = max(seconds for _page, _status, seconds in person.answers)
        said(
            f"without Redis {len(person.answers) - len(bad)} of {len(person.answers)} pages answered, the slowest in {slowest:.1f} s; a manifest begun in {longest:.1f} s"
        )
        number, *_rest = self.file("ZZ322", 10, 3)
        said(f"with Redis again {number} filed")

    def standby(self) -> None:
        """The standby answers for tracker and reports; its cable is pulled and the primary answers."""
        courier = self.hosts.sql(self.hosts.primary, COURIER)
        page, reports = TRACKED + courier, self.person("commissioner.blr", ("/reports/",))
        for _ in range(10):
            require(reports.ask("/reports/")[0] == 200 and reports.ask(page)[0] == 200, f"{reports.answers[-2:]}")
        tracked = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'EXECUTE public_track%'"
        asked = {host: self.hosts.sql(host, tracked) for host in ("db1", "db2")}
        require(asked["db1"] == "0" and asked["db2"] != "0", f"the tracker asked {asked}")
        self.hosts.network.pull("db2")
        reports.answers.clear()
        for _ in range(5):
            reports.ask(page)
            reports.ask("/reports/")
        bad = [one for one in reports.answers if one[1] != 200]
        require(not bad, f"without the standby: {bad[:3]}")
        slowest = max(seconds for _page, _status, seconds in reports.answers)
        self.begin(2)
        self.hosts.network.plug("db2")
        seconds = awaited("the standby follows again", lambda: self.follows() == "1")
        said(
            f"standby away: 10 pages answered by the primary, the slowest in {slowest:.1f} s; it followed again after {seconds:.1f} s"
        )

    def follows(self) -> str:
        """How many standbys follow the primary."""
        return self.hosts.sql(self.hosts.primary, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")

    def cut(self) -> None:
        """One web server no longer reaches the database: nginx goes on asking it, the other one answers; nothing is half done."""
        person, primary = self.person(), self.hosts.primary
        self.hosts.network.part("web2", primary)
        reached = {host: self.hosts.reaches(host, primary) for host in WEB}
        require(reached == {"web1": True, "web2": False}, f"parted, the database was reached: {reached}")
        since = self.hosts.asked.stat().st_size
        person.start()
        longest = self.begin(10)
        awaited("nginx asks web2 in vain", lambda: self.failed("web2", since))
        bad = person.end()
        tried, failed, other = (
            self.hosts.asked_of("web2", since), self.failed("web2", since), self.hosts.asked_of("web1", since)
        )  # fmt: skip
        self.hosts.network.rejoin("web2", primary)
        said(
            f"web2 cut from the database: nginx asked it {len(tried)} times, in vain {len(failed)} times, of which the browser was answered {failed.count('200')} all the same "
            f"(web1 was asked {len(other)} times); {len(person.answers) - len(bad)} of {len(person.answers)} pages answered, the longest wait for a manifest {longest:.1f} s"
        )
        require("200" in failed, f"no page that web2 could not answer was answered by web1: {failed}")
        require(len(bad) <= len(person.answers) * 0.05, f"not answered: {bad[:3]}")
        since = self.hosts.asked.stat().st_size
        seconds = awaited("web2 answers again", lambda: self.hosts.answers(f"https://{self.hosts.network.address('web2')}:8000"))  # fmt: skip
        time.sleep(AGAIN)
        person = self.person()
        for _ in range(2):
            for page in PAGES:
                require(
                    person.ask(page)[0] == 200, f"{page} answered {person.answers[-1][1]} after web2 was joined again"
                )
        took = sum(status == "200" for status, _last in self.hosts.asked_of("web2", since))
        require(took > 0, "joined again, nginx sends web2 nothing")
        said(f"joined again, it answered after {seconds:.1f} s and took {took} of the next {len(person.answers)} pages")

    def failed(self, host: str, since: int) -> list[str]:
        """What browsers were answered where a web server was asked first and could not answer."""
        return [last for status, last in self.hosts.asked_of(host, since) if not status.startswith(("2", "3", "4"))]

    def failover(self) -> None:
        """The primary burns; the standby is promoted; hosts find it by themselves, and nothing acknowledged is missing."""
        for words in ("ALTER SYSTEM SET synchronous_standby_names = 'db2'", "SELECT pg_reload_conf()"):
            self.hosts.sql("db1", words)
        awaited(
            "the standby is synchronous",
            lambda: self.hosts.sql("db1", "SELECT sync_state FROM pg_stat_replication") == "sync",
        )
        person = self.person()
        self.begin(10)
        self.hosts.network.pull("db1")
        self.hosts.kill("db1")
        began = time.monotonic()
        self.hosts.sql("db2", "SELECT pg_promote(true, 30)")
        promoted = time.monotonic() - began
        self.begin(1)
        first = time.monotonic() - began
        self.hosts.primary = "db2"
        self.begin(10)
        for page in PAGES:
            require(person.ask(page)[0] == 200, f"{page} after the fail-over: {person.answers[-1]}")
        said(
            f"promoted in {promoted:.1f} s, the first manifest {first:.1f} s after the primary burned; sessions hold, all pages answer"
        )
        number, *_rest = self.file("ZZ324", 10, 4)
        said(f"{number} filed on the new primary")

    def account(self) -> None:
        """What was acknowledged is there, once; every chain holds."""
        words = (
            "SELECT upper(flight_number), count(*), 'draft-' || min(id) FROM manifests_expresscargomanifest GROUP BY 1"
        )
        rows = [line.split("|") for line in self.hosts.sql(self.hosts.primary, words).splitlines()]
        found = {flight: (int(count), key) for flight, count, key in rows}
        for flight, key in self.program.begun.items():
            require(
                found.get(flight) == (1, key),
                f"{flight} was acknowledged as {key}, the database has {found.get(flight)}",
            )
        told = self.hosts.manage("verify_trail", host="worker2").splitlines()[-1]
        said(f"{len(self.program.begun)} manifests acknowledged in {self.program.tries} tries, each there once. {told}")


SCENES = ("filing", "web", "upgrade", "worker", "beat", "redis", "standby", "cut", "failover", "account")


def require(holds: bool, otherwise: str) -> None:
    """End the drill where something is not as it must be."""
    if not holds:
        raise SystemExit(f"NOT SO: {otherwise}")


def said(words: str) -> None:
    """Tell at once what was seen."""
    print(words, flush=True)


def main(wanted: list[str]) -> None:
    """Build the hosts, play the scenes, take everything down."""
    if os.geteuid() or not shutil.which("ip") or site.nginx_here() is None:
        raise SystemExit(
            "make hosts needs root, iproute2 and nginx (apt-get install iproute2 nginx-light, or tools/ensure_servers)."
        )
    place = BASE_DIR / "var" / "hosts"
    with Network(HOSTS).joined() as network:
        hosts = Deployment(network, place)
        try:
            hosts.prepare()
            hosts.start()
            said(f"{len(HOSTS)} hosts: {', '.join(HOSTS)}")
            scenes = Scenes(hosts)
            for name in wanted or SCENES:
                began = time.monotonic()
                getattr(scenes, name)()
                said(f"  {name}: as it must be, {time.monotonic() - began:.0f} s")
        finally:
            hosts.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
