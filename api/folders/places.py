"""The folders on the disk. The firm writes into them, so no name in them is trusted and no link in them is followed."""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from api.folders.operations import is_being_sent

TAKEN = ".taken"  # beside the folders of the firms, where no firm reaches
SETTLED_SECONDS = 10  # so long has nobody written to a file that is taken up
MOST_AT_ONCE = 200
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


class NoFolder(Exception):
    """The folder is not there, is no folder, or may not be written to; the text says which."""


class Busy(Exception):
    """Another process is at the folder."""


class NoPlainFile(Exception):
    """What lies there is a link, a device or a file of two names."""


class Place:
    """The folder of one firm: `inbox`, `outbox` and `refused`, and what was taken up from it, each opened once and never by a link."""

    def __init__(self, inbox: int, outbox: int, refused: int, taken: int) -> None:
        self.inbox, self.outbox, self.refused, self.taken = inbox, outbox, refused, taken

    def waiting(self, settled: float = SETTLED_SECONDS) -> list[str]:
        """The names that lie in the inbox, oldest first, of files that are whole: nobody writes to them any more."""
        before, found = time.time() - settled, list[tuple[float, str]]()
        for name in os.listdir(self.inbox):  # noqa: PTH208 by its descriptor
            if is_being_sent(name):
                continue
            try:
                known = os.stat(name, dir_fd=self.inbox, follow_symlinks=False)
            except FileNotFoundError:
                continue
            if known.st_ctime <= before and not stat.S_ISDIR(known.st_mode):  # nobody can set this time back
                found.append((known.st_mtime, name))
        return [name for _at, name in sorted(found)[:MOST_AT_ONCE]]

    def size(self, name: str) -> int:
        """The size of a plain file in the inbox. Raises NoPlainFile."""
        known = os.stat(name, dir_fd=self.inbox, follow_symlinks=False)
        if not stat.S_ISREG(known.st_mode) or known.st_nlink != 1:
            raise NoPlainFile
        return known.st_size

    def drop(self, name: str) -> None:
        """Take a name out of the inbox; what it pointed to is left alone."""
        os.unlink(name, dir_fd=self.inbox)

    def take(self, name: str) -> str:
        """Take a file up: by one rename, so that one process has it, and it is in one place whatever happens. Returns what it is called there."""
        token = f"{time.time_ns():020d}-{secrets.token_hex(4)}.{name}"
        os.rename(name, token, src_dir_fd=self.inbox, dst_dir_fd=self.taken)
        return token

    def in_hand(self) -> list[str]:
        """What was taken up and is not finished, in its order: also what a process that died left behind."""
        return sorted(name for name in os.listdir(self.taken) if name[:1].isdigit())  # noqa: PTH208

    def content(self, token: str, most: int) -> bytes:
        """What a file holds that was taken up, to one byte beyond the most. Raises NoPlainFile."""
        try:
            descriptor = os.open(token, _READ, dir_fd=self.taken)
        except OSError as fault:
            raise NoPlainFile from fault
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NoPlainFile
            return file.read(most + 1)

    def keep(self, token: str, name: str) -> None:
        """Keep a file that was taken up under another name, until what it brought is done."""
        os.rename(token, name, src_dir_fd=self.taken, dst_dir_fd=self.taken)

    def kept(self, name: str, most: int) -> bytes:
        """What is kept under a name; nothing where it is gone."""
        try:
            return self.content(name, most)
        except NoPlainFile:
            return b""

    def forget(self, name: str) -> None:
        """What was taken up goes."""
        try:
            os.unlink(name, dir_fd=self.taken)
        except FileNotFoundError:
            return

    def give_back(self, token: str, name: str) -> None:
        """Put a file that was taken up among the refused."""
        _move(token, self.taken, name, self.refused)

    def set_aside(self, name: str, shown: str) -> None:
        """Put a file of the inbox among the refused, unread."""
        _move(name, self.inbox, shown, self.refused)

    def tell(self, name: str, content: bytes) -> None:
        """Put a file where the firm finds its answers."""
        self.put(self.outbox, name, content)

    def put(self, where: int, name: str, content: bytes) -> None:
        """Put a file there, whole at once: under another name first, and never through a link that lies there."""
        part = f".{secrets.token_hex(8)}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o660, dir_fd=where)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _move(part, where, name, where)


def _move(name: str, within: int, to: str, where: int) -> None:
    """Give a file another place and name; another name still where a folder of that name lies."""
    try:
        os.rename(name, to, src_dir_fd=within, dst_dir_fd=where)
    except (IsADirectoryError, NotADirectoryError, FileExistsError):
        os.rename(name, f"{secrets.token_hex(4)}.{to}", src_dir_fd=within, dst_dir_fd=where)


@contextmanager
def opened(root: Path | None, name: str) -> Iterator[Place]:
    """The folder of a firm, held by this process alone. Raises NoFolder or Busy."""
    with ExitStack() as stack:
        if root is None:
            raise NoFolder("ECCS_DROP_ROOT is not set.")
        try:
            top = _opened(stack, str(root), None)
            firm = _made(stack, name, top)
            inbox, outbox, refused = (_made(stack, part, firm) for part in ("inbox", "outbox", "refused"))
            taken = _made(stack, name, _made(stack, TAKEN, top))
            lock = os.open(".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600, dir_fd=taken)
        except OSError as fault:
            raise NoFolder(f"{fault.strerror}: {fault.filename}") from fault
        stack.callback(os.close, lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the system lets go of it when the process dies
        except BlockingIOError as held:
            raise Busy from held
        yield Place(inbox, outbox, refused, taken)


def _opened(stack: ExitStack, name: str, within: int | None) -> int:
    found = os.open(name, _DIRECTORY, dir_fd=within)
    stack.callback(os.close, found)
    return found


def _made(stack: ExitStack, name: str, within: int) -> int:
    """A folder within another, made where it is not there."""
    try:
        return _opened(stack, name, within)
    except FileNotFoundError:
        os.mkdir(name, 0o770, dir_fd=within)
        return _opened(stack, name, within)
