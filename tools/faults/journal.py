"""The log of what was asked and what was acknowledged, kept on disk line by line before anything else happens."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from pathlib import Path
from typing import Any


class Journal:
    """What clients asked for, and what they were told was done: that must be true whatever was killed in between."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)
        self._lock = threading.Lock()
        self.asked: dict[str, str] = {}  # by key: what
        self.told: dict[str, list[dict[str, Any]]] = {}  # by what: each acknowledged with its particulars
        self.operations = 0
        self.answers: Counter[str] = Counter()  # every answer that was not as it should be, by status and address
        self.again = 0

    def ask(self, key: str, what: str) -> None:
        """Somebody is about to ask for something under a key."""
        with self._lock:
            if key not in self.asked:
                self.asked[key] = what
                self._write({"asked": key, "what": what})

    def acknowledge(self, key: str, what: str, count: int = 1, **told: Any) -> None:
        """It was acknowledged: so many operations."""
        with self._lock:
            self.told.setdefault(what, []).append({"key": key, "count": count, **told})
            self.operations += count
            self._write({"acknowledged": key, "what": what, "count": count, **told})

    def note(self, words: str) -> None:
        """An answer that made somebody ask again."""
        with self._lock:
            self.answers[words] += 1
            self.again += 1

    def of(self, what: str) -> list[dict[str, Any]]:
        """Everything acknowledged of one sort."""
        return self.told.get(what, [])

    def close(self) -> None:
        """Nothing more is written."""
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
