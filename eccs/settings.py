"""Settings of ECCS. Everything that differs between machines comes from the environment or `.env`.

A secret may lie in a file instead: ECCS_SECRET_KEY_FILE names the file that holds ECCS_SECRET_KEY, and so for every other name.
"""

import os
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import environ
from csp.constants import NONE, SELF
from environ.fileaware_mapping import FileAwareMapping

from eccs import acting, logs

BASE_DIR = Path(__file__).resolve().parent.parent


class Given(FileAwareMapping):  # type: ignore[misc]
    """The environment and the files it names; the line break at the end of a file is no part of a secret."""

    def __getitem__(self, key: str) -> str:
        return str(super().__getitem__(key)).rstrip("\r\n")


class Environment(environ.Env):  # type: ignore[misc]
    """What the environment says, also by files."""

    ENVIRON = Given(cache=False)


env = Environment()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env("ECCS_VAR", default=str(BASE_DIR / "var")))
DEMO = env.bool("ECCS_DEMO", default=False)
DEBUG = False
SECRET_KEY = env("ECCS_SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("ECCS_SECRET_KEY_FALLBACKS", default=[])
# What encrypts the keys of authenticators in the database, the newest first; where none is named, the secret keys do.
# To replace one: put the new in front, run `manage.py encrypt_anew`, then drop the old.
ENCRYPTION_KEYS = env.list("ECCS_ENCRYPTION_KEYS", default=[])
ALLOWED_HOSTS = env.list("ECCS_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("ECCS_ORIGINS", default=[])

INSTALLED_APPS = [
    "accounts",  # before Django's: its `changepassword` stands in for theirs
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",  # expressions of its indexes
    "django.forms",
    "csp",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "eccs",
    "counter",
    "manifests",
    "rms",
    "bonds",
    "bills",
    "transit",
    "exports",
    "payments",
    "reports",
    "api",
    "helpdesk",
    "public",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "eccs.middleware.RequestIdMiddleware",
    "eccs.middleware.ProgramsByHttps",
    "accounts.middleware.WhoActs",
    "accounts.middleware.NoStore",
    "accounts.hashing.HashingMiddleware",
    "eccs.middleware.ReadableText",
    "eccs.middleware.FragmentSignIn",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.ActorMiddleware",
    "accounts.middleware.IdleSessions",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.Gate",
    "counter.serving.AtTheCounter",
    "eccs.middleware.AuditMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "eccs.urls"
WSGI_APPLICATION = "eccs.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "eccs.desks.masthead",
                "accounts.banners.banners",
                "helpdesk.board.board",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
        },
    }
]
FORM_RENDERER = "eccs.form_words.Renderer"

# One PostgreSQL. Connections are kept: opening one per request costs twice the page.
DATABASES = {"default": env.db("DATABASE_URL", default="postgres://postgres@127.0.0.1:5432/eccs")}
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# A network that was cut is noticed in seconds, on both sides of a connection; over a Unix socket none of it means anything.
AT_ONCE = {"connect_timeout": "5", "tcp_user_timeout": "8000", "keepalives_idle": "5", "keepalives_interval": "2"}
# Each statement is asked as whoever acts (eccs/acting.py): one account is bound by the policies of the tables, and one is the system.
acting.ROLES["app"] = env("ECCS_DATABASE_ROLE", default="eccs_app")
acting.ROLES["system"] = env("ECCS_DATABASE_SYSTEM_ROLE", default="eccs_system")
ACTING = {"connection_factory": acting.Line, "cursor_factory": acting.Told}
DATABASES["default"]["OPTIONS"] = AT_ONCE | ACTING | DATABASES["default"].get("OPTIONS", {})
# A standby that follows it, for reports and the public tracker; without one, or where it is behind, the primary is asked.
if env("ECCS_REPLICA_URL", default=""):
    DATABASES["replica"] = DATABASES["default"] | env.db("ECCS_REPLICA_URL")
    DATABASES["replica"]["OPTIONS"] = (
        AT_ONCE
        | ACTING
        | {"connect_timeout": "2", "tcp_user_timeout": "3000"}
        | env.db("ECCS_REPLICA_URL").get("OPTIONS", {})
    )
