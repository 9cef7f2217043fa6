"""The metrics of a split of dated photographs."""

import json

import numpy as np
import pytest

from fototeca.measuring import measure_years

YEARS = np.array([1889, 1890, 1912, 1919])
ANSWERS = np.array([[1892, 1885, 1899], [1890, 1880, 1900], [1900, 1895, 1905], [1913, 1909, 1917]], np.float32)


def test_metrics_of_known_answers() -> None:
    measured = measure_years(YEARS, ANSWERS, list("abcd"), baseline_year=1900)
    assert measured["mae"] == (3 + 0 + 12 + 6) / 4
    assert measured["rmse"] == pytest.approx(np.sqrt((9 + 144 + 36) / 4))
    assert measured["bias"] == (3 + 0 - 12 - 6) / 4
    assert (measured["within_5"], measured["within_10"]) == (0.5, 0.75)
    assert (measured["baseline_mae"], measured["baseline_year"]) == ((11 + 10 + 12 + 19) / 4, 1900)
    assert measured["interval"] == {"level": 0.9, "coverage": 0.5, "mean_width": (14 + 20 + 10 + 8) / 4}


def test_bias_is_shown_by_the_true_decade() -> None:
    assert measure_years(YEARS, ANSWERS, list("abcd"), baseline_year=1900)["by_decade"] == [
        {"decade": "1880s", "images": 1, "bias": 3.0, "mae": 3.0},
        {"decade": "1890s", "images": 1, "bias": 0.0, "mae": 0.0},
        {"decade": "1910s", "images": 2, "bias": -9.0, "mae": 9.0},
    ]


def test_every_mean_has_an_interval_around_it() -> None:
    random = np.random.default_rng(0)
    years = random.integers(1863, 1992, 300)
    year = years + random.normal(0, 6, 300)
    measured = measure_years(
        years, np.stack([year, year - 9, year + 9], axis=1).astype(np.float32), [str(n // 3) for n in range(300)], 1920
    )
    for metric in ("mae", "rmse", "bias", "within_5", "within_10"):
        low, high = measured["intervals"][metric]
        assert low < measured[metric] < high
    low, high = measured["intervals"]["coverage"]
    assert low < measured["interval"]["coverage"] < high
    json.dumps(measured, allow_nan=False)


def test_photographs_of_one_series_have_no_intervals() -> None:
    assert measure_years(YEARS, ANSWERS, ["a"] * 4, baseline_year=1900)["intervals"]["mae"] is None


def test_no_photographs_can_not_be_measured() -> None:
    with pytest.raises(ValueError, match="no photographs"):
        measure_years(YEARS[:0], ANSWERS[:0], [], baseline_year=1900)
