"""The cache: Redis, forgiven when it is away."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import LockError, RedisError

__all__ = ("ForgivingRedisCache", "KeptClient", "LockError", "RedisError", "answers")

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


class ForgivingRedisCache(RedisCache):
    """A cache whose absence is an empty answer, so that no page fails because Redis is stopped."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient

    def _counted(self, key: str, seconds: int) -> int:
        client: Any = self._cache
        counted: int = client.count(self.make_and_validate_key(key), seconds)
        return counted

    get = _forgiving(RedisCache.get, _DEFAULT)
    get_many = _forgiving(RedisCache.get_many, {})
    add = _forgiving(RedisCache.add, True)
    set = _forgiving(RedisCache.set, None)
    set_many = _forgiving(RedisCache.set_many, [])
    touch = _forgiving(RedisCache.touch, False)
    incr = _forgiving(RedisCache.incr, 0)  # nobody has counted
    count = _forgiving(_counted, 0)
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
