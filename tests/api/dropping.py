"""A firm's program at its drop folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from api.folders import places, working
from api.folders.models import DropFolder, DroppedFile

State = DroppedFile.State


class Sender:
    """A firm's program at its folder."""

    def __init__(self, root: Path, folder: DropFolder) -> None:
        self.folder, self.root = folder, root / folder.name
        self.inbox, self.outbox, self.refused = (self.root / part for part in ("inbox", "outbox", "refused"))
        self.taken = root / places.TAKEN / folder.name
        self.turn()

    def drop(self, name: str, content: Any) -> None:
        """Put a file into the inbox."""
        told = content if isinstance(content, bytes) else json.dumps(content).encode()
        (self.inbox / name).write_bytes(told)

    def turn(self) -> int:
        """One turn of beat."""
        return working.work(DropFolder.objects.get(pk=self.folder.pk), settled=0)

    def ask(self, name: str, content: Any) -> dict[str, Any]:
        """Drop a file and read its answer."""
        self.drop(name, content)
        self.turn()
        return self.answer(name)

    def answer(self, name: str) -> dict[str, Any]:
        """The last answer to a file of this name."""
        row = self.folder.files.filter(name=name).latest("taken_at")
        found = self.refused if row.state == State.REFUSED else self.outbox
        told: dict[str, Any] = json.loads((found / f"{name}.{row.pk}.json").read_text())
        return told


def names(of: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(one.name for one in of.iterdir())