REPLICA_MAX_LAG = env.float("ECCS_REPLICA_MAX_LAG", default=120.0)  # seconds; the worker writes every minute
DATABASE_ROUTERS = ["eccs.replica.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# One Redis: queue (database 0) and cache (database 1). A stopped cache costs speed, never an answer.
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")


def redis_url(database: int) -> str:
    """The Redis address for one of its numbered databases, over a socket or over the network.

    By rediss:// its certificate must be one of `ssl_ca_certs` (or of the authorities of this machine) and of that name; kombu alone would ask for none.
    """
    base, _, asked = REDIS_URL.partition("?")
    if base.startswith("redis+socket://"):
        return f"unix://{base.removeprefix('redis+socket://')}?db={database}"
    scheme, _, rest = base.partition("://")
    address = f"{scheme}://{rest.split('/')[0]}/{database}"
    if scheme != "rediss":
        return address
    return (
        f"{address}?{urlencode(dict(parse_qsl(asked)) | {'ssl_cert_reqs': 'required', 'ssl_check_hostname': 'true'})}"
    )


CACHES = {
    "default": {
        "BACKEND": "eccs.cache.ForgivingRedisCache",
        "LOCATION": redis_url(1),
        "KEY_PREFIX": env("ECCS_CACHE_PREFIX", default="eccs"),
        "VERSION": 2,  # one more whenever values are written otherwise: processes before and after never read each other's
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1, "serializer": "eccs.cache.Sealed"},
    }
}
SESSION_ENGINE = "accounts.session_store"
HTTPS = env.bool("ECCS_HTTPS", default=False)
TLS_CERTIFICATE = env("ECCS_TLS_CERT", default="")  # of this host inside; gunicorn and a worker's metrics show it
# By HTTPS a browser takes a cookie of such a name from this host alone, never from a neighbour under the same domain.
HERE_ALONE = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{HERE_ALONE}eccs"
SESSION_COOKIE_AGE = 12 * 60 * 60  # after the last act; that a session ends at all: LONGEST_SESSION_HOURS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{HERE_ALONE}csrftoken"
CSRF_COOKIE_HTTPONLY = True  # forms carry the token; no script reads the cookie
CSRF_FAILURE_VIEW = "eccs.errors.csrf_failure"

CELERY_BROKER_URL = (
    f"{REDIS_URL.split('?')[0]}?virtual_host=0" if REDIS_URL.startswith("redis+socket") else redis_url(0)
)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 900
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Kolkata"
# Any number of beats may run: one holds the lock, and half a minute after it fell silent another goes on
CELERY_BEAT_SCHEDULER = "eccs.beat.Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_REDBEAT_REDIS_URL = redis_url(0)
CELERY_REDBEAT_REDIS_OPTIONS = {"socket_connect_timeout": 5, "socket_timeout": 5}
CELERY_REDBEAT_KEY_PREFIX = "eccs-beat:"
CELERY_REDBEAT_LOCK_TIMEOUT = 30
CELERY_TASK_ALWAYS_EAGER = False
# Seconds that a page waits for a worker to draw a paper before it draws it itself; nought: it never asks one (eccs/paper_making.py)
PAPER_WAIT = env.float("ECCS_PAPER_WAIT", default=2.0)

