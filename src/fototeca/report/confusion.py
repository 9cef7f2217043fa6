"""A confusion matrix, prepared for reading: shares of each row, and figures of each class."""

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


@dataclass(frozen=True)
class ClassFigures:
    """How well one class is recognized; a figure is absent where there is nothing to divide by."""

    label: str
    images: int
    predicted: int
    precision: float | None
    """Share of the images given this label that have it."""
    recall: float | None
    """Share of the images that have this label that were given it."""
    f1: float | None


def rows(matrix: Matrix) -> list[list[Cell]]:
    """The matrix with the share that each cell has of its row."""
    return [
        [Cell(count, count / (sum(row) or 1), true == guess) for guess, count in enumerate(row)]
        for true, row in enumerate(matrix)
    ]


def by_class(classes: Sequence[str], matrix: Matrix) -> list[ClassFigures]:
    """The figures of each class."""
    return [_figures(label, number, matrix) for number, label in enumerate(classes)]


def majority_f1(matrix: Matrix, accuracy: float) -> float:
    """Macro F1 of always giving one label, which is right with this accuracy; over the classes that have images."""
    return 2 * accuracy / (1 + accuracy) / (sum(any(row) for row in matrix) or 1)


def _figures(label: str, number: int, matrix: Matrix) -> ClassFigures:
    images = sum(matrix[number])
    predicted = sum(row[number] for row in matrix)
    right = matrix[number][number]
    return ClassFigures(
        label=label,
        images=images,
        predicted=predicted,
        precision=right / predicted if predicted else None,
        recall=right / images if images else None,
        f1=2 * right / (images + predicted) if images else None,
    )
