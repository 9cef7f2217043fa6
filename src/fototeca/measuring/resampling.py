"""The bootstrap over groups: images of one observation are alike, so they are drawn together or not at all."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

RESAMPLES = 2000
DRAWN_AT_ONCE = 2_000_000
"""Groups, over all the resamples that are in memory together."""

Floats = NDArray[np.float64]


def count_groups(groups: Sequence[str]) -> int:
    """How many different groups there are."""
    return len(np.unique(np.asarray(groups)))


def resample_totals(values: Floats, groups: Sequence[str], seed: int, resamples: int = RESAMPLES) -> Floats:
    """Totals of `values` [N, m] over the images of each resample: [resamples, m].

    A resample draws as many groups as there are, with replacement, each with all of its images. Metrics that are
    functions of totals then cost the same for any number of images.
    """
    places, count = _number(groups)
    sums = np.stack([np.bincount(places, column, count) for column in values.T], axis=1)
    random = np.random.default_rng(seed)
    totals = np.empty((resamples, values.shape[1]))
    step = max(1, DRAWN_AT_ONCE // count)
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        drawn = random.integers(count, size=(rows, count)) + count * np.arange(rows)[:, None]
        times = np.bincount(drawn.ravel(), minlength=rows * count).reshape(rows, count)
        totals[start : start + rows] = times.astype(np.float64) @ sums
    return totals


def interval(resampled: Floats, groups: int, level: float = 0.95) -> list[float] | None:
    """Bounds of the percentile interval of a metric, resampled over so many groups; resamples of NaN don't count.

    None where there are fewer than two groups, which say nothing of how groups differ, or no resample has the metric.
    """
    known = resampled[~np.isnan(resampled)]
    if groups < 2 or not len(known):
        return None
    outside = tail((1 - level) / 2, groups)
    low, high = np.quantile(known, [outside, 1 - outside])
    return [float(low), float(high)]


def tail(share: float, groups: int) -> float:
    """The quantile to take for a one-sided bound that `share` of the truths are to lie beyond.

    With few groups a plain percentile is too narrow; this is the expanded percentile of T. Hesterberg, What Teachers
    Should Know About the Bootstrap (arXiv 1411.5279), section 4: as far out as Student's t would go.
    """
    return float(ndtr(math.sqrt(groups / (groups - 1)) * stdtrit(groups - 1, share)))


def _number(groups: Sequence[str]) -> tuple[NDArray[np.int64], int]:
    names, places = np.unique(np.asarray(groups), return_inverse=True)
    return places, len(names)
