"""The metrics of answers that are years."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fototeca.measuring.resampling import Floats, count_groups, interval, resample_totals

MEANS = ("mae", "bias", "within_5", "within_10", "coverage", "mean_width")


def measure_years(
    years: NDArray[np.float64] | NDArray[np.int64],
    answers: NDArray[np.float32],
    groups: Sequence[str],
    baseline_year: float,
    *,
    level: float = 0.9,
    seed: int = 7,
) -> dict[str, Any]:
    """The metrics of one split, ready for JSON.

    Args:
        years: true year of each photograph, [N].
        answers: year, lowest and highest year of the interval, [N, 3].
        groups: series of each photograph; intervals (95 %) of the metrics come from resampling whole groups.
        baseline_year: the median year of training; `baseline_mae` is what always answering it would reach.
        level: share of the truths that the photographs' intervals claim to hold; `coverage` is what they do hold.
        seed: of the resampling.

    Errors are in years, answer less truth, so that a positive bias means too late. `by_decade` goes by the true year.
    """
    if not len(years):
        raise ValueError("There are no photographs to measure.")
    truth, (year, low, high) = years.astype(np.float64), answers.astype(np.float64).T
    error = year - truth
    values = np.stack(
        [
            np.abs(error),
            error,
            np.abs(error) <= 5,
            np.abs(error) <= 10,
            (low <= truth) & (truth <= high),
            high - low,
            error**2,
            np.ones(len(truth)),
        ],
        axis=1,
    )
    found = {name: float(value[0]) for name, value in _metrics(values.sum(axis=0)[None]).items()}
    count, resampled = count_groups(groups), _metrics(resample_totals(values, groups, seed))
    return {
        "images": len(truth),
        "groups": count,
        **{name: found[name] for name in ("mae", "rmse", "bias", "within_5", "within_10")},
        "baseline_mae": float(np.abs(baseline_year - truth).mean()),
        "baseline_year": float(baseline_year),
        "by_decade": _by_decade(truth, error),
        "interval": {"level": level, "coverage": found["coverage"], "mean_width": found["mean_width"]},
        "intervals": {name: interval(of_resamples, count) for name, of_resamples in resampled.items()},
    }


def _metrics(totals: Floats) -> dict[str, Floats]:
    """The metrics of totals [R, m], each [R]."""
    images = totals[:, -1]
    metrics = {name: totals[:, place] / images for place, name in enumerate(MEANS)}
    return metrics | {"rmse": np.sqrt(totals[:, len(MEANS)] / images)}


def _by_decade(truth: Floats, error: Floats) -> list[dict[str, Any]]:
    decades = np.floor(truth / 10).astype(int) * 10
    return [
        {
            "decade": f"{decade}s",
            "images": int((decades == decade).sum()),
            "bias": float(error[decades == decade].mean()),
            "mae": float(np.abs(error[decades == decade]).mean()),
        }
        for decade in np.unique(decades).tolist()
    ]
