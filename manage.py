#!/usr/bin/env python
"""Django's command line for ECCS. Beside a running `make run` it works on the same database."""

import os
import sys
from pathlib import Path

import environ
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eccs.settings")
    running = Path(os.environ.get("ECCS_VAR", Path(__file__).resolve().parent / "var")) / "run.env"
    if running.exists() and "DATABASE_URL" not in os.environ:
        environ.Env.read_env(running)
    from eccs import acting

    acting.by_default(acting.SYSTEM)  # `migrate` alone works as the owner of the tables
    execute_from_command_line(sys.argv)
