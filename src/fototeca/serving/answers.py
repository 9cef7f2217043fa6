"""What models answer, by the task that they were trained for: outputs, their shapes, and how exact they are."""

import numpy as np
from numpy.typing import NDArray

from fototeca.errors import ModelRejected

PROBABILITIES = ("probabilities",)
"""Float32 [N, classes]."""
YEARS = ("year", "year_low", "year_high")
"""The year and the ends of its interval, float32 [N] each; as a matrix always in this order."""
OUTPUTS = {"classification": PROBABILITIES, "regression": YEARS, "distribution": YEARS}
TOLERANCES = {"classification": (1e-3,), "regression": (0.05, 0.05, 0.05), "distribution": (0.05, 1.05, 1.05)}
"""How far a server's answers may lie from training's: batches and processors round differently, and a quantile of a
distribution over single years may fall into the next year."""


def outputs_of(task: str) -> tuple[str, ...]:
    """Names of the outputs that a model of the task gives.

    Raises:
        ModelRejected: no such task is known.
    """
    if task not in OUTPUTS:
        raise ModelRejected(f"The model was trained for {task!r}; the tasks known here are {', '.join(OUTPUTS)}.")
    return OUTPUTS[task]


def answers_years(task: str) -> bool:
    """Whether a model of the task answers with years. Raises as `outputs_of`."""
    return outputs_of(task) == YEARS


def shape_of(task: str, classes: int) -> tuple[int, ...]:
    """The shape of each output for one image. Raises as `outputs_of`."""
    return () if answers_years(task) else (classes,)


def width_of(task: str, classes: int) -> int:
    """Numbers per image in the matrix of answers. Raises as `outputs_of`."""
    return len(YEARS) if answers_years(task) else classes


def tolerance_of(task: str) -> NDArray[np.float32]:
    """How far each column of the matrix may lie from training's, [k] or [1]. Raises as `outputs_of`."""
    outputs_of(task)
    return np.array(TOLERANCES[task], np.float32)
