"""What must hold of an installation, asked of the running system: what each examination found, and what to do about it.

An application with something of its own to examine declares it with `@examination` as this module does for the kernel.
"""

from __future__ import annotations

import shutil
import smtplib
import socket
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.core.mail import get_connection
from django.db import connection
from django.utils import timezone

from eccs import acting, celery, checks, heads, readiness, replica, rounds, walls
from eccs.models import Heartbeat
from eccs.signing import authorities, seal
from eccs.signing.models import RevocationList
from eccs.trail import ChainFault
from eccs.uploads import viruses

CLOCKS_DIFFER = timedelta(seconds=2)
SECONDS = 20.0
LONG_QUEUE = 1000
LEAST_FREE = 0.05
OLD_VIRUSES = timedelta(days=7)
SOON_OVER = timedelta(days=14)
MAIL_TO_A_SCREEN = ("console", "dummy", "locmem", "filebased")


@dataclass(frozen=True)
class Examination:
    """One thing to look at; `find` says what is wrong, or nothing."""

    name: str
    remedy: str
    find: Callable[[], str]
    production: bool = False  # not asked of a demonstration


@dataclass(frozen=True)
class Finding:
    """What an examination found."""

    examination: Examination
    fault: str = ""
    unasked: str = ""  # why it was not looked at


EXAMINATIONS: dict[str, Examination] = {}


def examination(
    name: str, remedy: str, *, production: bool = False
) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Declare an examination, in the order in which they are told."""

    def declared(find: Callable[[], str]) -> Callable[[], str]:
        EXAMINATIONS[name] = Examination(name, remedy, find, production)
        return find

    return declared


def examine(names: Collection[str] = (), seconds: float = SECONDS) -> list[Finding]:
    """Everything at once, or what is named, each within its time; what cannot be told without the database is told once."""
    wanted = {name: one for name, one in EXAMINATIONS.items() if not names or name in names}
    asked = {name: one for name, one in EXAMINATIONS.items() if name == "database" or name in wanted}
    asked = {name: one for name, one in asked.items() if not (one.production and settings.DEMO)}
    found = readiness.answers({name: one.find for name, one in asked.items()}, seconds)
    return [_finding(one, found.get(name), found["database"]) for name, one in wanted.items()]


def _finding(one: Examination, fault: str | None, database: str) -> Finding:
    if fault is None:
        return Finding(one, unasked="not asked of a demonstration")
    if fault and fault == database and one.name != "database":
        return Finding(one, unasked="needs the database")
    return Finding(one, " ".join(fault.split()))


examination("database", "Start PostgreSQL, or set DATABASE_URL to the primary.")(readiness.database)
examination("migrations", "Run: manage.py migrate")(readiness.migrations)
examination("redis", "Start Redis, or set REDIS_URL. Pages go on without it; uploads, notices and payments wait.")(
    readiness.redis
)
examination("storage", "Let the account of ECCS write to ECCS_MEDIA, on a disk that all hosts share.")(
    readiness.storage
)


@examination("disk", "Make room, or give the store of files a larger disk.")
def disk() -> str:
    """Some of the disk that holds the files is free."""
    if not settings.MEDIA_ROOT.exists():
        return ""
    usage = shutil.disk_usage(settings.MEDIA_ROOT)
    return "" if usage.free > usage.total * LEAST_FREE else f"{usage.free // 2**20:,} MiB are free."


@examination("clock", "Run a time service (chrony or systemd-timesyncd) on this host and on that of the database.")
def clock() -> str:
    """This host and the database say the same time: codes, messages of the bank and the trail live by it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # what the connection takes is not counted
        before = timezone.now()
        cursor.execute("SELECT clock_timestamp()")
        there = cursor.fetchone()[0]
    apart = abs(there - (before + (timezone.now() - before) / 2))
    return "" if apart <= CLOCKS_DIFFER else f"The clocks differ by {apart.total_seconds():.1f} seconds."


