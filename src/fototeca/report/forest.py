"""One figure of several networks side by side, each with its interval (a forest plot)."""

from collections.abc import Sequence
from dataclasses import dataclass

from fototeca.report.drawing import BOTTOM, TOP, Chart, Dot, Frame, Line, Tick, round_steps, shortened
from fototeca.report.figures import Figure

ROW = 26


@dataclass(frozen=True)
class Reached:
    """What one network reaches, or answering without looking."""

    name: str
    value: float
    interval: tuple[float, float] | None
    kind: str
    """Its look: `right` for the chosen one, `validation` for others, `training` for the baseline."""


def forest(figure: Figure, rows: Sequence[Reached]) -> Chart:
    """A row for each; where their intervals overlap widely, the difference may be chance."""
    ends = [end for row in rows for end in (row.interval or (row.value, row.value))]
    low, high = min(ends), max(ends)
    space = (high - low) * 0.06 or 0.05
    frame = Frame(
        max(low - space, 0), high + space, len(rows) - 0.5, -0.5, height=TOP + BOTTOM + ROW * len(rows), margin=150
    )
    return Chart(
        title=figure.title,
        description=" ".join(f"{row.name}: {figure.text(row.value)}." for row in rows),
        frame=frame,
        across=[
            Tick(frame.x(step), figure.text(step).replace(".0", "")) for step in round_steps(frame.left, frame.right)
        ],
        up=[Tick(frame.y(place), shortened(row.name)) for place, row in enumerate(rows)],
        lines=[_whisker(frame, place, row) for place, row in enumerate(rows) if row.interval],
        dots=[
            Dot(row.kind, frame.x(row.value), frame.y(place), 5, f"{row.name}: {figure.text(row.value)}")
            for place, row in enumerate(rows)
        ],
        across_title=("the higher, the better" if figure.high_is_good else "the lower, the better"),
    )


def _whisker(frame: Frame, place: int, row: Reached) -> Line:
    low, high = row.interval or (row.value, row.value)
    return frame.line(f"{row.kind} solid", [(low, place), (high, place)])
