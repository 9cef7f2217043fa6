"""What is done for rare classes."""

from collections import Counter

import numpy as np
import pytest

from fototeca.collections.recipe import Recipe
from fototeca.learning.balance import draw_rows, image_weights

LABELS = np.array([0] * 90 + [1] * 9 + [2] + [1] * 100)
ROWS = np.arange(100)
"""The images of training; those behind them must not count."""


def test_without_balance_every_image_counts_once() -> None:
    assert set(image_weights(Recipe(), LABELS, ROWS)) == {1.0}
    assert sorted(draw_rows(Recipe(), LABELS, ROWS, np.random.default_rng(1))) == ROWS.tolist()


def test_class_weights_make_the_classes_equal() -> None:
    weights = image_weights(Recipe(balance="class_weights", balance_power=1), LABELS, ROWS)
    sums = [weights[ROWS][LABELS[ROWS] == label].sum() for label in range(3)]
    assert sums == pytest.approx([100 / 3] * 3, rel=1e-5)


def test_half_the_power_goes_half_the_way() -> None:
    weights = image_weights(Recipe(balance="class_weights", balance_power=0.5), LABELS, ROWS)
    assert weights[99] / weights[0] == pytest.approx(90**0.5, rel=1e-5)
    assert weights[ROWS].mean() == pytest.approx(1)


def test_sampling_draws_rare_classes_as_often() -> None:
    recipe, random = Recipe(balance="sampling", balance_power=1), np.random.default_rng(1)
    drawn = Counter(label for _ in range(30) for label in LABELS[draw_rows(recipe, LABELS, ROWS, random)].tolist())
    assert all(850 < drawn[label] < 1150 for label in range(3))
