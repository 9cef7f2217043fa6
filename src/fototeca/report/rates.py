"""The page of the learning-rate finder."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fototeca.collections import Collection
from fototeca.report.drawing import Chart, Dot, Frame, Tick, round_steps
from fototeca.report.page import templates

HIGHEST = 1.5
"""The drawing ends at so many times the loss of the first steps; what is higher lies at its edge."""
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class RateFacts:
    """What the page shows."""

    collection: Collection
    dataset: str
    synthetic: bool
    architecture: str
    phase: str
    """`frozen` or `fine-tuning`."""
    rates: Sequence[float]
    losses: Sequence[float]
    smoothed: Sequence[float]
    suggestion: float | None
    steepest: float | None
    current: float
    """What the recipe says."""
    diverged: bool
    use: str
    """How to train with the suggestion, as people write it; empty where there is none."""


def render_rates(facts: RateFacts) -> str:
    """The page; every name in it that came from outside is escaped."""
    dataset = {"dataset": facts.dataset, "synthetic": facts.synthetic}
    template = templates().get_template("rates.html")
    return template.render(facts=facts, collection=facts.collection, dataset=dataset, chart=rate_chart(facts))


def rate_chart(facts: RateFacts) -> Chart:
    """The loss over the learning rate, whose axis is logarithmic."""
    across = [math.log10(rate) for rate in facts.rates]
    top = HIGHEST * max(facts.smoothed[: max(1, len(facts.smoothed) // 5)])
    frame = Frame(across[0], max(across[-1], across[0] + 1), 0.0, top, width=600, height=290)
    decades = range(math.ceil(frame.left - 1e-9), math.floor(frame.right + 1e-9) + 1)
    smoothed, single = ([min(loss, top) for loss in losses] for losses in (facts.smoothed, facts.losses))
    said, marks = "The loss falls nowhere.", []
    if facts.suggestion:
        said = f"The suggestion is {facts.suggestion:.1e}."
        marks = [Tick(frame.x(math.log10(facts.suggestion)), f"suggestion {facts.suggestion:.1e}")]
    return Chart(
        title="Loss by learning rate",
        description=f"Loss while the learning rate rose from {facts.rates[0]:.0e} to {facts.rates[-1]:.0e}. {said}",
        frame=frame,
        across=[Tick(frame.x(decade), f"10{str(decade).translate(SUPERSCRIPTS)}") for decade in decades],
        up=[Tick(frame.y(step), f"{step:g}") for step in round_steps(0, top)],
        lines=[frame.line("validation", list(zip(across, smoothed, strict=True)))],
        dots=[Dot("faint", frame.x(at), frame.y(loss), 2) for at, loss in zip(across, single, strict=True)],
        marks=marks,
        legend=[("validation", "smoothed; the points are single steps")],
    )
