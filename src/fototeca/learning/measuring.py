"""How good probabilities are, against the truth."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

SMALLEST = 1e-7
"""Probabilities below this count as this in the loss, so that one confident error is not infinite."""


def log_loss(labels: NDArray[np.int64], probabilities: NDArray[np.float32]) -> float:
    """Mean of -log of the probability that the true class was given."""
    of_truth = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(of_truth, SMALLEST)).mean(dtype=np.float64))


def measure(labels: NDArray[np.int64], probabilities: NDArray[np.float32], majority: int) -> dict[str, Any]:
    """The metrics of one split.

    `macro_f1` is the mean over the classes that the split holds; `majority_accuracy` is what always answering the
    class `majority` (the commonest in training) would reach; `confusion` has a row per true class and a column per
    answer.
    """
    answers = probabilities.argmax(axis=1)
    return {
        "images": len(labels),
        "accuracy": float(accuracy_score(labels, answers)),
        "macro_f1": float(f1_score(labels, answers, average="macro", labels=np.unique(labels), zero_division=0)),
        "log_loss": log_loss(labels, probabilities),
        "majority_accuracy": float((labels == majority).mean()),
        "confusion": confusion_matrix(labels, answers, labels=range(probabilities.shape[1])).tolist(),
    }
