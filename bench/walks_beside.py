"""The share of the walks that another process walks: `python -m bench.walks_beside IMPORTS EXPORTS`, told in acts and legal acts."""

from __future__ import annotations

import sys

import django

from eccs import acting

acting.by_default(acting.OWNER)
django.setup()

from bench.walks import share  # noqa: E402 the tables are known only now
from tests.walks.walker import Walker  # noqa: E402 as above

share(int(sys.argv[1]), int(sys.argv[2]))
print(Walker.acts, Walker.moved)
