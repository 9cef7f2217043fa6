"""Drawings as shapes in pixels, which a template writes as SVG."""

import math
from dataclasses import dataclass, field

WIDTH, HEIGHT = 460, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 14, 44


@dataclass(frozen=True)
class Tick:
    """A place on an axis, in pixels, and what stands there."""

    at: float
    text: str


@dataclass(frozen=True)
class Line:
    """A curve, or a band between two curves."""

    kind: str
    """Its look, a class of the style sheet."""
    points: str
    """As SVG's `polyline` takes them."""
    last: float = math.nan


@dataclass(frozen=True)
class Dot:
    """A point."""

    kind: str
    x: float
    y: float
    radius: float
    title: str = ""


@dataclass(frozen=True)
class Bar:
    """A filled rectangle."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    title: str = ""


@dataclass(frozen=True)
class Frame:
    """Where quantities lie in a drawing."""

    left: float
    """The quantity at the left edge, and so on."""
    right: float
    bottom: float
    top: float
    width: int = WIDTH
    height: int = HEIGHT
    margin: int = LEFT
    """Pixels left of the plot, for what stands at its axis."""

    def x(self, value: float) -> float:
        """Pixels from the left."""
        share = (value - self.left) / ((self.right - self.left) or 1)
        return round(self.margin + share * (self.width - self.margin - RIGHT), 1)

    def y(self, value: float) -> float:
        """Pixels from the top."""
        share = (value - self.bottom) / ((self.top - self.bottom) or 1)
        return round(TOP + (1 - share) * (self.height - TOP - BOTTOM), 1)

    def line(self, kind: str, places: list[tuple[float, float]]) -> Line:
        """A curve through places given as quantities."""
        points = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in places)
        return Line(kind, points, places[-1][1] if places else math.nan)


@dataclass(frozen=True)
class Chart:
    """A drawing with its axes."""

    title: str
    description: str
    """What it shows, for people who can't see it."""
    frame: Frame
    across: list[Tick]
    up: list[Tick]
    across_title: str = ""
    lines: list[Line] = field(default_factory=list)
    bands: list[Line] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    marks: list[Tick] = field(default_factory=list)
    """Upright lines, and what begins there."""
    legend: list[tuple[str, str]] = field(default_factory=list)
    """Each look, and what it stands for."""
    ruled: bool = True
    """Whether a faint line goes across at each tick."""


def round_steps(low: float, high: float, at_least: float = 0.0, most: int = 5) -> list[float]:
    """At most so many round numbers (and one), evenly spaced, from `low` to `high`."""
    rough = max((high - low) / most, at_least) or 1.0
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(magnitude * factor for factor in (1, 2, 5, 10) if magnitude * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(step * number, 10) for number in range(first, math.floor(high / step + 1e-9) + 1)]


def shortened(text: str, most: int = 22) -> str:
    """The text, or its beginning."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
