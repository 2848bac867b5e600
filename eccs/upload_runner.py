"""Uploads at work: a file is checked as a whole in the background, and nothing of it is saved before all of it is right."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import Error, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eccs import uploads
from eccs.celery import after_commit
from eccs.models import Upload
from eccs.signing import gate as signatures
from eccs.signing.gate import Presented, presented
from eccs.signing.models import ToSign
from eccs.upload_progress import Phase, Progress, Silence
from eccs.uploads import Column, Fault, Sheet, Table, Unreadable
from eccs.workflow import Refused

LEFT_BEHIND = timedelta(minutes=3)
FORGOTTEN_WITHIN = timedelta(
    days=2
)  # a file whose worker died is forgotten by a later sweep, however long all was down
FAULTS_KEPT = 100_000
REFUSAL_LONGEST = 300
IN_HAND = 0x45434355  # the class of the advisory locks of uploads that a worker has in hand
State = Upload.State


@dataclass(frozen=True)
class Kind:
    """What a file may hold: its columns, its checks across rows, and what is done with it."""

    name: str
    label: Any
    columns: Sequence[Column]
    judge: Callable[[Upload, Table], None]  # names the faults that no single cell shows
    accept: Callable[[Upload, Table], dict[str, Any]]  # in one transaction; returns the sums shown before signing
    save: Callable[[Upload, Table, int], dict[str, Any]]  # in one transaction, once it is signed
    context: Callable[[Upload], dict[str, Any]]  # what its pages say: subject, caption, sums, who may sign
    hand_on: Callable[[Upload], dict[str, Any]] | None = None  # gives a companion's contents to what was saved
    filings: Callable[[Table], list[dict[str, Any]]] | None = None  # what each document that is filed declares


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind of file known."""
    _kinds[kind.name] = kind


def kind_of(upload: Upload) -> Kind:
    """What an upload holds."""
    return _kinds[upload.kind]


def kind_named(name: str) -> Kind | None:
    """A kind of file by its name."""
    return _kinds.get(name)


def receive(
    kind: str,
    owner: str,
    subject_id: int,
    by_id: int,
    name: str,
    content: bytes,
    *,
    companion: UploadedFile[Any] | None = None,
    stands: Callable[[str], bool] = bool,
) -> Upload:
    """Keep a file as it came and have it checked. The same file for the same manifest again is the same upload.

    `companion` is a file that the rows name things in. `stands` says of a digest whether what that file brought still
    stands as it came.
    """
    from eccs.tasks import check_upload

    digest = _digest(content, companion)
    latest = Upload.objects.filter(kind=kind, owner=owner, subject_id=subject_id).order_by("-pk").first()
    if latest is not None and latest.digest == digest and latest.state not in (State.REFUSED, State.FAILED):
        lasts = latest.state != State.READY or stands(digest)
        if lasts:
            return latest
    upload = Upload(
        kind=kind, owner=owner, subject_id=subject_id, by_id=by_id, name=name[:160], size=len(content), digest=digest
    )
    upload.file.save(f"{digest}.upload", ContentFile(content), save=False)
    if companion is not None:
        companion.seek(0)
        upload.companion_name = (companion.name or "")[:160]
        upload.companion.save(f"{digest}.companion", companion, save=False)
    upload.save()
    after_commit(check_upload, upload.pk)
    return upload


def try_out(kind: str, owner: str, subject_id: int, by_id: int, name: str, content: bytes) -> Upload:
    """What the checks say of a file, at once, in a transaction that the caller undoes: outside of it nothing is kept of the file."""
    upload = Upload.objects.create(
        kind=kind, owner=owner, subject_id=subject_id, by_id=by_id, name=name[:160], size=len(content),
        digest=_digest(content, None), state=State.CHECKING,
    )  # fmt: skip
    upload.file = ContentFile(content, name=upload.name)  # read from memory: no store has it
    _check(upload, kind_of(upload), Silence(upload))
    return upload


def _digest(content: bytes, companion: UploadedFile[Any] | None) -> str:
    digest = hashlib.sha256(content)
    if companion is not None:
        with_it = hashlib.sha256()
        for piece in companion.chunks():
            with_it.update(piece)
        digest.update(with_it.digest())
    return digest.hexdigest()


