"""Temperature scaling, and the diagram that shows whether it was needed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fototeca.measuring import (
    apply_temperature,
    expected_calibration_error,
    fit_temperature,
    log_loss,
    reliability,
)


def honest(images: int, seed: int = 0) -> tuple[Any, Any]:
    """Labels that were drawn from the very probabilities that the logits state."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, (images, 4))
    labels = (apply_temperature(logits, 1).cumsum(axis=1) < random.random((images, 1))).sum(axis=1).clip(0, 3)
    return labels, logits


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(0.3, 4))
def test_logits_are_brought_back_by_the_factor_that_they_were_blown_up_by(seed: int, factor: float) -> None:
    labels, logits = honest(4000, seed)
    assert fit_temperature(labels, logits * factor) == pytest.approx(factor, rel=0.1)


def test_scaling_lowers_the_calibration_error_and_changes_no_answer() -> None:
    labels, logits = honest(4000)
    before, after = apply_temperature(logits * 3, 1), apply_temperature(logits * 3, fit_temperature(labels, logits * 3))
    assert expected_calibration_error(labels, before) > 0.1
    assert expected_calibration_error(labels, after) < 0.03
    assert log_loss(labels, after) < log_loss(labels, before)
    np.testing.assert_array_equal(before.argmax(axis=1), after.argmax(axis=1))


def test_probabilities_and_logits_have_the_same_temperature() -> None:
    labels, logits = honest(500)
    probabilities = apply_temperature(logits * 2, 1).astype(np.float64)
    assert fit_temperature(labels, np.log(probabilities)) == pytest.approx(
        fit_temperature(labels, logits * 2), rel=1e-3
    )


@pytest.mark.parametrize("right", [True, False])
def test_a_few_answers_that_are_all_right_or_all_wrong_are_not_taken_to_the_extreme(right: bool) -> None:
    labels = np.zeros(10, np.int64)
    logits = np.tile([5.0, 0.0] if right else [0.0, 5.0], (10, 1))
    assert 0.2 < fit_temperature(labels, logits) < 20


def test_the_diagram_says_how_sure_and_how_often_right() -> None:
    probabilities = np.array([[0.95, 0.05], [0.93, 0.07], [0.65, 0.35]], np.float32)
    low, high = reliability(np.array([0, 1, 0]), probabilities, bins=10)
    assert (low["low"], low["high"], low["images"], low["accuracy"]) == (0.6, 0.7, 1, 1.0)
    assert (high["low"], high["high"], high["images"], high["accuracy"]) == (0.9, 1.0, 2, 0.5)
    assert high["confidence"] == pytest.approx(0.94)


def test_answers_that_are_as_often_right_as_they_say_have_no_error() -> None:
    probabilities = np.array([[0.75, 0.25]] * 4, np.float32)
    assert expected_calibration_error(np.array([0, 0, 0, 1]), probabilities) == pytest.approx(0)
    assert expected_calibration_error(np.array([1, 1, 1, 1]), probabilities) == pytest.approx(0.75)
