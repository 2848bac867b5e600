"""One beat at a time, on whichever host: the others stand by, and one of them goes on where a silent one stopped.

RedBeat keeps in Redis when each task last ran and who holds the lock, so that a hand-over repeats nothing and leaves nothing out.
"""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

from redbeat.schedulers import RedBeatScheduler, acquire_distributed_beat_lock

from eccs.cache import LockError, RedisError

logger = logging.getLogger("eccs.beat")


class Scheduler(RedBeatScheduler):
    """The schedule of ECCS, which no loss of the lock or of Redis ends: it stands by until it may go on."""

    lock: Any = None

    def tick(self, *given: Any, **named: Any) -> float:
        """Ask for the tasks that are due, while the lock is held; return after how many seconds to look again."""
        try:
            if self.lock is None:
                self._stand_by()
            return float(super().tick(*given, **named))
        except LockError:  # this host stood still for longer than the lock lasts, and another one has it now
            logger.warning("Another beat has taken over; this one stands by")
            self.lock = None
        except RedisError as fault:
            logger.warning("Redis is away, nothing is asked for: %s", fault)
        return float(self.max_interval)

    def _stand_by(self) -> None:
        """Wait for the lock. Raises the errors of Redis."""
        acquire_distributed_beat_lock(SimpleNamespace(scheduler=self))
