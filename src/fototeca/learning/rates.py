"""Reading a learning rate off a curve: the loss over steps in which the rate rose."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOWEST, HIGHEST, STEPS = 1e-7, 1.0, 100
SMOOTHING = 0.98
"""Of 100 steps; for fewer it is less, so that the curve looks the same. fastai's."""
DIVERGED = 4.0
"""The curve ends where the smoothed loss is so many times its lowest. fastai's."""
LEAST_FALL = 0.02
"""Share of the loss that must go in the valley; less is noise."""
LEFT_OUT = 0.1
"""Share of the steps at the beginning at which is not looked, since few are averaged there. fastai's."""
FEWEST = 10

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class Rates:
    """A curve, and what can be read off it."""

    rates: list[float]
    losses: list[float]
    """Of each step's batch."""
    smoothed: list[float]
    suggestion: float | None
    """The middle of the longest valley; none where the loss does not fall."""
    steepest: float | None
    """Where the loss falls fastest; none where it does not fall."""
    diverged: bool
    """Whether the loss rose out of hand before the highest rate."""


class Ascent:
    """The exponential rise of the rate, after Smith 2017 (arXiv 1506.01186), which ends where the loss diverges."""

    def __init__(self, steps: int = STEPS) -> None:
        self.planned: list[float] = np.geomspace(LOWEST, HIGHEST, steps).tolist()
        self.losses: list[float] = []
        self.smoothed: list[float] = []
        self.keep = SMOOTHING ** (STEPS / steps)
        self.average = 0.0
        self.diverged = False

    @property
    def rate(self) -> float | None:
        """The rate of the next step; none when there is no next one."""
        return None if self.diverged or len(self.losses) == len(self.planned) else self.planned[len(self.losses)]

    def note(self, loss: float) -> None:
        """Take the loss of a step; one that is no number ends the rise and is no part of the curve."""
        if not np.isfinite(loss):
            self.diverged = True
            return
        self.losses.append(loss)
        self.average = self.keep * self.average + (1 - self.keep) * loss
        self.smoothed.append(self.average / (1 - self.keep ** len(self.losses)))
        self.diverged = self.smoothed[-1] > DIVERGED * min(self.smoothed)

    def read(self) -> Rates | None:
        """What came out; none where the loss was no number almost from the start."""
        rates, smoothed = self.planned[: len(self.losses)], np.array(self.smoothed)
        if len(rates) < FEWEST:
            return None
        first = int(LEFT_OUT * len(rates))
        start, end = longest_valley(smoothed[first:])
        falls = smoothed[first + start] - smoothed[first + end] > LEAST_FALL * abs(smoothed[first + start])
        middle = rates[first + (start + end) // 2] if falls else None
        steepest = rates[first + int(np.gradient(smoothed[first:]).argmin())] if falls else None
        return Rates(rates, self.losses, self.smoothed, middle, steepest, self.diverged)


def longest_valley(losses: Sequence[float] | Curve) -> tuple[int, int]:
    """First and last place of the longest way down, which may have bumps.

    It is fastai's `valley` (fastai.callback.schedule): the longest decreasing subsequence, which says where the valley
    ends and how long it is.
    """
    lengths = np.ones(len(losses), np.int64)
    curve = np.asarray(losses)
    for place in range(1, len(curve)):
        higher = lengths[:place][curve[:place] > curve[place]]
        if len(higher):
            lengths[place] = 1 + higher.max()
    end = int(lengths.argmax())
    return max(0, end - int(lengths[end])), end
