"""The cache: Redis, forgiven when it is away, and trusted with nothing in the clear."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache, RedisCacheClient, RedisSerializer
from redis.exceptions import LockError, RedisError

from eccs.encryption import Unreadable, seal, unseal

__all__ = ("ForgivingRedisCache", "KeptClient", "LockError", "RedisError", "Sealed", "answers")

SEALED_FOR = "cache"

LISTENED = 0.5  # seconds that one question to Redis stays open, below the time-out of its socket

logger = logging.getLogger(__name__)


def _forgiving(method: Callable[..., Any], absent: Any) -> Callable[..., Any]:
    def call(self: "ForgivingRedisCache", *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except (RedisError, OSError) as fault:
            logger.warning("cache away: %s", fault)
            return (
                args[1]
                if absent is _DEFAULT and len(args) > 1
                else kwargs.get("default")
                if absent is _DEFAULT
                else absent
            )

    return call


_DEFAULT = object()


def _opened(raw: bytes) -> bytes | None:
    try:
        return unseal(raw, SEALED_FOR)
    except Unreadable:
        logger.warning("something in the cache was not sealed by a key of the settings")
        return None


class Sealed(RedisSerializer):
    """What is laid into Redis is sealed: whoever gets at Redis neither reads papers and sessions there nor slips any in.

    Counts stay numbers, because Redis counts on. What no key of the settings opens is as good as nothing.
    """

    def dumps(self, obj: Any) -> Any:
        """A value as it lies in Redis."""
        told: Any = super().dumps(obj)
        return told if isinstance(told, int) else seal(told, SEALED_FOR)

    def loads(self, data: Any) -> Any:
        """The value that lies there; None where nobody here has laid it down."""
        try:
            return int(data)
        except ValueError:
            pass
        opened = _opened(data)
        return None if opened is None else super().loads(opened)


class KeptClient(RedisCacheClient):
    """Django's client, which makes a new Redis object for every word it says; this one keeps those it has."""

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """The Redis object that shares the pool of connections, for reading or writing."""
        kept: dict[bool, Any] = self.__dict__.setdefault("_kept", {})
        if write not in kept:
            kept[write] = super().get_client(key, write=write)
        return kept[write]

    def count(self, key: str, seconds: int) -> int:
        """One more of something, in one word to Redis: how many there are now. Forgotten so long after the first."""
        redis = self.get_client(key, write=True)
        counted = int(redis.incr(key))
        if counted == 1:
            redis.expire(key, seconds)
        return counted

    def hand_over(self, key: str, content: bytes, seconds: int) -> None:
        """Lay something ready for one who waits for it, and take it away again after so long."""
        pipe = self.get_client(key, write=True).pipeline()
        pipe.rpush(key, seal(content, SEALED_FOR))
        pipe.expire(key, seconds)
        pipe.execute()

    def wait_for(self, key: str, seconds: float) -> bytes | None:
        """What is handed over to whoever waits; nothing where it does not come in time."""
        redis, until = self.get_client(key, write=True), monotonic() + seconds
        while (left := until - monotonic()) > 0:
            if found := redis.blpop(key, min(left, LISTENED)):
                return _opened(found[1])
        return None


class ForgivingRedisCache(RedisCache):
    """A cache whose absence is an empty answer, so that no page fails because Redis is stopped."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient

    def _counted(self, key: str, seconds: int) -> int:
        client: Any = self._cache
        counted: int = client.count(self.make_and_validate_key(key), seconds)
        return counted

    def _hand_over(self, key: str, content: bytes, seconds: int) -> None:
        client: Any = self._cache
        client.hand_over(self.make_and_validate_key(key), content, seconds)

    def _wait_for(self, key: str, seconds: float) -> bytes | None:
        client: Any = self._cache
        found: bytes | None = client.wait_for(self.make_and_validate_key(key), seconds)
        return found

    get = _forgiving(RedisCache.get, _DEFAULT)
    get_many = _forgiving(RedisCache.get_many, {})
    add = _forgiving(RedisCache.add, True)
    set = _forgiving(RedisCache.set, None)
    set_many = _forgiving(RedisCache.set_many, [])
    touch = _forgiving(RedisCache.touch, False)
    incr = _forgiving(RedisCache.incr, 0)  # nobody has counted
    count = _forgiving(_counted, 0)
    hand_over = _forgiving(_hand_over, None)
    wait_for = _forgiving(_wait_for, None)
    delete = _forgiving(RedisCache.delete, False)
    delete_many = _forgiving(RedisCache.delete_many, None)
    has_key = _forgiving(RedisCache.has_key, False)
    clear = _forgiving(RedisCache.clear, False)


def answers() -> bool:
    """Whether Redis answers now; unlike the cache's own words this one is not forgiving."""
    try:
        cache: Any = caches["default"]
        return bool(cache._cache.get_client(None, write=True).ping())
    except (RedisError, OSError):
        return False
