"""Training curves as the points of an SVG drawing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 460, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 14, 34

History = Mapping[str, list[float]]
"""Curves by epoch, under Keras' names: loss, val_loss, accuracy, val_accuracy, or some of them."""


@dataclass(frozen=True)
class Tick:
    """A place on an axis, in pixels, and what stands there."""

    at: float
    text: str


@dataclass(frozen=True)
class Line:
    """One curve."""

    split: str
    points: str
    """As SVG's `polyline` takes them."""
    last: float


@dataclass(frozen=True)
class Chart:
    """Curves of one quantity over the epochs."""

    title: str
    lines: list[Line]
    across: list[Tick]
    up: list[Tick]
    description: str
    """What the drawing shows, for people who can't see it."""


def charts(history: History) -> list[Chart]:
    """The drawings of a training's history; those of quantities that it lacks are left out."""
    drawn = []
    for title, name, is_share in [("Loss", "loss", False), ("Accuracy", "accuracy", True)]:
        curves = {"training": history.get(name, []), "validation": history.get(f"val_{name}", [])}
        if any(curves.values()):
            drawn.append(_chart(title, curves, is_share))
    return drawn


def _chart(title: str, curves: dict[str, list[float]], is_share: bool) -> Chart:
    finite = [value for curve in curves.values() for value in curve if math.isfinite(value)]
    high = 1.0 if is_share else max(finite, default=1.0)
    epochs = max(map(len, curves.values()))

    def x(epoch: float) -> float:
        return LEFT + (epoch / max(epochs - 1, 1)) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return TOP + (1 - value / (high or 1)) * (HEIGHT - TOP - BOTTOM)

    lines = [
        _line(split, [(x(epoch), y(value)) for epoch, value in enumerate(curve) if math.isfinite(value)], curve)
        for split, curve in curves.items()
        if curve
    ]
    return Chart(
        title=title,
        lines=lines,
        across=[Tick(round(x(epoch - 1), 1), f"{epoch:g}") for epoch in sorted({1, *_round_steps(epochs, at_least=1)})],
        up=[
            Tick(round(y(step), 1), f"{100 * step:.0f}\u202f%" if is_share else f"{step:g}")
            for step in [0, *_round_steps(high)]
        ],
        description=f"{title} over {epochs} epochs. "
        + " ".join(f"On {line.split} it ends at {line.last:.3g}." for line in lines),
    )


def _round_steps(top: float, at_least: float = 0.0) -> list[float]:
    """At most five round numbers, evenly spaced, up to `top`."""
    rough = max(top / 5, at_least) or 1.0
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough * 0.999)
    return [round(step * number, 10) for number in range(1, int(top / step + 1e-9) + 1)]


def _line(split: str, places: Sequence[tuple[float, float]], curve: Sequence[float]) -> Line:
    return Line(split, " ".join(f"{x:.1f},{y:.1f}" for x, y in places), curve[-1])
