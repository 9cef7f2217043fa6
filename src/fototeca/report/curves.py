"""Training curves, with the phases of training marked."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fototeca.report.drawing import Chart, Frame, Tick, round_steps
from fototeca.report.formats import THIN

History = Mapping[str, Any]
"""Curves by epoch (loss, val_loss, accuracy, val_accuracy, mae, val_mae, learning_rate, or some of them), and under
`phases` the name of each phase with its number of epochs."""
Curve = Sequence[float | None]

DRAWN = (
    ("Loss", "loss"),
    ("Accuracy", "accuracy"),
    ("Mean error in years", "mae"),
    ("Learning rate", "learning_rate"),
)


def charts(history: History) -> list[Chart]:
    """The drawings of a training's history; those of quantities that it lacks are left out."""
    drawn = []
    for title, name in DRAWN:
        if name == "learning_rate":
            curves = {"validation": history.get(name, [])}
        else:
            curves = {"training": history.get(name, []), "validation": history.get(f"val_{name}", [])}
        if any(curves.values()):
            drawn.append(_chart(title, curves, history.get("phases", []), name))
    return drawn


def _chart(title: str, curves: dict[str, Curve], phases: Sequence[Mapping[str, Any]], name: str) -> Chart:
    places = {split: _places(curve) for split, curve in curves.items() if curve}
    epochs = max(map(len, curves.values()))
    highest = max((value for curve in places.values() for _, value in curve), default=1.0)
    top = 1.0 if name == "accuracy" else highest or 1.0
    frame = Frame(1, max(epochs, 2), 0.0, top)
    lines = [frame.line(split, curve) for split, curve in places.items()]
    legend = [] if name == "learning_rate" else [(line.kind, line.kind) for line in lines]
    ends = "" if name == "learning_rate" else " ".join(f"On {line.kind} it ends at {line.last:.3g}." for line in lines)
    return Chart(
        title=f"{title} by epoch",
        description=f"{title} over {epochs} epochs. {ends}".strip(),
        frame=frame,
        across=[
            Tick(frame.x(epoch), f"{epoch:g}") for epoch in sorted({1, *round_steps(1, epochs, at_least=1)}) if epoch
        ],
        up=[
            Tick(frame.y(step), f"{100 * step:.0f}{THIN}%" if name == "accuracy" else f"{step:g}")
            for step in round_steps(0, top)
        ],
        lines=lines,
        marks=_marks(phases, frame, epochs),
        legend=legend,
    )


def _marks(phases: Sequence[Mapping[str, Any]], frame: Frame, epochs: int) -> list[Tick]:
    marks, first = [], 1
    for phase in phases:
        if phase["epochs"] and first <= epochs:
            marks.append(Tick(frame.x(first), str(phase["name"])))
        first += phase["epochs"]
    return marks


def _places(curve: Curve) -> list[tuple[float, float]]:
    """Epochs with their values; a value that is no number is left out."""
    return [(epoch, value) for epoch, value in enumerate(curve, 1) if value is not None and math.isfinite(value)]
