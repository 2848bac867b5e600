"""Where the web server enters ECCS."""

import os

from django.core.wsgi import get_wsgi_application

from eccs.checks import refuse_unsafe_start
from eccs.memory import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eccs.settings")

application = get_wsgi_application()
refuse_unsafe_start()
settle()
