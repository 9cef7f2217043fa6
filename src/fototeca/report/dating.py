"""Drawings of how photographs were dated: predicted against true years, and the bias of each decade."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fototeca.report.drawing import TOP, Bar, Chart, Dot, Frame, Tick, round_steps
from fototeca.report.formats import count, signed

POINTS = 800
"""Points drawn at the most: more would make the page heavy and show no more."""


def scatter(true: NDArray[np.float64], predicted: NDArray[np.float64]) -> Chart:
    """Predicted years [N] over true years [N], with the line on which they agree; at most `POINTS`, evenly chosen."""
    chosen = np.unique(np.linspace(0, max(len(true) - 1, 0), min(POINTS, len(true))).astype(int))
    both = np.concatenate([true, predicted]) if len(true) else np.array([1900.0])
    low, high = float(np.floor(both.min())) - 1, float(np.ceil(both.max())) + 1
    frame = Frame(low, high, low, high, height=380)
    years = round_steps(low, high, at_least=1, most=7)
    of = "" if len(chosen) == len(true) else f" ({count(len(chosen))} of {count(len(true))} are drawn)"
    return Chart(
        title=f"Predicted over true year{of}",
        description=f"Predicted over true years of {len(true)} photographs; the closer to the diagonal, the better.",
        frame=frame,
        across=[Tick(frame.x(year), f"{year:g}") for year in years],
        up=[Tick(frame.y(year), f"{year:g}") for year in years],
        across_title="true year",
        lines=[frame.line("ideal", [(low, low), (high, high)])],
        dots=[Dot("faint", frame.x(true[row]), frame.y(predicted[row]), 2.6) for row in chosen],
        legend=[("ideal", "predicted as it is")],
    )


def bias_chart(decades: Sequence[Mapping[str, Any]]) -> Chart:
    """The mean of predicted less true year, by decade of the truth: bars up are too late, bars down too early."""
    worst = max((abs(each["bias"]) for each in decades if each["bias"] is not None), default=1.0) or 1.0
    frame = Frame(-0.5, max(len(decades), 1) - 0.5, -worst, worst)
    step = max(1, -(-len(decades) // 7))
    return Chart(
        title="Bias by decade, in years",
        description=" ".join(
            f"{each['decade']}: {signed(each['bias'])} years." for each in decades if each["bias"] is not None
        ),
        frame=frame,
        across=[Tick(frame.x(place), each["decade"]) for place, each in enumerate(decades) if place % step == 0],
        up=[Tick(frame.y(value), f"{value:+g}".replace("-", "−") if value else "0") for value in _even(worst)],
        bars=[_bar(frame, place, each) for place, each in enumerate(decades) if each["bias"] is not None],
        across_title="above 0: dated too late; below 0: too early",
    )


def _bar(frame: Frame, place: int, decade: Mapping[str, Any]) -> Bar:
    bias = decade["bias"]
    high, low = frame.y(max(bias, 0)), frame.y(min(bias, 0))
    title = f"{decade['decade']}: {signed(bias)} years on {count(decade['images'])} photographs"
    left, right = frame.x(place - 0.35), frame.x(place + 0.35)
    return Bar(
        "late" if bias > 0 else "early", left, max(high, TOP), round(right - left, 1), round(low - high, 1), title
    )


def _even(worst: float) -> list[float]:
    up = [step for step in round_steps(0, worst, most=2) if step > 0]
    return [-step for step in reversed(up)] + [0.0] + up
