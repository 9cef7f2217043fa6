"""The drawings of the page about a dataset."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fototeca.report.data.learning_curve import LearningCurve
from fototeca.report.drawing import BOTTOM, TOP, Bar, Chart, Dot, Frame, Line, Tick, round_steps, shortened
from fototeca.report.formats import THIN, count, many

ROW = 24
SPLITS = {"train": "training", "val": "validation", "test": "test", "doubtful": "doubtful"}
BINS = 40
"""Bars of a histogram, at the most."""

Counts = Mapping[str, Mapping[str, int]]
"""Images by split and label."""


def class_bars(counts: Counts, classes: Sequence[str]) -> Chart:
    """A bar for each class, parted by split."""
    splits = [split for split in SPLITS if split in counts]
    totals = [sum(counts[split].get(label, 0) for split in splits) for label in classes]
    frame = Frame(
        0,
        max([*totals, 1]),
        len(classes) - 0.5,
        -0.5,
        height=TOP + BOTTOM + ROW * len(classes),
        margin=150,
    )
    bars = []
    for place, label in enumerate(classes):
        done = 0
        for split in splits:
            images = counts[split].get(label, 0)
            if images:
                title = f"{label}: {many(images, 'image')} for {SPLITS[split]}"
                left, right, middle = frame.x(done), frame.x(done + images), frame.y(place)
                bars.append(Bar(split, left, round(middle - 8, 1), round(max(right - left, 1), 1), 16, title))
            done += images
    return Chart(
        title="Images of each class",
        description=" ".join(f"{label}: {total}." for label, total in zip(classes, totals, strict=True)),
        frame=frame,
        across=[Tick(frame.x(step), count(step)) for step in round_steps(0, frame.right, at_least=1, most=4)],
        up=[
            Tick(frame.y(place), f"{shortened(label)} {count(total)}")
            for place, (label, total) in enumerate(zip(classes, totals, strict=True))
        ],
        bars=bars,
        legend=[(split, SPLITS[split]) for split in splits],
        ruled=False,
    )


def year_histogram(years: NDArray[np.int64], splits: NDArray[np.str_]) -> Chart:
    """How many photographs are of which years [N], parted by split [N]."""
    first, last = int(years.min()), int(years.max())
    span = next(span for span in (1, 2, 5, 10, 20, 50, 100) if (last - first) // span < BINS or span == 100)
    start = first // span * span
    bins = (years - start) // span
    present = [split for split in SPLITS if (splits == split).any()]
    stacked = np.array([np.bincount(bins[splits == split], minlength=bins.max() + 1) for split in present])
    frame = Frame(start, start + span * stacked.shape[1], 0, float(stacked.sum(axis=0).max()))
    bars = []
    for number in range(stacked.shape[1]):
        left, right = frame.x(start + span * number), frame.x(start + span * (number + 1))
        done = 0
        for split, images in zip(present, stacked[:, number].tolist(), strict=True):
            low, high = frame.y(done), frame.y(done + images)
            if images:
                when = f"{start + span * number}" + (f" to {start + span * (number + 1) - 1}" if span > 1 else "")
                title = f"{when}: {many(images, 'photograph')} for {SPLITS[split]}"
                bars.append(Bar(split, left, high, round(max(right - left - 1, 1), 1), round(low - high, 1), title))
            done += images
    ticks = round_steps(frame.left, frame.right, at_least=1, most=7)
    return Chart(
        title="Photographs by year" + (f", {span} years a bar" if span > 1 else ""),
        description=f"{count(len(years))} photographs of {first} to {last}, the middle one of {int(np.median(years))}.",
        frame=frame,
        across=[Tick(frame.x(year), f"{year:g}") for year in ticks],
        up=[Tick(frame.y(step), count(step)) for step in round_steps(0, frame.top, at_least=1)],
        bars=bars,
        legend=[(split, SPLITS[split]) for split in present],
    )


def curve_charts(curve: LearningCurve) -> list[Chart]:
    """A drawing for each score of a learning curve; the band goes from the worst draw to the best."""
    if not curve.points:
        return []
    if curve.kind == "years":
        return [_curve_chart(curve, "mae", "Mean error in years")]
    return [_curve_chart(curve, "accuracy", "Accuracy"), _curve_chart(curve, "macro_f1", "Macro F1")]


def _curve_chart(curve: LearningCurve, name: str, title: str) -> Chart:
    share = name != "mae"
    drawn = [value for point in curve.points for value in (point.low[name], point.high[name])]
    with_baseline = name != "macro_f1"
    top = 1.0 if share else 1.08 * max([*drawn, curve.baseline])
    frame = Frame(0, 1, 0, top)
    places = [(point.share, point.scores[name]) for point in curve.points]
    upper = [(point.share, point.high[name]) for point in curve.points]
    lower = [(point.share, point.low[name]) for point in reversed(curve.points)]
    baseline: list[Line] = [frame.line("ideal", [(0, curve.baseline), (1, curve.baseline)])] if with_baseline else []
    said = {at: f"{100 * value:.0f} %" if share else f"{value:.1f}" for at, value in places}
    return Chart(
        title=f"{title} on validation",
        description=" ".join(f"With {100 * at:.0f} % of the training images: {value}." for at, value in said.items()),
        frame=frame,
        across=[Tick(frame.x(point.share), f"{100 * point.share:.0f}{THIN}%") for point in curve.points],
        up=[Tick(frame.y(s), f"{100 * s:.0f}{THIN}%" if share else f"{s:g}") for s in round_steps(0, top)],
        across_title=f"share of the {count(curve.points[-1].images)} training images",
        lines=[*baseline, frame.line("validation", places)],
        bands=[frame.line("band", upper + lower)],
        dots=[Dot("validation", frame.x(at), frame.y(value), 4, said[at]) for at, value in places],
        legend=[("validation", "mean of the draws")] + ([("ideal", "baseline")] if with_baseline else []),
    )
