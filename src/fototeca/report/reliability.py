"""Reliability diagrams: whether a network that is 80 % sure is right on 80 % of the images.

After Guo et al., On Calibration of Modern Neural Networks, 2017 (arXiv 1706.04599).
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fototeca.report.drawing import Chart, Dot, Frame, Tick
from fototeca.report.formats import THIN, count, percent

SMALLEST, LARGEST = 2.5, 11.0
"""Radii of points, in pixels; a point's area says how many images it stands for."""


def reliability_charts(metrics: Mapping[str, Any]) -> list[Chart]:
    """The diagram before calibration and the one after it; those that were not measured are left out."""
    before = metrics.get("uncalibrated") or {}
    pairs = [("Before calibration", before), ("After calibration", metrics)]
    return [
        _chart(title, record["reliability"], record.get("ece")) for title, record in pairs if "reliability" in record
    ]


def _chart(title: str, bins: Sequence[Mapping[str, Any]], error: float | None) -> Chart:
    frame = Frame(0, 1, 0, 1, height=300)
    filled = [each for each in bins if each["images"]]
    most = max((each["images"] for each in filled), default=1)
    places = [(each["confidence"], each["accuracy"]) for each in filled]
    shares = [0, 0.2, 0.4, 0.6, 0.8, 1]
    return Chart(
        title=f"{title}: error {percent(error)}",
        description=f"{title}. "
        + " ".join(
            f"{count(each['images'])} images: {percent(each['confidence'])} sure, {percent(each['accuracy'])} right."
            for each in filled
        ),
        frame=frame,
        across=[Tick(frame.x(share), f"{100 * share:.0f}{THIN}%") for share in shares],
        up=[Tick(frame.y(share), f"{100 * share:.0f}{THIN}%") for share in shares],
        across_title="how sure it says it is",
        lines=[frame.line("ideal", [(0, 0), (1, 1)]), frame.line("validation", places)],
        dots=[
            Dot(
                "validation",
                frame.x(each["confidence"]),
                frame.y(each["accuracy"]),
                round(max(SMALLEST, LARGEST * math.sqrt(each["images"] / most)), 1),
                f"{count(each['images'])} images: says {percent(each['confidence'])}, right on "
                f"{percent(each['accuracy'])}",
            )
            for each in filled
        ],
        legend=[("validation", "share that is right"), ("ideal", "as stated")],
    )