@examination(
    "policies", "Run: manage.py migrate. README, “In production”, says how the accounts of the database are made."
)
def policies() -> str:
    """Whoever works with the tables is bound by their policies, and owns none of them."""
    with acting.acting_as(acting.NOBODY), connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_tables WHERE tableowner = current_user)"
            " FROM pg_roles WHERE rolname = current_user"
        )
        name, unbound = cursor.fetchone()
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [acting.ROLES["system"]])
        whole = cursor.fetchone()
        cursor.execute(
            "SELECT string_agg(DISTINCT tablename, ', ') FROM pg_policies JOIN pg_class ON relname = tablename WHERE NOT relrowsecurity"
        )
        off = cursor.fetchone()[0]
        cursor.execute(
            "SELECT string_agg(f, ', ') FROM unnest(%s::text[]) f WHERE NOT (SELECT proleakproof FROM pg_proc WHERE oid = f::regprocedure)",
            [list(walls.SEARCHED_WITH)],
        )
        slow = cursor.fetchone()[0]
    if unbound:
        return f"The account {name} is bound by no policy."
    if whole != (True,):
        return f"The account {acting.ROLES['system']} is bound by policies: it wants BYPASSRLS."
    if slow:
        return f"Searches read whole tables: an administrator of the database marks as LEAKPROOF (ALTER FUNCTION …): {slow}."
    return f"Row-level security is off: {off}." if off else ""


@examination("durability", "Set fsync, full_page_writes and synchronous_commit on in postgresql.conf.", production=True)
def durability() -> str:
    """What was acknowledged outlives a power cut."""
    off = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if _shown(name) == "off"]
    return f"Off: {', '.join(off)}." if off else ""


@examination(
    "backup", "Set archive_mode and archive_command as deploy/backup/postgresql.conf does; look at PostgreSQL's log.",
    production=True,
)  # fmt: skip
def backup() -> str:
    """The write-ahead log is archived, so that any moment can be restored."""
    if _shown("archive_mode") == "off":
        return "The write-ahead log is not archived."
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT last_failed_wal FROM pg_stat_archiver "
            "WHERE last_failed_time > coalesce(last_archived_time, '-infinity'::timestamptz)"
        )
        failed = cursor.fetchone()
    return f"Archiving fails since {failed[0]}." if failed else ""


def _shown(setting: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [setting])
        return str(cursor.fetchone()[0])


@examination(
    "replica", "Look at PostgreSQL's log on the standby, or unset ECCS_REPLICA_URL; until then the primary answers.",
)  # fmt: skip
def standby() -> str:
    """The standby, where there is one, follows the primary closely enough to be read."""
    if not replica.is_set():
        return ""
    behind = replica.lag()
    if behind is None or behind > settings.REPLICA_MAX_LAG:
        return "It has replayed nothing." if behind is None else f"It is {behind:.0f} seconds behind."
    return ""


@examination("keys", "Set them in the environment or .env as .env.example says; every host needs the same.")
def keys() -> str:
    """The secret key, the keys of encryption and the bank's are set and strong."""
    faults = (*checks.strong_secret_key(), *checks.strong_encryption_keys(), *checks.bank_key_set())
    return " ".join(str(fault.msg) for fault in faults)


@examination(
    "https", "Set ECCS_HTTPS=1, ECCS_PUBLIC_URL=https://… and ECCS_HOSTS to the names people type.", production=True
)
def https() -> str:
    """Browsers are answered by HTTPS alone, under the names that are known, and no page tells how it is made."""
    found = [str(fault.msg) for fault in checks.https_public_address()]
    if settings.DEBUG:
        found.append("DEBUG is on.")
    if "*" in settings.ALLOWED_HOSTS:
        found.append("ECCS_HOSTS admits every name.")
    return " ".join(found)


@examination(
    "certificate",
    "Give nginx a certificate in force, with its chain, for the name of ECCS_PUBLIC_URL (README, “In production”). Where an authority "
    "of one's own issued it, name that in SSL_CERT_FILE; this host must reach that address too.",
    production=True,
)
def certificate() -> str:
    """What browsers are shown at the public address is trusted by the public, is of that name, and is not over soon."""
    address = urlsplit(settings.PUBLIC_URL)
    host, port = address.hostname or "", address.port or 443
    if address.scheme != "https":
        return "ECCS_PUBLIC_URL names no address by HTTPS."
    try:
        line = socket.create_connection((host, port), SECONDS / 2)
        with line, ssl.create_default_context().wrap_socket(line, server_hostname=host) as shown:
            over = ssl.cert_time_to_seconds(str((shown.getpeercert() or {})["notAfter"]))
    except ssl.SSLCertVerificationError as fault:
        return f"No browser trusts what {host} shows: {fault.verify_message}"
    except OSError as fault:
        return f"{host}:{port} shows no certificate: {fault}"
    until = datetime.fromtimestamp(over, UTC)
    soon = until - timezone.now() < SOON_OVER
    return f"The certificate of {host} is over at {until:%d/%m/%Y %H:%M} UTC." if soon else ""


