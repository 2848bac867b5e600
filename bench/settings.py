"""The settings of ECCS, with an empty view and the peers that are measured beside it."""

from eccs.settings import *  # noqa: F403 the settings of ECCS, whole

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.admin", "import_export"]  # noqa: F405 from the line above
ROOT_URLCONF = "bench.urls"
TEMPLATES = [
    *TEMPLATES,  # noqa: F405 from the first line
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "NAME": "peer",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]
PAPER_WAIT = 0  # no worker runs beside a measurement
LOGGING["root"]["level"] = "ERROR"  # noqa: F405 from the first line
SILENCED_SYSTEM_CHECKS = ["admin.E404", "admin.E408", "admin.E409", "admin.E410", "admin.E405"]

# Static files are taken from where they are kept, so that nothing has to be collected first
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405 from the first line
