"""What networks are asked, and what their outputs mean."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import tensorflow as tf

from fototeca.collections.recipe import Recipe
from fototeca.learning.calibrated import calibrate
from fototeca.learning.examples import Examples
from fototeca.learning.objectives import Year, YearDistribution, make_objective

YEARS = range(1863, 1992)


def photographs(years: list[float], width: int = 0) -> Examples:
    known = np.array(years, np.float32)
    return Examples(
        table=pa.table({}),
        labels=np.zeros(len(years), np.int64),
        years=known,
        earliest=known - width,
        latest=known + width,
        splits=np.array(["train"] * len(years)),
        groups=np.array([""] * len(years)),
        pixels=np.zeros((len(years), 1, 1, 1), np.uint8),
    )


def make(task: str, examples: Examples) -> Any:
    return make_objective(Recipe(task=task), examples, 3, YEARS)  # type: ignore[arg-type]


def test_a_perfect_regression_gives_the_years_back() -> None:
    objective: Year = make("regression", photographs([1870, 1900, 1950]))
    assert objective.answer(tf.constant(objective.targets))["year"].numpy() == pytest.approx([1870, 1900, 1950])
    assert objective.watch(objective.targets, np.arange(3)) == pytest.approx((0, 0), abs=1e-3)


def test_a_distribution_is_answered_by_its_expectation_and_its_quantiles() -> None:
    objective: YearDistribution = make("distribution", photographs([1900]))
    logits = np.full((1, len(YEARS)), -30, np.float32)
    logits[0, [1900 - 1863, 1910 - 1863]] = 0
    answer = objective.answer(tf.constant(logits))
    assert answer["year"].numpy() == pytest.approx([1905])
    assert (answer["year_low"].numpy()[0], answer["year_high"].numpy()[0]) == (1900, 1910)


def test_what_is_known_of_a_decade_is_spread_over_it() -> None:
    exact: YearDistribution = make("distribution", photographs([1904]))
    decade: YearDistribution = make("distribution", photographs([1904.5], width=4))
    assert exact.targets.sum() == pytest.approx(1)
    assert exact.targets.argmax() == 1904 - 1863
    flat = decade.targets[0, 1901 - 1863 : 1909 - 1863]
    assert np.ptp(flat) < 1e-6
    assert exact.targets.max() > decade.targets.max()


@pytest.mark.parametrize("task", ["regression", "distribution"])
def test_calibrated_intervals_hold_what_they_promise(task: str) -> None:
    random = np.random.default_rng(1)
    years = random.integers(1880, 1970, 1000).astype(np.float32)
    objective = make(task, photographs(years.tolist()))
    errors = random.normal(0, 6, 1000)
    if task == "regression":
        outputs = ((years + errors - objective.mean) / objective.deviation).astype(np.float32)[:, None]
    else:
        distance = (years + errors)[:, None] - np.array(YEARS)
        outputs = (-0.5 * (distance / 2) ** 2).astype(np.float32)  # too sure by far
    calibrated = calibrate(objective, outputs[:500], np.arange(500))
    year, low, high = calibrated.matrix(outputs)[500:].T
    assert 0.86 < ((low <= years[500:]) & (years[500:] <= high)).mean() < 0.94
    assert (low <= year).all()
    assert (year <= high).all()


def test_answers_stay_within_the_years_of_the_archive() -> None:
    objective = make("regression", photographs([1870, 1900, 1950]))
    outputs = np.array([[-50], [0], [50]], np.float32)
    calibrated = calibrate(objective, outputs, np.arange(3))
    assert calibrated.matrix(outputs)[:, 0].tolist() == [1863, pytest.approx(1906.67, abs=0.1), 1991]


def test_overconfident_classes_are_cooled_without_changing_an_answer() -> None:
    random = np.random.default_rng(1)
    examples = photographs([1900] * 600)
    logits = (random.normal(0, 1, (600, 3)) * 2).astype(np.float32)
    examples.labels[:] = [random.choice(3, p=p) for p in tf.nn.softmax(logits.astype(np.float64)).numpy()]
    calibrated = calibrate(make("classification", examples), logits * 5, np.arange(600))
    assert calibrated.figures["temperature"] == pytest.approx(5, rel=0.2)
    assert (calibrated.matrix(logits).argmax(axis=1) == logits.argmax(axis=1)).all()
