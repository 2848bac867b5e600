"""Many papers in one act: asked for from a list, drawn by a worker, fetched by whoever asked while they are kept."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, ClassVar
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.files.base import File
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from eccs.dated_rules import rule_book
from eccs.paper_volume import bound

TOLD_EVERY = 10  # papers after which it is written down how far the work is
LEFT_BEHIND = timedelta(minutes=20)  # a batch that nobody works on for so long is begun again


class PaperBatch(models.Model):
    """Papers that somebody asked for together, as one PDF or as a ZIP of single ones."""

    class Form(models.TextChoices):
        """How they are handed over."""

        PDF = "PDF", _("One PDF")
        ZIP = "ZIP", _("ZIP of single PDFs")

    class State(models.TextChoices):
        """How far they are."""

        WAITING = "WAITING", _("Waiting")
        WORKING = "WORKING", _("Being made")
        DONE = "DONE", _("Ready")
        FAILED = "FAILED", _("Stopped")

    UNDER_WAY: ClassVar[tuple[str, ...]] = (State.WAITING, State.WORKING)

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    scope = models.CharField(max_length=400)  # the firm and the stations of whoever asked, as they were
    slug = models.CharField(max_length=60)  # the kind of document: `bills/imports`
    ids = models.JSONField()
    form = models.CharField(max_length=3, choices=Form.choices)
    language = models.CharField(max_length=5)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    made = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)  # drawn so far
    file = models.FileField(upload_to="papers/%Y/%m/%d/", blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="paper_batch_by_end")]

    def __str__(self) -> str:
        return f"{self.slug} {self.asked_at:%d/%m/%Y %H:%M}"

    @property
    def count(self) -> int:
        """How many papers were asked for."""
        return len(self.ids)

    @property
    def percent(self) -> int:
        """How far the work is."""
        return 100 * self.made // max(1, self.count)

    @property
    def ending(self) -> str:
        """The ending of its file."""
        return self.form.lower()


@dataclass(frozen=True)
class Printable:
    """A kind of document whose papers can be asked for together."""

    may: Callable[[Any, Any], bool]  # whether this person may print this document
    draw: Callable[[Any, str], bytes]
    related: tuple[str, ...] = ()


_printables: dict[str, tuple[Any, Printable]] = {}


def register(slug: str, model: Any, printable: Printable) -> None:
    """Declare that the papers of a kind of document can be asked for together."""
    _printables[slug] = (model, printable)


def printable(slug: str) -> Printable | None:
    """How the papers of a kind of document are made, where they can be asked for together."""
    found = _printables.get(slug)
    return found[1] if found else None


def most() -> int:
    """How many papers may be asked for together."""
    return rule_book().count("papers_in_a_batch", timezone.localdate())


def scope_of(actor: Any) -> str:
    """The firm and the stations of a person, in one line: what was asked for under others is not handed over."""
    firm = actor.courier_id or actor.importer_id or actor.custodian_id or "-"
    return f"{firm} {','.join(sorted(actor.stations))}"[:400]


def ask(actor: Any, slug: str, documents: list[Any], form: str) -> PaperBatch:
    """Write down what was asked for."""
    hours = rule_book().count("paper_batch_hours", timezone.localdate())
    return PaperBatch.objects.create(
        by_id=actor.user_id, scope=scope_of(actor), slug=slug, ids=[one.pk for one in documents], form=form,
        language=translation.get_language() or "en", expires_at=timezone.now() + timedelta(hours=hours),
    )  # fmt: skip


def made_of(actor: Any, slug: str, pk: int) -> models.QuerySet[PaperBatch]:
    """The papers of one document that this person asked for before and that are kept still, the newest first."""
    rows = PaperBatch.objects.filter(by_id=actor.user_id, scope=scope_of(actor), slug=slug, ids=[pk])
    return rows.filter(expires_at__gt=timezone.now(), language=translation.get_language() or "en").order_by("-asked_at")


def make(pk: int) -> None:
    """Draw the papers of a batch and keep the file. What is done already is not done again."""
    free = models.Q(state=PaperBatch.State.WAITING) | models.Q(
        state=PaperBatch.State.WORKING, touched_at__lt=timezone.now() - LEFT_BEHIND
    )
    now = timezone.now()
    if not PaperBatch.objects.filter(free, pk=pk).update(
        state=PaperBatch.State.WORKING, made=0, pages=0, touched_at=now
    ):
        return
    batch = PaperBatch.objects.select_related("by").get(pk=pk)
    try:
        with translation.override(batch.language), SpooledTemporaryFile(16 * 1024 * 1024) as out:
            _write(batch, out)
            out.seek(0)
            batch.file.save(f"{batch.key}.{batch.ending}", File(out), save=False)
    except Exception:
        PaperBatch.objects.filter(pk=pk).update(state=PaperBatch.State.FAILED)
        raise
    batch.state, batch.made = PaperBatch.State.DONE, batch.count
    batch.save(update_fields=["file", "state", "made"])


def _write(batch: PaperBatch, out: Any) -> None:
    if batch.form == PaperBatch.Form.ZIP:
        with ZipFile(out, "w", ZIP_DEFLATED) as archive:
            for document, content in _each(batch):
                archive.writestr(f"{document.key}.pdf", content)
        return

    def drawn(pages: int) -> None:
        PaperBatch.objects.filter(pk=batch.pk).update(pages=pages, touched_at=timezone.now())

    with bound() as volume:
        volume.each_pages = drawn
        for _paper in _each(batch):
            pass
    out.write(volume.pdf())


def _each(batch: PaperBatch) -> Iterator[tuple[Any, bytes]]:
    model, how = _printables[batch.slug]
    name = str(batch.by.full_name)
    for n, pk in enumerate(batch.ids):
        document = model._default_manager.select_related(*how.related).get(pk=pk)
        yield document, how.draw(document, name)
        if n % TOLD_EVERY == 0:
            PaperBatch.objects.filter(pk=batch.pk).update(made=n + 1, touched_at=timezone.now())


def tidy() -> list[int]:
    """Forget what has expired; the batches that were left behind and are to be made again."""
    for batch in PaperBatch.objects.filter(expires_at__lte=timezone.now()):
        if batch.file:
            with suppress(FileNotFoundError):
                batch.file.delete(save=False)
        batch.delete()
    late = timezone.now() - LEFT_BEHIND
    return list(
        PaperBatch.objects.filter(state__in=PaperBatch.UNDER_WAY, touched_at__lt=late).values_list("pk", flat=True)
    )


def file_name(batch: PaperBatch) -> str:
    """The name under which the file is handed over."""
    return f"{Path(batch.slug).name}-{timezone.localtime(batch.asked_at):%Y-%m-%d-%H%M}.{batch.ending}"
