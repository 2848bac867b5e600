"""Files that nobody signs: the firm is told in time, then they go, as they may name people whom nothing was filed about."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from eccs.dated_rules import rule_book
from eccs.models import Notice, Upload
from eccs.moments import day
from eccs.notices import worded
from eccs.upload_runner import kinds

State = Upload.State
MANY = 500  # looked at in one run; the next run goes on


def signed_kinds() -> list[str]:
    """The kinds of file that wait for a signature once they are checked."""
    return [kind.name for kind in kinds() if kind.filings is not None]


def settled_kinds() -> list[str]:
    """The kinds whose rows stand in a draft as soon as they are checked: the file itself is no longer asked for."""
    return [kind.name for kind in kinds() if not kind.file_lasts]


def tell() -> int:
    """Tell firms of checked files that nobody has signed, some days before they go; each is told of once. Return how many."""
    today = timezone.localdate()
    left = rule_book().count("upload_notice_days", today)
    keep = rule_book().count("upload_unsigned_days", today)
    since = timezone.now() - timedelta(days=max(0, keep - left))
    rows = Upload.objects.filter(
        state=State.READY, kind__in=signed_kinds(), expiry_told_at=None, finished_at__lte=since
    )
    told = 0
    for upload in rows.order_by("pk")[:MANY]:
        with transaction.atomic():
            if Upload.objects.filter(pk=upload.pk, expiry_told_at=None).update(expiry_told_at=timezone.now()):
                Notice.objects.create(**_notice(upload, keep, left))
                told += 1
    return told


def _notice(upload: Upload, keep: int, left: int) -> dict[str, object]:
    """That a file still waits, until when, and where it is signed; it is never gone sooner than the days of the rule after this."""
    last = max((upload.finished_at or upload.touched_at) + timedelta(days=keep), timezone.now() + timedelta(days=left))

    def words() -> tuple[str, str]:
        told = {"name": upload.name, "last": day(timezone.localdate(last))}
        subject = _("%(name)s is not signed: it goes on %(last)s") % told
        body = _("The file was checked and nobody has signed it. Sign it by then, or hand it in again later.")
        return subject, f"{body}\n{settings.PUBLIC_URL}{reverse('upload', args=[upload.pk])}"

    made = worded(upload.owner, words)
    return {"audience": made.audience, "subject": made.subject, "body": made.body, "translated": made.translated}


def expire() -> int:
    """End the files that were told of and still are not signed, and drop files that nobody needs. Return how many ended."""
    today = timezone.localdate()
    left, keep = rule_book().count("upload_notice_days", today), rule_book().count("upload_unsigned_days", today)
    now = timezone.now()
    over = now - timedelta(days=keep)
    rows = Upload.objects.filter(state=State.READY, kind__in=signed_kinds(), finished_at__lte=over)
    ended = 0
    for upload in rows.filter(expiry_told_at__lte=now - timedelta(days=left)).order_by("pk")[:MANY]:
        why = _("Nobody signed it within %(days)d days. The file is gone: hand it in again.") % {"days": keep}
        # signed at this very moment it is no longer READY, and stays
        if Upload.objects.filter(pk=upload.pk, state=State.READY).update(
            state=State.FAILED, refusal=why, touched_at=now
        ):
            _drop(upload)
            ended += 1
    idle = Upload.objects.filter(finished_at__lte=over).exclude(file="")
    spent = idle.filter(state__in=(State.REFUSED, State.FAILED)) | idle.filter(
        state=State.READY, kind__in=settled_kinds()
    )
    for upload in spent.order_by("pk")[:MANY]:
        _drop(upload)
    return ended


def _drop(upload: Upload) -> None:
    """The file goes, with what came with it; its digest and what was found in it stay."""
    for file in (upload.file, upload.companion):
        if file:
            file.delete(save=False)
    Upload.objects.filter(pk=upload.pk).update(file="", companion="")