@examination(
    "wire",
    "Run `docker compose run --rm certificates` (elsewhere deploy/wire/certificates), and start the services again.",
)
def wire() -> str:
    """This host's own certificate in the inner network is there and not over soon, where it has one."""
    if not settings.TLS_CERTIFICATE:
        return ""
    try:
        own = x509.load_pem_x509_certificate(Path(settings.TLS_CERTIFICATE).read_bytes())
    except (OSError, ValueError) as fault:
        return f"ECCS_TLS_CERT cannot be read: {fault}"
    until = own.not_valid_after_utc
    soon = until - timezone.now() < SOON_OVER
    return f"The certificate of this host inside is over at {until:%d/%m/%Y %H:%M} UTC." if soon else ""


@examination("authorities", "Put the certificates (PEM) of the certifying authorities into ECCS_CA_DIR; load revocation lists: manage.py load_revocations", production=True)  # fmt: skip
def signing() -> str:
    """Who may sign is known: certificates of authorities in force, and lists of revocation that are not late."""
    trusted, now = authorities.authorities(), timezone.now()
    if not trusted:
        return "No certifying authority is trusted, so nobody can sign."
    over = [one for one in trusted if one.not_valid_after_utc < now]
    late = {
        one.issuer for one in RevocationList.objects.order_by("issuer", "-issued_at").distinct("issuer") if one.is_late
    }
    told = [f"{len(over)} certificates of authorities have expired."] if over else []
    return " ".join([*told, *(f"The revocation list of {issuer} is late." for issuer in sorted(late))])


@examination(
    "heads", "Let beat and a worker run, let them write to ECCS_HEADS, and give the seal a certificate (README, “In production”).",
    production=True,
)  # fmt: skip
def kept_heads() -> str:
    """Signed heads of the chains are written outside the database, and what they were held against agreed."""
    newest, broken = heads.last(), ChainFault.objects.count()
    found = [] if newest else ["No head of the chains is kept outside the database."]
    if newest and newest.is_late:
        found.append(f"The newest head of the chains is of {newest.at:%d/%m/%Y %H:%M} UTC.")
    if not seal.is_set():
        found.append("Heads are not signed: the seal has no certificate in force.")
    if late := rounds.late(timezone.now()):
        found.append(f"Not verified for too long: {', '.join(late)}.")
    if broken:
        found.append(f"{broken} chains or rows are not as they were written: manage.py verify_trail names them.")
    return " ".join(found)


@examination(
    "mail", "Set ECCS_EMAIL_URL=smtp+tls://user:password@host:587 and let this host reach it.", production=True
)
def mail() -> str:
    """Letters leave: the mail server takes this host's name and password."""
    if settings.EMAIL_BACKEND.split(".")[-2] in MAIL_TO_A_SCREEN:
        return "Letters are written to a screen or a file, and reach nobody."
    try:
        with get_connection(timeout=SECONDS / 2):
            return ""
    except (OSError, smtplib.SMTPException) as fault:
        return f"The mail server does not take letters: {fault}"


@examination(
    "viruses",
    "Run clamd with freshclam and set ECCS_CLAMD to its socket or to host:port; ECCS_CLAMD=none where something else looks papers through.",
    production=True,
)
def virus_scanner() -> str:
    """Papers are looked through for viruses, by what knows those of these days."""
    if not settings.CLAMD:
        return "Papers that firms attach are looked through by nobody."
    if not viruses.is_asked():
        return ""
    try:
        known = viruses.known_since()
    except viruses.NotLookedThrough as fault:
        return f"No paper is taken, for clamd does not answer: {fault}"
    if known is None:
        return "clamd does not say of when the viruses are that it knows."
    return f"The viruses that clamd knows are of {known:%d/%m/%Y}." if timezone.now() - known > OLD_VIRUSES else ""


@examination("beat", "Start a beat on one host or on several: celery -A eccs beat. If it runs, look at the worker.")
def beat() -> str:
    """Beat asks, and a worker answers, every minute."""
    silent, last = Heartbeat.silence()
    return (f"Last heard of at {last:%d/%m/%Y %H:%M} UTC." if last else "Never heard of.") if silent else ""


@examination(
    "worker", "Start workers: celery -A eccs worker. A long queue needs more of them, or a larger --concurrency."
)
def worker() -> str:
    """At least one worker answers, and the queue is not long."""
    length = celery.waiting()
    if length is None:
        return "The queue does not answer."
    if not celery.app.control.ping(timeout=2):
        return f"No worker answers; {length} tasks wait."
    return f"{length} tasks wait." if length > LONG_QUEUE else ""