def read_again(upload: Upload) -> Sheet:
    """The rows of the file as it was handed in. Raises Unreadable."""
    with upload.file.open("rb") as file:
        return uploads.read(file.read(), upload.name)


@contextmanager
def _alone(upload_id: int, *states: str) -> Iterator[Upload | None]:
    """The upload for this worker alone, where it is at one of these states; nothing while another worker has it in hand.

    The same task may be in the queue twice, and two workers may take it up at the same moment.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [IN_HAND, upload_id])
        free = cursor.fetchone()[0]
    if not free:
        yield None
        return
    try:
        yield Upload.objects.filter(pk=upload_id, state__in=states).first()
    finally:
        with suppress(Error), connection.cursor() as cursor:  # a lost line has let go by itself
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [IN_HAND, upload_id])


@contextmanager
def _told_if_stopped(upload: Upload, refusal: str) -> Iterator[None]:
    """Work that ends halfway is told on the upload; where the database was lost it is taken up again when that is back.

    What is done already, as this worker may not have heard, stays done.
    """
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except BaseException:
        now = timezone.now()
        running = Upload.objects.filter(pk=upload.pk, state__in=(State.RECEIVED, State.CHECKING, State.SAVING))
        running.update(state=State.FAILED, refusal=refusal, touched_at=now, finished_at=now)
        raise


def check(upload_id: int) -> None:
    """Check a file; called again, it does nothing that is done already."""
    with _alone(upload_id, State.RECEIVED, State.CHECKING) as upload:
        if upload is None:
            return
        with _told_if_stopped(upload, _("The check stopped. Upload the file again.")):
            _mark(upload, state=State.CHECKING, phase=Phase.READING, rows_checked=0)
            with Progress(upload) as progress:
                _check(upload, kind_of(upload), progress)


def _check(upload: Upload, kind: Kind, progress: Progress) -> None:
    try:
        table = _cells(upload, kind, progress)
        _judge(upload, kind, table, progress)
        counted = {"rows": upload.rows, "rows_checked": upload.rows}
        if table.faults:
            _mark(upload, state=State.REFUSED, faults=_kept(table.faults), summary={"notes": table.notes}, **counted)
            return
        progress.begin(Phase.SAVING, upload.rows)
        with transaction.atomic():
            summary = kind.accept(upload, table)
            _mark(upload, state=State.READY, summary={**summary, "notes": table.notes}, **counted)
    except Unreadable as fault:
        _mark(upload, state=State.REFUSED, refusal=str(fault))
    except Refused as refusal:
        _mark(upload, state=State.REFUSED, refusal=" ".join(refusal.reasons))


def _cells(upload: Upload, kind: Kind, progress: Progress) -> Table:
    """The rows with every cell checked; nothing is asked of the database."""
    sheet = read_again(upload)
    upload.rows = len(sheet.rows)
    progress.begin(Phase.CELLS, upload.rows)
    return uploads.check(sheet, kind.columns, progress.rows)


def _judge(upload: Upload, kind: Kind, table: Table, progress: Progress) -> None:
    progress.begin(Phase.ACROSS, upload.rows)
    table.tell = progress.rows
    kind.judge(upload, table)
    table.faults.sort(key=lambda fault: fault.row)


def save(upload_id: int, user_id: int) -> None:
    """Save or file what a checked and signed upload holds: all of it, or nothing with the reason."""
    with _alone(upload_id, State.SAVING) as upload:
        if upload is None:
            return
        with _told_if_stopped(upload, _("The filing stopped and nothing of it was saved. Upload the file again.")):
            try:
                _save(upload, kind_of(upload), user_id)
            except Changed as changed:
                _mark(upload, state=State.REFUSED, faults=_kept(changed.faults))
            except Refused as refusal:
                _mark(upload, state=State.REFUSED, refusal=" ".join(refusal.reasons))
        _forget_file(upload)
    hand_on(upload_id)


def _save(upload: Upload, kind: Kind, user_id: int) -> None:
    with Progress(upload) as progress:
        table = _cells(upload, kind, progress)
        with transaction.atomic():
            _judge(upload, kind, table, progress)
            if table.faults:  # something changed since it was checked
                raise Changed(table.faults)
            progress.begin(Phase.SAVING, upload.rows)
            with signatures.under(_signature(upload)):
                summary = kind.save(upload, table, user_id)
            done = {"rows_checked": upload.rows, "companion_due": bool(kind.hand_on and upload.companion)}
            _mark(upload, state=State.DONE, summary={**upload.summary, **summary}, **done)


def declared(upload: Upload) -> list[dict[str, Any]]:
    """What each document declares that a checked upload files, read from the file again. Raises Refused where that changed."""
    kind = kind_of(upload)
    table = uploads.check(read_again(upload), kind.columns)
    stands, upload.state = upload.state, State.SAVING  # what came with it was looked through when it was checked
    kind.judge(upload, table)
    upload.state = stands
    if table.faults or kind.filings is None:
        raise Refused([_("Something has changed since the file was checked. Upload the file again.")])
    return kind.filings(table)


def _signature(upload: Upload) -> Presented | None:
    """The signature under which an upload is filed, where there is one."""
    found = ToSign.objects.filter(way="upload", about__upload=upload.pk).exclude(signed_at=None).last()
    return presented(found) if found is not None else None


def _forget_file(upload: Upload) -> None:
    """What is filed stands on the documents. The file itself, which may name whole Aadhaar numbers, goes; its digest stays."""
    if upload.state == State.DONE and upload.file:
        upload.file.delete()


def hand_on(upload_id: int) -> None:
    """Give what came with a saved upload to what was saved; called again, it adds nothing."""
    upload = Upload.objects.filter(pk=upload_id, state=State.DONE, companion_due=True).first()
    if upload is None:
        return
    to = kind_of(upload).hand_on
    given = to(upload) if to else {}
    _mark(upload, companion_due=False, summary={**upload.summary, **given})


class Changed(Exception):
    """What was right when the file was checked is so no longer."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__()
        self.faults = faults


