"""The last word on a network's outputs, fitted on validation, made by one function for measuring and for the graph."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from fototeca.learning.batches import Numbers, Rows
from fototeca.learning.objectives import LEVEL, Classes, Objective
from fototeca.measuring import conformal_margin, fit_temperature
from fototeca.serving.answers import YEARS


@dataclass(frozen=True)
class Calibrated:
    """Outputs of a head as calibrated answers."""

    objective: Objective
    figures: dict[str, float]
    """`temperature`, by which logits are divided; or `level` of the intervals and the `margin` they are widened by."""

    def answer(self, outputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """`probabilities` [N, classes]; or `year`, `year_low` and `year_high` [N], within the archive's years."""
        if isinstance(self.objective, Classes):
            return {"probabilities": tf.nn.softmax(outputs / self.figures["temperature"])}
        raw, margin = self.objective.answer(outputs), self.figures["margin"]
        low, high = raw["year_low"], raw["year_high"]
        middle = (low + high) / 2
        widened = (raw["year"], tf.minimum(low - margin, middle), tf.maximum(high + margin, middle))
        first, last = self.objective.bounds
        return {name: tf.clip_by_value(year, first, last) for name, year in zip(YEARS, widened, strict=True)}

    def matrix(self, outputs: Numbers) -> Numbers:
        """The answers to all outputs as one matrix: [N, classes], or [N, 3] of year, lowest and highest year."""
        answers = [value.numpy() for value in self.answer(tf.constant(outputs)).values()]
        return answers[0] if len(answers) == 1 else np.stack(answers, axis=1)


def calibrate(objective: Objective, outputs: Numbers, rows: Rows) -> Calibrated:
    """Fit on the outputs [rows, ...] for the validation images, which are these rows of the dataset."""
    figures: dict[str, Any]
    if isinstance(objective, Classes):
        figures = {"temperature": fit_temperature(objective.labels[rows], outputs)}
    else:
        raw = objective.answer(tf.constant(outputs))
        margin = conformal_margin(raw["year_low"].numpy(), raw["year_high"].numpy(), objective.years[rows], LEVEL)
        figures = {"level": LEVEL, "margin": margin}
    return Calibrated(objective, figures)
