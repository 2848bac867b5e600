"""Working a drop folder: files are taken up, asked of the API, answered; whatever happens in between, each is done once.

A file is in one place at every moment: in the inbox, then in hand, then refused or gone. What was done with it is kept by
folder, name and content before it leaves the hand, and asked under a key of its own, so that a process that dies between two
steps leaves a file in hand that the next one takes up and answers alike.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from api import keys
from api.folders import answers, places
from api.folders.asking import ask
from api.folders.models import DropFolder, DroppedFile
from api.folders.operations import NotTaken, asked_by, most_bytes
from api.folders.places import NoPlainFile, Place
from api.models import ApiKey
from api.webhooks import telling
from eccs import upload_runner
from eccs.models import Upload

logger = logging.getLogger(__name__)
State = DroppedFile.State
LATER = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
TOLD = (Upload.State.REFUSED, Upload.State.READY, Upload.State.DONE, Upload.State.FAILED)
BAD = (Upload.State.REFUSED, Upload.State.FAILED)
FINISHED = (*BAD, Upload.State.DONE)


def work_all() -> int:
    """Work every drop folder; return how many files were answered."""
    if settings.DROP_ROOT is None:
        return 0
    answered = 0
    for folder in DropFolder.objects.live().order_by("pk"):
        try:
            answered += work(folder)
        except OSError:  # what is wrong with one folder holds up no other
            logger.exception("the drop folder %s could not be worked", folder)
    return answered


def work(folder: DropFolder, settled: float = places.SETTLED_SECONDS) -> int:
    """Work one folder: what was left in hand, then what waits, what became of files that are being checked, and steps to be told."""
    try:
        with places.opened(settings.DROP_ROOT, folder.name) as place:
            reason, answered = _why_still(folder), 0
            if not reason:
                answered = _work(folder, place, settled)
            _follow(folder, place)
            telling.put_due(folder, place.tell)
            _stands(folder, reason, place)
            return answered
    except places.Busy:
        return 0
    except places.NoFolder as fault:
        _stands(folder, str(fault), None)
        return 0


def _key(folder: DropFolder) -> ApiKey | None:
    """By which key a folder acts: the newest in force of its program, so that a key is replaced without a pause."""
    rows = ApiKey.objects.live().exclude(accepted_at=None).select_related("courier", "custodian", "person")
    mine = rows.filter(courier=folder.courier, custodian=folder.custodian, name=folder.program)
    return mine.order_by("-made_at", "-pk").first()


def _why_still(folder: DropFolder) -> str:
    """Why nothing is taken up from a folder now; nothing where files are."""
    key = _key(folder)
    if key is None:
        return _("No key of the program %(program)s is in force.") % {"program": folder.program}
    try:
        keys.actor_by(key)
    except keys.Stopped as stopped:
        return str(stopped)
    return ""


def _stands(folder: DropFolder, reason: str, place: Place | None) -> None:
    first, changed = folder.looked_at is None, folder.stands_still != reason[:300]
    folder.looked_at, folder.stands_still = timezone.now(), reason[:300]
    folder.save(update_fields=["looked_at", "stands_still"])
    if place is not None and (first or changed):
        answers.tell_standing(place, folder)


def _work(folder: DropFolder, place: Place, settled: float) -> int:
    answered = 0
    for name in place.waiting(settled):
        _take(place, name)
    for token in place.in_hand():
        key = _key(folder)  # it may be revoked at any moment
        if key is None or not _answer(folder, key, place, token):
            break
        answered += 1
    return answered


def _take(place: Place, name: str) -> None:
    """Take a file up, or refuse it for what is seen from outside."""
    shown = _harmless(name)
    try:
        size = place.size(name)
        asked_by(name)
        if size > most_bytes(name):
            raise NotTaken(_("The file is larger than %(most)d MiB.") % {"most": most_bytes(name) // 2**20})
    except FileNotFoundError:
        return
    except NoPlainFile:
        place.drop(name)
        answers.refuse(place, shown, _("Only plain files are taken up, and no links."))
    except NotTaken as why:
        place.set_aside(name, answers.refuse(place, shown, str(why)))
    else:
        try:
            place.take(name)
        except FileNotFoundError:
            return  # its sender has taken it back


def _harmless(name: str) -> str:
    """A name as it may be written back: letters, digits, dots and hyphens, and no more than fits."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name, flags=re.ASCII).lstrip(".")[:80] or "file"


