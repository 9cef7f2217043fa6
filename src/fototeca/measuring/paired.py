"""Whether one network is better than another, on the same images: the paired bootstrap over groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fototeca.measuring.classes import macro_f1
from fototeca.measuring.resampling import Floats, count_groups, resample_totals, tail

LEVEL = 0.95
FEWEST_GROUPS = 5
"""With fewer, all groups favour the worse network by chance more often than once in twenty times (2 ** -5 is 0.03)."""
RESAMPLES = 5000


@dataclass(frozen=True)
class Difference:
    """How much better the first is than the second; positive is better, also where the metric is an error."""

    mean: float
    """On the images themselves."""
    low: float
    """It is at least this much better, with the confidence `level`."""
    high: float
    """It is at most this much better, with the confidence `level`."""
    probability_better: float
    """Share of resamples in which it is better, those where both are equal counted half."""
    groups: int
    """Groups that were resampled."""
    level: float
    """Confidence of each bound."""

    @property
    def better(self) -> bool:
        """Whether the first is better, beyond chance."""
        return self.groups >= FEWEST_GROUPS and self.low > 0

    @property
    def worse(self) -> bool:
        """Whether the first is worse, beyond chance."""
        return self.groups >= FEWEST_GROUPS and self.high < 0


def compare_classes(
    labels: NDArray[np.int64],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    groups: Sequence[str],
    *,
    chosen_from: int = 1,
    seed: int = 7,
) -> dict[str, Difference]:
    """By how much the `first` answers [N] are better than the `second`, in `accuracy` and `macro_f1`.

    `chosen_from` is how many networks the first was chosen from because it did best on these very images. The best of
    many is the luckiest too, so each bound's confidence is raised (Bonferroni) until 95 % hold for all of them.
    """
    classes = int(max(labels.max(), first.max(), second.max())) + 1
    values = np.hstack([_counts(labels, first, classes), _counts(labels, second, classes)])

    def gains(totals: Floats) -> dict[str, Floats]:
        ours, theirs = (_scores(half, classes) for half in np.split(totals, 2, axis=1))
        return {name: ours[name] - theirs[name] for name in ours}

    found, resampled = gains(values.sum(axis=0)[None]), gains(resample_totals(values, groups, seed, RESAMPLES))
    return {name: _difference(found[name][0], resampled[name], groups, chosen_from) for name in found}


def compare_years(
    years: NDArray[Any],
    first: NDArray[Any],
    second: NDArray[Any],
    groups: Sequence[str],
    *,
    chosen_from: int = 1,
    seed: int = 7,
) -> dict[str, Difference]:
    """By how many years the mean absolute error (`mae`) of the `first` answers [N] is lower than the `second`'s.

    `chosen_from` as in `compare_classes`.
    """
    gain = np.abs(second - years).astype(np.float64) - np.abs(first - years)
    totals = resample_totals(np.stack([gain, np.ones(len(gain))], axis=1), groups, seed, RESAMPLES)
    return {"mae": _difference(gain.mean(), totals[:, 0] / totals[:, 1], groups, chosen_from)}


def _counts(labels: NDArray[np.int64], answers: NDArray[np.int64], classes: int) -> Floats:
    one_hot = np.eye(classes)
    return np.hstack([one_hot[labels] * (answers == labels)[:, None], one_hot[labels], one_hot[answers]])


def _scores(totals: Floats, classes: int) -> dict[str, Floats]:
    right, truths, answers = np.split(totals, [classes, 2 * classes], axis=1)
    return {"accuracy": right.sum(axis=1) / truths.sum(axis=1), "macro_f1": macro_f1(right, truths, answers)}


def _difference(found: float, resampled: Floats, groups: Sequence[str], chosen_from: int) -> Difference:
    count, level = count_groups(groups), 1 - (1 - LEVEL) / max(chosen_from, 1)
    outside = tail(1 - level, count) if count > 1 else 0.0
    low, high = np.quantile(resampled, [outside, 1 - outside])
    better = float((resampled > 0).mean() + (resampled == 0).mean() / 2)
    return Difference(float(found), float(low), float(high), better, count, level)
