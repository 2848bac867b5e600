"""The addresses of the Service Centre, with a visit of the day behind them."""

from __future__ import annotations

from django.core.files.base import ContentFile

from counter.models import Answer, BroughtPaper, SealedPrint
from tests.factories.counter import visit
from tests.walk.world import World


def of_counter(world: World) -> None:
    """Addresses of tokens, papers, sealed print-outs, the display and the day report."""
    waiting, serving = visit(), visit("SERVING")
    world.documents += [waiting, serving]
    assert serving.operator is not None
    given = {"content_type": "application/pdf", "size": 8, "by": serving.operator, "visit": serving}
    paper = BroughtPaper.objects.create(name="a.pdf", sha256="0" * 64, file=ContentFile(b"%PDF-1.7", "a.pdf"), **given)
    sealed = SealedPrint.objects.create(
        name="b.pdf", sha256="1" * 64, file=ContentFile(b"%PDF-1.7", "b.pdf"), kind="bills.courierbillofentry", document_id=1, code="2" * 64, **given
    )  # fmt: skip
    world.own("counter-scan", "brought", paper.pk)
    world.own("counter-scan", "sealed", sealed.pk)
    typed = Answer.objects.create(
        visit=serving, station_id="BLR", courier=serving.courier, kind="bills.courierbillofentry", document_id=1, number="CBE-XIII_BLR_1",
        step="reply_to_query", by=serving.operator,
    )  # fmt: skip
    world.own("counter-answer", typed.pk)
    world.own("counter-answer-drop", typed.pk)
    world.own("counter-answer-type", "bills/imports", "CBE-XIII_BLR_1", "reply-to-query")
    world.own("counter-open", "bond", 0)
    world.own("counter-step", waiting.key, "call")
    for name in ("counter-discard", "counter-print", "counter-seal", "counter-show"):
        world.own(name, "bills/imports", "draft-1")
    for name in (
        "counter", "counter-answers", "counter-token", "counter-next", "counter-paper", "counter-display-make", "counter-report",
        "counter-report-export", "counter-report-print",
    ):  # fmt: skip
        world.common(name)
