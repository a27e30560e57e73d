"""Draw a map of guides on their contigs, as shapes in a drawing WIDTH wide; the template makes SVG of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crackling.results.design import Design
    from crackling.results.target import Target

WIDTH = 1000.0
MIN_WIDTH = 4.0  # minimum width of a guide, so that it is visible
LANES = 12  # lanes of a strand; a guide without room is drawn over the last lane
LANE = 9.0
TICKS = 5


class Shape(NamedTuple):
    """A guide: an arrow between x and x + width in its lane, counted from the axis, 0 first."""

    target: Target
    x: float
    width: float
    lane: int

    @property
    def points(self) -> str:
        """Return the arrow's corners relative to its lane's middle, pointing 5' to 3'."""
        tip, left, right = 5.0, self.x, self.x + self.width
        corners = (
            [(left, -3), (max(left, right - tip), -3), (right, 0), (max(left, right - tip), 3), (left, 3)]
            if self.target.strand == "+"
            else [
                (right, -3),
                (min(right, left + tip), -3),
                (left, 0),
                (min(right, left + tip), 3),
                (right, 3),
            ]
        )
        return " ".join(f"{x:.1f},{y:.0f}" for x, y in corners)


@dataclass(frozen=True, slots=True)
class Track:
    """One contig: guides read forwards stand above its axis, the others below. ticks: bases and their x coordinates."""

    name: str
    bases: int
    forward: list[Shape]
    reverse: list[Shape]
    ticks: list[tuple[int, float]]

    @property
    def axis(self) -> float:
        """Return the axis's distance from the top."""
        return 12.0 + LANE * _lanes(self.forward)

    @property
    def height(self) -> float:
        return self.axis + 22.0 + LANE * _lanes(self.reverse)


def _lanes(shapes: Sequence[Shape]) -> int:
    return max((shape.lane + 1 for shape in shapes), default=0)


def tracks(design: Design, shown: Iterable[Target]) -> Iterator[Track]:
    """Return a track for each contig that has guides to show, in query order."""
    numbers = {target.id for target in shown}
    for contig, targets in design.by_contig():
        if here := [target for target in targets if target.id in numbers]:
            bases = len(contig.sequence)
            strands = [[target for target in here if target.strand == strand] for strand in "+-"]
            forward, reverse = (_placed(some, WIDTH / bases) for some in strands)
            yield Track(contig.name, bases, forward, reverse, _ticks(bases))


def _placed(targets: list[Target], scale: float) -> list[Shape]:
    """Place each guide in the lane nearest to the axis that has room for it."""
    ends = [0.0] * LANES
    shapes = []
    for target in targets:
        x, width = target.start * scale, max(MIN_WIDTH, (target.end - target.start) * scale)
        x = min(x, WIDTH - width)
        lane = next((lane for lane, end in enumerate(ends) if end <= x), LANES - 1)
        ends[lane] = x + width + 1
        shapes.append(Shape(target, x, width, lane))
    return shapes


def _ticks(bases: int) -> list[tuple[int, float]]:
    return [(at * bases // TICKS, at * WIDTH / TICKS) for at in range(TICKS + 1)]
