"""Reading a learning rate off the loss of a rising one."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from fototeca.learning.rates import HIGHEST, LOWEST, Ascent, Rates, longest_valley


def rise(loss_at: Callable[[float], float], steps: int = 100) -> Rates | None:
    ascent = Ascent(steps)
    while (rate := ascent.rate) is not None:
        ascent.note(loss_at(rate))
    return ascent.read()


def typical(rate: float) -> float:
    """Flat at 2, down from 1e-5 on, up again from 1e-2 on."""
    return float(2 - 1.5 / (1 + (3e-4 / rate) ** 1.5) + (rate / 1e-1) ** 2)


def test_the_rate_rises_by_the_same_factor_from_step_to_step() -> None:
    planned = Ascent(steps=50).planned
    assert len(planned) == 50
    assert [planned[0], planned[-1]] == pytest.approx([LOWEST, HIGHEST])
    assert np.diff(np.log(planned)) == pytest.approx(np.log(1e7) / 49)


@pytest.mark.parametrize("steps", [40, 100])
def test_the_suggestion_lies_where_the_loss_falls(steps: int) -> None:
    found = rise(typical, steps)
    assert found is not None
    assert found.suggestion is not None
    assert found.steepest is not None
    assert 1e-5 < found.suggestion < 1e-2
    assert 1e-4 < found.steepest < 1e-1


def test_the_rise_ends_where_the_loss_is_four_times_its_lowest() -> None:
    found = rise(lambda rate: typical(rate) + (rate / 1e-2) ** 3)
    assert found is not None
    assert found.diverged
    assert found.rates[-1] < HIGHEST
    assert found.smoothed[-1] > 4 * min(found.smoothed) >= 4 * min(found.smoothed[:-1])
    assert len(found.rates) == len(found.losses) == len(found.smoothed)


@pytest.mark.parametrize("broken", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_the_rise_and_is_left_out(broken: float) -> None:
    found = rise(lambda rate: typical(rate) if rate < 1e-2 else broken)
    assert found is not None
    assert found.diverged
    assert np.isfinite(found.losses + found.smoothed).all()
    assert found.suggestion is not None


def test_nothing_is_read_off_where_the_loss_is_no_number_from_the_start() -> None:
    assert rise(lambda rate: math.nan) is None


FLAT: dict[str, Callable[[float], float]] = {
    "constant": lambda rate: 1.0,
    "rising": lambda rate: 1 + rate,
    "noise": lambda rate: 1 + 0.01 * math.sin(1e8 * rate),
}


@pytest.mark.parametrize("loss", FLAT)
def test_nothing_is_suggested_where_the_loss_does_not_fall(loss: str) -> None:
    found = rise(FLAT[loss])
    assert found is not None
    assert (found.suggestion, found.steepest) == (None, None)


def test_a_valley_may_have_bumps() -> None:
    assert longest_valley([5, 6, 5, 4, 4.5, 3, 2, 7, 1.5, 9]) == (2, 8)
    assert longest_valley([1, 2, 3]) == (0, 0)