AUTH_USER_MODEL = "accounts.User"
# How long a password is, of what kinds of characters, and for how many days it holds are dated rules (accounts/passwords.py).
PASSWORD_HASHERS = ["accounts.hashing.OneLaneArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LongEnough"},
    {"NAME": "accounts.passwords.MixedEnough"},
    {"NAME": "accounts.common_passwords.NotCommon"},
    {"NAME": "accounts.breached_passwords.NotBreached"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
    {"NAME": "accounts.passwords.NotUsedBefore"},
]
# A file of the SHA-1 digests of all passwords known from breaches, sorted; nothing said, Django's twenty thousand common ones alone are asked
BREACHED_PASSWORDS = env("ECCS_BREACHED_PASSWORDS", default="")
PASSWORD_RESET_TIMEOUT = env.int("ECCS_RESET_LINK_MINUTES", default=30) * 60
RESET_LETTER_SECONDS = env.int("ECCS_RESET_LETTER_SECONDS", default=120)  # between two such letters to one person
# Waiting after wrong tries of one name from anywhere, and of one address with any name: from so many tries on, first wait and
# longest wait in seconds, doubled every so many tries, forgotten after seconds. That of one name from one address is policy,
# and so a dated rule. An address is a person's own for so many days after a sign-in there (accounts/lockout.py).
SIGN_IN_WAIT_NAME = env.list("ECCS_SIGN_IN_WAIT_NAME", cast=int, default=[15, 30, 900, 1, 3600])
SIGN_IN_WAIT_ADDRESS = env.list("ECCS_SIGN_IN_WAIT_ADDRESS", cast=int, default=[50, 5, 60, 50, 3600])
SIGN_IN_KNOWN_DAYS = env.int("ECCS_SIGN_IN_KNOWN_DAYS", default=90)
# Web processes together reckon so many password hashes at once; so many requests of one process wait for their turn, and so long.
HASHES_AT_ONCE = env.int("ECCS_HASHES_AT_ONCE", default=max(1, (os.cpu_count() or 1) // 2))
HASHES_WAITING = env.int("ECCS_HASHES_WAITING", default=2)
HASH_WAIT_SECONDS = 2
# The second factor is asked for wherever a role wants it; of the demo cast only with ECCS_DEMO_MFA=1.
SECOND_FACTOR = not DEMO or env.bool("ECCS_DEMO_MFA", default=False)
OTP_TOTP_ISSUER = "ECCS"
OTP_TOTP_THROTTLE_FACTOR = 0  # wrong codes are counted where wrong passwords are (accounts/lockout.py)
# A session without an act ends after so many minutes, with a warning so many seconds before; a password typed lasts so long
# for the weightiest acts.
IDLE_MINUTES = env.int("ECCS_IDLE_MINUTES", default=20)
IDLE_WARNING_SECONDS = 120
LONGEST_SESSION_HOURS = env.int("ECCS_SESSION_HOURS", default=12)  # then everybody signs in again, however busy
PASSWORD_FRESH_MINUTES = 10
# How many proxies stand in front and append to X-Forwarded-For; 0 believes the connection alone.
PROXIES = env.int("ECCS_PROXY_COUNT", default=0)
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("hi", "हिन्दी")]
LANGUAGE_COOKIE_NAME = f"{HERE_ALONE}django_language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "eccs.said.Said"
LOCALE_PATHS = [
    BASE_DIR / "locale",
    BASE_DIR / "locale_of_code",
]  # what is called for, and what the code says of itself
TIME_ZONE = "Asia/Kolkata"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env("ECCS_STATIC", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Where the signed heads of the chains are kept: a disk or a mounted store that the database's own people cannot write to. Another
# kind of store is another backend of Django, with its options as JSON.
HEADS_DIR = Path(env("ECCS_HEADS", default=str(VAR_DIR / "heads")))
STORAGES["heads"] = {
    "BACKEND": env("ECCS_HEADS_BACKEND", default="django.core.files.storage.FileSystemStorage"),
    "OPTIONS": env.json("ECCS_HEADS_OPTIONS", default={"location": str(HEADS_DIR), "file_permissions_mode": 0o440}),
}
CLAMD = env("ECCS_CLAMD", default="")  # where clamd answers: a socket's path, or host:port
MEDIA_ROOT = Path(env("ECCS_MEDIA", default=str(VAR_DIR / "media")))
# Where the drop folders of firms lie, one for each; nothing said, none is looked into
DROP_ROOT = Path(found) if (found := env("ECCS_DROP_ROOT", default="")) else None
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

EMAIL_CONFIG = env.email_url("ECCS_EMAIL_URL", default=f"filemail:///{VAR_DIR / 'mail'}" if DEMO else "consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20  # seconds that the mail server is waited for
NOTICE_ADDRESSES = "accounts.people.addresses"

# The authorised bank: its address, and the key shared with it (hexadecimal).
BANK_URL = env("ECCS_BANK_URL", default="http://127.0.0.1:8001")
BANK_KEY = env("ECCS_BANK_KEY", default="")
BANK_CODE = env("ECCS_BANK_CODE", default="BANK")
BANK_NAME = env("ECCS_BANK_NAME", default="Sandbox bank" if DEMO else "Authorised bank")
# Further banks are configuration: ECCS_MORE_BANKS=DECCAN names them, ECCS_BANK_DECCAN_URL, …_KEY, …_NAME and …_ADAPTER (how it is
# spoken to: the class that implements payments.banks.Gateway) describe each.
MORE_BANKS = {
    code: {
        "url": env(f"ECCS_BANK_{code}_URL"), "key": env(f"ECCS_BANK_{code}_KEY"),
        "name": env(f"ECCS_BANK_{code}_NAME", default=code),
        "adapter": env(f"ECCS_BANK_{code}_ADAPTER", default="payments.bank.Bank"),
    }
    for code in env.list("ECCS_MORE_BANKS", default=[])
}  # fmt: skip
PUBLIC_URL = env("ECCS_PUBLIC_URL", default="http://127.0.0.1:8000")
# Letters come from the name that people know; a mail server refuses those of a name that is nobody's.
DEFAULT_FROM_EMAIL = env(
    "ECCS_EMAIL_FROM", default="no-reply@eccs.example" if DEMO else f"no-reply@{urlsplit(PUBLIC_URL).hostname}"
)

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REDIRECT_EXEMPT = [
    r"^(healthz|readyz|metrics)$",
    r"^api/",
]  # a program is refused instead (eccs.middleware.ProgramsByHttps)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF, BANK_URL, *(bank["url"] for bank in MORE_BANKS.values())],
    }
}

LOGGING = logs.configuration(env("ECCS_LOG_LEVEL", default="INFO"))

# Who reads /metrics, and what is wrong in words at /readyz: a program with the token, or one in a network (10.0.0.0/8).
METRICS_TOKEN = env("ECCS_METRICS_TOKEN", default="")
METRICS_NETWORKS = env.list("ECCS_METRICS_NETWORKS", default=["127.0.0.0/8", "::1/128"] if DEMO else [])

AUDIT_PEOPLE = "accounts.people"  # where the audit log asks what a person is today

# Where the bridge to a signing token listens on the computer of whoever signs (tools/signing_bridge.py, docs/signing-bridge.md)
SIGNING_BRIDGE = env("ECCS_SIGNING_BRIDGE", default="http://127.0.0.1:8765")

# The certificates of the certifying authorities whose people may sign (PEM files); those of a demonstration are made by it.
SIGNING_CA_DIR = Path(env("ECCS_CA_DIR", default=str(VAR_DIR / "signing" / "authorities")))
# What the system signs and seals its papers with: code-key.pem, seal.pem and seal-key.pem, and those of earlier years (README, “In production”).
PAPER_KEYS_DIR = Path(env("ECCS_PAPER_KEYS_DIR", default=str(VAR_DIR / "signing" / "papers")))

# Where help is until the System Admin enters it (helpdesk/). The values of a demonstration are invented.
HELPDESK_PHONE = env("ECCS_HELPDESK_PHONE", default="1800-000-0000" if DEMO else "")
HELPDESK_EMAIL = env("ECCS_HELPDESK_EMAIL", default="helpdesk@eccs.example" if DEMO else "")
