"""Metrics of a split."""

import math

import numpy as np
import pytest

from fototeca.learning.measuring import measure


def test_metrics_of_known_answers() -> None:
    probabilities = np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.9, 0.05, 0.05]], np.float32)
    measured = measure(np.array([0, 1, 1, 0]), probabilities, majority=0)
    assert measured["images"] == 4
    assert measured["accuracy"] == 0.75
    assert measured["majority_accuracy"] == 0.5
    assert measured["confusion"] == [[2, 0, 0], [1, 1, 0], [0, 0, 0]]
    assert measured["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2)
    assert measured["log_loss"] == pytest.approx(-np.log([0.8, 0.3, 0.7, 0.9]).mean(), rel=1e-6)


def test_a_confident_error_costs_much_but_not_everything() -> None:
    measured = measure(np.array([1]), np.array([[1.0, 0.0]], np.float32), majority=0)
    assert math.isfinite(measured["log_loss"])