def _answer(folder: DropFolder, key: ApiKey, place: Place, token: str) -> bool:
    """Answer one file in hand. Not now, where too much was asked: then it stays there, and those behind it."""
    name = token.partition(".")[2]
    try:
        content = place.content(token, most_bytes(name))
        if len(content) > most_bytes(name):  # it grew while it was taken up
            raise NotTaken(_("The file is larger than %(most)d MiB.") % {"most": most_bytes(name) // 2**20})
        asked = asked_by(name)
    except (NoPlainFile, NotTaken) as why:
        reason = str(why) or _("Only plain files are taken up, and no links.")
        place.give_back(token, answers.refuse(place, _harmless(name), reason))
        return True
    row, _fresh = DroppedFile.objects.get_or_create(
        folder=folder, name=name, digest=hashlib.sha256(content).hexdigest(), defaults={"size": len(content)}
    )
    if row.state in (State.TAKEN, State.REFUSED):
        status, told = _asked(key, asked, row, content)
        if status in LATER:
            return False
        _note(row, status, told, key)
    answers.acknowledge(place, row)
    if row.state == State.CHECKED:
        place.keep(token, answers.kept_name(row))
    elif row.state == State.REFUSED:
        place.give_back(token, answers.stem(row))
    else:
        place.forget(token)
    return True


def _asked(key: ApiKey, asked: Any, row: DroppedFile, content: bytes) -> tuple[int, dict[str, Any]]:
    """The answer of the API. Its own failures are told, and kept for those who run ECCS."""
    try:
        answer = ask(key, asked, row.name, content, once=f"drop-folder-{row.pk}")
    except DatabaseError:
        raise  # the file stays in hand
    except Exception:
        logger.exception("a dropped file could not be handled: %s %s", row.folder.name, row.name)
        return 500, {"detail": _("This could not be handled. Nothing of it was done. Ask the help desk.")}
    told = json.loads(answer.content or b"{}")
    return answer.status_code, told | ({"sandbox": True} if key.sandbox else {})


def _note(row: DroppedFile, status: int, told: dict[str, Any], key: ApiKey) -> None:
    """Keep what was answered, before the file leaves the hand."""
    row.status, row.answer, row.finished_at = status, told, timezone.now()
    row.state = State.ACCEPTED if status < HTTPStatus.BAD_REQUEST else State.REFUSED
    if row.state == State.ACCEPTED and told.get("problem"):
        row.state = State.REFUSED
    is_upload = row.state == State.ACCEPTED and not row.name.endswith(".json") and not key.sandbox
    if is_upload:
        row.state, row.upload_id, row.upload_told, row.finished_at = State.CHECKED, told["id"], "", None
    row.save()


def _follow(folder: DropFolder, place: Place) -> None:
    """Say what became of the files of rows that are being checked or filed."""
    rows = folder.files.filter(finished_at=None, upload__state__in=TOLD).exclude(upload__state=F("upload_told"))
    for row in rows.select_related("upload", "folder").order_by("pk")[: places.MOST_AT_ONCE]:
        upload = row.upload
        assert upload is not None
        context = upload_runner.kind_of(upload).context(upload)
        if upload.state in FINISHED or context.get("ready_url"):  # a file that nobody signs is done once it is checked
            row.state = State.REFUSED if upload.state in BAD else State.ACCEPTED
            row.finished_at = timezone.now()
        answers.tell_upload(place, row, upload, context)
        row.upload_told = upload.state
        row.save(update_fields=["state", "finished_at", "answer", "upload_told"])
        if row.finished_at is not None:
            place.forget(answers.kept_name(row))
