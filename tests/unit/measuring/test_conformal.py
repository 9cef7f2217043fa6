"""Intervals that hold the truth as often as they claim."""

from typing import Any

import numpy as np
import pytest

from fototeca.measuring import conformal_margin, fit_margin


def series(count: int, spread: float, random: Any) -> Any:
    """Errors of photographs in series of about eight, with a part that a series has in common."""
    sizes = random.geometric(1 / 8, count)
    return np.repeat(random.normal(0, spread, count), sizes) + random.normal(0, 3, sizes.sum())


@pytest.mark.parametrize("spread", [0.0, 3.0])
def test_new_photographs_are_covered_as_claimed_also_where_series_are_alike(spread: float) -> None:
    random = np.random.default_rng(0)
    covered = []
    for _ in range(100):
        margin = fit_margin(np.abs(series(50, spread, random)), 0.9)
        covered.append((np.abs(series(500, spread, random)) <= margin).mean())
    assert np.mean(covered) == pytest.approx(0.9, abs=0.015)


def test_quantiles_that_are_too_narrow_are_widened_and_too_wide_ones_narrowed() -> None:
    random = np.random.default_rng(1)
    truth = random.normal(0, 10, 5000)
    for half in (5.0, 40.0):
        low, high = np.full(5000, -half), np.full(5000, half)
        margin = conformal_margin(low[:2500], high[:2500], truth[:2500], 0.9)
        assert half + margin == pytest.approx(16.4, abs=1)
        assert ((low - margin <= truth) & (truth <= high + margin))[2500:].mean() == pytest.approx(0.9, abs=0.02)


def test_a_predicted_year_is_an_interval_of_no_width() -> None:
    years, truth = np.full(9, 1900.0), 1900 + np.array([1, -2, 3, -4, 5, -6, 7, -8, 9])
    assert conformal_margin(years, years, truth, 0.8) == fit_margin(np.abs(truth - years), 0.8) == 8


def test_too_few_images_for_the_level_give_the_largest_error() -> None:
    assert fit_margin(np.array([3.0, 1.0]), 0.9) == 3


def test_no_images_can_not_be_fitted_on() -> None:
    with pytest.raises(ValueError, match="no images"):
        fit_margin(np.array([]))
