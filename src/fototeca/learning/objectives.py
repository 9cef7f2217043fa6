"""What a network is to answer: the truth in the form that its loss compares with, and its outputs as answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fototeca.collections.recipe import Recipe
from fototeca.learning.examples import Examples
from fototeca.measuring import log_loss

Numbers = NDArray[np.float32]
Rows = NDArray[np.int64]

LEVEL = 0.9
"""Share of the photographs whose true year the interval of a year is to hold."""
FOCUS = 2.0
"""Focal loss: the exponent of Lin et al. 2017 (arXiv 1708.02002)."""
BLUNT = 0.2
"""Regression: errors above this many standard deviations of the years, some 7 years, count by size, not its square."""
SPREAD = 3.0
"""Distribution: years to both sides over which a truth is spread (standard deviation), so that near years help."""


@dataclass(frozen=True)
class Classes:
    """Telling classes apart."""

    outputs: int
    labels: NDArray[np.int64]
    targets: Numbers
    loss: keras.losses.Loss
    score: str = "accuracy"

    def judge(self, targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        """Whether the class is right."""
        return tf.cast(tf.equal(tf.argmax(targets, axis=1), tf.argmax(outputs, axis=1)), tf.float32)

    def watch(self, outputs: Numbers, rows: Rows) -> tuple[float, float]:
        """Log loss and accuracy."""
        labels = self.labels[rows]
        return log_loss(labels, softmax(outputs)), float((outputs.argmax(axis=1) == labels).mean())


@dataclass(frozen=True)
class Year:
    """A year as one number: how many standard deviations it lies from the mean year of training."""

    years: Numbers
    targets: Numbers
    mean: float
    deviation: float
    bounds: tuple[float, float]
    loss: keras.losses.Loss
    outputs: int = 1
    score: str = "mae"

    def judge(self, targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        """The absolute error in years."""
        return tf.abs(outputs - targets)[:, 0] * self.deviation

    def answer(self, outputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """The year; low and high are the same, until they are calibrated."""
        year = outputs[:, 0] * self.deviation + self.mean
        return {"year": year, "year_low": year, "year_high": year}

    def watch(self, outputs: Numbers, rows: Rows) -> tuple[float, float]:
        """Loss, and mean absolute error in years."""
        errors = np.abs(outputs[:, 0] * self.deviation + self.mean - self.years[rows])
        return float(self.loss(self.targets[rows], outputs)), float(errors.mean())


@dataclass(frozen=True)
class YearDistribution:
    """A year as a distribution over all years; the answer is its expectation.

    Of Rothe et al. 2015 (DEX, ICCV workshops), who dated faces so.
    """

    years: Numbers
    all_years: Numbers
    targets: Numbers
    loss: keras.losses.Loss
    score: str = "mae"

    def judge(self, targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        """The absolute error in years, of the expectation."""
        years = tf.constant(self.all_years)
        return tf.abs(tf.linalg.matvec(tf.nn.softmax(outputs) - targets, years))

    @property
    def outputs(self) -> int:
        """One for each year."""
        return len(self.all_years)

    @property
    def bounds(self) -> tuple[float, float]:
        """The first and the last of all years."""
        return float(self.all_years[0]), float(self.all_years[-1])

    def answer(self, outputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """The expected year, and the quantiles that leave `1 - LEVEL` outside, half on each side."""
        probabilities = tf.nn.softmax(outputs)
        years = tf.constant(self.all_years)
        below = tf.cumsum(probabilities, axis=1)
        tail = (1 - LEVEL) / 2

        def quantile(share: float) -> tf.Tensor:
            place = tf.reduce_sum(tf.cast(below < share, tf.int32), axis=1)
            return tf.gather(years, tf.minimum(place, len(self.all_years) - 1))

        expected = tf.linalg.matvec(probabilities, years)
        return {"year": expected, "year_low": quantile(tail), "year_high": quantile(1 - tail)}

    def watch(self, outputs: Numbers, rows: Rows) -> tuple[float, float]:
        """Loss, and mean absolute error in years."""
        expected = softmax(outputs) @ self.all_years
        loss = float(self.loss(self.targets[rows], outputs))
        return loss, float(np.abs(expected - self.years[rows]).mean())


Objective = Classes | Year | YearDistribution
"""A task, for one dataset: how many `outputs` the head has, the `targets` [images, ...] that the `loss` compares with,
and the `score` that is shown beside the loss."""


def make_objective(recipe: Recipe, examples: Examples, classes: int, all_years: Sequence[int]) -> Objective:
    """The objective of a recipe's task, for these examples of an archive of so many classes, or of these years."""
    if recipe.task == "classification":
        return Classes(classes, examples.labels, np.eye(classes, dtype=np.float32)[examples.labels], _loss(recipe))
    years = np.array(all_years, np.float32)
    if recipe.task == "regression":
        known = examples.years[examples.rows("train")]
        mean, deviation = float(known.mean()), float(known.std()) or 1.0
        targets = ((examples.years - mean) / deviation).astype(np.float32)[:, None]
        return Year(examples.years, targets, mean, deviation, (years[0], years[-1]), keras.losses.Huber(delta=BLUNT))
    return YearDistribution(examples.years, years, spread_years(examples, years), _loss(recipe))


def spread_years(examples: Examples, years: Numbers) -> Numbers:
    """Targets [images, years]: what is known of each image's year, as a distribution around it."""
    low, high = examples.earliest[:, None], examples.latest[:, None]
    outside = np.maximum(np.maximum(low - years, years - high), 0)
    weight = np.exp(-0.5 * (outside / SPREAD) ** 2)
    shares: Numbers = (weight / weight.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def softmax(logits: NDArray[Any]) -> Numbers:
    """Probabilities [N, k] of logits."""
    risen = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Numbers = (risen / risen.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def _loss(recipe: Recipe) -> keras.losses.Loss:
    if recipe.loss == "focal":
        return keras.losses.CategoricalFocalCrossentropy(
            alpha=1.0, gamma=FOCUS, from_logits=True, label_smoothing=recipe.label_smoothing
        )
    return keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=recipe.label_smoothing)
