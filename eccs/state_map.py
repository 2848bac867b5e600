"""The picture of a workflow: one band for each desk, the stages in the order of the notice, an arrow for each step."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.roles import COURIERS, Role
from eccs.workflow import Document, holders

WIDTH, HEIGHT, GAP, BAND, LEFT = 150, 44, 44, 76, 148  # of a box, between boxes, of a band, of its name: pixels
MANY = 8  # a step with more targets goes back to where the document was: its arrows would say nothing
ARROW = (
    '<defs><marker id="ar" viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" markerWidth="10" '
    'markerHeight="10" orient="auto"><path d="M0 0 8 4 0 8z" class="mk"/></marker></defs>'
)


@dataclass(frozen=True)
class Box:
    """A stage with its place: the number of its column and of its band."""

    stage: str
    label: str
    holder: str
    column: int
    band: int

    @property
    def x(self) -> int:
        """The left edge, pixels."""
        return LEFT + self.column * (WIDTH + GAP)

    @property
    def y(self) -> int:
        """The upper edge, pixels."""
        return self.band * BAND + (BAND - HEIGHT) // 2


def _desk(model: type[Document], stage: str) -> str:
    """The desk a stage awaits, all roles of a courier being one; nothing where nobody has a step left."""
    roles = holders(model, stage)
    if not roles:
        return ""
    first = next(
        (role for role in roles if role != Role.SYSTEM), COURIERS[0]
    )  # only the bank answers: the courier pays
    return _("Courier") if first in COURIERS else str(Role(first).label)


def _arrows(model: type[Document]) -> set[tuple[str, str]]:
    """From which stage to which a step leads."""
    return {
        (source, target)
        for step in model.steps().values()
        if step.tells_the_way and len(step.targets) <= MANY
        for source in step.sources
        for target in step.targets
        if source != target
    }


def boxes(model: type[Document], holder: dict[str, str]) -> tuple[list[Box], list[str]]:
    """Every stage with its place, and the names of the bands. A closed stage stands in the band that leads to it."""
    labels = model.stage_labels()
    bands: list[str] = []
    places: dict[str, Box] = {}
    last: dict[int, int] = {}
    column = 0
    for stage in model.stage_order():
        desk = _desk(model, stage)
        if not desk:
            before = next((places[s].band for s, t in sorted(_arrows(model)) if t == stage and s in places), 0)
            desk = bands[before] if bands else _("At any time")
        if desk not in bands:
            bands.append(desk)
        band = bands.index(desk)
        column = max(last.get(band, -1) + 1, column)
        last[band] = column
        places[stage] = Box(stage, str(labels[stage]), holder[stage], column, band)
    return list(places.values()), bands


def _path(a: Box, b: Box) -> str:
    """The line of an arrow between two boxes: sideways to a later column, up or down within one, round and back."""
    middle = HEIGHT // 2
    if a.column == b.column:
        down = b.band > a.band
        x, y1, y2 = a.x + WIDTH // 2, a.y + (HEIGHT if down else 0), b.y + (0 if down else HEIGHT)
        if abs(a.band - b.band) == 1:
            return f"M{x} {y1}V{y2}"
        return f"M{a.x + WIDTH} {a.y + middle}C{a.x + WIDTH + 40} {a.y + middle} {b.x + WIDTH + 40} {b.y + middle} {b.x + WIDTH} {b.y + middle}"
    if b.column > a.column:
        x1, y1, x2, y2 = a.x + WIDTH, a.y + middle, b.x, b.y + middle
        bend = max(GAP // 2, (x2 - x1) // 2)
        if a.band == b.band and b.column - a.column > 1:
            return f"M{a.x + WIDTH - 16} {a.y}C{x1 + 20} {a.y - 18} {x2 - 20} {b.y - 18} {b.x + 16} {b.y}"
        return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    x1, y1, x2, y2 = a.x + 24, a.y + HEIGHT, b.x + WIDTH - 24, b.y + HEIGHT
    if b.band < a.band:
        y1 = a.y
    elif b.band > a.band:
        y2 = b.y
    lift = -20 if b.band < a.band else 20
    return f"M{x1} {y1}C{x1} {y1 + lift} {x2} {y2 + (20 if b.band <= a.band else -20)} {x2} {y2}"


def _words(label: str) -> list[str]:
    """A label in at most two lines."""
    if len(label) <= 18:
        return [label]
    cut = label.rfind(" ", 0, 19)
    return [label[:cut], label[cut + 1 :]] if cut > 0 else [label]


def drawn(model: type[Document], holder: dict[str, str], here: str = "") -> SafeString:
    """The picture as SVG with presentation attributes only; the page shows the same as a table."""
    placed, bands = boxes(model, holder)
    place = {box.stage: box for box in placed}
    width, height = max(b.x for b in placed) + WIDTH + 24, len(bands) * BAND
    grounds = format_html_join(
        "", '<rect class="lane-bg" x="0" y="{}" width="{}" height="{}"/><text class="lane-t" x="12" y="{}">{}</text>',
        ((n * BAND + 3, width, BAND - 6, n * BAND + BAND // 2 + 4, name) for n, name in enumerate(bands)),
    )  # fmt: skip
    lines = format_html_join(
        "", '<path class="ln{}" d="{}"/>',
        (
            (" ln--from" if source == here else "", _path(place[source], place[target]))
            for source, target in sorted(_arrows(model), key=lambda pair: pair[0] == here)
        ),
    )  # fmt: skip
    stages = format_html_join(
        "", '<g class="st st--{}{}"><rect x="{}" y="{}" width="{}" height="{}" rx="4"/>{}</g>',
        (
            (b.holder, " st--here" if b.stage == here else "", b.x, b.y, WIDTH, HEIGHT, format_html_join(
                "", '<text x="{}" y="{}" text-anchor="middle">{}</text>',
                ((b.x + WIDTH // 2, b.y + HEIGHT // 2 + 4 + (n * 14 - 7 * (len(_words(b.label)) - 1)), line)
                 for n, line in enumerate(_words(b.label))),
            ))
            for b in placed
        ),
    )  # fmt: skip
    return format_html(
        '<svg class="states" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-labelledby="st-t st-d"><title id="st-t">{2}</title>'
        '<desc id="st-d">{3}</desc>{4}{5}{6}{7}</svg>',
        width, height, _("The stages, desk by desk, and where the steps lead"), _("The table below says the same."),
        SafeString(ARROW), grounds, lines, stages,
    )  # fmt: skip
