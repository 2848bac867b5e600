"""What lies in Redis is of no use to whoever gets at Redis."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from django.core.cache import cache

from eccs.encryption import unseal

mailbox: Any = cache


class Planted:
    """What runs when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (self.mark,)


def raw(key: str) -> tuple[Any, str]:
    """Redis itself, and where a value lies in it."""
    return mailbox._cache.get_client(key, write=True), cache.make_key(key)


def test_nothing_lies_there_in_the_clear() -> None:
    cache.set("paper", b"%PDF of somebody", 60)
    redis, place = raw("paper")
    lies = redis.get(place)
    assert b"somebody" not in lies and b"somebody" in unseal(lies, "cache")
    assert cache.get("paper") == b"%PDF of somebody"


def test_counts_stay_numbers_that_redis_counts_on() -> None:
    cache.set("asked", 3, 60)
    redis, place = raw("asked")
    assert redis.get(place) == b"3" and cache.incr("asked") == 4
    cache.set("certain", True, 60)
    assert cache.get("certain") is True


def test_what_is_planted_there_is_never_unpickled(tmp_path: Path) -> None:
    redis, place = raw("planted")
    mark = tmp_path / "it-ran"
    redis.set(place, pickle.dumps(Planted(mark)))
    assert cache.get("planted") is None and not mark.exists()
    assert cache.get_many(["planted"]) == {"planted": None}
    pickle.loads(redis.get(place))  # noqa: S301 what every reader that unpickles would do
    assert mark.exists()  # it would have run


def test_what_another_key_sealed_is_as_good_as_nothing(settings: Any) -> None:
    cache.set("session", {"user": 1}, 60)
    before, settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS, ["another key of enough signs, one two three four"]
    assert cache.get("session") is None
    settings.ENCRYPTION_KEYS = [*settings.ENCRYPTION_KEYS, *(before or [settings.SECRET_KEY])]
    assert cache.get("session") == {"user": 1}


def test_what_is_handed_over_is_sealed_and_what_is_slipped_in_is_not_taken() -> None:
    mailbox.hand_over("drawn", b"%PDF of somebody", 60)
    redis, place = raw("drawn")
    assert b"somebody" not in redis.lrange(place, 0, 0)[0]
    assert mailbox.wait_for("drawn", 1) == b"%PDF of somebody"
    redis.rpush(place, b"%PDF of nobody")
    assert mailbox.wait_for("drawn", 1) is None
