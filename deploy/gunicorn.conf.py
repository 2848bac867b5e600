"""How gunicorn serves ECCS: behind `make run` on one machine, and in each web container."""

import os
import ssl
from collections.abc import Callable

from eccs.logs import configuration

host = os.environ.get("ECCS_HOST", "127.0.0.1")
bind = f"{f'[{host}]' if ':' in host else host}:{os.environ.get('ECCS_PORT', '8000')}"
workers = int(os.environ.get("ECCS_WEB_WORKERS", "2"))
threads = int(os.environ.get("ECCS_WEB_THREADS", "4"))
worker_class = "gthread"
preload_app = True
timeout = 120
graceful_timeout = 4
keepalive = 30
control_socket_disable = True
forwarder_headers = ""  # a header SCRIPT_NAME or PATH_INFO is nobody's to send: ECCS lies at the root
certfile = os.environ.get("ECCS_TLS_CERT") or None  # of this host in the inner network (deploy/wire); without, it speaks plain HTTP
keyfile = os.environ.get("ECCS_TLS_KEY") or None
forwarded_allow_ips = os.environ.get("ECCS_PROXIES", "127.0.0.1")
logconfig_dict = configuration(os.environ.get("ECCS_LOG_LEVEL", "INFO"))


def ssl_context(_config: object, made: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """Only TLS 1.3: whoever asks inside is nginx, Prometheus or a health check of these days."""
    context = made()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def when_ready(server: object) -> None:
    """Tell people that the pages answer, and where."""
    print(f"ECCS is ready at {os.environ.get('ECCS_PUBLIC_URL', bind)}", flush=True)
