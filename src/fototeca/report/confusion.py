"""A confusion matrix, prepared for reading: the share that each cell has of its row."""

from collections.abc import Sequence
from dataclasses import dataclass

Matrix = Sequence[Sequence[int]]
"""Counts [true class, predicted class]."""


@dataclass(frozen=True)
class Cell:
    """How many images of a class were taken for another, or rightly for itself."""

    count: int
    share: float
    """Of the class's images, 0 to 1."""
    right: bool


def rows(matrix: Matrix) -> list[list[Cell]]:
    """The matrix with the share that each cell has of its row."""
    return [
        [Cell(count, count / (sum(row) or 1), true == guess) for guess, count in enumerate(row)]
        for true, row in enumerate(matrix)
    ]