def sign(upload: Upload, user_id: int, via: str = "") -> bool:
    """Hand a checked upload to the worker to be saved; a second signature does nothing. `via` names the API key that signs."""
    from eccs.tasks import save_upload

    moved = Upload.objects.filter(pk=upload.pk, state=State.READY).update(
        state=State.SAVING, signed_by_id=user_id, via=via, phase=Phase.READING, rows_checked=0, touched_at=timezone.now(),
    )  # fmt: skip
    if moved:
        after_commit(save_upload, upload.pk, user_id)
    return bool(moved)


def resume() -> None:
    """Take up what a stopped worker left behind."""
    from eccs.tasks import check_upload, hand_on_companion, save_upload

    old = Upload.objects.filter(touched_at__lt=timezone.now() - LEFT_BEHIND)
    for upload in old.filter(state__in=(State.RECEIVED, State.CHECKING)):
        after_commit(check_upload, upload.pk)
    for upload in old.filter(state=State.SAVING):
        after_commit(save_upload, upload.pk, upload.signed_by_id)
    for upload in old.filter(companion_due=True):
        after_commit(hand_on_companion, upload.pk)
    lately = timezone.now() - FORGOTTEN_WITHIN
    for upload in old.filter(state=State.DONE, finished_at__gte=lately).exclude(file=""):
        _forget_file(upload)  # filed by a worker that died before it had done this


def _kept(faults: Sequence[Fault]) -> list[list[Any]]:
    return [[fault.row, fault.column, fault.value, fault.reason] for fault in faults[:FAULTS_KEPT]]


def _mark(upload: Upload, **changes: Any) -> None:
    if "refusal" in changes:
        changes["refusal"] = changes["refusal"].replace("\x00", "")[:REFUSAL_LONGEST]
    for name, value in changes.items():
        setattr(upload, name, value)
    upload.touched_at = timezone.now()
    if upload.state in (State.REFUSED, State.READY, State.DONE, State.FAILED):
        upload.finished_at = upload.touched_at
    upload.save(update_fields=[*changes, "touched_at", "finished_at"])
